import pytest
import yaml
from click.testing import CliRunner

from iactflow.cli import main


def call(*arguments):
    return CliRunner().invoke(main, ["simulate", *arguments])


def test_dry_run_shows_the_resolved_configuration(tmp_path):
    done = call("--events", "5", "--out", str(tmp_path / "out"), "--primary", "proton", "--dry-run")
    assert done.exit_code == 0, done.output
    shown = yaml.safe_load(done.output)
    assert shown["config"]["primary"] == "proton"
    assert shown["config"]["energy_min"] == "0.6 TeV"
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--preset", "none", "--events", "5"], "sst1m-stereo"),
        (["--events", "5", "--set", "energy_min=-3 TeV"], "larger than 0 TeV"),
        (["--events", "5", "--set", "spectral_index=3"], "less than 0"),
        (["--events", "5", "--shard", "half"], "must be I/N"),
        (["--events", "-5"], "at least 1"),
        ([], "--events N"),
        (["--events", "5", "--seed", "-1"], "seed must lie in"),
    ],
)
def test_wrong_parameters_end_with_code_2_and_a_sentence(arguments, words, tmp_path):
    done = call(*arguments, "--out", str(tmp_path / "out"))
    assert done.exit_code == 2
    assert words in done.output
    assert not (tmp_path / "out").exists()


def test_a_missing_photon_file_ends_with_code_3(tmp_path):
    done = call("--photons", str(tmp_path / "none.zst"), "--out", str(tmp_path / "out"))
    assert done.exit_code == 3


def test_the_path_is_the_last_line(tmp_path):
    settings = ["--set", "energy_min=2 TeV", "--set", "energy_max=4 TeV", "--set", "viewcone=0.5 deg"]
    done = call("--preset", "sst1m-mono", "--showers", "1", "--out", str(tmp_path / "out"), "--workers", "1", *settings)
    assert done.exit_code == 0, done.output
    assert done.stdout.splitlines()[-1] == str(tmp_path / "out")
    assert len(list((tmp_path / "out").glob("gamma_s1_b00000_n1.dl1.h5"))) == 1
