import pytest


def arguments(objects):
    return dict(each.split("=", 1) for each in objects.container("mlflow")["args"] if "=" in each)


def test_artifacts_go_through_the_server(render):
    objects = render("mlflow", 'artifacts={"bucket": "bucket", "prefix": "p", "secret": "s"}')
    assert "--serve-artifacts" in objects.container("mlflow")["args"]
    assert arguments(objects)["--artifacts-destination"] == "s3://bucket/p"
    environment = objects.environment("mlflow")
    assert environment["MLFLOW_S3_ENDPOINT_URL"] == "http://minio.kfp.svc.cluster.local:9000"
    assert environment["AWS_ACCESS_KEY_ID"] == "s/accesskey"
    assert environment["AWS_SECRET_ACCESS_KEY"] == "s/secretkey"


def test_another_store_is_spoken_to_by_tls(render):
    store = '{"host": "s3.lab.example", "port": 443, "secure": true, "region": "eu", "bucket": "b-1"}'
    environment = render("mlflow", f"global.objectStore={store}").environment("mlflow")
    assert environment["MLFLOW_S3_ENDPOINT_URL"] == "https://s3.lab.example:443"
    assert environment["AWS_DEFAULT_REGION"] == "eu"


def test_hosts_are_allowed_by_every_name_of_the_service(render):
    objects = render("mlflow", 'allowedHosts=["ml:1"]', "ingress.enabled=true", 'ingress.host="mlflow.lab.example"')
    assert arguments(objects)["--allowed-hosts"].split(",") == [
        "mlflow:5000",
        "mlflow.kfp:5000",
        "mlflow.kfp.svc:5000",
        "mlflow.kfp.svc.cluster.local:5000",
        "ml:1",
        "mlflow.lab.example",
    ]


def test_the_ingress_host_is_allowed_only_with_an_ingress(render):
    assert "mlflow.example.org" not in arguments(render("mlflow"))["--allowed-hosts"]


@pytest.mark.parametrize("probe", ["startupProbe", "readinessProbe", "livenessProbe"])
def test_probes_follow_the_prefix(render, probe):
    assert render("mlflow").container("mlflow")[probe]["httpGet"]["path"] == "/health"
    objects = render("mlflow", 'staticPrefix="/mlflow"')
    assert objects.container("mlflow")[probe]["httpGet"]["path"] == "/mlflow/health"
    assert arguments(objects)["--static-prefix"] == "/mlflow"
    assert ":5000/mlflow/api/" in objects.container("health")["args"][0]


def test_the_schema_is_brought_up_to_date_before_the_server_starts(render):
    objects = render("mlflow", 'database={"name": "d", "secret": "s", "options": "?x=1"}')
    migrate = objects.one("Deployment", "mlflow")["spec"]["template"]["spec"]["initContainers"][0]
    assert "mlflow db upgrade" in migrate["args"][0]
    uri = "mysql+pymysql://$(DB_USER):$(DB_PASSWORD)@database.kfp.svc.cluster.local:3306/d?x=1"
    assert {"name": "MLFLOW_BACKEND_STORE_URI", "value": uri} in migrate["env"]
    assert objects.environment("mlflow")["MLFLOW_BACKEND_STORE_URI"] == uri
    assert objects.environment("mlflow")["DB_PASSWORD"] == "s/password"


def test_sizes_and_numbers_reach_the_pod(render):
    objects = render("mlflow", "replicas=3", "workers=5", "keepAliveSeconds=9", 'temporarySize="7Gi"')
    deployment = objects.one("Deployment", "mlflow")["spec"]
    assert deployment["replicas"] == 3
    assert arguments(objects)["--workers"] == "5"
    assert arguments(objects)["--uvicorn-opts"] == "--timeout-keep-alive 9"
    assert {"name": "temporary", "emptyDir": {"sizeLimit": "7Gi"}} in deployment["template"]["spec"]["volumes"]


def test_image_has_the_drivers(render):
    assert render("mlflow").container("mlflow")["image"] == "ghcr.io/mlflow/mlflow:v3.17.2-full"
    named = '{"registry": "ghcr.io", "repository": "mlflow/mlflow", "tag": "v9"}'
    assert render("mlflow", f"image={named}").container("mlflow")["image"] == "ghcr.io/mlflow/mlflow:v9"


def test_ingress_has_tls_and_its_annotations(render):
    assert not render("mlflow").all("Ingress")
    objects = render(
        "mlflow",
        'ingress={"enabled": true, "className": "c", "host": "h.example", "tlsSecret": "t", "annotations": {"k": "v"}}',
    )
    ingress = objects.one("Ingress", "mlflow")
    assert ingress["metadata"]["annotations"] == {"k": "v"}
    assert ingress["spec"]["ingressClassName"] == "c"
    assert ingress["spec"]["tls"] == [{"hosts": ["h.example"], "secretName": "t"}]
    backend = ingress["spec"]["rules"][0]["http"]["paths"][0]["backend"]["service"]
    assert backend["port"]["name"] == objects.one("Service", backend["name"])["spec"]["ports"][0]["name"]
