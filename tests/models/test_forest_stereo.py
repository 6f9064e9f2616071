"""The stereo forest on real showers, and its choice between candidates on a case that can be checked by hand."""

import numpy as np
import pytest

from iactflow.data.array import ABSENT, group_events, leaders
from iactflow.data.direction import true_sky_offset
from iactflow.data.store import Store
from iactflow.errors import ConfigError
from iactflow.models.forest_stereo import StereoForest, _direction, _features
from iactflow.models.predictor import Predictor


@pytest.fixture(scope="module")
def store(sst1m_store):
    return Store(sst1m_store)


@pytest.fixture(scope="module")
def groups(store):
    lit = np.flatnonzero(store.column("hillas_intensity") > 50)
    return group_events(store, lit, least=2, most=4)


@pytest.fixture(scope="module")
def forest(store, groups):
    return StereoForest.fit(store, groups, 1, ["energy", "cameradirection", "skydirection"])


def test_it_estimates_events_whatever_the_order_of_their_images(store, groups, forest):
    assert isinstance(forest, Predictor)
    found = forest.predict(store, groups)
    turned = forest.predict(store, groups[:, [2, 0, 3, 1]])
    padded = forest.predict(store, np.pad(groups, [(0, 0), (0, 2)], constant_values=ABSENT))
    assert set(found) == {"energy", "cam_x", "cam_y", "fov_lon", "fov_lat"}
    for name, values in found.items():
        assert values.shape == (len(groups),)
        np.testing.assert_allclose(turned[name], values, rtol=1e-4, atol=1e-4)
        np.testing.assert_allclose(padded[name], values, rtol=1e-4, atol=1e-4)
    assert {name: len(values) for name, values in forest.predict(store, groups[:0]).items()} == dict.fromkeys(found, 0)


def test_it_knows_what_it_learnt_better_than_the_centre_of_the_camera(store, groups, forest):
    found = forest.predict(store, groups)
    true = true_sky_offset(store, leaders(groups))
    apart = np.hypot(found["fov_lon"] - true[:, 0], found["fov_lat"] - true[:, 1])
    assert np.median(apart) < 0.3
    energy = store.column("true_energy")[leaders(groups)]
    assert np.corrcoef(np.log(energy), np.log(found["energy"]))[0, 1] > 0.5


def test_the_crossing_points_along_the_axis_at_the_source(store, groups):
    """Four images of one shower: along each image's axis the crossing lies where the true source does."""
    many = groups[(groups != ABSENT).sum(axis=1) >= 3]
    seen = many != ABSENT
    along = 2.0 * _features(store, many)[:, -7]  # in deg: features are halves
    rows = many[seen]
    psi = np.radians(store.column("hillas_psi")[rows])
    centroid = np.stack([store.column(f"hillas_fov_{name}")[rows] for name in ("lon", "lat")], axis=1)
    true = ((true_sky_offset(store, rows) - centroid) * np.stack([np.cos(psi), np.sin(psi)], axis=1)).sum(axis=1)
    assert len(rows) >= 20
    assert np.corrcoef(along, true)[0, 1] > 0.9
    assert np.median(np.abs(along - true)) < 0.2


def test_of_two_candidates_each_the_pair_that_lies_together_counts(store, groups):
    two = groups[:1, :2]
    ends = np.array([[[2.0, 0.0], [0.4, 0.1]], [[0.6, 0.1], [0.0, -3.0]]])
    found = _direction(store, two, np.array([[0.75, 0.25]]), ends)
    np.testing.assert_allclose([found["fov_lon"][0], found["fov_lat"][0]], [0.45, 0.1], atol=1e-6)


def test_no_event_is_an_error(store, groups):
    with pytest.raises(ConfigError, match=r"evaluate.baseline=none"):
        StereoForest.fit(store, groups[:0], 1)
