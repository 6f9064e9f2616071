import numpy as np
import pytest
from astropy import units as u
from astropy.coordinates import SkyCoord

from iactflow.fitting.metrics_direction import coverage, metrics_of, resolution, separation
from iactflow.fitting.metrics_direction_bins import bias_map, containment, distribution, radii, resolution_per_bin


@pytest.fixture
def rng():
    return np.random.default_rng(7)


def value(name, true, reco, task="skydirection"):
    return metrics_of(task)[f"{task}_{name}"].function(np.atleast_2d(true), np.atleast_2d(reco))


def test_separations_are_astropy_s_on_the_sphere(rng):
    true = np.stack([rng.uniform(-180, 180, 200), rng.uniform(-89, 89, 200)], axis=1)
    reco = true + rng.normal(0, 3, true.shape)
    reco[:, 1] = np.clip(reco[:, 1], -90, 90)
    wanted = SkyCoord(*true.T * u.deg).separation(SkyCoord(*reco.T * u.deg)).deg
    np.testing.assert_allclose(separation(true, reco), wanted, atol=1e-9)


def test_a_degree_of_longitude_is_shorter_away_from_the_equator():
    assert separation(np.array([[0.0, 60.0]]), np.array([[1.0, 60.0]]))[0] == pytest.approx(0.5, abs=1e-4)
    assert separation(np.array([[60.0, 0.0]]), np.array([[60.0, 1.0]]))[0] == pytest.approx(1.0)


def test_tiny_separations_keep_their_precision():
    assert separation(np.array([[1.0, 2.0]]), np.array([[1.0, 2.0 + 1e-9]]))[0] == pytest.approx(1e-9, rel=1e-4)


def test_the_resolution_is_what_was_put_in_and_pyirf_s(rng):
    from astropy.table import QTable
    from pyirf.benchmarks import angular_resolution

    true = rng.uniform(-1, 1, (50_000, 2))
    reco = true + rng.normal(0, 0.1, true.shape)
    # two dimensions: 68.27 % within sigma sqrt(-2 ln(1 - 0.6827)), not within sigma
    wanted = 0.1 * np.sqrt(-2 * np.log(1 - coverage()))
    assert resolution(true, reco) == pytest.approx(wanted, rel=0.01)
    events = QTable({"true_energy": np.full(len(true), 1.5) * u.TeV, "theta": separation(true, reco) * u.deg})
    table = angular_resolution(events, [1, 2] * u.TeV)
    assert resolution(true, reco) == pytest.approx(table["angular_resolution_68"][0].to_value("deg"), rel=1e-6)


@pytest.mark.parametrize(
    ("name", "wanted"),
    [("median", 0.3), ("mdae", 0.4), ("rmsde", np.sqrt((0.01 + 0.09 + 0.64) / 3)), ("mae", 0.2)],
)
def test_errors_are_those_counted_by_hand(name, wanted):
    # 0.1 in longitude, 0.3 in latitude, 0.8 in longitude, near the centre of the field
    reco = np.array([[0.1, 0.0], [0.0, -0.3], [-0.8, 0.0]])
    assert value(name, np.zeros((3, 2)), reco) == pytest.approx(wanted, rel=1e-4)


def test_biases_have_the_sign_of_reconstructed_minus_true_and_their_own_axis(rng):
    true = rng.uniform(-1, 1, (100, 2))
    reco = true + np.array([0.05, -0.2])
    assert value("bias_lon", true, reco) == pytest.approx(0.05)
    assert value("bias_lat", true, reco) == pytest.approx(-0.2)
    assert metrics_of("skydirection")["skydirection_bias_lon"].better == "zero"


def test_the_camera_s_distance_is_in_metres_and_the_angles_in_degrees():
    true = np.array([[0.0, 0.0, 0.0, 0.0]])
    reco = np.array([[0.3, 0.0, 0.0, 0.03]])
    assert value("mean_distance", true, reco, "cameradirection") == pytest.approx(0.03)
    assert value("resolution", true, reco, "cameradirection") == pytest.approx(0.3)
    assert value("mae", true, reco, "cameradirection") == pytest.approx(0.15)
    assert metrics_of("cameradirection")["cameradirection_mean_distance"].unit == "m"


def test_bins_are_resolved_apart_and_empty_ones_are_open(rng):
    true, index = np.zeros((300, 2)), np.repeat([0, 2, 5], 100)
    reco = np.stack([np.repeat([0.1, 0.4, 9.0], 100), np.zeros(300)], axis=1)
    found = resolution_per_bin(true, reco, index, 3)
    np.testing.assert_allclose(found, [0.1, np.nan, 0.4], rtol=1e-6)


def test_containment_is_the_share_within_each_radius():
    true, reco = np.zeros((4, 2)), np.array([[0.1, 0], [0.2, 0], [0.3, 0], [4.0, 0]])
    np.testing.assert_allclose(containment(true, reco, np.array([0.0, 0.15, 0.25, 1.0, 5.0])), [0, 0.25, 0.5, 0.75, 1])


def test_the_containment_curve_meets_the_resolution(rng):
    true = np.zeros((20_000, 2))
    reco = rng.normal(0, 0.2, true.shape)
    at = radii(true, reco)
    assert at[0] == 0
    share = containment(true, reco, at)
    assert share[-1] == pytest.approx(0.99, abs=0.001)
    assert np.interp(coverage(), share, at) == pytest.approx(resolution(true, reco), rel=0.02)


def test_the_bias_map_says_where_directions_are_moved(rng):
    true = rng.uniform(-2, 2, (20_000, 2))
    table = bias_map(true, 0.8 * true)  # all drawn to the centre
    centre = (table["lon_low"] + table["lon_high"]) / 2
    np.testing.assert_allclose(table["bias_lon"], -0.2 * centre, atol=0.02)
    assert table["n"].sum() == 20_000
    assert table["lon_high"].max() == 2
    assert table["bias_lat"].unit == "deg"


def test_a_point_source_fills_one_cell_and_the_rest_is_masked():
    table = bias_map(np.zeros((5, 2)), np.full((5, 2), 0.1))
    assert (table["n"] > 0).sum() == 1
    assert table["bias_lon"].mask.sum() == len(table) - 1
    assert table["lon_high"].max() == 0.5


def test_distributions_count_every_image_or_say_that_it_is_outside(rng):
    true = rng.uniform(69, 71, 500)
    reco = true.copy()
    reco[:3] = 0
    table = distribution(true, reco, "altitude")
    assert table["n_true"].sum() == 500
    assert table["n_reco"].sum() == 497
    assert table.meta["n_outside"] == 3
