import numpy as np
import pytest

from iactflow.simulate import particles, work
from iactflow.simulate.decays import decay
from iactflow.simulate.efficiency import DIGICAM
from iactflow.simulate.electromagnetic import build
from iactflow.simulate.rng import stream
from iactflow.simulate.shower import DEFAULT, _air
from iactflow.simulate.site import site

AIR = _air(site("paranal"), DIGICAM, 70.0, DEFAULT)
EM = build(np.full(51, 5e-4), 0.0225)
KEEP_ALL = np.zeros(2)


def products(kind: int, energy: float, n: int) -> work.Work:
    state = work.new_work(stream(1, kind, 0), 1)
    for _ in range(n):
        decay(state, AIR, EM, KEEP_ALL, kind, energy, 0.0, 0.0, 9_000.0, 0.0, 0.0, 0.0, -1.0, 1.0)
    return state


@pytest.mark.parametrize("kind", [particles.PI_ZERO, particles.PI_PLUS, particles.K_PLUS, particles.K_LONG,
                                  particles.K_SHORT, particles.MUON_PLUS])  # fmt: skip
def test_energy_and_charge_are_conserved(kind):
    n, energy = 400, 20.0
    state = products(kind, energy, n)
    count = state.counts[work.N_STACK]
    total = state.stack[:count, work.ENERGY].sum() + state.budget[work.CUT] + state.budget[work.NEUTRINOS]
    assert total == pytest.approx(n * energy, rel=1e-9)
    if kind != particles.MUON_PLUS:  # muons may lose an electron below its threshold
        charge = particles.CHARGE[state.kind[:count]].sum()
        assert charge == pytest.approx(n * particles.CHARGE[kind], abs=0.05 * n)


def test_transverse_momentum_cancels():
    state = products(particles.PI_ZERO, 20.0, 1)
    s = state.stack[: state.counts[work.N_STACK]]
    np.testing.assert_allclose((s[:, work.ENERGY] * s[:, work.UX]).sum(), 0, atol=1e-9)
    along = (s[:, work.ENERGY] * s[:, work.UZ]).sum()
    assert along == pytest.approx(-np.sqrt(20.0**2 - particles.M_PI_ZERO**2))


def test_muon_takes_its_share_of_a_pion():
    # The muon's energy is uniform between (m_mu / m_pi)^2 and 1: mean (1 + 0.573) / 2.
    state = products(particles.PI_PLUS, 100.0, 3_000)
    share = state.stack[: state.counts[work.N_STACK], work.ENERGY] / 100.0
    assert share.mean() == pytest.approx((1 + (particles.M_MUON / particles.M_PION) ** 2) / 2, abs=0.005)
    assert share.min() > 0.57


def test_electron_takes_its_share_of_a_muon():
    # Michel spectrum: the electron carries 7/20 of the energy.
    state = products(particles.MUON_MINUS, 100.0, 4_000)
    carried = state.stack[: state.counts[work.N_STACK], work.ENERGY].sum() + state.budget[work.CUT]
    assert carried / 4e5 == pytest.approx(0.35, abs=0.01)
