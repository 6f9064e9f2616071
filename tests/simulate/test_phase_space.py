import numpy as np
import pytest

from iactflow.simulate.phase_space import MODES, decay_all, products_at_rest


@pytest.mark.parametrize("number", sorted(MODES))
def test_decays_conserve_four_momentum_and_leave_nothing_unstable(number):
    rng = np.random.default_rng(number)
    from iactflow.simulate.phase_space import MASSES

    momentum = np.array([np.sqrt(MASSES[number] ** 2 + 9 + 1), 1.0, 0.0, 3.0])
    pdg, products = decay_all(np.array([-number if number != 221 else number]), momentum[None], rng)
    assert not np.isin(np.abs(pdg), list(MODES)).any()
    np.testing.assert_allclose(products.sum(axis=0), momentum, rtol=1e-9, atol=1e-9)
    squared = products[:, 0] ** 2 - (products[:, 1:] ** 2).sum(axis=1)
    np.testing.assert_allclose(squared, [MASSES[abs(p)] ** 2 for p in pdg], atol=1e-8)


def test_branching_fractions_add_up():
    for modes in MODES.values():
        assert sum(fraction for fraction, _ in modes) == pytest.approx(1)


def test_two_body_momentum():
    # PDG: Lambda -> p pi-, 101 MeV/c.
    products = products_at_rest(1.115683, [0.93827209, 0.13957039], np.random.default_rng(1))
    assert np.linalg.norm(products[0, 1:]) == pytest.approx(0.101, abs=0.0005)
