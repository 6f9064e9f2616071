"""Steps as Kubeflow makes them of our components, on the pools of every environment that has GPUs; and who yields."""

import copy

import pytest
from pods import restricted_pod

from iactflow.cluster.environment import GPU_COMPONENTS, known_environments, pod_template, read_environment
from iactflow.components.readme import component_names

COMPONENTS = component_names()
WITH_GPUS = [name for name in known_environments() if read_environment(name).nodes.gpu is not None]


@pytest.fixture(scope="module")
def stack(cluster, namespace, install, charts):
    """The umbrella without its servers: priorities, their policy, and the claim for checkpoints."""
    off = [f"{part}.enabled=false" for part in ("kubeflow-pipelines", "mlflow", "minio", "database")]
    install(namespace, "iactflow", "--set", ",".join([*off, "checkpoints.enabled=true"]))
    yield namespace
    cluster.helm("uninstall", "iactflow", "--namespace", namespace, "--wait")


def node(name, labels, taints, gpu_resource=None):
    size = {"cpu": "64", "memory": "512Gi", "pods": "110", "ephemeral-storage": "2Ti"}
    if gpu_resource:
        size[gpu_resource] = "4"
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {
            "name": name,
            "annotations": {"kwok.x-k8s.io/node": "fake"},
            "labels": {"kubernetes.io/os": "linux", "kubernetes.io/arch": "amd64", **labels},
        },
        "spec": {"taints": taints},
        "status": {"allocatable": size, "capacity": size},
    }


@pytest.fixture(scope="module", params=WITH_GPUS)
def pools(cluster, request):
    """A CPU node and a GPU node as an environment describes its pools."""
    environment = read_environment(request.param)
    nodes = environment.nodes
    gpu_labels = {nodes.pool_label: nodes.gpu.label}
    model = environment.resources("train").gpu_model
    if model is not None:
        gpu_labels[nodes.gpu_model_label] = model
    taints = [
        {"key": each.key, "value": each.value or "present", "effect": each.effect} for each in nodes.gpu.tolerations
    ]
    cpu, gpu = f"{request.param}-cpu", f"{request.param}-gpu"
    cluster.apply(node(cpu, {nodes.pool_label: nodes.cpu.label}, []), node(gpu, gpu_labels, taints, nodes.gpu_resource))
    cluster.kubectl("wait", "--for=condition=Ready", f"node/{cpu}", f"node/{gpu}", "--timeout=60s")
    # The default nodes carry the laboratory's labels; only this environment's nodes are open now.
    cluster.kubectl("cordon", "cpu-0", "gpu-0")
    yield environment, cpu, gpu
    cluster.kubectl("delete", "node", cpu, gpu)
    cluster.kubectl("uncordon", "cpu-0", "gpu-0")


def start(cluster, pod, name, namespace):
    """Start a pod and wait until the scheduler has decided; give the node, or why there is none."""
    pod = copy.deepcopy(pod)
    pod |= {"apiVersion": "v1", "kind": "Pod"}
    pod["metadata"] |= {"name": name, "namespace": namespace}
    cluster.apply(pod)

    def decided():
        found = cluster.get("pod", name, "--namespace", namespace)
        for condition in found.get("status", {}).get("conditions", []):
            if condition["type"] == "PodScheduled":
                return found["spec"].get("nodeName") or condition["message"]
        return None

    try:
        return cluster.until(decided, f"the scheduler decides about {name}", seconds=30)
    finally:
        cluster.kubectl("delete", "pod", name, "--namespace", namespace, "--wait=true")


def test_there_are_environments_with_gpus():
    assert {"lab", "gke", "eks", "aks"} <= set(WITH_GPUS)


@pytest.mark.parametrize("component", COMPONENTS)
def test_training_lands_on_the_gpu_pool_and_nothing_else_does(cluster, stack, pools, component):
    environment, cpu, gpu = pools
    expected = gpu if component in GPU_COMPONENTS else cpu
    assert start(cluster, pod_template(component, environment), f"step-{component}", stack) == expected


def test_training_waits_when_there_are_not_enough_gpus(cluster, stack, pools):
    environment, _, _ = pools
    pod = pod_template("train", environment)
    for kind in pod["spec"]["containers"][0]["resources"].values():
        kind[environment.nodes.gpu_resource] = "5"
    assert f"Insufficient {environment.nodes.gpu_resource}" in start(cluster, pod, "greedy", stack)


def test_training_waits_without_its_toleration(cluster, stack, pools):
    environment, _, _ = pools
    pod = pod_template("train", environment)
    pod["spec"]["tolerations"] = []
    assert "untolerated taint" in start(cluster, pod, "intolerant", stack)


def test_a_step_gets_the_priority_that_its_label_names(cluster, stack):
    pod = pod_template("train", "lab")
    assert "priorityClassName" not in pod["spec"]
    pod |= {"apiVersion": "v1", "kind": "Pod"}
    pod["metadata"] |= {"name": "labelled", "namespace": stack}
    cluster.apply(pod)
    spec = cluster.get("pod", "labelled", "--namespace", stack)["spec"]
    assert (spec["priorityClassName"], spec["priority"], spec["preemptionPolicy"]) == (
        "iactflow-training",
        1000,
        "Never",
    )
    cluster.kubectl("delete", "pod", "labelled", "--namespace", stack)


def test_training_yields_its_gpus_to_a_pressing_step_and_comes_back(cluster, stack):
    training = pod_template("train", "lab")
    training["metadata"]["labels"] |= {"iactflow.io/runs-on": "true", "test": "training"}
    for kind in training["spec"]["containers"][0]["resources"].values():
        kind["nvidia.com/gpu"] = "4"
    # A Job stands for Argo, which cannot run here: it makes a new pod when one is taken away, as Argo's retry does.
    job = {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": {"name": "training", "namespace": stack},
        "spec": {
            "backoffLimit": 0,
            "podFailurePolicy": {
                "rules": [{"action": "Ignore", "onPodConditions": [{"type": "DisruptionTarget", "status": "True"}]}]
            },
            "template": training,
        },
    }
    cluster.apply(job)

    def running():
        pods = cluster.get("pods", "--namespace", stack, "--selector", "test=training")["items"]
        return {pod["metadata"]["name"] for pod in pods if pod["status"].get("phase") == "Running"}

    (first,) = cluster.until(running, "training runs")
    pressing = restricted_pod(
        "pressing",
        stack,
        nodeSelector=training["spec"]["nodeSelector"],
        tolerations=training["spec"]["tolerations"],
        priorityClassName="iactflow-high",
    )
    pressing["spec"]["containers"][0]["resources"] = {"limits": {"cpu": "1", "memory": "1Gi", "nvidia.com/gpu": "4"}}
    cluster.apply(pressing)
    cluster.kubectl("wait", "--for=condition=Ready", "pod/pressing", "--namespace", stack, "--timeout=60s")
    assert first not in running()
    events = cluster.get("events", "--namespace", stack)["items"]
    assert any(event["reason"] == "Preempted" and event["involvedObject"]["name"] == first for event in events)
    cluster.kubectl("delete", "pod", "pressing", "--namespace", stack, "--wait=true")
    (second,) = cluster.until(running, "training comes back")
    assert second != first
    cluster.kubectl("label", "pod", second, "--namespace", stack, "iactflow.io/runs-on-")
    cluster.kubectl("wait", "--for=condition=Complete", "job/training", "--namespace", stack, "--timeout=60s")
