"""What an environment gives a component, in the words of Kubeflow's compiled pipelines."""

import math
from types import SimpleNamespace
from typing import Any

from iactflow.cluster.environment import Environment, Resources

#: Pod label with the name of the PriorityClass that a step asks for. Kubeflow's SDK cannot set a pod's
#: ``priorityClassName``; the chart's admission policy turns this label into it.
PRIORITY_LABEL = "iactflow.io/priority"
QUEUE_LABEL = "kueue.x-k8s.io/queue-name"
QUEUE_PRIORITY_LABEL = "kueue.x-k8s.io/priority-class"

#: Components that read ``s3://`` themselves: showers, and models to start from or to beat; the others get their inputs
#: from Kubeflow.
S3_READERS = ("ingest", "predict", "train", "evaluate")

#: Components that write checkpoints, which outlive their pods where the environment has a volume for them.
CHECKPOINTED = ("train", "distil")

#: Variables by which libraries learn how many threads to start.
THREADS = ("OMP_NUM_THREADS", "TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS")

#: Where volumes appear in a step's container.
CACHE = "/cache"
CHECKPOINTS = "/checkpoints"


def container_resources(component: str, environment: Environment) -> dict[str, Any]:
    """Give ``container.resources`` of a component's executor in a compiled pipeline.

    Parameters
    ----------
    component : str
        Name of the component.
    environment : Environment
        The environment.

    Returns
    -------
    dict
        Requests are left out: Kubernetes makes them equal to the limits, so that a step is the last to be evicted.
    """
    wanted = environment.resources(component)
    resources: dict[str, Any] = {"resourceCpuLimit": wanted.cpu, "resourceMemoryLimit": wanted.memory}
    if wanted.gpus:
        resources["accelerator"] = {
            "resourceType": environment.nodes.gpu_resource,
            "resourceCount": str(wanted.gpus),
        }
    return resources


def environment_variables(component: str, environment: Environment) -> dict[str, str]:
    """Give the variables that tell a component's step where its volumes and objects are."""
    # libraries count the node's cores, of which a pod may have few
    variables = dict.fromkeys(THREADS, str(_cores(environment.resources(component).cpu)))
    if environment.resources(component).cache is not None:
        variables["IACTFLOW_CACHE"] = CACHE
    if _keeps_checkpoints(component, environment):
        variables["IACTFLOW_CHECKPOINTS"] = CHECKPOINTS
    if component in S3_READERS and environment.object_store is not None:
        variables["AWS_ENDPOINT_URL"] = environment.object_store.endpoint
    return variables


def kubernetes_config(component: str, environment: Environment) -> dict[str, Any]:
    """Give the Kubernetes platform's part of a component's executor, made by kfp-kubernetes.

    Parameters
    ----------
    component : str
        Name of the component.
    environment : Environment
        The environment.

    Returns
    -------
    dict
        Selectors, tolerations, labels, volumes, pull secrets and security context as the compiled YAML holds them.
    """
    from kfp import kubernetes

    # kfp-kubernetes reads and writes nothing but this attribute; a real task exists only inside a pipeline function
    task: Any = SimpleNamespace(platform_config={})
    wanted = environment.resources(component)
    _place(task, component, environment)
    for label, value in _labels(wanted).items():
        kubernetes.add_pod_label(task, label, value)
    if wanted.shared_memory is not None:
        kubernetes.empty_dir_mount(task, "shared-memory", "/dev/shm", medium="Memory", size_limit=wanted.shared_memory)
    if wanted.cache is not None:
        kubernetes.empty_dir_mount(task, "cache", CACHE, size_limit=wanted.cache)
    if _keeps_checkpoints(component, environment):
        kubernetes.mount_pvc(task, str(environment.volumes.checkpoints), CHECKPOINTS)
        # a step that runs again finds its checkpoint by the run that it belongs to
        kubernetes.use_field_path_as_env(task, "IACTFLOW_RUN", "metadata.labels['pipeline/runid']")
    if component in S3_READERS and environment.object_store is not None:
        store = environment.object_store
        keys = {store.access_key: "AWS_ACCESS_KEY_ID", store.secret_key: "AWS_SECRET_ACCESS_KEY"}
        kubernetes.use_secret_as_env(task, store.secret, keys)
    if environment.images.pull_secrets:
        kubernetes.set_image_pull_secrets(task, environment.images.pull_secrets)
    kubernetes.set_image_pull_policy(task, environment.images.pull_policy)
    # Kubeflow makes only its own containers non-root; Pod Security "restricted" asks it of all
    kubernetes.set_security_context(task, run_as_non_root=True)
    return dict(task.platform_config["kubernetes"])


def _place(task: Any, component: str, environment: Environment) -> None:
    """Bind a step to its pool and, where it says so, to a model of GPU."""
    from kfp import kubernetes

    pool, nodes = environment.pool(component), environment.nodes
    if pool is not None:
        kubernetes.add_node_selector(task, str(nodes.pool_label), pool.label)
        for toleration in pool.tolerations:
            kubernetes.add_toleration(task, **toleration.model_dump(exclude_none=True))
    model = environment.resources(component).gpu_model
    if model is not None:
        kubernetes.add_node_selector(task, str(nodes.gpu_model_label), model)


def _cores(quantity: str) -> int:
    """Turn a quantity such as ``2`` or ``500m`` into whole cores, at least one."""
    return max(1, math.ceil(int(quantity[:-1]) / 1000 if quantity.endswith("m") else float(quantity)))


def _labels(wanted: Resources) -> dict[str, str]:
    labels = {}
    if wanted.priority is not None:
        labels[PRIORITY_LABEL] = wanted.priority
    if wanted.queue is not None:
        labels[QUEUE_LABEL] = wanted.queue
        if wanted.priority is not None:
            labels[QUEUE_PRIORITY_LABEL] = wanted.priority
    return labels


def _keeps_checkpoints(component: str, environment: Environment) -> bool:
    return component in CHECKPOINTED and environment.volumes.checkpoints is not None
