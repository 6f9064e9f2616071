"""API server, dashboard, agents and metadata."""

import json

import pytest
import yaml

TEAMS = 'global.teams=[{"name": "gamma"}]'


def configuration(objects):
    return json.loads(objects.one("ConfigMap", "ml-pipeline")["data"]["config.json"])


def test_mlflow_is_ours_and_gets_no_tokens(render):
    plugin = configuration(render("kubeflow-pipelines", 'mlflow.experiment="e"'))["plugins"]["mlflow"]
    assert plugin["endpoint"] == "http://mlflow.kfp.svc.cluster.local:5000"
    assert plugin["settings"] == {
        "authType": "none",
        "workspacesEnabled": False,
        "injectUserEnvVars": True,
        "defaultExperimentName": "e",
    }


def test_mlflow_elsewhere_and_not_at_all(render):
    objects = render(
        "kubeflow-pipelines",
        'mlflow.endpoint="https://mlflow.lab.example"',
        'mlflow.dashboard="https://kfp.lab.example"',
    )
    plugin = configuration(objects)["plugins"]["mlflow"]
    assert plugin["endpoint"] == "https://mlflow.lab.example"
    assert plugin["settings"]["kfpBaseURL"] == "https://kfp.lab.example"
    assert "plugins" not in configuration(render("kubeflow-pipelines", "mlflow.enabled=false"))


def test_the_file_takes_the_place_of_the_images_own(render):
    objects = render("kubeflow-pipelines")
    container = objects.container("ml-pipeline-api-server")
    assert {"name": "configuration", "mountPath": "/config"} in container["volumeMounts"]
    assert "--config=/config" in container["args"]
    assert "opendatahub" not in objects.one("ConfigMap", "ml-pipeline")["data"]["config.json"]
    assert not any("sampleconfig" in argument for argument in container["args"])


def test_database_and_store_are_where_the_values_say(render):
    store = '{"host": "s3.lab.example", "port": 443, "secure": true, "region": "eu", "bucket": "b-1"}'
    objects = render(
        "kubeflow-pipelines",
        f"global.objectStore={store}",
        'global.database={"host": "mysql.lab.example", "port": 3307}',
        'database={"name": "n", "metadataName": "m", "secret": "s", "extraParams": {"tls": "true"}}',
    )
    found = configuration(objects)
    assert found["DBConfig"]["MySQLConfig"] == {
        "Host": "mysql.lab.example",
        "Port": "3307",
        "DBName": "n",
        "GroupConcatMaxLen": "4194304",
        "ExtraParams": {"tls": "true"},
    }
    assert found["ObjectStoreConfig"] == {
        "Host": "s3.lab.example",
        "Port": "443",
        "Secure": "true",
        "Region": "eu",
        "BucketName": "b-1",
        "PipelinePath": "pipelines",
    }
    environment = objects.environment("ml-pipeline-api-server")
    assert environment["DBCONFIG_MYSQLCONFIG_PASSWORD"] == "s/password"
    assert environment["OBJECTSTORECONFIG_SECRETACCESSKEY"] == "mlpipeline-minio-artifact/secretkey"
    metadata = objects.container("metadata-grpc")["args"]
    assert {"--mysql_config_host=mysql.lab.example", "--mysql_config_port=3307", "--mysql_config_database=m"} <= set(
        metadata
    )
    dashboard = objects.environment("ml-pipeline-ui")
    assert (dashboard["MINIO_HOST"], dashboard["MINIO_PORT"], dashboard["MINIO_SSL"]) == (
        "s3.lab.example",
        "443",
        "true",
    )
    assert dashboard["MINIO_NAMESPACE"] == ""


def test_every_setting_without_which_the_server_ends_is_there(render):
    """KFP 2.17.0 ends with "Please specify flag" for each of these; its own manifests give some by service links."""
    found = configuration(render("kubeflow-pipelines"))
    assert {"DBDriverName", "InitConnectionTimeout"} <= set(found)
    assert "ConMaxLifeTime" in found["DBConfig"]
    assert "DBName" in found["DBConfig"]["MySQLConfig"]
    assert found["ML_PIPELINE_VISUALIZATIONSERVER_SERVICE_HOST"].endswith(".invalid")
    assert "ML_PIPELINE_VISUALIZATIONSERVER_SERVICE_PORT" in found


def test_steps_run_as_non_root_unless_the_values_say_otherwise(render):
    key = "DEFAULT_SECURITY_CONTEXT_RUN_AS_NON_ROOT"
    assert configuration(render("kubeflow-pipelines"))[key] == "true"
    assert key not in configuration(render("kubeflow-pipelines", "workflows.runAsNonRoot=false"))


def test_cache_and_time_zone_are_settings_of_the_server(render):
    objects = render("kubeflow-pipelines", "apiServer.cache=false", 'scheduledWorkflow.timeZone="Europe/Berlin"')
    assert configuration(objects)["CacheEnabled"] == "false"
    assert configuration(objects)["CRON_SCHEDULE_TIMEZONE"] == "Europe/Berlin"
    assert objects.environment("scheduledworkflow")["CRON_SCHEDULE_TIMEZONE"] == "Europe/Berlin"


def test_one_team_means_one_namespace_and_no_question_who_asks(render):
    objects = render("kubeflow-pipelines")
    assert "MULTIUSER" not in configuration(objects)
    assert "--namespace=kfp" in objects.container("persistenceagent")["args"]
    assert "--namespace=kfp" in objects.container("scheduledworkflow")["args"]
    assert "ENABLE_AUTHZ" not in objects.environment("ml-pipeline-ui")
    assert objects.one("Role", "ml-pipeline")["metadata"]["namespace"] == "kfp"


