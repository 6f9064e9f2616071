import pytest
from click.testing import CliRunner

from iactflow.cli import main


def call(*words):
    return CliRunner().invoke(main, [str(word) for word in words])


def test_evaluate_report_and_compare_end_with_the_path_of_their_result(energy_model, sst1m_store, tmp_path):
    result = tmp_path / "result"
    done = call(
        "evaluate", "--model", energy_model, "--data", sst1m_store, "--out", result, "--set", "evaluate.bootstrap=20"
    )
    assert done.exit_code == 0, done.output
    assert done.stdout.splitlines()[-1] == str(result)
    assert "images of 4 showers" in done.output
    for verb in ("report", "compare"):
        done = call(verb, "--result", result, "--out", tmp_path / f"{verb}.html")
        assert done.exit_code == 0, done.output
        assert done.stdout.splitlines()[-1] == str(tmp_path / f"{verb}.html")
        assert call(verb, "--result", result, "--out", tmp_path / f"{verb}.html").exit_code == 2


@pytest.mark.parametrize("verb", ["evaluate", "report", "compare"])
def test_a_dry_run_prints_the_section_and_writes_nothing(verb, tmp_path):
    words = {"evaluate": ["--model", "m", "--data", "s"], "report": ["--result", "r"], "compare": ["--result", "r"]}[
        verb
    ]
    key = {"evaluate": "seed: 1", "report": "reference: sst1m", "compare": "reference: sst1m"}[verb]
    done = call(verb, *words, "--out", tmp_path / "out", "--dry-run")
    assert done.exit_code == 0
    assert key in done.output
    assert list(tmp_path.iterdir()) == []


def test_a_wrong_setting_names_key_value_and_limit(tmp_path):
    words = ["evaluate", "--model", "m", "--data", "s", "--out", tmp_path / "r"]
    done = call(*words, "--set", "evaluate.bootstrap=3")
    assert done.exit_code == 2
    assert "evaluate.bootstrap: input should be greater than or equal to 20. Received: 3" in done.output
    done = call(*words, "--set", "train.epochs=3")
    assert done.exit_code == 2
    assert "train is not a known key" in done.output


def test_the_section_of_an_experiment_file_counts(tmp_path):
    from iactflow.pipelines import default_config

    config = default_config("energy")
    done = call(
        "report", "--result", "r", "--out", "o", "--config", config, "--set", "report.reference=none", "--dry-run"
    )
    assert done.output == "reference: none\n"


def test_missing_inputs_have_exit_code_3(tmp_path):
    assert call("report", "--result", tmp_path / "none", "--out", tmp_path / "page.html").exit_code == 3
    done = call("evaluate", "--model", tmp_path / "none", "--data", tmp_path / "none", "--out", tmp_path / "r")
    assert done.exit_code == 3
