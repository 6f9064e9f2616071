"""Laying an environment over a compiled pipeline: images, resources, nodes, retries, caching."""

from collections.abc import Iterator
from typing import Any

from iactflow.cluster.environment import Environment
from iactflow.cluster.images import reference
from iactflow.cluster.placement import container_resources, environment_variables, kubernetes_config

_SECONDS = 3600
#: Wait before the first retry; each further one waits twice as long.
_BACKOFF = "30s"


def apply_environment(spec: dict[str, Any], platform: dict[str, Any], environment: Environment) -> None:
    """Give every step of a compiled pipeline, nested ones included, what its environment says.

    Parameters
    ----------
    spec : dict
        Pipeline specification as compiled; changed in place.
    platform : dict
        Platform specification as compiled, possibly empty; changed in place.
    environment : Environment
        The environment.
    """
    deployment = platform.setdefault("platforms", {}).setdefault("kubernetes", {}).setdefault("deploymentSpec", {})
    configs = deployment.setdefault("executors", {})
    for label, component, container in containers(spec):
        container["image"] = reference(component, environment)
        container["resources"] = container_resources(component, environment)
        variables = environment_variables(component, environment)
        if variables:
            container["env"] = [{"name": name, "value": value} for name, value in variables.items()]
        configs[label] = kubernetes_config(component, environment)
    for task, component in steps(spec):
        resources = environment.resources(component)
        # Kubeflow counts the longest back-off from the step's first start, so it is how long a step may be retried at
        # all: the SDK's own hour would end the retries of every longer training
        task["retryPolicy"] = {
            "maxRetryCount": resources.retries,
            "backoffDuration": _BACKOFF,
            "backoffFactor": 2.0,
            "backoffMaxDuration": f"{round(resources.hours * _SECONDS)}s",
        }


def switch_caching_off(spec: dict[str, Any]) -> None:
    """Make every step of a compiled pipeline run, whatever ran before."""
    for tasks in _graphs(spec):
        for task in tasks.values():
            task["cachingOptions"] = {}


def caches(spec: dict[str, Any]) -> bool:
    """Tell whether any step of a compiled pipeline may take its outputs from an earlier run."""
    return any(task.get("cachingOptions", {}).get("enableCache", False) for task, _ in steps(spec))


def containers(spec: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Go through the containers of a compiled pipeline: executor's label, component's name, container."""
    for label, executor in spec["deploymentSpec"]["executors"].items():
        if "container" in executor:
            yield label, _function(executor["container"]), executor["container"]


def steps(spec: dict[str, Any]) -> Iterator[tuple[dict[str, Any], str]]:
    """Go through the tasks of a compiled pipeline that run a container: the task, the component's name."""
    names = {label: component for label, component, _ in containers(spec)}
    for _, task, label in _leaves(spec):
        if label in names:
            yield task, names[label]


def step_names(spec: dict[str, Any]) -> dict[str, str]:
    """Give the names of a compiled pipeline's steps as the dashboard shows them, by their key in the graph."""
    return {key: task["taskInfo"]["name"] for key, task, _ in _leaves(spec)}


def step_gpus(spec: dict[str, Any]) -> dict[str, int]:
    """Give how many GPUs each step of a compiled pipeline holds, by its key in the graph."""
    held = {
        label: int(container.get("resources", {}).get("accelerator", {}).get("resourceCount", 0))
        for label, _, container in containers(spec)
    }
    return {key: held.get(label, 0) for key, _, label in _leaves(spec)}


def _leaves(spec: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any], str]]:
    """Go through the tasks that are no groups, in the order in which they can run: key, task, executor's label."""
    found = _walk(spec, spec["root"]["dag"]["tasks"], set())
    # the exit handler's task waits for a group that stands in another graph
    yield from sorted(found, key=lambda leaf: "triggerPolicy" in leaf[1])


def _walk(spec: dict[str, Any], tasks: dict[str, Any], seen: set[str]) -> Iterator[tuple[str, dict[str, Any], str]]:
    """Go through a graph and the groups in it (loops, nested pipelines), each group once and in its place."""
    for key in _ordered(tasks):
        name = tasks[key]["componentRef"]["name"]
        component = spec["components"][name]
        if "dag" not in component:
            yield key, tasks[key], component["executorLabel"]
        elif name not in seen:
            seen.add(name)
            yield from _walk(spec, component["dag"]["tasks"], seen)


def _ordered(tasks: dict[str, Any]) -> list[str]:
    """Put the keys of a graph in an order in which each comes after those that it depends on."""
    done: list[str] = []
    while len(done) < len(tasks):
        done += [key for key in tasks if key not in done and set(tasks[key].get("dependentTasks", [])) <= set(done)]
    return done


def _graphs(spec: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield spec["root"]["dag"]["tasks"]
    for component in spec["components"].values():
        if "dag" in component:
            yield component["dag"]["tasks"]


def _function(container: dict[str, Any]) -> str:
    """Find which of our components a container runs; a second use of one has a numbered executor."""
    arguments = container["args"]
    return str(arguments[arguments.index("--function_to_execute") + 1])
