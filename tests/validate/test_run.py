"""Figures of generated images: the floor passes, and every known fault is caught by the figures that claim to."""

import numpy as np
import pytest
from click.testing import CliRunner

from iactflow.cli import main
from iactflow.data.result import BASELINE, FLOOR, GENERATION, Result
from iactflow.data.store import Store
from iactflow.errors import ConfigError, InputError
from iactflow.validate.common import Common
from iactflow.validate.config import Validate
from iactflow.validate.figures import compare
from iactflow.validate.learnt import Learnt
from iactflow.validate.measure import values_of
from iactflow.validate.run import run
from iactflow.validate.samples import choose, other_halves

CONFIG = Validate(bootstrap=30, folds=2, splits=2)


@pytest.fixture(scope="module")
def results(toy_generated, toy_simulation, tmp_path_factory):
    """Results by the name of the fault, with the floor's."""
    made = {}

    def give(name):
        if name not in made:
            out = tmp_path_factory.mktemp("validate") / name
            run([toy_generated(name)], [toy_simulation], out, config=CONFIG)
            made[name] = Result.load(out), Result.load(out / BASELINE)
        return made[name]

    return give


def test_a_faithful_generator_and_the_floor_cannot_be_told_from_the_simulation(results):
    for result in results("faithful"):
        assert result.tasks == [GENERATION]
        for name in ("hillas_auc", "image_auc", "pixel_auc"):
            assert result.metrics[name].value == pytest.approx(0.5, abs=0.09)
        assert result.metrics["coverage"].value == pytest.approx(1 - 2**-5, abs=0.06)
        assert abs(result.metrics["energy_bias"].value) < 0.05
        assert abs(result.metrics["occupancy"].value) < 0.15
        assert result.metrics["memorised"].value < 0.05
    assert results("faithful")[1].name == FLOOR


@pytest.mark.parametrize(
    ("fault", "figures"),
    [
        (
            "shuffled",
            ["hillas_auc", "image_auc", "pixel_auc", "w1_length", "w1_width", "frechet", "kernel", "coverage"],
        ),
        ("shuffled", ["passed", "correlation_difference", "w1_islands"]),
        ("collapsed", ["coverage", "hillas_auc", "energy_mae", "impact_mae"]),
        ("wrong_energy", ["energy_bias", "energy_mae"]),
        ("wrong_impact", ["impact_mae"]),
        ("faint", ["occupancy", "passed", "w1_log_size", "pixel_separation", "hillas_auc", "energy_bias"]),
        ("smeared", ["w1_brightest", "image_auc"]),
        ("copied", ["memorised"]),
    ],
)
def test_a_fault_is_caught_by_each_figure_that_claims_to(results, fault, figures):
    result, floor = results(fault)
    for name in figures:
        ours, least = result.metrics[name], floor.metrics[name]
        if ours.better == "zero":
            assert min(abs(ours.low), abs(ours.high)) > abs(least.value), name
            assert ours.low * ours.high > 0, name
        elif ours.better == "higher":
            assert ours.high < least.low, name
        else:
            assert ours.low > least.high, name


def test_the_bias_is_the_energy_that_was_got_wrong(results):
    assert results("wrong_energy")[0].metrics["energy_bias"].value == pytest.approx(-np.log10(2), abs=0.06)


def test_copies_of_training_images_are_all_found(results):
    assert results("copied")[0].metrics["memorised"].value > 0.95


def test_images_that_fail_the_cuts_are_kept_as_failures(toy_generated, toy_simulation):
    samples = choose(Store(toy_generated("faint")), Store(toy_simulation), CONFIG)
    sample = samples.generated
    assert len(sample.rows) == len(samples.reference.rows) == len(samples.floor.rows)
    assert (~sample.passed).sum() > 0
    assert np.isnan(sample.quantities[~sample.passed]).all()


