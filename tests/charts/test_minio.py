import json


def configuration(objects):
    return objects.one("ConfigMap", "minio-setup")["data"]


TEAM = 'global.teams=[{"name": "gamma"}]'


def test_buckets_and_their_life_cycles_are_made(render):
    found = configuration(render("minio", 'buckets=[{"name": "one", "expire": [{"prefix": "a/", "days": 3}]}]'))
    assert "mc mb --ignore-existing store/one\n" in found["setup.sh"]
    assert "mc ilm rule import store/one" in found["setup.sh"]
    assert json.loads(found["lifecycle-one.json"])["Rules"] == [
        {"ID": "expire-0", "Status": "Enabled", "Filter": {"Prefix": "a/"}, "Expiration": {"Days": 3}}
    ]


def test_a_bucket_that_loses_its_rules_loses_them_in_the_store(render):
    script = configuration(render("minio", 'buckets=[{"name": "one", "expire": []}]'))["setup.sh"]
    assert "mc ilm rule rm --all --force store/one" in script
    assert "import" not in script


def test_an_account_may_use_its_buckets_alone(render):
    found = configuration(render("minio"))
    assert json.loads(found["policy-mlflow.json"])["Statement"] == [
        {"Effect": "Allow", "Action": ["s3:ListBucket"], "Resource": ["arn:aws:s3:::mlflow"]},
        {"Effect": "Allow", "Action": ["s3:GetBucketLocation"], "Resource": ["arn:aws:s3:::mlflow"]},
        {
            "Effect": "Allow",
            "Action": [
                "s3:GetObject",
                "s3:PutObject",
                "s3:DeleteObject",
                "s3:AbortMultipartUpload",
                "s3:ListMultipartUploadParts",
            ],
            "Resource": ["arn:aws:s3:::mlflow/*"],
        },
    ]


def test_a_team_may_use_its_prefix_alone(render):
    found = configuration(render("minio", TEAM, "teamExpireDays=7"))
    listing, _, objects = json.loads(found["policy-team-gamma.json"])["Statement"]
    assert listing["Condition"] == {"StringLike": {"s3:prefix": ["teams/gamma/*"]}}
    assert objects["Resource"] == ["arn:aws:s3:::mlpipeline/teams/gamma/*"]
    rules = json.loads(found["lifecycle-mlpipeline.json"])["Rules"]
    assert rules[-1]["Filter"] == {"Prefix": "teams/gamma/"}
    assert rules[-1]["Expiration"] == {"Days": 7}
    assert "teams/" not in found["lifecycle-mlflow.json"]


def test_another_content_is_another_job(render):
    def name(*settings):
        return render("minio", *settings).all("Job")[0]["metadata"]["name"]

    assert name() == name('persistence={"size": "9Gi"}')
    assert name() != name("teamExpireDays=7", TEAM)


def test_the_job_reads_the_keys_of_every_account(render):
    objects = render("minio", TEAM)
    mounts = {mount["mountPath"] for mount in objects.container("setup")["volumeMounts"]}
    accounts = ("minio-root", "mlpipeline-minio-artifact", "mlflow-artifacts", "artifacts-gamma")
    assert mounts >= {f"/etc/secrets/{name}" for name in accounts}


def test_secrets_are_made_unless_they_are_there(render):
    made = {each["metadata"]["name"]: set(each["data"]) for each in render("minio").all("Secret")}
    assert made == {
        "minio-root": {"username", "password"},
        "mlpipeline-minio-artifact": {"accesskey", "secretkey"},
        "mlflow-artifacts": {"accesskey", "secretkey"},
    }
    assert not render("minio", "createSecrets=false").all("Secret")


def test_server_has_its_root_account_and_region(render):
    environment = render("minio", 'rootSecret="r"', 'global.objectStore.region="eu"').environment("minio")
    assert environment["MINIO_ROOT_USER"] == "r/username"
    assert environment["MINIO_ROOT_PASSWORD"] == "r/password"
    assert environment["MINIO_REGION"] == "eu"


def test_service_has_the_store_and_the_console(render):
    ports = {port["name"]: port["port"] for port in render("minio").one("Service", "minio")["spec"]["ports"]}
    assert ports == {"s3": 9000, "console": 9001}


def test_claim_keeps_the_objects(render):
    claim = render("minio", 'persistence={"size": "1Ti"}').one("PersistentVolumeClaim", "minio")
    assert claim["spec"]["resources"]["requests"]["storage"] == "1Ti"


def test_steps_of_teams_reach_the_store(render):
    rules = render("minio", TEAM).one("NetworkPolicy", "minio")["spec"]["ingress"]
    sources = [source for rule in rules for source in rule["from"] if "namespaceSelector" in source]
    assert sources == [
        {
            "namespaceSelector": {
                "matchExpressions": [{"key": "kubernetes.io/metadata.name", "operator": "In", "values": ["gamma"]}]
            },
            "podSelector": {"matchExpressions": [{"key": "workflows.argoproj.io/workflow", "operator": "Exists"}]},
        }
    ]


def test_write_test_uses_an_account_without_root_rights(render):
    environment = render("minio").environment("buckets")
    assert environment["ACCESS_KEY"] == "mlpipeline-minio-artifact/accesskey"
