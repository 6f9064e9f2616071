import re
from datetime import UTC, datetime
from types import SimpleNamespace

import pytest
from kfp import dsl

from iactflow.cluster import summary
from iactflow.cluster.cost import Cost
from iactflow.cluster.expense import cost_of
from iactflow.cluster.follow import steps_of
from iactflow.cluster.local import run_local
from iactflow.cluster.summary import summary_of
from iactflow.errors import ConfigError
from iactflow.pipelines.guarded import guarded

END = datetime(2026, 11, 22, 4, 2, 5, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _no_server(monkeypatch):
    monkeypatch.setattr(summary, "log_total_cost", lambda run_id: Cost(1.5, 0.75) if run_id == "r1" else None)


def test_a_run_that_succeeded():
    text = summary_of(
        "SUCCEEDED", "", "{task: energy}", ["train.epochs=3"], run_id="r1", started="2026-11-22T03:00:00Z", now=END
    )
    assert text.startswith("# Run succeeded\n")
    assert "| duration | 1 h 2 min 5 s |" in text
    assert "| cost | 1.50 hours of steps, 0.75 GPU hours |" in text
    assert "```yaml\ntask: energy\ntrain:\n  epochs: 3\n```" in text
    assert "wrong" not in text


@pytest.mark.parametrize("message", ["", "The DAG failed because of a step."])
def test_a_run_that_failed_is_summarised_too(message):
    text = summary_of("FAILED", message, "task: energy", [], run_id="r2", started="2026-11-22 03:00:00", now=END)
    assert text.startswith("# Run failed\n")
    assert "1 h 2 min 5 s" in text
    assert "unknown, MLflow has no run of it" in text
    assert (message or "The step that failed is marked in the graph") in text


def test_an_experiment_that_cannot_be_read_is_shown_as_it_is():
    text = summary_of("FAILED", "", "task: [energy", ["a=b"], run_id="r1", started="soon", now=END)
    assert "task: [energy\n# --set a=b" in text
    assert "| duration | unknown |" in text


def detail(name, state, start, end):
    return SimpleNamespace(display_name=name, state=state, start_time=start, end_time=end)


def run_of(*details):
    return SimpleNamespace(run_details=SimpleNamespace(task_details=list(details)))


NEVER = datetime(1, 1, 1, tzinfo=UTC)


def test_a_step_that_runs_is_counted_until_now_and_one_that_waits_not_at_all():
    run = run_of(
        detail("train", "RUNNING", datetime(2026, 11, 22, 4, 0, tzinfo=UTC), NEVER),
        detail("train-driver", "SUCCEEDED", datetime(2026, 11, 22, 3, 0, tzinfo=UTC), END),
        detail("report", "PENDING", NEVER, NEVER),
    )
    train, report, compare = steps_of(run, {"train": "Train", "report": "Report", "compare": "Compare"}, END)
    assert (train.state, train.seconds) == ("RUNNING", 125)
    assert (report.state, report.seconds) == ("PENDING", 0)
    assert (compare.state, compare.seconds) == ("PENDING", 0)


def test_gpu_hours_are_hours_times_the_gpus_that_a_step_holds():
    task = {"componentRef": {"name": "comp-train"}, "taskInfo": {"name": "Train"}}
    container = {"args": ["--function_to_execute", "train"], "resources": {"accelerator": {"resourceCount": "4"}}}
    spec = {
        "root": {"dag": {"tasks": {"train": task}}},
        "components": {"comp-train": {"executorLabel": "exec-train"}},
        "deploymentSpec": {"executors": {"exec-train": {"container": container}}},
    }
    run = run_of(detail("train", "SUCCEEDED", datetime(2026, 11, 22, 2, 2, 5, tzinfo=UTC), END))
    assert cost_of(run, spec) == Cost(2.0, 8.0)


@dsl.component(base_image="test-python", install_kfp_package=False)
def refuse(config: str):
    """Fail as a step with a wrong experiment does."""
    from iactflow.cluster.step import step
    from iactflow.errors import ConfigError

    with step():
        raise ConfigError(f"cannot use {config}")


@dsl.pipeline(name="refusing")
def refusing(config: str = "{task: energy}", settings: list = []):  # noqa: B006
    """Fail."""
    refuse(config=config)


def test_kubeflow_runs_the_summary_after_a_failure(tmp_path, monkeypatch):
    """With its own local runner, which fills in the final status as a cluster does, but knows no time of creation."""
    monkeypatch.setattr(dsl, "PIPELINE_JOB_CREATE_TIME_UTC_PLACEHOLDER", "2026-11-22T03:00:00Z")
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{tmp_path}/mlflow.db")
    with pytest.raises(ConfigError, match="cannot use"):
        run_local(guarded(refusing), {"settings": ["train.epochs=3"]}, tmp_path)
    (found,) = tmp_path.rglob("summarise/summary")
    text = found.read_text()
    assert text.startswith("# Run failed\n")
    assert "epochs: 3" in text
    assert re.search(r"\| duration \| -?\d+ h \d+ min \d+ s \|", text)
    assert re.search(r"\| run \| [0-9a-f-]+ \|", text)
