import pytest

from iactflow.config import validate
from iactflow.errors import ConfigError
from iactflow.simulate.block import Block
from iactflow.simulate.config import Simulate
from iactflow.simulate.instruments import resolve


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"energy_min": "-1 TeV"}, "larger than 0 TeV"),
        ({"energy_min": "3"}, "has no unit"),
        ({"energy_min": "3 TeV", "energy_max": "1 TeV"}, "smaller than energy_max"),
        ({"spectral_index": 2.0}, "less than 0"),
        ({"spectral_index": None}, "number"),
        ({"zenith": "80 deg"}, "0 deg to 65 deg"),
        ({"viewcone": "40 deg"}, "0 deg to 10 deg"),
        ({"reuse": 0}, "greater than or equal to 1"),
        ({"primary": "neutrino"}, "gamma"),
        ({"colour": "red"}, "not a known key"),
    ],
)
def test_wrong_parameters_say_what_is_wrong(values, words):
    with pytest.raises(ConfigError, match=words):
        validate(Simulate, values, "test")


def test_an_unknown_preset_names_the_known_ones():
    with pytest.raises(ConfigError, match="sst1m-mono, sst1m-stereo, sst1m-paranal"):
        resolve(Simulate(preset="sst1m-trio"))


def test_presets_fill_in_energies_and_radius():
    _, gamma = resolve(Simulate())
    _, proton = resolve(Simulate(primary="proton"))
    assert (gamma.energy_min.value, gamma.energy_max.value) == (0.3, 50)
    assert (proton.energy_min.value, proton.energy_max.value) == (0.6, 100)
    assert gamma.scatter_radius.value > 0


def test_run_cards_are_read_back():
    block = Block(Simulate(primary="proton", preset="ct5"), 3, 7, n_events=40)
    assert Block.from_card(block.card(), "test") == block
    assert block.obs_id == 3_200_007
    with pytest.raises(ConfigError, match="run card"):
        Block.from_card("{}", "test")


def test_seeds_and_amounts_have_limits():
    with pytest.raises(ConfigError, match="seed must lie in 0 to 2000"):
        Block(Simulate(), 9999, 0, n_events=1)
    with pytest.raises(ConfigError, match="events must be at least 1"):
        Block(Simulate(), 1, 0, n_events=0)


def test_numbers_of_runs_differ_between_seeds_primaries_and_blocks():
    runs = {
        Block(Simulate(primary=primary), seed, number, n_events=1).obs_id
        for primary in ("gamma", "proton", "iron")
        for seed in (0, 1, 2000)
        for number in (0, 1, 99_999)
    }
    assert len(runs) == 27
    assert max(runs) < 2**31
