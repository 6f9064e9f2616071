import numpy as np
import pytest

from iactflow.data.origin import CORSIKA, CORSIKA_PHOTONS, IACTFLOW, OBSERVED, ORIGINS, UNSTATED, origin_of, origins
from iactflow.data.store import Store

RUN = {"corsika_version": 6990.0, "simtel_version": 1.5e9}


@pytest.mark.parametrize(
    ("source", "origin"),
    [
        ({"kind": "simulated", "simulation": {"1": {"corsika_version": None, "simtel_version": None}}}, IACTFLOW),
        ({"kind": "simulated", "simulation": {"1": RUN | {"simtel_version": None}}}, CORSIKA_PHOTONS),
        ({"kind": "simtel", "simulation": {"1": RUN}}, CORSIKA),
        ({"kind": "dl1", "simulation": {"1": RUN}}, CORSIKA),
        ({"kind": "dl1", "simulation": {"1": RUN, "2": RUN | {"simtel_version": None}}}, UNSTATED),
        ({"kind": "dl1", "simulation": {"1": {}}}, UNSTATED),
        ({"kind": "dl1", "simulation": {"1": {}}, "producer": {"activity": "iactflow-simulate"}}, IACTFLOW),
        ({"kind": "dl1", "simulation": {"1": {}}, "producer": {"activity": "ctapipe-merge"}}, UNSTATED),
        ({"kind": "dl1", "simulation": None}, OBSERVED),
    ],
)
def test_the_origin_follows_from_what_the_store_records(source, origin):
    assert origin_of(source) == origin


def test_a_file_s_name_says_nothing():
    assert origin_of({"kind": "simtel", "name": "iactflow_simulated.simtel.zst", "simulation": {}}) == CORSIKA


def test_every_row_has_the_origin_of_its_source_in_the_order_of_the_stores(two_origins):
    first, second = (len(Store(path)) for path in two_origins)
    wanted = [ORIGINS.index(CORSIKA)] * first + [ORIGINS.index(IACTFLOW)] * second
    np.testing.assert_array_equal(origins(Store(two_origins)), wanted)
