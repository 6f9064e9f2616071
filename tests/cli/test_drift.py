import json

from click.testing import CliRunner

from iactflow.cli import main


def test_the_same_showers_as_dl1_file_and_as_store_have_not_drifted(sst1m_store, sst1m_dl1, tmp_path):
    out = tmp_path / "drift"
    words = ["drift", "--reference", str(sst1m_store), "--current", str(sst1m_dl1), "--out", str(out)]
    told = CliRunner().invoke(main, [*words, "--set", "drift.showers_min=5", "--set", "drift.permutations=200"])
    assert told.exit_code == 0, told.output
    assert told.stdout.splitlines()[-1] == str(out)
    assert told.stdout.startswith("no drift in ")
    verdict = json.loads((out / "verdict.json").read_text())
    assert verdict["current"]["n_images"] == 129
    assert verdict["current"]["made"] == ["of CORSIKA and sim_telarray"]
    assert CliRunner().invoke(main, words).exit_code == 2  # it exists
    assert CliRunner().invoke(main, [*words[:4], str(tmp_path / "none"), *words[5:], "--overwrite"]).exit_code == 3
    assert "false_alarm: 0.01" in CliRunner().invoke(main, [*words, "--dry-run"]).output
