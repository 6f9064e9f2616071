from types import SimpleNamespace

import astropy.units as u
import numpy as np

from iactflow.config import PHOTOELECTRON
from iactflow.data import schema
from iactflow.data.array import group_events
from iactflow.data.select import Selection
from iactflow.predict.estimate import Statistics, estimate, estimate_events


def a_model(selection, answers, stereo=False):
    """Something that estimates energies: the answers in the order of what it is asked."""

    def outside(chunk, rows):
        return np.arange(len(rows)) == 0

    def examples(chunk, rows):
        return group_events(chunk, rows, least=2, most=2) if stereo else rows

    def predict(chunk, rows):
        return {"energy": np.asarray(answers(chunk, rows), float)}

    return SimpleNamespace(
        selection=selection, tasks=["energy"], examples=examples, predict=predict, outside_range=outside
    )


def test_images_that_fail_a_cut_are_not_asked_about_and_counted(chunk):
    cut = Selection(intensity_min=200 * PHOTOELECTRON)
    statistics = Statistics()
    asked = []

    def answers(chunk, rows):
        asked.append(rows.tolist())
        return chunk.column(schema.INTENSITY)[rows] / 100

    found = estimate(a_model(cut, answers), chunk, statistics)["energy"]
    assert asked == [[1]]  # of 100, 300 and no p.e.
    np.testing.assert_allclose(found.values["energy"], [np.nan, 3.0, np.nan])
    assert found.is_valid.tolist() == [False, True, False]
    assert found.outside_range.tolist() == [False, True, False]
    assert list(statistics.counts.values()) == [3, 3, 1, 1]
    assert list(statistics.counts)[2] == "intensity_min: 200 pe"


def test_cuts_on_truth_are_not_for_real_events(chunk):
    cut = Selection(energy_min=1 * u.TeV, primaries=["gamma"])
    found = estimate(a_model(cut, lambda chunk, rows: np.ones(len(rows))), chunk, Statistics())["energy"]
    assert found.is_valid.all()


def test_what_is_no_energy_is_invalid(chunk):
    found = estimate(a_model(Selection(), lambda *_: [1.0, -1.0, np.inf]), chunk, Statistics())["energy"]
    assert found.is_valid.tolist() == [True, False, False]
    np.testing.assert_allclose(found.values["energy"], [1.0, np.nan, np.nan])


def test_a_stereo_model_is_asked_about_events_of_enough_telescopes(chunk):
    model = a_model(Selection(), lambda chunk, groups: 5.0 * np.ones(len(groups)), stereo=True)
    found, given = estimate_events(model, chunk, Statistics())
    np.testing.assert_allclose(found["energy"].values["energy"], [5.0, np.nan, np.nan])
    assert found["energy"].is_valid.tolist() == [True, False, False]
    assert given.tolist() == [[True, True], [False, False], [False, False]]