def test_halves_and_training_share_no_shower(toy_generated, toy_simulation):
    samples = choose(Store(toy_generated("faithful")), Store(toy_simulation), CONFIG)
    showers = [set(sample.column("shower_id").tolist()) for sample in samples[1:]]
    assert not showers[0] & showers[1]
    assert not (showers[0] | showers[1]) & showers[2]


def test_the_same_reference_whatever_is_compared(results):
    assert results("faithful")[0].events_hash == results("shuffled")[0].events_hash
    floors = [results(name)[1].metrics["hillas_auc"].value for name in ("faithful", "shuffled")]
    assert floors[0] == floors[1]


def test_other_halves_hold_the_same_showers_divided_differently(toy_generated, toy_simulation):
    samples = choose(Store(toy_generated("faithful")), Store(toy_simulation), CONFIG)
    other = other_halves(samples, CONFIG, 1)
    assert other.generated is samples.generated
    assert other.training is samples.training
    assert len(other.floor.rows) == len(other.reference.rows) <= len(samples.floor.rows)
    assert set(other.reference.rows.tolist()) != set(samples.reference.rows.tolist())
    showers = [set(sample.column("shower_id").tolist()) for sample in other[1:]]
    assert not showers[0] & showers[1]
    assert not (showers[0] | showers[1]) & showers[2]


def test_the_floor_is_the_mean_over_the_divisions(results, toy_generated, toy_simulation):
    samples = choose(Store(toy_generated("faithful")), Store(toy_simulation), CONFIG)
    learnt = Learnt(samples.training, CONFIG.seed, true_pixels=True)
    values = [
        values_of(compare(one.floor, Common(one, learnt), CONFIG).figures, (one.floor, one.reference))["w1_length"]
        for one in (samples, other_halves(samples, CONFIG, 1))
    ]
    floor = results("faithful")[1]
    assert floor.data["floor_splits"] == len(values)
    assert floor.metrics["w1_length"].value == pytest.approx(np.mean(values))
    assert values[0] != values[1]
    assert floor.metrics["w1_length"].low < floor.metrics["w1_length"].value < floor.metrics["w1_length"].high


def test_the_reference_does_not_depend_on_how_many_images_were_generated(toy_generated, toy_simulation):
    config = CONFIG.model_copy(update={"images": 100})
    stores = [Store(toy_generated(name)) for name in ("faithful", "copied")]
    assert len(stores[0]) != len(stores[1])
    one, other = (choose(store, Store(toy_simulation), config) for store in stores)
    for here, there in zip(one[1:], other[1:], strict=True):
        np.testing.assert_array_equal(here.rows, there.rows)


def test_origins_are_checked(toy_generated, toy_simulation):
    generated, simulated = Store(toy_generated("faithful")), Store(toy_simulation)
    with pytest.raises(ConfigError, match=r"--generated must name .* simulated by iactflow"):
        choose(simulated, simulated, CONFIG)
    with pytest.raises(ConfigError, match="--data must name stores of simulated showers alone"):
        choose(generated, Store([toy_simulation, toy_generated("faithful")]), CONFIG)


def test_too_few_images_say_how_many(toy_generated, toy_simulation, monkeypatch):
    import iactflow.validate.samples as module

    monkeypatch.setattr(module, "_LEAST", 5000)
    with pytest.raises(InputError, match=r"at least 5000 generated images .* proton images"):
        choose(Store(toy_generated("faithful")), Store(toy_simulation), CONFIG)


def test_the_command_says_every_figure_beside_the_floor(toy_generated, toy_simulation, tmp_path):
    words = ["validate", "--generated", str(toy_generated("faithful")), "--data", str(toy_simulation)]
    words += ["--out", str(tmp_path / "result"), "--set", "validate.bootstrap=20", "--set", "validate.folds=2"]
    said = CliRunner().invoke(main, words)
    assert said.exit_code == 0, said.output
    assert "Two-sample AUC, Hillas parameters: 0." in said.output
    assert "floor" in said.output
    assert said.output.strip().endswith(str(tmp_path / "result"))
