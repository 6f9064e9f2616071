import astropy.units as u
import numpy as np
import pytest
from astropy.table import QTable

from iactflow.fitting.metrics_energy import METRICS
from iactflow.fitting.metrics_energy_bins import bin_index, distribution, energy_edges, migration, performance_per_bin

TRUE = np.array([1.0, 2.0, 4.0, 10.0])
RECO = np.array([1.5, 2.0, 2.0, 100.0])


def value(name, true=TRUE, reco=RECO):
    return METRICS[name].function(true, reco)


def test_bias_and_resolution_are_what_was_put_in():
    rng = np.random.default_rng(7)
    true = 10 ** rng.uniform(-1, 2, 50_000)
    reco = true * rng.normal(1.05, 0.20, true.size)
    assert value("energy_bias", true, reco) == pytest.approx(0.05, abs=0.005)
    assert value("energy_resolution", true, reco) == pytest.approx(0.20, abs=0.005)


def test_bias_is_positive_where_energies_are_overestimated_relative_to_the_truth():
    assert value("energy_bias", np.array([2.0, 2.0, 2.0]), np.array([3.0, 3.0, 3.0])) == 0.5
    assert value("energy_bias", np.array([3.0, 3.0, 3.0]), np.array([2.0, 2.0, 2.0])) == pytest.approx(-1 / 3)


def test_resolution_does_not_contain_the_bias():
    true = np.full(5, 2.0)
    assert value("energy_resolution", true, 3 * true) == 0


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        # errors 0.5, 0, -2, 90 TeV
        ("energy_mse", (0.25 + 0 + 4 + 8100) / 4),
        ("energy_rmse", np.sqrt((0.25 + 0 + 4 + 8100) / 4)),
        ("energy_mae", (0.5 + 0 + 2 + 90) / 4),
        # mean of the truth is 4.25: squared distances 10.5625, 5.0625, 0.0625, 33.0625 sum to 48.75
        ("energy_r2", 1 - 8104.25 / 48.75),
        # errors in dex: log10 1.5, 0, -log10 2, 1
        ("energy_mae_dex", (0.17609126 + 0 + 0.30103 + 1) / 4),
        ("energy_rmse_dex", np.sqrt((0.17609126**2 + 0.30103**2 + 1) / 4)),
        # natural logarithms of 2.5/2, 3/3, 3/5 and 101/11
        ("energy_rmsle", np.sqrt((0.22314355**2 + 0.51082562**2 + 2.21722522**2) / 4)),
    ],
)
def test_errors_of_four_known_events(name, expected):
    assert value(name) == pytest.approx(expected, rel=1e-6)


def test_r2_is_zero_for_the_mean_and_not_symmetric():
    assert value("energy_r2", TRUE, np.full(4, TRUE.mean())) == pytest.approx(0)
    assert value("energy_r2") != pytest.approx(value("energy_r2", RECO, TRUE))
    assert value("energy_r2_log", TRUE, np.full(4, 10 ** np.log10(TRUE).mean())) == pytest.approx(0)


def test_r2_of_equal_energies_is_undefined():
    assert np.isnan(value("energy_r2", np.ones(3), np.array([1.0, 2.0, 3.0])))


def test_edges_are_shared_multiples_of_a_fifth_of_a_decade():
    edges = energy_edges(np.array([0.3, 5.0]))
    np.testing.assert_allclose(np.log10(edges), np.arange(-0.6, 0.81, 0.2), atol=1e-12)
    # An energy on an edge opens the bin above it, on both ends.
    np.testing.assert_allclose(energy_edges(np.array([1.0, 10.0]))[[0, -1]], [1.0, 10**1.2])


def test_per_bin_values_are_pyirf_s():
    from pyirf.benchmarks import energy_bias_resolution

    rng = np.random.default_rng(3)
    true = 10 ** rng.uniform(-0.5, 1.3, 2000)
    reco = true * rng.lognormal(0.1, 0.3, true.size)
    edges = energy_edges(true)
    ours = performance_per_bin(true, reco, bin_index(true, edges), len(edges) - 1)
    theirs = energy_bias_resolution(QTable({"true_energy": true * u.TeV, "reco_energy": reco * u.TeV}), edges * u.TeV)
    np.testing.assert_allclose(ours["bias"], theirs["bias"])
    np.testing.assert_allclose(ours["resolution"], theirs["resolution"])
    assert theirs["n_events"].sum() == 2000


def test_an_empty_bin_is_undefined():
    true = np.array([1.1, 1.2, 5.0])
    curve = performance_per_bin(true, true, bin_index(true, energy_edges(true)), 4)
    assert np.isnan(curve["bias"]).tolist() == [False, True, True, False]


def test_migration_is_normalised_per_column_of_true_energy():
    true = np.array([1.1, 1.1, 1.1, 1.1, 5.0])
    reco = np.array([1.1, 1.1, 1.1, 5.0, 5.0])
    table = migration(true, reco)
    filled = table[table["n"] > 0]
    pairs = {(round(row["true_energy_low"], 2), round(row["reco_energy_low"], 2)): row["fraction"] for row in filled}
    assert pairs == {(1.0, 1.0): 0.75, (1.0, 3.98): 0.25, (3.98, 3.98): 1.0}
    assert table["n"].sum() == 5


def test_energies_beyond_all_bins_are_counted_and_not_normalised_away():
    true, reco = np.array([1.1, 1.1]), np.array([1.1, 1e6])
    table = migration(true, reco)
    assert table.meta["n_outside"] == 1
    assert table["fraction"].sum() == 0.5
    counted = distribution(true, reco)
    assert (counted["n_true"].sum(), counted["n_reco"].sum(), counted.meta["n_outside"]) == (2, 1, 1)
