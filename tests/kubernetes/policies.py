"""Which NetworkPolicies hold for a pod, as Kubernetes decides it."""

from typing import Any


def selects(selector: dict[str, Any], labels: dict[str, str]) -> bool:
    """Say whether a label selector matches labels."""
    matched = all(labels.get(key) == value for key, value in selector.get("matchLabels", {}).items())
    for rule in selector.get("matchExpressions", []):
        present = rule["key"] in labels
        matched &= {
            "In": labels.get(rule["key"]) in rule.get("values", []),
            "NotIn": labels.get(rule["key"]) not in rule.get("values", []),
            "Exists": present,
            "DoesNotExist": not present,
        }[rule["operator"]]
    return matched


def policies_of(policies: list[dict[str, Any]], labels: dict[str, str], namespace: str) -> list[dict[str, Any]]:
    """Give the policies of a namespace that select a pod with these labels."""
    return [
        policy
        for policy in policies
        if policy["metadata"]["namespace"] == namespace and selects(policy["spec"]["podSelector"], labels)
    ]
