from fractions import Fraction

import pytest
import yaml

TEAM = """global.teams=[{"name": "gamma", "members": [{"kind": "Group", "name": "g"}],
"quota": {"requests.nvidia.com/gpu": "4"}, "runnerAnnotations": {"a": "b"}}]"""


@pytest.mark.parametrize(
    ("part", "kind", "name"),
    [
        ("kubeflow-pipelines", "Deployment", "ml-pipeline"),
        ("mlflow", "Deployment", "mlflow"),
        ("minio", "StatefulSet", "minio"),
        ("database", "StatefulSet", "database"),
    ],
)
def test_parts_can_be_left_out(render, part, kind, name):
    assert render("iactflow").one(kind, name)
    others = render("iactflow", f"{part}.enabled=false")
    assert name not in {each["metadata"]["name"] for each in others.all(kind)}
    assert len(others) > 10


def test_priorities_and_who_preempts(render):
    objects = render("iactflow")
    found = {
        each["metadata"]["name"]: (each["value"], each["preemptionPolicy"]) for each in objects.all("PriorityClass")
    }
    assert found["iactflow-high"][1] == "PreemptLowerPriority"
    assert found["iactflow-normal"][1] == found["iactflow-training"][1] == "Never"
    assert found["iactflow-high"][0] > found["iactflow-normal"][0] > found["iactflow-training"][0]
    assert not any(each["globalDefault"] for each in objects.all("PriorityClass"))
    assert not render("iactflow", "priorities.create=false").all("PriorityClass")


def test_a_label_becomes_a_priority_where_kubernetes_can(render):
    interface = ("admissionregistration.k8s.io/v1/MutatingAdmissionPolicy",)
    policy = render("iactflow", TEAM, interfaces=interface).one("MutatingAdmissionPolicy", "kfp-step-priority")
    constraints = policy["spec"]["matchConstraints"]
    assert constraints["namespaceSelector"]["matchExpressions"][0]["values"] == ["kfp", "gamma"]
    assert constraints["objectSelector"]["matchExpressions"][0]["values"] == [
        "iactflow-high",
        "iactflow-normal",
        "iactflow-training",
    ]
    assert not render("iactflow").all("MutatingAdmissionPolicy")
    off = render("iactflow", "priorities.fromLabel=false", interfaces=interface)
    assert not off.all("MutatingAdmissionPolicy")


def test_a_team_has_a_restricted_namespace_and_a_quota(render):
    objects = render("iactflow", TEAM, 'teamQuota.pods="3"')
    labels = objects.one("Namespace", "gamma")["metadata"]["labels"]
    assert labels["pod-security.kubernetes.io/enforce"] == "restricted"
    quota = objects.one("ResourceQuota", "team", "gamma")["spec"]["hard"]
    assert (quota["pods"], quota["requests.nvidia.com/gpu"]) == ("3", "4")
    assert objects.one("LimitRange", "team", "gamma")["spec"]["limits"][0]["type"] == "Container"


def test_one_teams_quota_is_not_anothers(render):
    teams = 'global.teams=[{"name": "a1", "quota": {"pods": "9"}}, {"name": "b1"}]'
    objects = render("iactflow", teams, 'teamQuota.pods="3"')
    assert objects.one("ResourceQuota", "team", "a1")["spec"]["hard"]["pods"] == "9"
    assert objects.one("ResourceQuota", "team", "b1")["spec"]["hard"]["pods"] == "3"


