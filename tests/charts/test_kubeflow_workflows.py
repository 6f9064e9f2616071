"""Argo, the steps' rights and where their artifacts go."""

import yaml


def settings(objects, key):
    return yaml.safe_load(objects.one("ConfigMap", "workflow-controller-configmap")["data"][key])


def rules(objects, kind, name):
    return {
        (group, resource): (set(rule["verbs"]), rule.get("resourceNames"))
        for rule in objects.one(kind, name)["rules"]
        for group in rule["apiGroups"]
        for resource in rule["resources"]
    }


def test_steps_are_retried_always_but_not_when_they_can_only_fail_again(render):
    strategy = settings(render("kubeflow-pipelines", "workflows.retries=5"), "workflowDefaults")["spec"][
        "templateDefaults"
    ]
    assert strategy == {
        "retryStrategy": {
            "limit": "5",
            "retryPolicy": "Always",
            "expression": 'not (lastRetry.message contains "iactflow:final")',
        }
    }


def test_workflows_go_after_their_time_and_start_with_their_priority(render):
    objects = render("kubeflow-pipelines", "workflows.ttlSeconds=600", 'workflows.priorityClass="high"')
    spec = settings(objects, "workflowDefaults")["spec"]
    assert spec["ttlStrategy"] == {"secondsAfterCompletion": 600}
    assert spec["podPriorityClassName"] == "high"
    assert "--ttlSecondsAfterWorkflowFinish=600" in objects.container("persistenceagent")["args"]
    assert "podPriorityClassName" not in settings(render("kubeflow-pipelines"), "workflowDefaults")["spec"]


def test_parallelism_is_limited_on_request(render):
    assert settings(render("kubeflow-pipelines", "workflows.parallelism=7"), "namespaceParallelism") == 7
    assert (
        "namespaceParallelism"
        not in render("kubeflow-pipelines").one("ConfigMap", "workflow-controller-configmap")["data"]
    )


def test_the_executor_beside_each_step_is_restricted_and_small(render):
    executor = settings(render("kubeflow-pipelines"), "executor")
    assert executor["securityContext"]["capabilities"] == {"drop": ["ALL"]}
    assert executor["securityContext"]["runAsNonRoot"] is True
    assert set(executor["resources"]) == {"requests", "limits"}


def test_the_dashboard_looks_for_logs_where_argo_puts_them(render):
    objects = render("kubeflow-pipelines")
    repository = settings(objects, "artifactRepository")
    environment = objects.environment("ml-pipeline-ui")
    assert repository["archiveLogs"] is True
    assert repository["s3"]["keyFormat"] == environment["ARGO_KEYFORMAT"]
    assert repository["s3"]["bucket"] == environment["ARGO_ARCHIVE_BUCKETNAME"] == "mlpipeline"
    assert repository["s3"]["endpoint"] == "minio.kfp.svc.cluster.local:9000"
    own = yaml.safe_load(objects.one("ConfigMap", "artifact-repositories")["data"]["default"])
    assert own == repository


def test_the_controller_watches_its_namespace_and_with_teams_all(render):
    assert "--namespaced" in render("kubeflow-pipelines").container("workflow-controller")["args"]
    teams = render("kubeflow-pipelines", 'global.teams=[{"name": "gamma"}]')
    assert "--namespaced" not in teams.container("workflow-controller")["args"]
    assert rules(teams, "ClusterRole", "kfp-workflow-controller")["", "namespaces"][0] == {"get", "list", "watch"}
    assert not render("kubeflow-pipelines").all("ClusterRole")


def test_nobody_reads_other_secrets(render):
    for settings_of in ((), ('global.teams=[{"name": "gamma"}]',)):
        objects = render("kubeflow-pipelines", *settings_of)
        roles = [*objects.all("Role"), *objects.all("ClusterRole")]
        assert len(roles) == 7
        for role in roles:
            for rule in role["rules"]:
                assert "*" not in [*rule["verbs"], *rule["resources"], *rule["apiGroups"]], role["metadata"]["name"]
                if "secrets" in rule["resources"]:
                    assert rule["resourceNames"] == ["mlpipeline-minio-artifact"], role["metadata"]["name"]
                    assert rule["verbs"] == ["get"], role["metadata"]["name"]


