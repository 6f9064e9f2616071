import json
import shutil
from dataclasses import replace

import numpy as np
import pytest

from iactflow.data.result import MANIFEST, Metric, Result, finite, with_companions
from iactflow.errors import InputError, OutputExistsError


def test_a_result_survives_the_disk(energy_result, tmp_path):
    first = Result.load(energy_result)
    first.save(tmp_path / "copy")
    again = Result.load(tmp_path / "copy")
    for name in ("name", "model", "metrics", "cost", "data", "bootstrap", "events_hash", "provenance"):
        assert getattr(again, name) == getattr(first, name)
    assert again.predictions.equals(first.predictions)
    assert again.replicas.equals(first.replicas)
    assert again.predictions.schema.field("reco_energy").metadata[b"unit"] == b"TeV"
    for name, curve in first.curves.items():
        assert (again.curves[name] == curve).all()
    assert again.curves["energy_performance"]["true_energy_low"].unit == "TeV"


def test_undefined_numbers_become_null(energy_result, tmp_path):
    metric = Metric(float("nan"), None, float("inf"), 3, 1, "", "title", "definition", "lower", reason="one shower")
    replace(Result.load(energy_result), metrics={"odd": metric}).save(tmp_path / "result")
    written = json.loads((tmp_path / "result" / MANIFEST).read_text(), parse_constant=pytest.fail)["metrics"]["odd"]
    assert (written["value"], written["high"], written["reason"]) == (None, None, "one shower")
    assert finite({"a": [np.float32(1), np.nan]}) == {"a": [1.0, None]}


def test_companions_are_found_inside(energy_result):
    assert with_companions(energy_result) == [energy_result, energy_result / "baseline"]
    assert with_companions(energy_result / "baseline") == [energy_result / "baseline"]


def test_an_existing_result_is_kept(energy_result, tmp_path):
    result = Result.load(energy_result)
    result.save(tmp_path / "result")
    with pytest.raises(OutputExistsError, match="--overwrite"):
        result.save(tmp_path / "result")
    result.save(tmp_path / "result", overwrite=True)
    assert [path.name for path in tmp_path.iterdir()] == ["result"]


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda folder: shutil.rmtree(folder), "does not exist"),
        (lambda folder: (folder / MANIFEST).unlink(), "is no result"),
        (lambda folder: (folder / MANIFEST).write_text("{"), "cannot be read"),
        (lambda folder: (folder / MANIFEST).write_text('{"format": 99}'), "format 99"),
        (lambda folder: (folder / "replicas.arrow").write_bytes(b"ARROW1"), "is damaged"),
        (lambda folder: (folder / "predictions.arrow").unlink(), "is damaged"),
    ],
)
def test_a_damaged_result_says_what_is_wrong_and_what_to_do(energy_result, tmp_path, damage, message):
    folder = shutil.copytree(energy_result, tmp_path / "result")
    damage(folder)
    with pytest.raises(InputError, match=message) as error:
        Result.load(folder)
    assert "valuate" in str(error.value)
