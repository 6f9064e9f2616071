import pytest
import yaml
from click.testing import CliRunner

from iactflow import __version__
from iactflow.cli import main
from iactflow.cluster.environment import FOLDER, GPU_COMPONENTS, known_environments, pod_template, read_environment
from iactflow.components import readme
from iactflow.errors import ConfigError

NAMES = known_environments()
COMPONENTS = sorted({*readme.component_names(), *GPU_COMPONENTS})
WITH_GPUS = [name for name in NAMES if read_environment(name).nodes.gpu is not None]


def test_every_kind_of_cluster_has_an_environment():
    assert set(NAMES) == {"kind", "lab", "gke", "eks", "aks", "air-gapped"}
    assert set(NAMES) - set(WITH_GPUS) == {"kind"}


@pytest.mark.parametrize("name", WITH_GPUS)
@pytest.mark.parametrize("component", COMPONENTS)
def test_training_goes_to_the_gpu_pool_and_nothing_else_does(name, component):
    environment = read_environment(name)
    spec = pod_template(component, environment)["spec"]
    label = environment.nodes.pool_label
    limits = spec["containers"][0]["resources"]["limits"]
    if component in GPU_COMPONENTS:
        assert spec["nodeSelector"][label] == environment.nodes.gpu.label
        assert int(limits["nvidia.com/gpu"]) >= 1
        assert {"key", "operator", "effect"} <= spec["tolerations"][0].keys()
        assert spec["containers"][0]["image"].endswith(f":{__version__}-gpu")
    else:
        assert spec["nodeSelector"] == {label: environment.nodes.cpu.label}
        assert "nvidia.com/gpu" not in limits
        assert not spec["tolerations"]
        assert spec["containers"][0]["image"].endswith(f":{__version__}-cpu")


def test_kind_trains_on_the_cpu_and_fits_a_laptop():
    for component in readme.component_names():
        spec = pod_template(component, "kind")["spec"]
        limits = spec["containers"][0]["resources"]["limits"]
        assert set(limits) == {"cpu", "memory"}
        assert float(limits["cpu"]) <= 2
        assert int(limits["memory"].removesuffix("Gi")) <= 4
        assert spec["containers"][0]["image"] == f"iactflow/iactflow-python:{__version__}-cpu"


def test_a_training_pod_in_full():
    pod = pod_template("train", "air-gapped")
    (container,) = pod["spec"]["containers"]
    assert pod["metadata"]["labels"] == {
        "pipelines.kubeflow.org/v2_component": "true",
        "iactflow.io/priority": "iactflow-training",
        "kueue.x-k8s.io/queue-name": "gamma-astronomy",
        "kueue.x-k8s.io/priority-class": "iactflow-training",
    }
    assert container["image"] == f"mirror.centre.example/iactflow/iactflow-python:{__version__}-gpu"
    assert container["resources"]["requests"] == {"cpu": "16", "memory": "128Gi", "nvidia.com/gpu": "4"}
    assert container["securityContext"]["runAsNonRoot"] is True
    assert pod["spec"]["nodeSelector"]["nvidia.com/gpu.product"] == "NVIDIA-H100-80GB-HBM3"
    assert pod["spec"]["imagePullSecrets"] == [{"name": "mirror-credentials"}]
    volumes = {volume["name"]: volume for volume in pod["spec"]["volumes"]}
    assert volumes["shared-memory"]["emptyDir"] == {"medium": "Memory", "sizeLimit": "32Gi"}
    assert volumes["cache"]["emptyDir"] == {"sizeLimit": "400Gi"}
    assert volumes["iactflow-checkpoints"]["persistentVolumeClaim"] == {"claimName": "iactflow-checkpoints"}
    mounts = {mount["name"]: mount["mountPath"] for mount in container["volumeMounts"]}
    assert mounts == {"shared-memory": "/dev/shm", "cache": "/cache", "iactflow-checkpoints": "/checkpoints"}
    variables = {variable["name"]: variable for variable in container["env"]}
    assert variables["IACTFLOW_CACHE"]["value"] == "/cache"
    assert variables["IACTFLOW_RUN"]["valueFrom"] == {"fieldRef": {"fieldPath": "metadata.labels['pipeline/runid']"}}


