import json
from pathlib import Path

import pytest
import yaml

CHARTS = Path(__file__).parents[2] / "charts"
NAMES = ("iactflow", "kubeflow-pipelines", "mlflow", "minio", "database")


def schema(name):
    return json.loads((CHARTS / name / "values.schema.json").read_text())


def values(name):
    return yaml.safe_load((CHARTS / name / "values.yaml").read_text())


def resolved(part, root):
    return root["definitions"][part["$ref"].rsplit("/", 1)[-1]] if "$ref" in part else part


def open_objects(part, root, path=""):
    part = resolved(part, root)
    if part.get("type") == "object":
        if "additionalProperties" not in part:
            yield path
        for key, inner in part.get("properties", {}).items():
            yield from open_objects(inner, root, f"{path}.{key}")
    if "items" in part:
        yield from open_objects(part["items"], root, f"{path}[]")


@pytest.mark.parametrize("name", NAMES)
def test_no_object_takes_unknown_keys(name):
    found = set(open_objects(schema(name), schema(name)))
    # The charts inside the umbrella have schemas of their own, which Helm applies too; Helm fills `common` itself.
    inner = {".kubeflow-pipelines", ".mlflow", ".minio", ".database"} if name == "iactflow" else set()
    assert found == {".common.global"} | inner


@pytest.mark.parametrize("name", NAMES)
def test_every_value_is_in_the_schema_and_the_other_way_round(name):
    root = schema(name)

    def compare(part, value, path):
        part = resolved(part, root)
        if "properties" not in part or not isinstance(value, dict):
            return
        known = set(part["properties"]) - {"common"}
        assert set(value) <= known, path
        if path and path.rsplit(".", 1)[-1] not in ("requests", "limits"):
            optional = known - set(value)
            assert not optional, f"{path}: {optional} are in the schema alone"
        for key in value:
            compare(part["properties"][key], value[key], f"{path}.{key}")

    assert set(values(name)) == set(root["properties"]) - {"common"}
    compare(root, values(name), "")


def test_shared_values_are_the_same_in_all_charts():
    for name in NAMES[1:]:
        assert values(name)["global"] == values("iactflow")["global"], name
        assert schema(name)["properties"]["global"] == schema("iactflow")["properties"]["global"], name


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ("minio.bucket=[]", "'bucket'"),
        ('global.objectStore.hots="x"', "'hots'"),
        ("mlflow.replicas=0", "/replicas"),
        ('mlflow.image.tag="latest"', "/image/tag"),
        ('database.image.digest="sha256:1"', "/image/digest"),
        ('database.resources.limits.memory="1 GB"', "/resources/limits/memory"),
        ("kubeflow-pipelines.workflows.ttlSeconds=1", "/workflows/ttlSeconds"),
        ('global.teams=[{"name": "Gamma"}]', "/global/teams/0/name"),
        ('global.teams=[{"name": "gamma", "members": [{"kind": "Robot", "name": "x"}]}]', "/members/0/kind"),
        ('checkpoints.accessMode="ReadOnlyMany"', "/checkpoints/accessMode"),
    ],
)
def test_a_wrong_value_is_refused_with_its_place(render, setting, message):
    with pytest.raises(ValueError, match="don't meet the specifications") as refused:
        render("iactflow", setting)
    assert message in str(refused.value)
