"""Pods as tests need them."""

from typing import Any


def restricted_pod(name: str, namespace: str, **spec: Any) -> dict[str, Any]:
    """Give a pod that Pod Security lets in."""
    security = {
        "runAsNonRoot": True,
        "allowPrivilegeEscalation": False,
        "capabilities": {"drop": ["ALL"]},
        "seccompProfile": {"type": "RuntimeDefault"},
    }
    container = {"name": "main", "image": "example.org/none:1", "securityContext": security}
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "namespace": namespace, "labels": {"iactflow.io/runs-on": "true"}},
        "spec": {"restartPolicy": "Never", "containers": [container], **spec},
    }
