from iactflow.redact import redact, remember


def test_values_of_secret_variables_and_what_was_read_from_files_are_hidden(monkeypatch):
    monkeypatch.setenv("MLFLOW_TRACKING_PASSWORD", "open-sesame")
    monkeypatch.setenv("OPEN", "sesame-seeds")
    remember("from-a-file")
    assert redact("open-sesame, from-a-file; sesame-seeds") == "***, ***; sesame-seeds"


def test_users_in_addresses_are_hidden_and_addresses_are_not():
    assert redact("postgresql://mlflow:pass@db:5432/mlflow") == "postgresql://***@db:5432/mlflow"
    assert redact("http://mlflow:5000/a@b and sqlite:////home/me/runs/mlflow.db") == (
        "http://mlflow:5000/a@b and sqlite:////home/me/runs/mlflow.db"
    )


def test_paths_of_secrets_and_short_words_stay(monkeypatch):
    monkeypatch.setenv("AWS_WEB_IDENTITY_TOKEN_FILE", "/var/run/token")
    monkeypatch.setenv("MY_TOKEN", "of")
    assert redact("the end of /var/run/token") == "the end of /var/run/token"
