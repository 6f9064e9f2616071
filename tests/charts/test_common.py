import pytest


def test_registry_and_digest_make_the_reference(render):
    digest = "sha256:" + "a" * 64
    image = f'image={{"registry": "quay.io", "repository": "minio/minio", "tag": "T1", "digest": "{digest}"}}'
    objects = render("minio", image, 'global.imageRegistry="registry.lab.example"', 'global.imagePullSecrets=["house"]')
    assert objects.container("minio")["image"] == f"registry.lab.example/minio/minio:T1@{digest}"
    for _, _, spec in objects.pods():
        assert spec["imagePullSecrets"] == [{"name": "house"}]
        assert all(each["image"].startswith("registry.lab.example/") for each in spec["containers"])


def test_registry_reaches_the_images_that_kubeflow_starts_itself(render):
    objects = render("kubeflow-pipelines", 'global.imageRegistry="registry.lab.example"')
    environment = objects.environment("ml-pipeline-api-server")
    assert environment["V2_DRIVER_IMAGE"] == "registry.lab.example/kubeflow/kfp-driver:2.17.0"
    assert environment["V2_LAUNCHER_IMAGE"] == "registry.lab.example/kubeflow/kfp-launcher:2.17.0"
    assert (
        "--executor-image=registry.lab.example/argoproj/argoexec:v4.0.5"
        in objects.container("workflow-controller")["args"]
    )


@pytest.mark.parametrize(
    ("chart", "part", "owner"),
    [
        ("database", "", "StatefulSet/database"),
        ("minio", "", "StatefulSet/minio"),
        ("mlflow", "", "Deployment/mlflow"),
        ("kubeflow-pipelines", "apiServer.", "Deployment/ml-pipeline"),
        ("kubeflow-pipelines", "persistenceAgent.", "Deployment/ml-pipeline-persistenceagent"),
        ("kubeflow-pipelines", "scheduledWorkflow.", "Deployment/ml-pipeline-scheduledworkflow"),
        ("kubeflow-pipelines", "ui.", "Deployment/ml-pipeline-ui"),
        ("kubeflow-pipelines", "metadata.", "Deployment/metadata-grpc"),
        ("kubeflow-pipelines", "metadata.", "Deployment/metadata-envoy"),
        ("kubeflow-pipelines", "argo.", "Deployment/workflow-controller"),
    ],
)
def test_a_part_goes_where_its_values_say_and_takes_what_they_say(render, chart, part, owner):
    toleration = {"key": "dedicated", "operator": "Exists", "effect": "NoSchedule"}
    objects = render(
        chart,
        f'{part}nodeSelector={{"pool": "services"}}',
        f'{part}tolerations=[{{"key": "dedicated", "operator": "Exists", "effect": "NoSchedule"}}]',
        f'{part}resources.requests={{"cpu": "7m", "memory": "70Mi"}}',
        f'{part}resources.limits={{"cpu": "8m", "memory": "80Mi"}}',
    )
    spec = next(spec for name, _, spec in objects.pods() if name == owner)
    assert spec["nodeSelector"] == {"pool": "services"}
    assert spec["tolerations"] == [toleration]
    assert spec["containers"][0]["resources"] == {
        "requests": {"cpu": "7m", "memory": "70Mi"},
        "limits": {"cpu": "8m", "memory": "80Mi"},
    }
    assert (
        spec["topologySpreadConstraints"][0]["labelSelector"]["matchLabels"]["app.kubernetes.io/name"]
        == owner.split("/")[1]
    )


def test_bare_hosts_are_services_of_the_release_and_others_stand(render):
    inside = render("mlflow", 'global.clusterDomain="lab"').environment("mlflow")
    assert (
        inside["MLFLOW_BACKEND_STORE_URI"]
        == "mysql+pymysql://$(DB_USER):$(DB_PASSWORD)@database.kfp.svc.lab:3306/mlflow"
    )
    outside = render("mlflow", 'global.database={"host": "mysql.lab.example", "port": 3307}')
    assert "@mysql.lab.example:3307/mlflow" in outside.environment("mlflow")["MLFLOW_BACKEND_STORE_URI"]
    rules = outside.one("NetworkPolicy", "mlflow")["spec"]["egress"]
    assert {"to": [{"ipBlock": {"cidr": "0.0.0.0/0"}}], "ports": [{"protocol": "TCP", "port": 3307}]} in rules


@pytest.mark.parametrize("chart", ["iactflow", "kubeflow-pipelines", "mlflow", "minio", "database"])
def test_policies_can_be_left_to_somebody_else(render, chart):
    assert render(chart).all("NetworkPolicy")
    assert not render(chart, "global.networkPolicy.enabled=false").all("NetworkPolicy")


def test_all_objects_live_in_the_namespace_of_the_release(render):
    cluster_wide = {"CustomResourceDefinition", "PriorityClass"}
    for each in render("iactflow"):
        assert each["metadata"].get("namespace") == (None if each["kind"] in cluster_wide else "kfp"), each["metadata"]
