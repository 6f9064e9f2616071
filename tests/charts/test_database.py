def test_accounts_become_secrets_mounts_and_grants(render):
    objects = render("database", 'accounts=[{"secret": "one", "username": "alpha", "databases": ["first", "second"]}]')
    assert {each["metadata"]["name"] for each in objects.all("Secret")} == {"database-root", "one"}
    secret = objects.one("Secret", "one")["data"]
    assert secret["username"] == "YWxwaGE="
    assert len(secret["password"]) == 44  # 32 letters in base64
    script = objects.one("ConfigMap", "database")["data"]["prepare.sh"]
    assert "`first`" in script
    assert "`second`" in script
    prepare = objects.one("StatefulSet", "database")["spec"]["template"]["spec"]["initContainers"][0]
    assert {mount["mountPath"] for mount in prepare["volumeMounts"]} >= {
        "/etc/secrets/one",
        "/etc/secrets/database-root",
    }


def test_secrets_are_left_alone_on_request(render):
    assert not render("database", "createSecrets=false").all("Secret")


def test_settings_reach_the_server(render):
    objects = render("database", "maxConnections=77", 'bufferPool="99M"')
    settings = objects.one("ConfigMap", "database")["data"]["server.cnf"]
    assert "max-connections = 77\n" in settings
    assert "innodb-buffer-pool-size = 99M\n" in settings
    assert "--defaults-file=/etc/database/server.cnf" in objects.container("database")["args"]


def test_changed_settings_restart_the_server(render):
    def mark(*settings):
        template = render("database", *settings).one("StatefulSet", "database")["spec"]["template"]
        return template["metadata"]["annotations"]["iactflow.io/configuration"]

    assert mark() == mark('persistence={"size": "9Gi"}')
    assert mark() != mark("maxConnections=77")


def test_claim_has_its_size_and_class(render):
    claim = render("database", 'persistence={"size": "9Gi", "storageClass": "fast"}').one(
        "PersistentVolumeClaim", "database"
    )
    assert claim["spec"]["resources"]["requests"]["storage"] == "9Gi"
    assert claim["spec"]["storageClassName"] == "fast"
    shared = render("database", 'global.storageClass="slow"').one("PersistentVolumeClaim", "database")
    assert shared["spec"]["storageClassName"] == "slow"
    assert "storageClassName" not in render("database").one("PersistentVolumeClaim", "database")["spec"]


def test_service_leads_to_the_server(render):
    objects = render("database")
    service = objects.one("Service", "database")["spec"]
    labels = next(labels for owner, labels, _ in objects.pods() if owner == "StatefulSet/database")
    assert service["selector"].items() <= labels.items()
    assert service["ports"][0]["port"] == objects.container("database")["ports"][0]["containerPort"] == 3306


def test_the_server_sends_nothing(render):
    assert render("database").one("NetworkPolicy", "database")["spec"]["egress"] == []


def test_login_test_uses_the_first_account(render):
    objects = render("database", 'accounts=[{"secret": "one", "username": "alpha", "databases": ["first"]}]')
    assert objects.environment("login") == {"DB_USER": "one/username", "MYSQL_PWD": "one/password"}
    assert "--database=first" in objects.container("login")["args"][0]
