import json
import shutil

import pytest

from iactflow.errors import ConfigError, InputError
from iactflow.models.bundle import Bundle
from iactflow.predict.choose import Choice, closest, expanded, zenith_of
from iactflow.predict.config import Predict
from iactflow.promote.config import Promote
from iactflow.promote.run import run as promote
from iactflow.registered.registry import Registry

RULES = Predict()


@pytest.fixture(scope="module")
def at(energy_model, tmp_path_factory):
    """Copies of a model that say that they were trained at zenith angles."""
    folder = tmp_path_factory.mktemp("at")

    def copy(low, high):
        target = folder / f"{low}-{high}"
        if not target.exists():
            shutil.copytree(energy_model, target)
            info = json.loads((target / "model.json").read_text())
            info["range_of_validity"]["zenith_deg"] = [low, high]
            (target / "model.json").write_text(json.dumps(info))
        return target

    return copy


def test_the_closest_is_closest_in_cosine_and_the_narrowest_of_those_that_hold_the_angle(at):
    bundles = [Bundle.load(at(*ends)) for ends in ((20, 20), (0, 60), (35, 45), (60, 60))]

    def chosen(zenith, among):
        return closest(among, zenith).path.name

    assert [chosen(zenith, bundles) for zenith in (20, 40, 25, 65)] == ["20-20", "35-45", "0-60", "60-60"]
    # cos 20 = 0.940, cos 40.5 = 0.760, cos 45 = 0.707, cos 60 = 0.5
    two = [bundles[0], bundles[3]]
    assert [chosen(zenith, two) for zenith in (40.5, 45.0)] == ["20-20", "60-60"]


def test_a_file_takes_the_model_of_its_own_zenith_angle(at, few_telescopes):
    assert zenith_of(few_telescopes) == pytest.approx(20, abs=0.01)
    choice = Choice([str(at(60, 60)), str(at(19, 21))], RULES, {})
    assert choice.is_open
    assert [bundle.path.name for bundle in choice.of(few_telescopes)] == ["19-21"]
    assert choice.tasks == ["energy"]


def test_models_that_cannot_be_told_apart_are_refused(at):
    with pytest.raises(ConfigError, match=r"both estimate energy.*different zenith angles"):
        Choice([str(at(20, 20)), str(at(20, 20))], RULES, {})


def test_a_pattern_stands_for_the_registered_models_with_the_alias(energy_model, energy_result, tmp_path):
    name = f"pattern-{tmp_path.name}"
    for part in ("a", "b"):
        promote(str(energy_model), energy_result, config=Promote(name=f"{name}-{part}"))
    Registry().ensure(f"{name}-without", "no version")
    assert expanded([f"models:/{name}-*@champion", "model"]) == [
        f"models:/{name}-a@champion",
        f"models:/{name}-b@champion",
        "model",
    ]
    with pytest.raises(InputError, match="must match a registered model with the alias nobody"):
        expanded([f"models:/{name}-*@nobody"])
    with pytest.raises(ConfigError, match="must end in an alias"):
        expanded([f"models:/{name}-*"])


def test_a_registered_model_is_the_bundle_itself(energy_model, energy_result, sst1m_store, tmp_path):
    import numpy as np

    from iactflow.data.store import Store

    name = f"same-{tmp_path.name}"
    promote(str(energy_model), energy_result, config=Promote(name=name))
    store, rows = Store(sst1m_store), np.arange(9)
    by_alias, by_number = (Bundle.load(f"models:/{name}{one}") for one in ("@champion", "/1"))
    expected = Bundle.load(energy_model).predict(store, rows)["energy"]
    np.testing.assert_array_equal(by_alias.predict(store, rows)["energy"], expected)
    np.testing.assert_array_equal(by_number.predict(store, rows)["energy"], expected)
