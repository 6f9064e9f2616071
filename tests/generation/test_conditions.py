import numpy as np
import pytest

from iactflow.data.store import Store
from iactflow.errors import InputError
from iactflow.generation.conditions import COLUMNS, Conditions, impact_vectors, with_impact
from iactflow.generation.features import frames
from iactflow.generation.moments import measure


@pytest.fixture(scope="module")
def showers(photoelectrons):
    store = Store(photoelectrons)
    rows = np.arange(len(store))
    return store, rows, Conditions.of_store(store, rows)


def test_they_are_the_stores_truth_and_survive_a_file(showers, tmp_path):
    store, rows, conditions = showers
    conditions.save(tmp_path / "conditions.npz")
    again = Conditions.load(tmp_path / "conditions.npz")
    for column, values in again.columns().items():
        np.testing.assert_allclose(values, store.column(column)[rows], rtol=1e-6)
    assert set(COLUMNS.values()) == set(conditions.columns())


def test_images_lie_from_the_direction_towards_the_impact_point(showers):
    """Physics: light from a height h above ground comes from the direction plus the impact vector over h."""
    store, rows, conditions = showers
    frame, impact = frames(conditions, store.camera)
    xy = np.stack([store.camera.pixels[name].quantity.to_value("m") for name in ("pix_x", "pix_y")], axis=1)
    along, across = measure(store.true_images(rows), xy, 0.05, frame)[:, 1:3].T
    focal_length = 36.0
    height = focal_length * impact / along
    far = impact > 50
    assert np.median(along[far]) > 0
    assert 4000 < np.median(height[far]) < 15000
    assert np.median(np.abs(across)) < 0.1 * np.median(np.abs(along))


def test_the_impact_vector_is_the_core_for_a_telescope_at_the_zenith():
    angles = {"alt": 90.0, "az": 0.0, "pointing_alt": 90.0, "pointing_az": 0.0}
    values = dict.fromkeys(COLUMNS, 1.0) | angles | {"core_x": 30.0, "core_y": -40.0}
    conditions = Conditions(**{name: np.array([value]) for name, value in values.items()})
    # at the zenith the altitude grows towards the south, the azimuth towards the east
    np.testing.assert_allclose(impact_vectors(conditions, np.zeros((1, 3))), [[-30.0, 40.0]], atol=1e-9)
    moved = with_impact(conditions, np.zeros((1, 3)), np.array([100.0]))
    np.testing.assert_allclose([moved.core_x[0], moved.core_y[0]], [60, -80])


def test_observed_images_are_refused(showers, sst1m_store):
    store, rows, _ = showers
    lacking = Store(sst1m_store)
    assert len(Conditions.of_store(lacking, np.arange(3))) == 3

    class Observed:
        paths = store.paths

        def column(self, name):
            return np.full(len(store), -1 if name == "true_shower_primary_id" else np.nan)

    with pytest.raises(InputError, match="whole simulated truth"):
        Conditions.of_store(Observed(), rows)