def test_a_teams_steps_have_their_own_account_prefix_and_policies(render):
    objects = render("iactflow", TEAM)
    assert objects.one("ServiceAccount", "pipeline-runner", "gamma")["metadata"]["annotations"] == {"a": "b"}
    launcher = objects.one("ConfigMap", "kfp-launcher", "gamma")["data"]
    assert launcher["defaultPipelineRoot"] == "minio://mlpipeline/teams/gamma/v2/artifacts"
    assert "minio.kfp.svc.cluster.local:9000" in launcher["providers"]
    repository = yaml.safe_load(objects.one("ConfigMap", "artifact-repositories", "gamma")["data"]["default"])
    assert repository["s3"]["keyFormat"].startswith("teams/gamma/logs/")
    assert objects.one("NetworkPolicy", "default-deny", "gamma")["spec"] == {
        "podSelector": {},
        "policyTypes": ["Ingress", "Egress"],
    }
    steps = objects.one("NetworkPolicy", "pipeline-steps", "gamma")["spec"]["egress"]
    api = {
        "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "kfp"}},
        "podSelector": {"matchLabels": {"app.kubernetes.io/name": "ml-pipeline"}},
    }
    assert {"to": [api], "ports": [{"protocol": "TCP", "port": 8887}]} in steps


def test_a_teams_key_is_the_same_for_the_store_and_for_its_steps(render):
    objects = render("iactflow", TEAM)
    ours = objects.one("Secret", "artifacts-gamma", "kfp")["data"]
    theirs = objects.one("Secret", "mlpipeline-minio-artifact", "gamma")["data"]
    assert ours == theirs
    assert ours["secretkey"] != objects.one("Secret", "mlpipeline-minio-artifact", "kfp")["data"]["secretkey"]


def test_keys_of_another_store_are_the_readers_to_make(render):
    objects = render("iactflow", TEAM, "minio.enabled=false")
    assert not [each for each in objects.all("Secret") if each["metadata"]["namespace"] == "gamma"]


def test_members_and_the_scheduler_act_for_the_team(render):
    binding = render("iactflow", TEAM).one("RoleBinding", "members", "gamma")
    assert binding["roleRef"]["name"] == "kfp-team-member"
    assert [(each["kind"], each["name"]) for each in binding["subjects"]] == [
        ("Group", "g"),
        ("ServiceAccount", "ml-pipeline-scheduledworkflow"),
    ]


def test_checkpoints_have_a_claim_wherever_steps_run(render):
    claim = '{"enabled": true, "name": "c", "size": "3Gi", "storageClass": "nfs", "accessMode": "ReadWriteMany"}'
    objects = render("iactflow", TEAM, f"checkpoints={claim}")
    found = [each for each in objects.all("PersistentVolumeClaim") if each["metadata"]["name"] == "c"]
    assert {each["metadata"]["namespace"] for each in found} == {"kfp", "gamma"}
    assert found[0]["spec"]["accessModes"] == ["ReadWriteMany"]
    assert found[0]["spec"]["storageClassName"] == "nfs"
    assert found[0]["spec"]["resources"]["requests"]["storage"] == "3Gi"


def cores(text):
    return Fraction(text.removesuffix("m")) / (1000 if text.endswith("m") else 1)


def mebibytes(text):
    return Fraction(text[:-2]) * {"Mi": 1, "Gi": 1024}[text[-2:]]


def test_the_laptop_leaves_room_for_a_step(render):
    """4 CPUs and 8 GiB hold the stack, Kubernetes itself (about 1 CPU and 1 GiB) and train's 2 CPUs and 4 GiB."""
    requests = [
        container["resources"]["requests"]
        for owner, _, spec in render("iactflow", files=("values-laptop.yaml",)).pods()
        if owner.startswith(("Deployment", "StatefulSet"))
        for container in spec["containers"]
    ]
    assert sum(cores(each["cpu"]) for each in requests) <= 1
    assert sum(mebibytes(each["memory"]) for each in requests) <= 2.5 * 1024


def test_production_stands_on_servers_elsewhere_and_survives_a_node(render):
    objects = render("iactflow", files=("values-production.yaml",))
    assert not objects.all("StatefulSet")
    assert not objects.all("Secret")
    replicas = {each["metadata"]["name"]: each["spec"]["replicas"] for each in objects.all("Deployment")}
    alone = {"ml-pipeline-persistenceagent", "ml-pipeline-scheduledworkflow"}
    assert all(count >= 2 for name, count in replicas.items() if name not in alone)
    assert len(objects.all("Ingress")) == 2
    assert all(each["spec"]["tls"] for each in objects.all("Ingress"))
