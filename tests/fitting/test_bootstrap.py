import numpy as np
import pytest

from iactflow.fitting.bootstrap import interval, resample, shower_index


def test_showers_are_told_apart_by_primary_run_and_number():
    primary, obs_id, shower = np.array([0, 0, 101, 0, 0]), np.array([1, 1, 1, 2, 1]), np.array([7, 7, 7, 7, 8])
    assert shower_index(primary, obs_id, shower).tolist() == [0, 0, 3, 2, 1]


def test_a_shower_comes_with_all_of_its_images():
    showers = np.array([0, 1, 1, 2, 2, 2])
    for rows in resample(showers, 50, seed=4):
        drawn = np.bincount(showers[rows], minlength=3)
        assert (drawn % [1, 2, 3] == 0).all()
        assert (drawn / [1, 2, 3]).sum() == 3


def test_the_same_seed_draws_the_same_showers():
    first, again, other = ([rows.tolist() for rows in resample(np.arange(9), 5, seed)] for seed in (1, 1, 2))
    assert first == again
    assert first != other


def test_interval_has_the_width_of_independent_showers_not_of_images():
    # 100 showers of 25 identical images: the mean varies as 1/sqrt(100), not as 1/sqrt(2500).
    rng = np.random.default_rng(0)
    showers = np.repeat(np.arange(100), 25)
    values = rng.normal(0, 1, 100)[showers]
    replicas = np.array([values[rows].mean() for rows in resample(showers, 2000, seed=1)])
    low, high = interval(replicas, 100)
    assert high - low == pytest.approx(2 * 1.96 * 0.1, rel=0.15)


def test_one_shower_has_no_interval_and_undefined_replicas_do_not_count():
    assert interval(np.array([1.0, 2.0]), 1) is None
    assert interval(np.array([np.nan, np.nan]), 5) is None
    assert interval(np.array([np.nan, 1.0, 1.0]), 5) == (1.0, 1.0)
