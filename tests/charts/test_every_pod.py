"""What holds for every pod of the stack, with every values file."""

import re
from pathlib import Path

import yaml
from policies import policies_of, selects

CHARTS = Path(__file__).parents[2] / "charts"


def test_pods_are_restricted_and_cannot_write_to_their_image(stack):
    pods = list(stack.pods())
    assert len(pods) >= 8
    for owner, _, spec in pods:
        assert spec["securityContext"]["runAsNonRoot"] is True, owner
        assert spec["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}, owner
        assert not {"hostNetwork", "hostPID", "hostIPC"} & set(spec), owner
        for container in [*spec.get("initContainers", []), *spec["containers"]]:
            security = container["securityContext"]
            assert security["allowPrivilegeEscalation"] is False, owner
            assert security["readOnlyRootFilesystem"] is True, owner
            assert security["capabilities"] == {"drop": ["ALL"]}, owner
            assert security["runAsUser"] >= 10000, owner
        for volume in spec.get("volumes", []):
            assert "hostPath" not in volume, owner


def test_containers_state_what_they_take_and_how_they_are(stack):
    for owner, _, spec in stack.pods():
        for container in [*spec.get("initContainers", []), *spec["containers"]]:
            for kind in ("requests", "limits"):
                assert set(container["resources"][kind]) == {"cpu", "memory"}, owner
        if owner.startswith(("Deployment", "StatefulSet")) and "agent" not in owner:
            for container in spec["containers"]:
                assert {"readinessProbe", "livenessProbe"} <= set(container), owner


def test_images_have_a_registry_and_a_version(stack):
    for owner, _, spec in stack.pods():
        for container in [*spec.get("initContainers", []), *spec["containers"]]:
            assert re.fullmatch(r"[a-z0-9.]+\.[a-z]+/[a-z0-9/_-]+:v?[A-Z]*[.0-9][\w.-]*", container["image"]), owner


def test_policies_cover_every_pod_and_close_both_directions(stack):
    for owner, labels, _ in stack.pods():
        own = [
            policy
            for policy in policies_of(stack.all("NetworkPolicy"), labels, "kfp")
            if policy["metadata"]["name"] != "default-deny"
        ]
        assert len(own) == 1, owner
        assert own[0]["spec"]["policyTypes"] == ["Ingress", "Egress"], owner


def test_what_one_pod_may_send_another_may_receive(stack):
    """A rule on one side alone is a connection that hangs: go through every egress rule to a component of the stack."""
    pods = {labels["app.kubernetes.io/name"]: labels for _, labels, _ in stack.pods()}
    checked = 0
    for policy in stack.all("NetworkPolicy"):
        if policy["metadata"]["namespace"] != "kfp":
            continue
        for rule in policy["spec"].get("egress", []):
            for peer in rule["to"]:
                target = peer.get("podSelector", {}).get("matchLabels", {}).get("app.kubernetes.io/name")
                if target not in pods:
                    continue
                port = rule["ports"][0]["port"]
                if policy["metadata"]["name"] == "pipeline-steps":
                    sender = {"workflows.argoproj.io/workflow": "x"}
                else:
                    sender = pods[policy["spec"]["podSelector"]["matchLabels"]["app.kubernetes.io/name"]]
                entries = [
                    entry
                    for own in policies_of(stack.all("NetworkPolicy"), pods[target], "kfp")
                    for entry in own["spec"].get("ingress", [])
                    if entry["ports"][0]["port"] == port
                ]
                assert any(
                    "namespaceSelector" not in source and selects(source["podSelector"], sender)
                    for entry in entries
                    for source in entry["from"]
                ), f"{policy['metadata']['name']} to {target}:{port}"
                checked += 1
    assert checked >= 8


def test_long_lived_pods_have_a_disruption_budget(stack):
    budgets = [
        each["spec"]["selector"]["matchLabels"]["app.kubernetes.io/name"] for each in stack.all("PodDisruptionBudget")
    ]
    owners = {
        labels["app.kubernetes.io/name"] for owner, labels, _ in stack.pods() if not owner.startswith(("Pod", "Job"))
    }
    assert sorted(budgets) == sorted(owners)
    assert all(each["spec"]["maxUnavailable"] == 1 for each in stack.all("PodDisruptionBudget"))


def test_data_and_keys_outlive_the_release(stack):
    for kind in ("PersistentVolumeClaim", "Secret", "CustomResourceDefinition", "Namespace"):
        for each in stack.all(kind):
            assert each["metadata"]["annotations"]["helm.sh/resource-policy"] == "keep", each["metadata"]["name"]


def test_no_password_stands_in_the_charts():
    for path in CHARTS.rglob("values*.yaml"):
        if not path.is_symlink():
            text = yaml.safe_load(path.read_text())
            assert "minio123" not in str(text)
            assert not re.search(r"password'?: '[^']+'", str(text)), path


def test_what_mounts_a_secret_names_one_that_exists_or_is_to_be_made(stack):
    made = {each["metadata"]["name"] for each in stack.all("Secret")}
    needed = set()
    for _, _, spec in stack.pods():
        needed |= {volume["secret"]["secretName"] for volume in spec.get("volumes", []) if "secret" in volume}
        for container in spec["containers"]:
            for entry in container.get("env", []):
                if "secretKeyRef" in entry.get("valueFrom", {}):
                    needed.add(entry["valueFrom"]["secretKeyRef"]["name"])
    # With everything outside the cluster the four Secrets of docs/operations.md are the reader's to make.
    by_hand = {"database-pipelines", "database-mlflow", "mlpipeline-minio-artifact", "mlflow-artifacts"}
    assert needed - made == (set() if made else by_hand)
    assert not made or needed <= made