def test_only_steps_that_read_objects_get_the_keys_to_the_store():
    for component in COMPONENTS:
        (container,) = pod_template(component, "lab")["spec"]["containers"]
        variables = {variable["name"]: variable for variable in container["env"]}
        if component not in ("ingest", "predict", "train", "evaluate"):
            assert not any(name.startswith("AWS_") for name in variables), component
            continue
        assert variables["AWS_ENDPOINT_URL"]["value"] == "http://minio.iactflow.svc.cluster.local:9000"
        assert variables["AWS_SECRET_ACCESS_KEY"]["valueFrom"]["secretKeyRef"] == {
            "name": "mlpipeline-minio-artifact",
            "key": "secretkey",
            "optional": False,
        }


def changed(tmp_path, path, value, name="lab"):
    """Write an environment with one key changed."""
    content = yaml.safe_load((FOLDER / f"{name}.yaml").read_text())
    *parents, last = path.split(".")
    section = content
    for key in parents:
        section = section.setdefault(key, {})
    section[last] = value
    file = tmp_path / "changed.yaml"
    file.write_text(yaml.safe_dump(content))
    return str(file)


@pytest.mark.parametrize(
    ("path", "value", "words"),
    [
        ("kubeflow.endpoints", "x", "kubeflow.endpoints is not a known key"),
        ("components.train.gpus", 0, "components.train.gpus must be at least 1"),
        ("components.ingest.gpus", 1, "components.ingest.gpus must be 0: its image has no CUDA. Received: 1"),
        ("components.training", {"cpu": "4"}, "components.training must be one of compare, "),
        ("default.gpus", 1, "default.gpus must be 0"),
        ("default.memory", "4 GB", "must be a quantity as Kubernetes writes it"),
        ("components.train.gpu_model", None, None),
        ("components.ingest.gpu_model", "A100", "gpus must be at least 1"),
        ("nodes.gpu_model_label", None, None),
        ("nodes.cpu", {"label": "gpu"}, "a GPU pool needs a CPU pool with another label"),
        ("nodes.cpu", None, "a GPU pool needs a CPU pool with another label"),
        ("nodes.pool_label", None, "a pool needs pool_label"),
        ("images.cpu_digest", "sha256:12", "64 hexadecimal digits"),
        ("kubeflow.authentication", "password", "'none', 'in-cluster', 'token' or 'dex'"),
    ],
)
def test_rules(tmp_path, path, value, words):
    file = changed(tmp_path, path, value)
    if words is None:
        read_environment(file)
        return
    with pytest.raises(ConfigError, match=words.replace("(", r"\(")) as caught:
        read_environment(file)
    assert file in str(caught.value)


def test_gpus_without_a_pool_for_them_are_refused(tmp_path):
    with pytest.raises(ConfigError, match=r"components\.train\.gpus must be 0 without nodes\.gpu. Received: 1"):
        read_environment(changed(tmp_path, "components.train.gpus", 1, "kind"))


def test_a_model_of_gpu_needs_the_label_that_tells_models(tmp_path):
    file = changed(tmp_path, "nodes.gpu_model_label", None, "gke")
    with pytest.raises(ConfigError, match=r"components\.distil\.gpu_model needs nodes\.gpu_model_label"):
        read_environment(file)


def test_an_unknown_environment_names_the_known_ones():
    result = CliRunner().invoke(main, ["status", "energy", "--environment", "gcp"])
    assert result.exit_code == 2
    assert "air-gapped, aks, eks, gke, kind, lab" in result.output


def test_a_digest_pins_the_image(tmp_path):
    digest = "sha256:" + "0123456789abcdef" * 4
    pod = pod_template("ingest", changed(tmp_path, "images.cpu_digest", digest))
    assert pod["spec"]["containers"][0]["image"].endswith(f"-cpu@{digest}")


def test_the_file_that_explains_the_keys_explains_them_all():
    text = (FOLDER / "kind.yaml").read_text()
    content = yaml.safe_load(text)
    environment = read_environment("kind")
    for section in ("kubeflow", "images", "nodes", "object_store", "volumes", "default"):
        stated, known = set(content[section]), set(type(getattr(environment, section)).model_fields)
        optional = {"gpu_resource", "gpu_model_label", "cpu_digest", "gpu_digest"}
        assert known - optional <= stated, section
