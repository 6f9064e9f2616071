import numpy as np
import pytest

from iactflow.simulate.rng import azimuth, poisson, stream, uniform


def test_streams_belong_to_a_shower():
    assert np.array_equal(stream(1, 101, 7), stream(1, 101, 7))
    others = [stream(2, 101, 7), stream(1, 0, 7), stream(1, 101, 8)]
    assert all(not np.array_equal(stream(1, 101, 7), other) for other in others)


def test_uniform_moments():
    rng = stream(3, 0, 0)
    x = np.array([uniform(rng) for _ in range(20_000)])
    assert 0 < x.min() < x.max() < 1
    assert x.mean() == pytest.approx(0.5, abs=0.01)
    assert np.corrcoef(x[1:], x[:-1])[0, 1] == pytest.approx(0, abs=0.03)


@pytest.mark.parametrize("mean", [0.05, 3.0, 80.0])
def test_poisson_mean_and_variance(mean):
    rng = stream(4, 0, 0)
    x = np.array([poisson(rng, mean) for _ in range(10_000)])
    assert x.mean() == pytest.approx(mean, abs=5 * np.sqrt(mean / 10_000))
    assert x.var() == pytest.approx(mean, rel=0.1)


def test_azimuth_is_a_unit_vector():
    c, s = azimuth(stream(5, 0, 0))
    assert c * c + s * s == pytest.approx(1)
