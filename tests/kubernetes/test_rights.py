"""Who may do what, as the API server itself answers it; two teams on one installation."""

import json

import pytest
from pods import restricted_pod


@pytest.fixture(scope="module")
def teams(cluster, install, namespace, charts):
    umbrella = charts / "iactflow"
    values = ["--values", str(umbrella / "values-laptop.yaml"), "--values", str(umbrella / "values-teams.yaml")]
    install(namespace, "iactflow", *values)
    yield namespace
    cluster.helm("uninstall", "iactflow", "--namespace", namespace, "--wait")


def can(cluster, who, verb, resource, namespace):
    """Ask whether an account may do something."""
    asked = ["auth", "can-i", verb, resource, "--namespace", namespace, "--as", who]
    return cluster.kubectl(*asked, check=False).strip().endswith("yes")


def kubeflow_lets(cluster, who, verb, resource, namespace, groups=()):
    """Ask as Kubeflow's API server asks, about its own runs and pipelines, which Kubernetes has no objects for."""
    attributes = {"namespace": namespace, "verb": verb, "group": "pipelines.kubeflow.org", "resource": resource}
    review = {
        "apiVersion": "authorization.k8s.io/v1",
        "kind": "SubjectAccessReview",
        "spec": {"user": who, "groups": list(groups), "resourceAttributes": attributes},
    }
    answer = cluster.kubectl("create", "--filename=-", "--output=json", stdin=json.dumps(review))
    return json.loads(answer)["status"]["allowed"]


RUNNER_MAY = [
    ("create", "workflowtaskresults.argoproj.io"),
    ("get", "configmaps/kfp-launcher"),
    ("get", "secrets/mlpipeline-minio-artifact"),
    ("get", "pods"),
    ("create", "persistentvolumeclaims"),
]
RUNNER_MAY_NOT = [
    ("get", "secrets/database-root"),
    ("list", "secrets"),
    ("create", "pods"),
    ("create", "pods/exec"),
    ("delete", "pods"),
    ("create", "workflows.argoproj.io"),
    ("update", "configmaps/kfp-launcher"),
    ("create", "rolebindings.rbac.authorization.k8s.io"),
    ("impersonate", "users"),
]


@pytest.mark.parametrize("team", ["gamma", "simulation"])
def test_a_runner_may_do_what_its_steps_need(cluster, teams, team):
    runner = f"system:serviceaccount:{team}:pipeline-runner"
    assert [entry for entry in RUNNER_MAY if not can(cluster, runner, *entry, team)] == []
    assert [entry for entry in RUNNER_MAY_NOT if can(cluster, runner, *entry, team)] == []


def test_a_runner_has_no_rights_elsewhere(cluster, teams):
    runner = "system:serviceaccount:gamma:pipeline-runner"
    for namespace in ("simulation", teams, "kube-system"):
        assert [entry for entry in RUNNER_MAY if can(cluster, runner, *entry, namespace)] == []


def test_members_use_their_own_pipelines_alone(cluster, teams):
    ada, stranger = "ada@example.org", "eve@example.org"
    assert kubeflow_lets(cluster, ada, "create", "runs", "simulation")
    assert can(cluster, ada, "get", "pods/log", "simulation")
    assert not kubeflow_lets(cluster, ada, "create", "runs", "gamma")
    assert not can(cluster, ada, "get", "secrets/mlpipeline-minio-artifact", "simulation")
    assert not can(cluster, ada, "create", "pods", "simulation")
    assert not kubeflow_lets(cluster, stranger, "get", "runs", "gamma")
    assert kubeflow_lets(cluster, stranger, "get", "runs", "gamma", groups=["gamma-astronomy"])


@pytest.mark.parametrize(
    ("account", "may", "may_not"),
    [
        (
            "ml-pipeline",
            [("create", "workflows.argoproj.io"), ("get", "configmaps/kfp-launcher")],
            [("get", "secrets")],
        ),
        (
            "workflow-controller",
            [("create", "pods"), ("get", "secrets/mlpipeline-minio-artifact")],
            [("get", "secrets/database-root"), ("create", "rolebindings.rbac.authorization.k8s.io")],
        ),
        ("ml-pipeline-scheduledworkflow", [("create", "workflows.argoproj.io")], [("create", "pods")]),
        ("ml-pipeline-persistenceagent", [("watch", "workflows.argoproj.io")], [("delete", "pods")]),
        ("ml-pipeline-ui", [("get", "pods/log")], [("delete", "pods"), ("list", "secrets")]),
    ],
)
def test_the_platforms_own_accounts_reach_into_the_teams(cluster, teams, account, may, may_not):
    who = f"system:serviceaccount:{teams}:{account}"
    assert [entry for entry in may if not can(cluster, who, *entry, "gamma")] == []
    assert [entry for entry in may_not if can(cluster, who, *entry, "gamma")] == []


def test_agents_are_let_in_by_kubeflow(cluster, teams):
    account = f"system:serviceaccount:{teams}:ml-pipeline-"
    assert kubeflow_lets(cluster, f"{account}scheduledworkflow", "create", "runs", "gamma")
    assert kubeflow_lets(cluster, f"{account}persistenceagent", "report", "workflows", "gamma")
    assert not kubeflow_lets(cluster, f"{account}persistenceagent", "create", "runs", "gamma")


def test_a_teams_namespace_refuses_a_pod_that_could_harm_the_node(cluster, teams):
    pod = restricted_pod("root", "gamma")
    pod["spec"]["containers"][0]["securityContext"] = {"runAsUser": 0}
    said = cluster.apply(pod, check=False)
    assert 'violates PodSecurity "restricted:latest"' in said
    assert "allowPrivilegeEscalation != false" in said


def test_a_team_cannot_take_more_than_its_quota(cluster, teams):
    limits = {"cpu": "1", "memory": "1Gi", "nvidia.com/gpu": "5"}
    pod = restricted_pod("greedy", "gamma")
    pod["spec"]["containers"][0]["resources"] = {"limits": limits}
    said = cluster.apply(pod, check=False)
    assert "exceeded quota: team, requested: requests.nvidia.com/gpu=5" in said
    assert "limited: requests.nvidia.com/gpu=4" in said


def test_a_pod_that_states_nothing_gets_the_teams_defaults(cluster, teams):
    cluster.apply(restricted_pod("modest", "gamma"))
    resources = cluster.get("pod", "modest", "--namespace", "gamma")["spec"]["containers"][0]["resources"]
    assert resources == {"limits": {"cpu": "1", "memory": "512Mi"}, "requests": {"cpu": "100m", "memory": "128Mi"}}


def test_a_team_has_the_key_that_the_store_was_told(cluster, teams):
    ours = cluster.get("secret", "artifacts-gamma", "--namespace", teams)["data"]
    assert cluster.get("secret", "mlpipeline-minio-artifact", "--namespace", "gamma")["data"] == ours