def test_teams_mean_all_namespaces_and_a_name_for_every_request(render):
    objects = render("kubeflow-pipelines", TEAMS, 'apiServer.userHeader={"name": "x-user", "prefix": "p:"}')
    found = configuration(objects)
    assert (found["MULTIUSER"], found["KUBEFLOW_USERID_HEADER"], found["KUBEFLOW_USERID_PREFIX"]) == (
        "true",
        "x-user",
        "p:",
    )
    assert "--namespace=" in objects.container("persistenceagent")["args"]
    scheduler = objects.container("scheduledworkflow")["args"]
    assert "--userIdentityHeader=x-user" in scheduler
    assert "--userIdentityValue=p:system:serviceaccount:kfp:ml-pipeline-scheduledworkflow" in scheduler
    dashboard = objects.environment("ml-pipeline-ui")
    assert (dashboard["ENABLE_AUTHZ"], dashboard["KUBEFLOW_USERID_HEADER"]) == ("true", "x-user")
    role = objects.one("ClusterRole", "kfp-ml-pipeline")
    assert {"apiGroups": ["authentication.k8s.io"], "resources": ["tokenreviews"], "verbs": ["create"]} in role["rules"]
    binding = objects.one("ClusterRoleBinding", "kfp-ml-pipeline")
    assert binding["subjects"] == [{"kind": "ServiceAccount", "name": "ml-pipeline", "namespace": "kfp"}]


@pytest.mark.parametrize("agent", ["persistenceagent", "scheduledworkflow"])
def test_agents_are_alone_and_have_the_token_that_the_server_takes(render, agent):
    deployment = render("kubeflow-pipelines").one("Deployment", f"ml-pipeline-{agent}")["spec"]
    assert deployment["replicas"] == 1
    assert deployment["strategy"] == {"type": "Recreate"}
    token = deployment["template"]["spec"]["volumes"][0]["projected"]["sources"][0]["serviceAccountToken"]
    assert token == {"path": f"{agent}-sa-token", "expirationSeconds": 3600, "audience": "pipelines.kubeflow.org"}


def test_names_that_compiled_steps_call_do_not_change(render):
    objects = render("kubeflow-pipelines")
    ports = {
        name: {port["name"]: port["port"] for port in objects.one("Service", name)["spec"]["ports"]}
        for name in ("ml-pipeline", "metadata-grpc-service", "ml-pipeline-ui")
    }
    assert ports == {
        "ml-pipeline": {"http": 8888, "grpc": 8887},
        "metadata-grpc-service": {"grpc": 8080},
        "ml-pipeline-ui": {"http": 80},
    }


def test_services_lead_to_pods(render):
    objects = render("kubeflow-pipelines")
    for service in objects.all("Service"):
        ports = {
            port["name"]
            for _, labels, spec in objects.pods()
            if service["spec"]["selector"].items() <= labels.items()
            for container in spec["containers"]
            for port in container["ports"]
        }
        assert {port["targetPort"] for port in service["spec"]["ports"]} <= ports, service["metadata"]["name"]


def test_envoy_speaks_to_the_metadata_server(render):
    objects = render("kubeflow-pipelines")
    envoy = yaml.safe_load(objects.one("ConfigMap", "metadata-envoy")["data"]["envoy.yaml"])["static_resources"]
    address = envoy["clusters"][0]["load_assignment"]["endpoints"][0]["lb_endpoints"][0]["endpoint"]["address"]
    assert address["socket_address"] == {"address": "metadata-grpc-service", "port_value": 8080}
    listener = envoy["listeners"][0]["address"]["socket_address"]["port_value"]
    assert listener == objects.container("metadata-envoy")["ports"][0]["containerPort"]
    assert objects.environment("ml-pipeline-ui")["METADATA_ENVOY_SERVICE_SERVICE_PORT"] == str(listener)


def test_replicas_are_as_the_values_say(render):
    objects = render("kubeflow-pipelines", "apiServer.replicas=3", "ui.replicas=4", "metadata.replicas=5")
    replicas = {each["metadata"]["name"]: each["spec"]["replicas"] for each in objects.all("Deployment")}
    assert replicas["ml-pipeline"] == 3
    assert replicas["ml-pipeline-ui"] == 4
    assert replicas["metadata-grpc"] == replicas["metadata-envoy"] == 5


def test_the_dashboard_is_reachable_from_outside_on_request_only(render):
    assert not render("kubeflow-pipelines").all("Ingress")
    objects = render(
        "kubeflow-pipelines",
        'ui.ingress={"enabled": true, "className": "", "host": "h.example", "tlsSecret": "t", "annotations": {}}',
        'global.networkPolicy.ingressNamespace="edge"',
    )
    assert objects.one("Ingress", "ml-pipeline-ui")["spec"]["tls"] == [{"hosts": ["h.example"], "secretName": "t"}]
    peer = {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "edge"}}}
    rules = objects.one("NetworkPolicy", "ml-pipeline-ui")["spec"]["ingress"]
    assert {"from": [peer], "ports": [{"protocol": "TCP", "port": 3000}]} in rules


def test_changed_configuration_restarts_the_server(render):
    def mark(*settings):
        template = render("kubeflow-pipelines", *settings).one("Deployment", "ml-pipeline")["spec"]["template"]
        return template["metadata"]["annotations"]["iactflow.io/configuration"]

    assert mark() != mark("apiServer.cache=false")
    assert mark() == mark("ui.replicas=2")
