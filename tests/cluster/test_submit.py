import re
import time

import pytest
import yaml
from click.testing import CliRunner

from iactflow.cli import main


def run(*arguments):
    return CliRunner().invoke(main, list(arguments))


def shown(result, name):
    return re.search(rf"^{name}: +(.*)$", result.output, re.MULTILINE)[1]


def test_submit_uploads_runs_and_says_what(kubeflow):
    result = run("submit", "energy")
    assert result.exit_code == 0, result.output
    (started,) = kubeflow.runs.values()
    assert result.stdout.splitlines()[-1].endswith(f"/#/runs/details/{started['run_id']}")
    assert started["runtime_config"]["parameters"] == {}
    assert shown(result, "image") == "iactflow/iactflow-python:0.1.0-cpu (by its tag)"
    assert shown(result, "cache").startswith("on")
    assert re.fullmatch("[0-9a-f]{12}", shown(result, "configuration"))
    assert shown(result, "experiment") == "energy"
    assert "(uploaded)" in shown(result, "pipeline")


def test_the_same_pipeline_is_uploaded_once(kubeflow):
    run("submit", "energy")
    again = run("submit", "energy", "--set", "train.epochs=3")
    assert "(unchanged)" in shown(again, "pipeline")
    assert len(kubeflow.versions) == 1
    assert len(kubeflow.pipelines) == 1
    assert len(kubeflow.experiments) == 1
    assert len(kubeflow.runs) == 2


def test_another_content_is_a_new_version_and_the_one_before_becomes_the_newest_again(kubeflow):
    run("submit", "energy")
    run("submit", "energy", "--environment", "lab")
    time.sleep(1)  # versions are named after the second that they are made in
    run("submit", "energy")
    hashes = [version["name"].split("-")[-1] for version in kubeflow.versions.values()]
    assert len(hashes) == 3
    assert hashes[0] == hashes[2] != hashes[1]


def test_settings_and_files_go_with_the_run(kubeflow, tmp_path):
    experiment = tmp_path / "mine.yaml"
    experiment.write_text("task: energy\ninstrument: sst1m-mono\n")
    run("submit", "energy", "--config", str(experiment), "--set", "train.epochs=3", "--parameter", "epochs=2")
    (started,) = kubeflow.runs.values()
    given = started["runtime_config"]["parameters"]
    assert yaml.safe_load(given["config"]) == {"task": "energy", "instrument": "sst1m-mono"}
    assert given["settings"] == ["train.epochs=3"]
    assert given["epochs"] == 2


def test_the_configuration_hash_follows_the_configuration(kubeflow):
    hashes = [
        shown(run("submit", "energy", *more), "configuration")
        for more in ([], [], ["--set", "train.epochs=3"], ["--parameter", "epochs=3"])
    ]
    assert hashes[0] == hashes[1]
    assert len(set(hashes)) == 3


def test_without_cache_nothing_is_uploaded_so_that_schedules_keep_theirs(kubeflow):
    result = run("submit", "energy", "--no-cache")
    assert shown(result, "cache") == "off"
    (started,) = kubeflow.runs.values()
    tasks = started["pipeline_spec"]["pipeline_spec"]["components"]["comp-exit-handler-1"]["dag"]["tasks"]
    assert not any(task["cachingOptions"] for task in tasks.values())
    assert "kubernetes" in started["pipeline_spec"]["platform_spec"]["platforms"]
    assert not kubeflow.versions


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ("n=3", "has no parameter 'n'. It has: champion, config, data, epochs, settings, shards, workers"),
        ("epochs=three", "epochs of energy must be a whole number. Received: 'three'"),
        ("epochs=true", "must be a whole number. Received: True"),
        ("data=a.zst", "must be a list such as"),
        ("epochs", "--parameter must be NAME=VALUE"),
    ],
)
def test_a_parameter_that_the_server_would_refuse_is_refused_before(kubeflow, given, words):
    result = run("submit", "energy", "--parameter", given)
    assert result.exit_code == 2
    assert words in result.output
    assert not kubeflow.requests


def test_a_wrong_setting_never_reaches_the_server(kubeflow):
    result = run("submit", "energy", "--set", "train.epoch=3")
    assert result.exit_code == 2
    assert "train.epoch is not a known key" in result.output
    assert not kubeflow.requests


def test_wait_shows_each_change_once_and_ends_well(kubeflow, monkeypatch):
    monkeypatch.setattr("iactflow.cluster.follow._INTERVAL", 0)
    done = {"ingest": ("SUCCEEDED", 95)}
    kubeflow.progress = [{}, {"ingest": ("RUNNING", 0)}, done, done | {"train": ("SUCCEEDED", 3725)}]
    result = run("submit", "energy", "--wait")
    assert result.exit_code == 0, result.output
    ingest = [line.split() for line in result.output.splitlines() if line.startswith("  Ingest showers")]
    assert [words[2] for words in ingest] == ["pending", "running", "succeeded"]
    assert ingest[-1][-1] == "1:35"
    assert re.search(r"Train network +succeeded +62:05", result.output)
    assert "MLFLOW_TRACKING_URI" in shown(result, "metrics")


def test_wait_ends_with_1_and_names_the_failed_step(kubeflow, monkeypatch):
    monkeypatch.setattr("iactflow.cluster.follow._INTERVAL", 0)
    kubeflow.progress, kubeflow.state = [{"ingest": ("SUCCEEDED", 9), "train": ("FAILED", 9)}], "FAILED"
    result = run("submit", "energy", "--wait")
    assert result.exit_code == 1
    assert "The run ended failed: Train network failed." in result.output


def test_dry_run_asks_no_server(kubeflow):
    result = run("submit", "energy", "--dry-run", "--set", "train.epochs=3")
    assert yaml.safe_load(result.output)["train"]["epochs"] == 3
    assert not kubeflow.requests
