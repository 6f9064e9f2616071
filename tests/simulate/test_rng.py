import numpy as np
import pytest

from iactflow.simulate.rng import azimuth, hashed, normals, poisson, state_of, stream, three_uniforms, uniform


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


def test_azimuths_are_unit_vectors_that_point_everywhere():
    rng = stream(5, 0, 0)
    vectors = np.array([azimuth(rng) for _ in range(8000)])
    assert (vectors**2).sum(axis=1) == pytest.approx(np.ones(8000), abs=1e-6)
    counts = np.histogram(np.arctan2(*vectors.T), bins=8, range=(-np.pi, np.pi))[0]
    assert np.abs(counts - 1000).max() < 5 * np.sqrt(1000)


def test_three_uniforms_are_independent():
    rng = stream(6, 0, 0)
    x = np.array([three_uniforms(rng) for _ in range(20_000)])
    assert 0 < x.min() < x.max() < 1
    assert x.mean(axis=0) == pytest.approx(np.full(3, 0.5), abs=0.01)
    assert np.corrcoef(x.T) == pytest.approx(np.eye(3), abs=0.03)


def test_normals_have_mean_zero_and_variance_one():
    rng = stream(7, 0, 0)
    x = np.array([normals(rng) for _ in range(20_000)])
    assert x.mean(axis=0) == pytest.approx(np.zeros(2), abs=0.03)
    assert np.cov(x.T) == pytest.approx(np.eye(2), abs=0.04)
    assert (x**4).mean() == pytest.approx(3, rel=0.1)


def test_numbers_have_their_own_uniform():
    x = np.array([hashed(np.uint64(k)) for k in range(1, 20_000)])
    assert x.mean() == pytest.approx(0.5, abs=0.01)
    assert np.corrcoef(x[1:], x[:-1])[0, 1] == pytest.approx(0, abs=0.03)
    assert hashed(np.uint64(5)) == x[4]


def test_a_stream_begins_with_the_generators_numbers():
    first, second = (state_of(np.random.default_rng(seed)) for seed in (1, 2))
    assert np.array_equal(first, state_of(np.random.default_rng(1)))
    assert first[0] != second[0]
    assert first[1] % 2 == 1  # an odd increment reaches all states
