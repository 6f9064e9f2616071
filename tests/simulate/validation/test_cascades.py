import numpy as np
import pytest

from iactflow.simulate import electromagnetic
from iactflow.simulate.shower import Settings
from iactflow.simulate.validation.cascades import depth_of_maximum, fine_steps, follow
from iactflow.simulate.validation.hillas import quantiles
from iactflow.simulate.validation.protons import elbert, muons


def test_depth_of_maximum_of_a_known_profile():
    depth = (np.arange(120) + 0.5) * 10
    for goal in (283.0, 420.0):
        profile = np.array([np.exp(-(((depth - goal) / 120) ** 2) / 2)] * 2)
        assert depth_of_maximum(profile) == pytest.approx(goal, abs=2)


def test_elberts_formula():
    # By hand: 14.5 / 100 x 0.01^-0.757 x 0.99^5.25.
    assert elbert(10.0, 100.0) == pytest.approx(0.145 * 32.66 * 0.9486, rel=1e-3)
    assert elbert(10.0, 100.0, mass=4) > elbert(10.0, 100.0)


def test_muons_above_an_energy_are_fewer_the_higher_it_is():
    low, high = (np.mean([muons(101, 10.0, i, above) for i in range(20)]) for above in (30.0, 300.0))
    assert low > 3 * high > 0


def test_weighted_quantiles():
    values, weights = np.array([3.0, 1.0, 2.0]), np.array([1.0, 1.0, 8.0])
    assert quantiles(values, weights).tolist() == [2, 2, 2]
    assert quantiles(np.arange(1001.0), np.ones(1001)) == pytest.approx([160, 500, 840], abs=1)


def test_fine_steps_shorten_the_track_above_a_cut_and_end_with_the_block():
    def track():
        settings = Settings(electron_cut=0.0205, absorption=False, thin_below=0.0)
        return sum(follow(0, 0.1, index, settings).profile[:2].sum() for index in range(8))

    before = electromagnetic.MAX_LOSS
    coarse = track()
    with fine_steps():
        fine = track()
    assert before == electromagnetic.MAX_LOSS
    assert track() == coarse
    assert 0.85 < fine / coarse < 0.99
