"""What the charts tell MariaDB and MinIO, told to a real MariaDB and a real MinIO; back-up and restoration of both."""

import io
import os
import runpy
import subprocess
import sys
from pathlib import Path

import pytest
from minio.error import S3Error
from servers import Database, Store

BACKUP = Path(__file__).parents[2] / "charts" / "backup.py"
TEAMS = 'global.teams=[{"name": "gamma"}, {"name": "simulation"}]'


@pytest.fixture
def database(render):
    server = Database(render("database"))
    try:
        yield server.start()
    finally:
        server.remove()


@pytest.fixture
def store(render, tmp_path):
    folder = tmp_path / "store"
    folder.mkdir()
    objects = render("iactflow", TEAMS)
    server = Store(objects, folder)
    yield server
    server.stop()


def test_accounts_own_their_databases_alone(database):
    assert database.query("SELECT CURRENT_USER()", "database-pipelines") == "pipelines@%"
    assert database.query("CREATE TABLE t (i INT); SHOW TABLES", "database-pipelines", "metadb") == "t"
    assert "Access denied" in database.query("SELECT 1", "database-mlflow", "mlpipeline")
    assert "Access denied" in database.query("SELECT 1", "database-root"), "root must not come in over the network"


def test_settings_are_in_force(database):
    asked = "SELECT @@character_set_server, @@group_concat_max_len, @@max_connections"
    assert database.query(asked, "database-pipelines") == "utf8mb4\t4194304\t300"


@pytest.mark.parametrize("password", ['it\'s \\a "new" one', "plain"])
def test_a_changed_secret_is_the_password_after_a_restart_and_the_data_stay(database, password):
    database.query("CREATE TABLE kept (i INT); INSERT INTO kept VALUES (7)", "database-mlflow", "mlflow")
    database.stop()
    old = database.secrets["database-mlflow", "password"]
    (database.folder / "secrets" / "database-mlflow" / "password").write_text(password)
    database.start()
    assert "Access denied" in database.query("SELECT 1", "database-mlflow")
    database.secrets["database-mlflow", "password"] = password
    assert database.query("SELECT i FROM kept", "database-mlflow", "mlflow") == "7"
    assert old != password


def test_teams_read_and_write_under_their_prefix_alone(store):
    gamma = store.client("artifacts-gamma")
    gamma.put_object("mlpipeline", "teams/gamma/v2/artifacts/a", io.BytesIO(b"hi"), 2)
    assert gamma.get_object("mlpipeline", "teams/gamma/v2/artifacts/a").read() == b"hi"
    for bucket, key in (("mlpipeline", "teams/simulation/a"), ("mlpipeline", "v2/artifacts/a"), ("mlflow", "a")):
        with pytest.raises(S3Error, match="AccessDenied"):
            gamma.put_object(bucket, key, io.BytesIO(b"hi"), 2)
    with pytest.raises(S3Error, match="AccessDenied"):
        list(gamma.list_objects("mlpipeline", prefix="teams/simulation/"))
    pipelines = store.client("mlpipeline-minio-artifact")
    assert [entry.object_name for entry in pipelines.list_objects("mlpipeline", recursive=True)] == [
        "teams/gamma/v2/artifacts/a"
    ]


def test_life_cycles_are_in_force_and_setting_up_again_changes_them(store, render):
    def rules():
        config = store.client("minio-root").get_bucket_lifecycle("mlpipeline")
        return {} if config is None else {rule.rule_filter.prefix: rule.expiration.days for rule in config.rules}

    assert rules() == {"v2/artifacts/": 180, "logs/": 30, "teams/gamma/": 180, "teams/simulation/": 180}
    store.set_up(render("iactflow", TEAMS, "minio.teamExpireDays=7"))
    assert rules()["teams/gamma/"] == 7
    nothing = 'minio.buckets=[{"name": "mlpipeline", "expire": []}, {"name": "mlflow", "expire": []}]'
    store.set_up(render("iactflow", nothing))
    assert rules() == {}


