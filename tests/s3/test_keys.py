"""Where keys come from, and that no message shows them."""

import pytest

from iactflow.errors import ConfigError
from iactflow.s3.address import parse
from iactflow.s3.keys import find_keys

CREDENTIALS = """[default]
aws_access_key_id = of-default
aws_secret_access_key = secret-of-default
[lab]
aws_access_key_id = of-lab
aws_secret_access_key = secret-of-lab%
aws_session_token = token-of-lab
"""
CONFIG = """[profile lab]
endpoint_url = https://s3.lab.example
region = eu-central-1
"""


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    """An account with two profiles and nothing in the environment."""
    for name in ("ACCESS_KEY_ID", "SECRET_ACCESS_KEY", "SESSION_TOKEN", "PROFILE", "REGION", "DEFAULT_REGION"):
        monkeypatch.delenv(f"AWS_{name}", raising=False)
    for name in ("AWS_ENDPOINT_URL_S3", "IACTFLOW_S3_SECRET", "AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://minio:9000")
    monkeypatch.setenv("HOME", str(tmp_path))
    folder = tmp_path / ".aws"
    folder.mkdir()
    (folder / "credentials").write_text(CREDENTIALS)
    (folder / "config").write_text(CONFIG)
    return tmp_path


def test_default_profile_then_mounted_secret_then_environment(home, monkeypatch):
    assert (find_keys("x").access, find_keys("x").source) == ("of-default", "the profile default")
    mounted = home / "secret"
    mounted.mkdir()
    (mounted / "accesskey").write_text("of-files\n")
    (mounted / "secretkey").write_text("secret-of-files\n")
    monkeypatch.setenv("IACTFLOW_S3_SECRET", str(mounted))
    assert (find_keys("x").access, find_keys("x").secret) == ("of-files", "secret-of-files")
    (mounted / "secretkey").write_text("rotated-secret\n")
    assert find_keys("x").secret == "rotated-secret"
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "of-environment")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret-of-environment")
    assert find_keys("x").source == "the environment"


def test_a_profile_brings_its_own_address_region_and_token(monkeypatch):
    monkeypatch.setenv("AWS_PROFILE", "lab")
    monkeypatch.delenv("AWS_ENDPOINT_URL")
    keys = find_keys("x")
    assert (keys.endpoint, keys.region) == ("https://s3.lab.example", "eu-central-1")
    assert (keys.access, keys.secret, keys.token) == ("of-lab", "secret-of-lab%", "token-of-lab")


def test_keys_do_not_show_in_a_representation():
    assert "of-default" not in repr(find_keys("x"))


def test_half_of_the_keys_empty_files_and_broken_profiles_are_told_without_values(home, monkeypatch):
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret-of-environment")
    with pytest.raises(ConfigError, match="AWS_ACCESS_KEY_ID is not") as caught:
        find_keys("x")
    assert "secret-of-environment" not in str(caught.value)
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    monkeypatch.setenv("IACTFLOW_S3_SECRET", str(home))
    with pytest.raises(ConfigError, match="accesskey is missing"):
        find_keys("x")
    monkeypatch.delenv("IACTFLOW_S3_SECRET")
    (home / ".aws" / "credentials").write_text("aws_secret_access_key = hidden-value\n")
    with pytest.raises(ConfigError, match="no file of AWS profiles") as caught:
        find_keys("x")
    assert "hidden-value" not in str(caught.value)


@pytest.mark.parametrize("endpoint", ["minio:9000", "http://user:hidden-value@minio:9000", "http://minio/path"])
def test_addresses_with_keys_or_paths_are_refused_and_not_repeated(endpoint, monkeypatch):
    monkeypatch.setenv("AWS_ENDPOINT_URL", endpoint)
    with pytest.raises(ConfigError, match="without keys") as caught:
        find_keys("x")
    assert "hidden-value" not in str(caught.value)


@pytest.mark.parametrize("uri", ["s3://", "s3:///key", "s3://user:hidden-value@host/key"])
def test_names_without_bucket_or_with_keys_are_refused(uri):
    with pytest.raises(ConfigError, match="S3 name must") as caught:
        parse(uri)
    assert "hidden-value" not in str(caught.value)
