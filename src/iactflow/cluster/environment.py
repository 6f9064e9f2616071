"""What differs from cluster to cluster: nodes, resources per component, images, how to reach Kubeflow."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, model_validator

from iactflow.config import Section, read_yaml, validate
from iactflow.errors import ConfigError

#: Folder of the environments that come with iactflow: ``k8s/environments`` at the top of the repository.
FOLDER = Path(__file__).parents[1] / "environments"
_COMPONENTS = Path(__file__).parents[1] / "components"

#: Components whose image brings CUDA: where a cluster has a GPU pool they run there, and nothing else does.
GPU_COMPONENTS = ("train", "distil", "generate")

_QUANTITY = re.compile(r"\d+(\.\d+)?(m|k|M|G|T|Ki|Mi|Gi|Ti)?")
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")


def _is_quantity(value: str) -> str:
    if not _QUANTITY.fullmatch(value):
        raise ValueError("must be a quantity as Kubernetes writes it, such as '500m', '2' or '4Gi'")
    return value


def _is_digest(value: str) -> str:
    if not _DIGEST.fullmatch(value):
        raise ValueError("must be 'sha256:' and 64 hexadecimal digits")
    return value


Quantity = Annotated[str, AfterValidator(_is_quantity)]
Digest = Annotated[str, AfterValidator(_is_digest)]


class Kubeflow(Section):
    """The ``kubeflow:`` section: where the API is and how to be let in."""

    endpoint: str
    dashboard: str | None = None
    namespace: str
    multi_user: bool = False
    authentication: Literal["none", "in-cluster", "token", "dex"] = "none"
    ca_file: str | None = None
    time_zone: str = "UTC"


class Images(Section):
    """The ``images:`` section: where nodes pull from."""

    registry: str | None = None
    pull_policy: Literal["Always", "IfNotPresent", "Never"] = "IfNotPresent"
    pull_secrets: list[str] = Field(default_factory=list)
    cpu_digest: Digest | None = None
    gpu_digest: Digest | None = None


class Toleration(Section):
    """A taint that pods put up with, in Kubernetes' own words."""

    key: str
    operator: Literal["Exists", "Equal"] = "Exists"
    value: str | None = None
    effect: Literal["NoSchedule", "PreferNoSchedule", "NoExecute"] = "NoSchedule"


class Pool(Section):
    """A kind of node: the value of the pool label, and the taints that its pods tolerate."""

    label: str
    tolerations: list[Toleration] = Field(default_factory=list)


class Nodes(Section):
    """The ``nodes:`` section: the label that tells pools apart, and the pools."""

    pool_label: str | None = None
    cpu: Pool | None = None
    gpu: Pool | None = None
    gpu_resource: str = "nvidia.com/gpu"
    gpu_model_label: str | None = None

    @model_validator(mode="after")
    def _pools_apart(self) -> "Nodes":
        if (self.cpu is not None or self.gpu is not None) and self.pool_label is None:
            raise ValueError("a pool needs pool_label, the node label that names it")
        if self.gpu is not None and (self.cpu is None or self.cpu.label == self.gpu.label):
            raise ValueError("a GPU pool needs a CPU pool with another label, or CPU steps would land on it")
        return self


class ObjectStore(Section):
    """The ``object_store:`` section: where ``s3://`` leads, and the Secret with the keys to it."""

    endpoint: str
    secret: str = "mlpipeline-minio-artifact"
    access_key: str = "accesskey"
    secret_key: str = "secretkey"


class Volumes(Section):
    """The ``volumes:`` section: claims that outlive a pod."""

    checkpoints: str | None = None


class Resources(Section):
    """What one component gets; requests equal limits, as Kubeflow 2.17 makes them."""

    cpu: Quantity
    memory: Quantity
    gpus: int = Field(default=0, ge=0)
    gpu_model: str | None = None
    shared_memory: Quantity | None = None
    cache: Quantity | None = None
    priority: str | None = None
    queue: str | None = None
    retries: int = Field(default=2, ge=0)
    hours: float = Field(default=12.0, gt=0)

    @model_validator(mode="after")
    def _model_of_a_gpu(self) -> "Resources":
        if self.gpu_model is not None and self.gpus == 0:
            raise ValueError("gpu_model chooses among GPUs, so gpus must be at least 1")
        return self


