import numpy as np
import pytest
from pydantic import ValidationError

from iactflow.data.select import Selection, apply_selection, require_rows
from iactflow.data.store import Store
from iactflow.errors import InputError


@pytest.fixture(scope="module")
def store(sst1m_store):
    return Store(sst1m_store)


def test_no_cut_keeps_all(store):
    rows, cuts = apply_selection(store, Selection(), np.arange(len(store)))
    assert len(rows) == 129
    assert cuts == []


def test_cuts_follow_each_other_and_are_counted(store):
    selection = Selection(intensity_min="100 pe", energy_min="1 TeV", primaries=["gamma"])
    rows, cuts = apply_selection(store, selection, np.arange(len(store)))
    intensity, energy = store.column("hillas_intensity"), store.column("true_energy")
    assert rows.tolist() == np.flatnonzero((intensity >= 100) & (energy >= 1)).tolist()
    assert cuts[0].before == 129
    assert cuts[1].before == cuts[0].before - cuts[0].removed
    assert len(rows) == cuts[-1].before - cuts[-1].removed


def test_image_without_parameters_passes_no_cut_on_them(store):
    without = np.flatnonzero(np.isnan(store.column("hillas_intensity")))
    assert len(without) == 66
    for cut in ({"n_islands_max": 99}, {"leakage_max": 1.0}, {"intensity_max": "1e9 pe"}, {"n_pixels_min": 1}):
        rows, _ = apply_selection(store, Selection(**cut), without)
        assert len(rows) == 0, cut


def test_nothing_left_names_the_cut_that_did_it(store):
    rows, cuts = apply_selection(store, Selection(intensity_min="50 pe", energy_min="900 TeV"), np.arange(len(store)))
    with pytest.raises(InputError, match=r"energy_min: 900 TeV removed 63 of 63"):
        require_rows(rows, cuts, where="train")


def test_wrong_unit_is_refused():
    with pytest.raises(ValidationError, match="cannot be converted"):
        Selection(energy_min="3 m")
