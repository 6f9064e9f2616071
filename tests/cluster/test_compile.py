"""What is in a pipeline that is compiled for a cluster, since retries and resources only show there."""

from typing import NamedTuple

import pytest
import yaml
from click.testing import CliRunner
from kfp import dsl
from kfp.pipeline_spec import pipeline_spec_pb2

from iactflow.cli import main
from iactflow.cluster.apply import step_gpus, step_names, steps
from iactflow.cluster.compile import compile_pipeline, read_compiled
from iactflow.cluster.environment import read_environment
from iactflow.cluster.submit import Package
from iactflow.pipelines import find
from iactflow.pipelines.guarded import guarded

STEPS = [
    "Simulate showers",
    "Ingest showers",
    "Train network",
    "Evaluate on unseen showers",
    "Compare models",
    "Draw report",
    "Summarise",
]


def compiled(folder, environment="lab", pipeline=None, **options):
    target = folder / "pipeline.yaml"
    compile_pipeline(
        pipeline or guarded(find("energy")),
        target,
        {},
        environment=read_environment(environment),
        overwrite=True,
        **options,
    )
    return Package.read(target)


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    return compiled(tmp_path_factory.mktemp("lab"))


def test_the_steps_have_names_that_people_understand(lab):
    assert list(step_names(lab.spec).values()) == STEPS


def test_a_summary_ends_every_run(lab):
    root = lab.spec["root"]["dag"]["tasks"]
    assert set(root) == {"exit-handler-1", "summarise"}
    assert root["summarise"]["triggerPolicy"] == {"strategy": "ALL_UPSTREAM_TASKS_COMPLETED"}
    assert root["summarise"]["cachingOptions"] == {}
    assert root["summarise"]["inputs"]["parameters"]["status"] == {
        "taskFinalStatus": {"producerTask": "exit-handler-1"}
    }


def test_parameters_keep_descriptions_and_defaults_under_the_exit_handler(lab):
    parameters = lab.spec["root"]["inputDefinitions"]["parameters"]
    assert set(parameters) == {"config", "settings", "data", "shards", "epochs", "champion", "workers"}
    assert all(parameter["description"] and parameter["isOptional"] for parameter in parameters.values())
    assert lab.spec["pipelineInfo"]["displayName"] == "Energy"


def test_a_step_may_be_retried_for_longer_than_the_longest_training(lab):
    retries = {component: task["retryPolicy"] for task, component in steps(lab.spec)}
    assert retries["train"] == {
        "maxRetryCount": 2,
        "backoffDuration": "30s",
        "backoffFactor": 2.0,
        "backoffMaxDuration": "259200s",  # 72 hours
    }
    assert set(retries) == {"simulate", "ingest", "train", "evaluate", "report", "compare", "summarise"}


def test_resources_images_and_nodes_are_the_environments(lab):
    executors = lab.spec["deploymentSpec"]["executors"]
    train = executors["exec-train"]["container"]
    assert train["resources"] == {
        "resourceCpuLimit": "8",
        "resourceMemoryLimit": "32Gi",
        "accelerator": {"resourceType": "nvidia.com/gpu", "resourceCount": "1"},
    }
    assert train["image"].startswith("registry.lab.example/iactflow/iactflow-python:")
    assert step_gpus(lab.spec) == {key: int(key == "train") for key in step_names(lab.spec)}
    configs = lab.platform["platforms"]["kubernetes"]["deploymentSpec"]["executors"]
    assert configs["exec-train"]["nodeSelector"]["labels"] == {"iactflow.io/pool": "gpu"}
    assert configs["exec-ingest"]["nodeSelector"]["labels"] == {"iactflow.io/pool": "cpu"}
    assert set(configs) == set(executors)


def test_kubeflows_own_message_types_know_every_key(lab):
    from google.protobuf import json_format

    json_format.ParseDict(lab.spec, pipeline_spec_pb2.PipelineSpec())
    json_format.ParseDict(lab.platform, pipeline_spec_pb2.PlatformSpec())


def test_compiling_twice_gives_the_same_content_and_the_order_of_keys_does_not_matter(lab, tmp_path):
    again = compiled(tmp_path)
    assert again.path.read_bytes() == lab.path.read_bytes()
    shuffled = tmp_path / "shuffled.yaml"
    shuffled.write_text(yaml.safe_dump_all(yaml.safe_load_all(lab.path.read_text()), sort_keys=True))
    assert Package.read(shuffled).hash == lab.hash
    assert compiled(tmp_path, "kind").hash != lab.hash


def test_caching_can_be_switched_off_for_all_steps(lab, tmp_path):
    assert lab.caching
    off = compiled(tmp_path, caching=False)
    assert not off.caching
    assert off.hash != lab.hash


@dsl.component(base_image="test-python", install_kfp_package=False)
def train(note: dsl.Output[dsl.Artifact]):
    """Stand for the component of this name."""


class Note(NamedTuple):
    note: dsl.Artifact


@dsl.pipeline(name="inner")
def inner() -> Note:
    """Train twice, so that the second executor is numbered."""
    train()
    return Note(note=train().outputs["note"])


@dsl.pipeline(name="outer")
def outer():
    """Train in a nested pipeline."""
    inner()
    train()


def test_nested_pipelines_and_second_uses_of_a_component_get_their_resources(tmp_path):
    package = compiled(tmp_path, pipeline=outer)
    executors = package.spec["deploymentSpec"]["executors"]
    assert len(executors) > 1
    for executor in executors.values():
        assert executor["container"]["resources"]["accelerator"]["resourceCount"] == "1"
    assert [task["retryPolicy"]["maxRetryCount"] for task, _ in steps(package.spec)] == [2, 2, 2]


def test_compile_without_environment_keeps_the_exit_handler_and_names_no_nodes(tmp_path):
    target = tmp_path / "plain.yaml"
    result = CliRunner().invoke(main, ["compile", "energy", "--out", str(target)])
    assert result.exit_code == 0, result.output
    spec, platform = read_compiled(target)
    assert "summarise" in spec["root"]["dag"]["tasks"]
    assert platform == {}