def test_the_runner_may_do_what_a_step_needs_and_no_more(render):
    assert rules(render("kubeflow-pipelines"), "Role", "pipeline-runner") == {
        ("argoproj.io", "workflowtaskresults"): ({"create", "patch"}, None),
        ("", "configmaps"): ({"get"}, ["kfp-launcher"]),
        ("", "secrets"): ({"get"}, ["mlpipeline-minio-artifact"]),
        ("", "pods"): ({"get"}, None),
        ("", "persistentvolumeclaims"): ({"get", "create", "delete"}, None),
    }


def test_the_launcher_finds_the_store_and_the_key(render):
    store = '{"host": "s3.lab.example", "port": 443, "secure": true, "region": "eu", "bucket": "b-1"}'
    objects = render("kubeflow-pipelines", f"global.objectStore={store}", 'artifactSecret="keys"')
    launcher = objects.one("ConfigMap", "kfp-launcher")["data"]
    assert launcher["defaultPipelineRoot"] == "minio://b-1/v2/artifacts"
    assert yaml.safe_load(launcher["providers"])["minio"]["default"] == {
        "endpoint": "s3.lab.example:443",
        "region": "eu",
        "disableSSL": False,
        "credentials": {
            "fromEnv": False,
            "secretRef": {"secretName": "keys", "accessKeyKey": "accesskey", "secretKeyKey": "secretkey"},
        },
    }
    assert rules(objects, "Role", "pipeline-runner")["", "secrets"] == ({"get"}, ["keys"])


def test_the_runner_takes_a_cloud_role(render):
    objects = render("kubeflow-pipelines", 'runner.annotations={"eks.amazonaws.com/role-arn": "arn:x"}')
    account = objects.one("ServiceAccount", "pipeline-runner")
    assert account["metadata"]["annotations"] == {"eks.amazonaws.com/role-arn": "arn:x"}


def test_steps_reach_the_internet_only_where_values_say(render):
    def cidrs(*settings_of):
        policy = render("kubeflow-pipelines", *settings_of).one("NetworkPolicy", "pipeline-steps")
        return [
            peer["ipBlock"]["cidr"]
            for rule in policy["spec"]["egress"]
            for peer in rule["to"]
            if "ipBlock" in peer and rule["ports"] == [{"protocol": "TCP", "port": 443}]
        ]

    assert cidrs() == []
    assert cidrs('global.networkPolicy.stepCidrs=["198.51.100.0/24"]') == ["198.51.100.0/24"]


def test_kubernetes_is_reached_at_its_own_address(render):
    policy = render(
        "kubeflow-pipelines",
        'global.networkPolicy.kubernetesCidr="10.0.0.1/32"',
        "global.networkPolicy.kubernetesPorts=[6443]",
    ).one("NetworkPolicy", "workflow-controller")
    assert {"to": [{"ipBlock": {"cidr": "10.0.0.1/32"}}], "ports": [{"protocol": "TCP", "port": 6443}]} in policy[
        "spec"
    ]["egress"]


def test_definitions_are_there_and_can_be_left_to_another_installation(render):
    kinds = {each["spec"]["names"]["kind"] for each in render("kubeflow-pipelines").all("CustomResourceDefinition")}
    assert kinds == {
        "Workflow",
        "WorkflowTaskResult",
        "WorkflowTaskSet",
        "WorkflowArtifactGCTask",
        "WorkflowTemplate",
        "ClusterWorkflowTemplate",
        "CronWorkflow",
        "ScheduledWorkflow",
    }
    assert not render("kubeflow-pipelines", "crds=false").all("CustomResourceDefinition")


def test_the_controller_leads_alone_among_its_replicas(render):
    objects = render("kubeflow-pipelines", "argo.replicas=2", 'workflows.requeueTime="3s"')
    assert objects.one("Deployment", "workflow-controller")["spec"]["replicas"] == 2
    assert rules(objects, "Role", "workflow-controller-leader") == {
        ("coordination.k8s.io", "leases"): ({"create", "get", "update"}, None)
    }
    assert objects.environment("workflow-controller")["DEFAULT_REQUEUE_TIME"] == "3s"
