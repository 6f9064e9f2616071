"""The pod that Kubeflow's driver makes of a compiled component, for tests on a real scheduler.

Kubeflow keeps node selectors and GPU limits in the compiled pipeline and turns them into a pod only when a step
starts. This is the part of that translation (KFP 2.17.0, its driver's pod-spec patch and its compiler's security
context) which our environments use.
"""

from typing import Any

from iactflow.cluster.environment import Environment
from iactflow.cluster.images import reference
from iactflow.cluster.placement import container_resources, environment_variables, kubernetes_config


def pod_of(component: str, environment: Environment) -> dict[str, Any]:
    """Translate a component's compiled settings into a pod.

    Parameters
    ----------
    component : str
        Name of the component.
    environment : Environment
        The environment.

    Returns
    -------
    dict
        ``metadata`` and ``spec``; the container is called ``main`` as Argo calls it.
    """
    config = kubernetes_config(component, environment)
    volumes, mounts = _volumes(config)
    container: dict[str, Any] = {
        "name": "main",
        "image": reference(component, environment),
        "imagePullPolicy": config["imagePullPolicy"],
        "env": [
            *({"name": key, "value": value} for key, value in environment_variables(component, environment).items()),
            *(
                {"name": field["name"], "valueFrom": {"fieldRef": {"fieldPath": field["fieldPath"]}}}
                for field in config.get("fieldPathAsEnv", [])
            ),
            *(
                {"name": key["envVar"], "valueFrom": {"secretKeyRef": _secret_key(secret, key["secretKey"])}}
                for secret in config.get("secretAsEnv", [])
                for key in secret["keyToEnv"]
            ),
        ],
        "resources": _resources(container_resources(component, environment)),
        "volumeMounts": mounts,
        "securityContext": {
            "allowPrivilegeEscalation": False,
            "capabilities": {"drop": ["ALL"]},
            "seccompProfile": {"type": "RuntimeDefault"},
            **config["securityContext"],
        },
    }
    labels = {"pipelines.kubeflow.org/v2_component": "true", **config.get("podMetadata", {}).get("labels", {})}
    spec = {
        "restartPolicy": "Never",
        "containers": [container],
        "volumes": volumes,
        "nodeSelector": config.get("nodeSelector", {}).get("labels", {}),
        "tolerations": config.get("tolerations", []),
        "imagePullSecrets": [{"name": secret["secretName"]} for secret in config.get("imagePullSecret", [])],
    }
    return {"metadata": {"labels": labels}, "spec": spec}


def _resources(compiled: dict[str, Any]) -> dict[str, dict[str, str]]:
    limits = {"cpu": compiled["resourceCpuLimit"], "memory": compiled["resourceMemoryLimit"]}
    if "accelerator" in compiled:
        limits[compiled["accelerator"]["resourceType"]] = compiled["accelerator"]["resourceCount"]
    return {"limits": limits, "requests": dict(limits)}


def _secret_key(secret: dict[str, Any], key: str) -> dict[str, Any]:
    return {"name": secret["secretNameParameter"]["runtimeValue"]["constant"], "key": key, "optional": False}


def _volumes(config: dict[str, Any]) -> tuple[list[dict[str, Any]], list[dict[str, str]]]:
    volumes: list[dict[str, Any]] = []
    mounts = []
    for mount in config.get("emptyDirMounts", []):
        source = {"sizeLimit": mount["sizeLimit"]}
        if "medium" in mount:
            source["medium"] = mount["medium"]
        volumes.append({"name": mount["volumeName"], "emptyDir": source})
        mounts.append({"name": mount["volumeName"], "mountPath": mount["mountPath"]})
    for mount in config.get("pvcMount", []):
        claim = mount["pvcNameParameter"]["runtimeValue"]["constant"]
        volumes.append({"name": claim, "persistentVolumeClaim": {"claimName": claim}})
        mounts.append({"name": claim, "mountPath": mount["mountPath"]})
    return volumes, mounts
