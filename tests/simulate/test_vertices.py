import numpy as np
import pytest

from iactflow.simulate import electromagnetic as em
from iactflow.simulate import vertices
from iactflow.simulate.particles import M_ELECTRON
from iactflow.simulate.rng import stream

N = 20_000


def test_bremsstrahlung_carries_the_tabulated_energy():
    energy, cut = np.array([1.0]), 0.0225
    rng = stream(1, 0, 0)
    mean = np.mean([vertices.bremsstrahlung_share(rng, 1.0, cut) for _ in range(N)])
    hard, soft = em.bremsstrahlung(energy, cut)
    all_soft = em.bremsstrahlung(energy, 1e9)[1]
    assert mean * hard[0] == pytest.approx(all_soft[0] - soft[0], rel=0.02)


def test_pairs_share_symmetrically_and_as_bethe_and_heitler_say():
    rng = stream(2, 0, 0)
    share = np.array([vertices.pair_share(rng, 1e4) for _ in range(N)])
    assert share.mean() == pytest.approx(0.5, abs=0.01)
    # Complete screening: 1 - 4/3 v (1 - v) has the second moment 0.3143 ((1/3 - 4/3 (1/4 - 1/5)) / (7/9)).
    assert np.mean(share**2) == pytest.approx((1 / 3 - 4 / 3 * (1 / 4 - 1 / 5)) / (7 / 9), rel=0.02)


def test_compton_keeps_energy_and_momentum():
    rng = stream(3, 0, 0)
    for _ in range(100):
        share, cos = vertices.compton_share(rng, 0.02)
        assert 1 / share - 1 == pytest.approx(0.02 / M_ELECTRON * (1 - cos), rel=1e-6)


def test_compton_photon_keeps_the_mean_share_of_klein_and_nishina():
    k = 0.02 / M_ELECTRON
    rng = stream(4, 0, 0)
    mean = np.mean([vertices.compton_share(rng, 0.02)[0] for _ in range(N)])
    e = np.exp(np.linspace(-np.log(1 + 2 * k), 0, 20_001))
    cos = 1 - (1 / e - 1) / k
    density = 1 / e + e - (1 - cos**2)
    assert mean == pytest.approx(np.trapezoid(density * e, e) / np.trapezoid(density, e), rel=0.02)


def test_knock_on_spectrum_falls_as_rutherford():
    rng = stream(5, 0, 0)
    share = np.array([vertices.delta_share(rng, 10.0, 0.0225, False) for _ in range(N)])
    assert share.min() >= 0.00225
    assert share.max() <= 0.5
    assert np.mean(share > 0.0045) == pytest.approx(0.5, abs=0.02)
