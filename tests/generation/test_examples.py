"""What generators may learn from: showers of one pointing, seen by telescopes of one focal length."""

from dataclasses import replace

import numpy as np
import pytest
import toys

from iactflow.data.select import Selection
from iactflow.data.store import Store
from iactflow.errors import InputError
from iactflow.generation.conditions import Conditions
from iactflow.generation.examples import Examples
from iactflow.generation.features import frames


@pytest.fixture(scope="module")
def stores(tmp_path_factory):
    """The same showers under two zenith angles."""
    folder = tmp_path_factory.mktemp("pointings")
    return [
        toys.write(folder / str(zenith), toys.toy_events(4, 12), "simulated", zenith, all_train=True, zenith=zenith)
        for zenith in (20, 40)
    ]


def test_stores_of_several_pointings_are_refused_by_name(stores):
    for store in stores:
        assert len(Examples.of([store], Selection(), instrument="ct5").rows) == 12
    with pytest.raises(
        InputError, match=r"20, .*40 must be of one pointing.*altitudes from 50 to 70 deg.*store of its"
    ):
        Examples.of(stores, Selection(), instrument="ct5")


def test_azimuths_on_both_sides_of_north_are_one_pointing(stores):
    store = Store(stores[0])
    conditions = Conditions.of_store(store, np.arange(4))
    replace(conditions, pointing_az=np.array([0.0, 360.0, 359.9999, 1e-4])).require_one_pointing("these")
    with pytest.raises(InputError, match="azimuths over 3 deg"):
        replace(conditions, pointing_az=np.array([0.0, 359.0, 2.0, 0.0])).require_one_pointing("these")


def test_telescopes_of_several_focal_lengths_are_refused_with_their_numbers(stores):
    store = Store(stores[0])
    conditions = Conditions.of_store(store, np.arange(4))

    class TwoKinds:
        telescopes = store.camera.telescopes[[0, 0]]

        def focal_lengths(self, tel_ids):
            return np.where(tel_ids == 1, 28.0, 36.0)

    camera = TwoKinds()
    camera.telescopes["tel_id"] = [1, 2]
    with pytest.raises(InputError, match="1: 28 m, 2: 36 m"):
        frames(replace(conditions, tel_id=np.array([1, 2, 1, 2])), camera)
