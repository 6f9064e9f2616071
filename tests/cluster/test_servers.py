"""A pipeline under Kubeflow's local runner, with a real MinIO and a real MLflow server as the charts start them."""

import json
import subprocess
from pathlib import Path
from types import SimpleNamespace
from typing import NamedTuple

import pytest
import real_servers
import yaml
from cluster_tools import program
from kfp import dsl

from iactflow.cluster.cost import GPU_HOURS, HOURS, log_total_cost
from iactflow.cluster.local import run_local
from iactflow.cluster.results import metrics_of
from iactflow.cluster.step import step
from iactflow.components.ingest.component import ingest
from iactflow.components.train.component import train
from iactflow.pipelines import default_text

HELM = program("helm")
pytestmark = pytest.mark.skipif(
    HELM is None or not real_servers.built(),
    reason="needs helm and MinIO (make test-cluster) and MLflow's S3 driver (python tests/cluster/real_servers.py)",
)


class Running(NamedTuple):
    s3: str
    mlflow: str
    objects: object


@pytest.fixture(scope="module")
def rendered():
    """The objects of the umbrella chart."""
    chart = Path(__file__).parents[2] / "charts" / "iactflow"
    done = subprocess.run([HELM, "template", "iactflow", chart, "-n", "iactflow"], capture_output=True, check=True)
    return [each for each in yaml.safe_load_all(done.stdout) if each]


@pytest.fixture(scope="module")
def running(rendered, tmp_path_factory):
    """The servers, with the chart's two buckets."""
    from minio import Minio

    containers = {
        container["name"]: container
        for each in rendered
        if each["kind"] in ("Deployment", "StatefulSet") and each["metadata"]["name"] in ("minio", "mlflow")
        for container in each["spec"]["template"]["spec"]["containers"]
    }
    folder = tmp_path_factory.mktemp("servers")
    store, s3 = real_servers.minio(containers["minio"], folder)
    with store:
        objects = Minio(s3.removeprefix("http://"), real_servers.ACCESS, real_servers.SECRET, secure=False)
        for bucket in ("mlpipeline", "mlflow"):
            objects.make_bucket(bucket)
        tracking, mlflow = real_servers.mlflow(containers["mlflow"], folder, s3)
        with tracking:
            yield Running(s3, mlflow, objects)


class Outputs(NamedTuple):
    model: dsl.Model


@dsl.pipeline(name="first-steps")
def first_steps(data: list) -> Outputs:
    """Ingest and train for one epoch."""
    config = default_text("energy")
    showers = ingest(config=config, settings=["data.test=[]", "instrument=sst1m-mono"], data=data, workers=1)
    network = train(config=config, settings=[], epochs=1, stores=showers.outputs["stores"])
    return Outputs(model=network.outputs["model"])


def test_showers_come_from_minio_and_metrics_and_artifacts_go_to_mlflow(running, sst1m_simtel, tmp_path, monkeypatch):
    from mlflow import MlflowClient

    running.objects.fput_object("mlpipeline", f"showers/{sst1m_simtel.name}", str(sst1m_simtel))
    monkeypatch.setenv("AWS_ENDPOINT_URL", running.s3)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", real_servers.ACCESS)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", real_servers.SECRET)
    monkeypatch.setenv("MLFLOW_TRACKING_URI", running.mlflow)
    monkeypatch.setenv("IACTFLOW_CACHE", str(tmp_path / "cache"))
    outputs = run_local(first_steps, {"data": ["s3://mlpipeline/showers"]}, tmp_path / "runs")

    client = MlflowClient(running.mlflow)
    experiment = client.get_experiment_by_name("iactflow")
    (found,) = client.search_runs([experiment.experiment_id])
    assert found.info.status == "FINISHED"
    history = client.get_metric_history(found.info.run_id, "loss")
    assert [entry.step for entry in history] == [1]
    (artifact,) = client.list_artifacts(found.info.run_id)
    assert artifact.path == "model.json"
    # the server hands the file on to MinIO, so the step needs no keys to it
    keys = [entry.object_name for entry in running.objects.list_objects("mlflow", recursive=True)]
    assert keys == [f"artifacts/{experiment.experiment_id}/{found.info.run_id}/artifacts/model.json"]
    stored = running.objects.get_object("mlflow", keys[0]).read()
    assert stored == (outputs["model"] / "model.json").read_bytes()


def test_cost_and_metrics_of_a_run_that_kubeflows_plugin_recorded(running, monkeypatch):
    """The plugin opens a run for the whole and one below it for each step, which the step's attempts share."""
    from mlflow import MlflowClient

    monkeypatch.setenv("MLFLOW_TRACKING_URI", running.mlflow)
    monkeypatch.setattr("iactflow.cluster.cost.visible_gpus", lambda: 2)
    client = MlflowClient(running.mlflow)
    experiment = client.create_experiment("energy")
    whole = client.create_run(experiment, tags={"kfp.pipeline_run_id": "run-1"}, run_name="energy 1").info.run_id
    for name in ("train", "evaluate"):
        tags = {"mlflow.parentRunId": whole, "kfp.pipeline_run_id": "run-1"}
        run_id = client.create_run(experiment, tags=tags, run_name=name).info.run_id
        client.log_metric(run_id, "resolution", 0.25)
        monkeypatch.setenv("MLFLOW_RUN_ID", run_id)
        for attempt in ("0", "1"):
            monkeypatch.setenv("KFP_RETRY_INDEX", attempt)
            clock = SimpleNamespace(monotonic=iter([0.0, 1800.0]).__next__)
            monkeypatch.setattr("iactflow.cluster.step.time", clock)
            with step():
                pass

    cost = log_total_cost("run-1")
    assert cost.hours == pytest.approx(4 * 0.5)
    assert cost.gpu_hours == pytest.approx(4 * 0.5 * 2)
    assert client.get_run(whole).data.metrics[GPU_HOURS] == pytest.approx(4.0)
    shown = metrics_of("run-1")
    assert shown["train: resolution"] == "0.25"
    assert shown[HOURS] == "2"
    assert log_total_cost("run-2") is None
    assert metrics_of("run-2") == {"metrics": "MLflow has none of this run"}


def test_minio_takes_the_charts_rules_for_old_artifacts(running, rendered):
    from minio.commonconfig import Filter
    from minio.lifecycleconfig import Expiration, LifecycleConfig, Rule

    (text,) = (
        each["data"]["lifecycle-mlpipeline.json"]
        for each in rendered
        if each["kind"] == "ConfigMap" and "lifecycle-mlpipeline.json" in each["data"]
    )
    stated = json.loads(text)["Rules"]
    assert {rule["Filter"]["Prefix"] for rule in stated} >= {"v2/artifacts/"}
    rules = [
        Rule(
            rule["Status"],
            rule_id=rule["ID"],
            rule_filter=Filter(prefix=rule["Filter"]["Prefix"]),
            expiration=Expiration(days=rule["Expiration"]["Days"]),
        )
        for rule in stated
    ]
    running.objects.set_bucket_lifecycle("mlpipeline", LifecycleConfig(rules))
    kept = running.objects.get_bucket_lifecycle("mlpipeline").rules
    assert {(rule.rule_filter.prefix, rule.expiration.days) for rule in kept} == {
        (rule["Filter"]["Prefix"], rule["Expiration"]["Days"]) for rule in stated
    }
