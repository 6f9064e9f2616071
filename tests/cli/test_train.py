from pathlib import Path

import pytest
from click.testing import CliRunner

from iactflow.cli import main

CONFIG = str(Path(__file__).parents[2] / "pipelines/configs/energy.yaml")


@pytest.fixture
def call():
    return lambda *words: CliRunner().invoke(main, ["train", *map(str, words)])


def test_dry_run_prints_the_resolved_configuration_and_makes_nothing(call, tmp_path):
    done = call(
        CONFIG, "--data", "S", "--out", tmp_path / "m", "--set", "train.epochs=3", "--init", "a.keras", "--dry-run"
    )
    assert done.exit_code == 0, done.output
    assert "epochs: 3" in done.output
    assert "init: a.keras" in done.output
    assert not (tmp_path / "m").exists()


@pytest.mark.parametrize(
    ("setting", "words"),
    [
        ("train.epoch=3", "train.epoch is not a known key"),
        ("train.batch_size=0", "train.batch_size"),
        ("model.mapping.mapper=Bilinear", "model.mapping.mapper"),
        ("train.weight_decay=0.1", "weight_decay must be 0 with the optimizer adam"),
        ("data.select.intensity_min=50 TeV", "data.select.intensity_min"),
    ],
)
def test_a_wrong_value_names_its_key_and_exits_with_2(call, tmp_path, setting, words):
    done = call(CONFIG, "--data", "S", "--out", tmp_path / "m", "--set", setting)
    assert done.exit_code == 2
    assert words in done.output


def test_an_unknown_network_exits_with_2(call, sst1m_store, tmp_path):
    done = call(CONFIG, "--data", sst1m_store, "--out", tmp_path / "m", "--set", "model.name=vgg")
    assert done.exit_code == 2
    assert "model.name must be one of: hexnet, ctlearn.SingleCNN, ctlearn.ResNet" in done.output


def test_a_missing_store_exits_with_3(call, tmp_path):
    done = call(CONFIG, "--data", tmp_path / "none", "--out", tmp_path / "m")
    assert done.exit_code == 3
    assert "iactflow ingest" in done.output