class Environment(Section):
    """An environment file."""

    description: str
    kubeflow: Kubeflow
    images: Images = Images()
    nodes: Nodes = Nodes()
    object_store: ObjectStore | None = None
    volumes: Volumes = Volumes()
    default: Resources
    components: dict[str, Resources] = Field(default_factory=dict)

    def resources(self, component: str) -> Resources:
        """Give what a component gets: its own entry, or the default."""
        return self.components.get(component, self.default)

    def pool(self, component: str) -> Pool | None:
        """Give the pool that a component runs on; None where nodes are not told apart."""
        return self.nodes.gpu if self.resources(component).gpus else self.nodes.cpu


def known_environments() -> list[str]:
    """List the names of the environments that come with iactflow."""
    return sorted(path.stem for path in FOLDER.glob("*.yaml"))


def read_environment(name: str) -> Environment:
    """Read an environment by name or from a file.

    Parameters
    ----------
    name : str
        One of `known_environments`, or the path of a YAML file.

    Raises
    ------
    InputError
        If the file cannot be read.
    ConfigError
        If there is no environment of this name, or the file breaks a rule.
    """
    path = Path(name)
    if path.suffix not in (".yaml", ".yml"):
        if name not in known_environments():
            raise ConfigError(
                f"--environment must be the path of a YAML file or one of {', '.join(known_environments())}. "
                f"Received: {name}."
            )
        path = FOLDER / f"{name}.yaml"
    content = read_yaml(path)
    content["components"] = _with_default(content)
    environment = validate(Environment, content, str(path))
    faults = [*_unknown_components(environment), *_misplaced_gpus(environment)]
    if faults:
        raise ConfigError("\n".join(f"{fault} ({path})." for fault in faults))
    return environment


def _unknown_components(environment: Environment) -> Iterator[str]:
    """Find entries that no component reads, such as misspelt ones: their component would get the default."""
    known = sorted({path.parent.name for path in _COMPONENTS.glob("*/component.py")} | set(GPU_COMPONENTS))
    for name in sorted(set(environment.components) - set(known)):
        yield f"components.{name} must be one of {', '.join(known)}. Received: {name}"


def _misplaced_gpus(environment: Environment) -> Iterator[str]:
    """Find GPUs that a component gets and must not, or must and does not."""
    nodes = environment.nodes
    if environment.default.gpus:
        yield f"default.gpus must be 0: only components that name GPUs get them. Received: {environment.default.gpus}"
    for name in sorted({*environment.components, *GPU_COMPONENTS}):
        wanted = environment.resources(name)
        if name not in GPU_COMPONENTS and wanted.gpus:
            yield f"components.{name}.gpus must be 0: its image has no CUDA. Received: {wanted.gpus}"
        if name in GPU_COMPONENTS and bool(wanted.gpus) != (nodes.gpu is not None):
            rule = "at least 1, since nodes.gpu is a pool for it" if nodes.gpu else "0 without nodes.gpu"
            yield f"components.{name}.gpus must be {rule}. Received: {wanted.gpus}"
        if wanted.gpu_model is not None and nodes.gpu_model_label is None:
            yield f"components.{name}.gpu_model needs nodes.gpu_model_label, the node label that tells GPU models apart"


def _with_default(content: dict[str, Any]) -> Any:
    """Lay each component's entry over the default, so that a file states only what differs."""
    default, components = content.get("default"), content.get("components", {})
    if not isinstance(default, dict) or not isinstance(components, dict):
        return components
    return {name: default | entry if isinstance(entry, dict) else entry for name, entry in components.items()}


def pod_template(component: str, environment: Environment | str) -> dict[str, Any]:
    """Give the pod that Kubeflow makes of a component in an environment.

    Parameters
    ----------
    component : str
        Name of the component, such as ``train``.
    environment : Environment or str
        The environment, its name, or its file.

    Returns
    -------
    dict
        ``metadata`` (labels, annotations) and ``spec`` of the pod, without a name.
    """
    from iactflow.cluster.pod import pod_of

    if isinstance(environment, str):
        environment = read_environment(environment)
    return pod_of(component, environment)
