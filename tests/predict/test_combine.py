import numpy as np

from iactflow.predict.combine import as_they_are, combine
from iactflow.predict.estimate import Estimate


def an_estimate(valid=(True, True, True), outside=(False, False, False), **values):
    return Estimate({name: np.array(numbers) for name, numbers in values.items()}, np.array(valid), np.array(outside))


def test_energy_is_the_mean_weighted_by_intensity(chunk):
    found = combine("energy", an_estimate(energy=[1.0, 3.0, 5.0], outside=(True, False, False)), chunk, "intensity")
    # (1 * 100 + 3 * 300) / 400; the spread is sqrt((1.5^2 * 100 + 0.5^2 * 300) / 400)
    np.testing.assert_allclose(found.values["energy"], [2.5, 5.0, np.nan])
    np.testing.assert_allclose(found.values["energy_uncert"], [np.sqrt(0.75), 0.0, np.nan], atol=1e-12)
    assert found.is_valid.tolist() == [True, True, False]
    assert found.telescopes.tolist() == [[True, True], [False, True], [False, False]]
    assert found.outside_range.tolist() == [True, False, False]


def test_without_weights_every_telescope_counts_alike(chunk):
    found = combine("type", an_estimate(prediction=[0.2, 0.6, 0.9]), chunk, "none")
    np.testing.assert_allclose(found.values["prediction"], [0.4, 0.9, np.nan])


def test_invalid_estimates_do_not_count(chunk):
    found = combine("energy", an_estimate((True, False, False), energy=[1.0, np.nan, np.nan]), chunk, "intensity")
    np.testing.assert_allclose(found.values["energy"], [1.0, np.nan, np.nan])
    assert found.is_valid.tolist() == [True, False, False]
    assert found.telescopes.sum() == 1


def test_direction_is_the_mean_on_the_sphere_across_north(chunk):
    found = combine("skydirection", an_estimate(alt=[0.0, 0.0, 70.0], az=[358.0, 4.0, 0.5]), chunk, "none")
    np.testing.assert_allclose(found.values["az"] % 360, [1.0, 0.5, np.nan], atol=1e-9)
    np.testing.assert_allclose(found.values["alt"], [0.0, 70.0, np.nan], atol=1e-9)


def test_nothing_valid_is_no_mean(chunk):
    found = combine("energy", an_estimate((False,) * 3, energy=[np.nan] * 3), chunk, "intensity")
    assert not found.is_valid.any()
    assert np.isnan(found.values["energy"]).all()


def test_events_of_a_stereo_model_stay_as_they_are(chunk):
    given = np.array([[True, True], [False, True], [False, False]])
    found = as_they_are("energy", an_estimate((True, False, False), energy=[2.0, np.nan, np.nan]), given)
    np.testing.assert_allclose(found.values["energy"], [2.0, np.nan, np.nan])
    assert np.isnan(found.values["energy_uncert"]).all()
    assert found.telescopes.tolist() == [[True, True], [False, False], [False, False]]