def backup(database, store, *arguments):
    environment = {
        **os.environ,
        "PIPELINES_USER": "pipelines",
        "PIPELINES_PASSWORD": database.secrets["database-pipelines", "password"],
        "MLFLOW_USER": "mlflow",
        "MLFLOW_PASSWORD": database.secrets["database-mlflow", "password"],
        "S3_ACCESS_KEY": store.secrets["minio-root", "username"],
        "S3_SECRET_KEY": store.secrets["minio-root", "password"],
    }
    servers = ["--database", f"127.0.0.1:{database.port}", "--store", store.url]
    command = [sys.executable, str(BACKUP), *map(str, arguments), *servers]
    return subprocess.run(command, env=environment, capture_output=True, text=True)


def test_what_was_saved_comes_back(database, store, tmp_path):
    database.query("CREATE TABLE runs (name TEXT); INSERT INTO runs VALUES ('γ')", "database-pipelines", "mlpipeline")
    database.query("CREATE TABLE m (x DOUBLE); INSERT INTO m VALUES (0.25)", "database-mlflow", "mlflow")
    root = store.client("minio-root")
    content = os.urandom(6 << 20)
    root.put_object("mlpipeline", "v2/artifacts/model", io.BytesIO(content), len(content), "application/x-model")
    root.put_object("mlpipeline", "v2/artifacts/model/copy", io.BytesIO(content), len(content))
    root.put_object("mlflow", "artifacts/r.html", io.BytesIO(b"<p>"), 3, "text/html")
    saved = tmp_path / "monday"
    done = backup(database, store, "save", saved)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == str(saved)
    assert len(list((saved / "objects").iterdir())) == 2, "equal objects take their room once"

    database.query("DROP TABLE runs; CREATE TABLE later (i INT)", "database-pipelines", "mlpipeline")
    database.query("UPDATE m SET x = 9", "database-mlflow", "mlflow")
    root.remove_object("mlpipeline", "v2/artifacts/model")
    root.put_object("mlflow", "artifacts/r.html", io.BytesIO(b"worse"), 5)
    done = backup(database, store, "restore", saved)
    assert done.returncode == 0, done.stderr
    assert database.query("SELECT name FROM runs", "database-pipelines", "mlpipeline") == "γ"
    assert database.query("SELECT x FROM m", "database-mlflow", "mlflow") == "0.25"
    assert root.get_object("mlpipeline", "v2/artifacts/model").read() == content
    assert root.get_object("mlflow", "artifacts/r.html").read() == b"<p>"
    assert root.stat_object("mlpipeline", "v2/artifacts/model").content_type == "application/x-model"


def test_a_damaged_backup_changes_nothing(database, store, tmp_path):
    database.query("CREATE TABLE runs (i INT); INSERT INTO runs VALUES (1)", "database-pipelines", "mlpipeline")
    saved = tmp_path / "monday"
    assert backup(database, store, "save", saved).returncode == 0
    database.query("UPDATE runs SET i = 2", "database-pipelines", "mlpipeline")
    (saved / "databases" / "mlflow.sql.gz").write_bytes(b"")
    done = backup(database, store, "restore", saved)
    assert done.returncode == 1
    assert "mlflow.sql.gz is not; take another backup" in done.stderr
    assert database.query("SELECT i FROM runs", "database-pipelines", "mlpipeline") == "2"


def test_a_backup_that_fails_leaves_nothing_behind(database, store, tmp_path):
    database.secrets["database-mlflow", "password"] = "wrong"
    done = backup(database, store, "save", tmp_path / "backups" / "monday")
    assert done.returncode == 1
    assert "Access denied" in done.stderr
    assert not list((tmp_path / "backups").iterdir())


def test_an_existing_folder_and_a_missing_variable_are_refused(tmp_path, monkeypatch, capsys):
    main = runpy.run_path(str(BACKUP))["main"]
    assert main(["save", str(tmp_path)]) == 1
    assert "must be new" in capsys.readouterr().err
    monkeypatch.delenv("PIPELINES_USER", raising=False)
    assert main(["save", str(tmp_path / "new")]) == 1
    assert "PIPELINES_USER must be set" in capsys.readouterr().err
