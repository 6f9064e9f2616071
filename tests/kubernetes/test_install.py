"""Install, test, upgrade, roll back and uninstall on a real API server, with Pod Security "restricted" enforced."""

from pathlib import Path

import pytest
import yaml
from policies import policies_of

UMBRELLA = Path(__file__).parents[2] / "charts" / "iactflow"
LAPTOP = str(UMBRELLA / "values-laptop.yaml")
PRODUCTION = str(UMBRELLA / "values-production.yaml")

#: What docs/operations.md has people make before a production installation.
HAND_MADE = {
    "database-pipelines": ("username", "password"),
    "database-mlflow": ("username", "password"),
    "mlpipeline-minio-artifact": ("accesskey", "secretkey"),
    "mlflow-artifacts": ("accesskey", "secretkey"),
}


def make_secrets(cluster, namespace):
    for name, keys in HAND_MADE.items():
        data = {key: "value" for key in keys}
        metadata = {"name": name, "namespace": namespace}
        cluster.apply({"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "stringData": data})


def workloads(cluster, namespace):
    """Give how many pods are wanted and how many are ready, by workload."""
    return {
        each["metadata"]["name"]: (each["spec"]["replicas"], each["status"].get("readyReplicas", 0))
        for each in cluster.get("deployments,statefulsets", "--namespace", namespace)["items"]
    }


def ready_workloads(cluster, namespace):
    """Wait until all wanted pods are ready, and give how many by workload: kwok may lag on a busy machine."""
    found = cluster.until(
        lambda: (
            (now := workloads(cluster, namespace)) and all(wanted == ready for wanted, ready in now.values()) and now
        ),
        f"all pods in {namespace} are ready",
    )
    return {name: ready for name, (_, ready) in found.items()}


def refusals(cluster, namespace):
    events = cluster.get("events", "--namespace", namespace)["items"]
    return [event["message"] for event in events if event["reason"] == "FailedCreate"]


@pytest.fixture(scope="module")
def empty(cluster):
    """A restricted namespace in which nothing was ever installed."""
    cluster.kubectl("create", "namespace", "empty")
    cluster.kubectl("label", "namespace", "empty", "pod-security.kubernetes.io/enforce=restricted")
    return "empty"


@pytest.mark.parametrize("files", [(), ("laptop",), ("production",), ("laptop", "teams")])
def test_every_object_passes_the_api_servers_strict_validation(cluster, empty, files):
    """Helm lets unknown fields pass; here each object is checked as a whole, and admitted, without being stored."""
    chosen = [argument for name in files for argument in ("--values", str(UMBRELLA / f"values-{name}.yaml"))]
    interface = ["--api-versions", "admissionregistration.k8s.io/v1/MutatingAdmissionPolicy"]
    rendered = cluster.helm("template", "iactflow", str(UMBRELLA), "--namespace", empty, *interface, *chosen)
    # Nothing can be put into the teams' namespaces before they are there.
    objects = [each for each in yaml.safe_load_all(rendered) if each]
    here = [each for each in objects if each["metadata"].get("namespace") in (None, empty)]
    assert len(here) > 40
    manifest = yaml.safe_dump_all(here)
    printed = cluster.kubectl("apply", "--dry-run=server", "--validate=strict", "--filename=-", stdin=manifest)
    assert printed.count("(server dry run)") == len(here)


@pytest.mark.parametrize("chart", ["database", "minio", "mlflow", "kubeflow-pipelines"])
def test_each_chart_installs_alone_and_leaves(cluster, install, chart):
    namespace = f"alone-{chart}"
    cluster.kubectl("create", "namespace", namespace)
    cluster.kubectl("label", "namespace", namespace, "pod-security.kubernetes.io/enforce=restricted")
    make_secrets(cluster, namespace)
    created = "createSecrets" in (UMBRELLA.parent / chart / "values.yaml").read_text()
    install(
        namespace, chart, *(("--set", "createSecrets=false") if created else ()), "--set", "global.clusterDomain=lab"
    )
    assert ready_workloads(cluster, namespace)
    assert not refusals(cluster, namespace)
    cluster.helm("uninstall", "iactflow", "--namespace", namespace, "--wait")
    assert not workloads(cluster, namespace)


@pytest.fixture(scope="module")
def laptop(cluster, install, namespace):
    install(namespace, "iactflow", "--values", LAPTOP)
    return namespace


def test_the_laptops_stack_comes_up(cluster, laptop):
    found = ready_workloads(cluster, laptop)
    assert len(found) == 10
    assert set(found.values()) == {1}
    assert not refusals(cluster, laptop)
    claims = cluster.get("pvc", "--namespace", laptop)["items"]
    assert {claim["status"]["phase"] for claim in claims} == {"Bound"}


def test_every_pod_is_covered_by_a_policy(cluster, laptop):
    policies = cluster.get("networkpolicies", "--namespace", laptop)["items"]
    pods = cluster.get("pods", "--namespace", laptop)["items"]
    assert len(pods) >= 10
    for pod in pods:
        names = {policy["metadata"]["name"] for policy in policies_of(policies, pod["metadata"]["labels"], laptop)}
        assert len(names - {"default-deny"}) == 1, pod["metadata"]["name"]


def test_the_tests_of_the_release_run(cluster, laptop):
    printed = cluster.helm("test", "iactflow", "--namespace", laptop, "--timeout", "60s")
    assert printed.count("Phase:          Succeeded") == 4


def test_an_upgrade_changes_what_it_should_and_a_rollback_changes_it_back(cluster, install, laptop):
    def state():
        server = cluster.get("deployment", "mlflow", "--namespace", laptop)["spec"]
        secrets = cluster.get("secrets", "--namespace", laptop)["items"]
        keys = {each["metadata"]["name"]: each["data"] for each in secrets if "helm.sh" not in each["type"]}
        claims = cluster.get("pvc", "--namespace", laptop)["items"]
        return server["replicas"], keys, {each["metadata"]["uid"] for each in claims}

    before = state()
    install(laptop, "iactflow", "--values", LAPTOP, "--set", "mlflow.replicas=2")
    assert state() == (2, *before[1:])
    cluster.helm("rollback", "iactflow", "--namespace", laptop, "--wait", "--timeout", "60s")
    assert state() == before


def test_data_keys_and_definitions_outlive_the_release(cluster, install, laptop):
    def secrets():
        found = cluster.get("secrets", "--namespace", laptop)["items"]
        return {each["metadata"]["name"]: each["data"] for each in found if "helm.sh" not in each["type"]}

    before = secrets()
    assert len(before) == 6
    cluster.helm("uninstall", "iactflow", "--namespace", laptop, "--wait")
    assert not workloads(cluster, laptop)
    claims = {each["metadata"]["name"] for each in cluster.get("pvc", "--namespace", laptop)["items"]}
    assert claims == {"database", "minio"}
    assert secrets() == before
    cluster.kubectl("get", "crd", "workflows.argoproj.io", "scheduledworkflows.kubeflow.org")
    install(laptop, "iactflow", "--values", LAPTOP)
    assert secrets() == before
    cluster.helm("uninstall", "iactflow", "--namespace", laptop, "--wait")


def test_an_older_version_is_upgraded(cluster, install, charts, tmp_path):
    """An older version of our own: other versions of the parts, so that every workload changes under its claims."""
    namespace = "upgrade"
    cluster.kubectl("create", "namespace", namespace)
    cluster.kubectl("label", "namespace", namespace, "pod-security.kubernetes.io/enforce=restricted")
    cluster.helm("package", str(charts / "iactflow"), "--version", "0.0.9", "--destination", str(tmp_path))
    older = {
        "kubeflow-pipelines": {"apiServer": {"image": {"tag": "2.16.1"}}, "argo": {"image": {"tag": "v4.0.4"}}},
        "mlflow": {"image": {"tag": "v3.16.0-full"}},
        "minio": {"image": {"tag": "RELEASE.2025-07-23T15-54-02Z"}},
        "database": {"image": {"tag": "10.11.13"}},
    }
    (tmp_path / "older.yaml").write_text(yaml.safe_dump(older))
    install(namespace, tmp_path / "iactflow-0.0.9.tgz", "--values", LAPTOP, "--values", str(tmp_path / "older.yaml"))

    def images():
        found = cluster.get("deployments,statefulsets", "--namespace", namespace)["items"]
        return {each["metadata"]["name"]: each["spec"]["template"]["spec"]["containers"][0]["image"] for each in found}

    def claims():
        return {each["metadata"]["uid"] for each in cluster.get("pvc", "--namespace", namespace)["items"]}

    old, kept = images(), claims()
    assert old["database"].endswith(":10.11.13")
    install(namespace, "iactflow", "--values", LAPTOP, "--reset-values")
    assert images()["database"].endswith(":10.11.14")
    assert images()["ml-pipeline"].endswith(":2.17.0")
    assert len(ready_workloads(cluster, namespace)) == 10
    cluster.helm("rollback", "iactflow", "1", "--namespace", namespace, "--wait", "--timeout", "60s")
    assert images() == old
    assert claims() == kept
    cluster.helm("uninstall", "iactflow", "--namespace", namespace, "--wait")


def test_production_installs_on_servers_elsewhere(cluster, install):
    namespace = "production"
    cluster.kubectl("create", "namespace", namespace)
    cluster.kubectl("label", "namespace", namespace, "pod-security.kubernetes.io/enforce=restricted")
    make_secrets(cluster, namespace)
    install(namespace, "iactflow", "--values", PRODUCTION)
    found = ready_workloads(cluster, namespace)
    assert len(found) == 8
    assert found["ml-pipeline"] == 2
    assert not refusals(cluster, namespace)
    assert {each["metadata"]["name"] for each in cluster.get("pvc", "--namespace", namespace)["items"]} == {
        "iactflow-checkpoints"
    }
    cluster.helm("uninstall", "iactflow", "--namespace", namespace, "--wait")
    assert cluster.get("pvc", "--namespace", namespace)["items"]
