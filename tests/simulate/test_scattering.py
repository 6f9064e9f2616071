import numpy as np
import pytest

from iactflow.simulate import scattering
from iactflow.simulate.electromagnetic import RADIATION_LENGTH

TABLE = scattering.moliere_table()


def angles(path: float, p_beta: float, n: int, rng: np.random.Generator) -> np.ndarray:
    return np.array([scattering.moliere_angle(TABLE, path, p_beta, 1.0, e) for e in rng.exponential(size=n)])


def test_width_is_highlands():
    # PDG 2022, equation 34.16: the central 98 % of the projected angle have an rms of 13.6 MeV / (p beta) for one
    # radiation length, good to 11 %.
    rng = np.random.default_rng(1)
    projected = angles(RADIATION_LENGTH, 1.0, 40_000, rng) * np.cos(rng.uniform(0, 2 * np.pi, 40_000))
    central = projected[np.abs(projected) < np.quantile(np.abs(projected), 0.98)]
    assert central.std() == pytest.approx(0.0136, rel=0.06)


def test_many_small_steps_are_one_large_one():
    rng = np.random.default_rng(2)
    n, steps = 10_000, 8
    phi = rng.uniform(0, 2 * np.pi, (steps, n))
    small = np.array([angles(RADIATION_LENGTH / steps, 1.0, n, rng) for _ in range(steps)])
    total = np.hypot((small * np.cos(phi)).sum(axis=0), (small * np.sin(phi)).sum(axis=0))
    whole = angles(RADIATION_LENGTH, 1.0, n, rng)
    for q in (0.5, 0.9, 0.99):
        assert np.quantile(total, q) == pytest.approx(np.quantile(whole, q), rel=0.05 if q < 0.95 else 0.12)


def test_tail_is_single_scattering():
    # Rutherford: the probability to exceed an angle falls as its inverse square.
    survival = np.array([1e-4, 1e-5])
    theta = [scattering.moliere_angle(TABLE, 1.0, 100.0, 1.0, e) for e in -np.log(survival)]
    assert theta[1] / theta[0] == pytest.approx(np.sqrt(10), rel=0.15)


def test_turn_keeps_length_and_angle():
    u = np.array([0.3, -0.4, -np.sqrt(0.75)])
    for phi in (0.0, 1.0, 4.0):
        v = np.array(scattering.turn(*u, np.sin(0.2), np.cos(0.2), np.cos(phi), np.sin(phi)))
        assert v @ v == pytest.approx(1)
        assert u @ v == pytest.approx(np.cos(0.2))
    down = scattering.turn(0.0, 0.0, -1.0, np.sin(0.2), np.cos(0.2), 1.0, 0.0)
    assert down[2] == pytest.approx(-np.cos(0.2))
