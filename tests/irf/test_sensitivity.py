"""Four bins whose sensitivity follows by hand: from 5 sigma, from 10 events, from 5 % of the background, unknown."""

import astropy.units as u
import numpy as np
import pytest
from astropy.table import QTable, vstack
from scipy.optimize import brentq

from iactflow.irf.config import Irf
from iactflow.irf.cuts import Cuts
from iactflow.irf.sensitivity import sensitivity_table

EDGES = np.array([1, 10, 100, 1000, 10_000]) * u.TeV
#: Radius of the region around the source and of the ring of background, in deg.
THETA, RING, ALPHA = 0.2, 1.0, 0.2
#: Gammas of each bin in the observation time, 100 simulated ones each; none in the last.
SIGNAL = (1000.0, 500.0, 400.0, 0.0)
#: Showers that pass the cuts in each bin and the weight of an event of each.
PASSED, WEIGHT = (40, 0, 40, 40), (50.0, 20.0, 1e6, 1.0)
#: Showers of the second bin that fail the cut in gammaness.
FAILED = 30
_FLUX = u.Unit("TeV-1 cm-2 s-1")


def events(reco_energy, weight, gammaness, shower, theta=0.1, offset=0.5):
    n = len(reco_energy)
    columns = {"reco_energy": np.asarray(reco_energy) * u.TeV, "weight": np.asarray(weight, float)}
    columns |= {"gh_score": np.full(n, gammaness), "shower": np.asarray(shower), "theta": np.full(n, theta) * u.deg}
    return QTable(columns | {"reco_source_fov_offset": np.full(n, offset) * u.deg})


def cut(value):
    table = QTable({"low": EDGES[:-1], "high": EDGES[1:], "center": 0.5 * (EDGES[:-1] + EDGES[1:])})
    table["cut"] = np.full(4, 1.0) * value
    return table


@pytest.fixture(scope="module")
def table():
    energies = np.sqrt(EDGES[:-1] * EDGES[1:]).to_value("TeV")
    seen = [(energy, total) for energy, total in zip(energies, SIGNAL, strict=True) if total]
    gammas = vstack([events([energy] * 100, [total / 100] * 100, 0.9, np.arange(100)) for energy, total in seen])
    far = events([energies[0]] * 50, [1e3] * 50, 0.9, np.arange(50), theta=0.3)
    # two events of each shower: showers count for the floor, not events
    passed = [
        events([energy] * 2 * n, [weight] * 2 * n, 0.9, np.repeat(np.arange(n), 2))
        for energy, n, weight in zip(energies, PASSED, WEIGHT, strict=True)
        if n
    ]
    failed = events([energies[1]] * 2 * FAILED, [WEIGHT[1]] * 2 * FAILED, 0.1, np.repeat(np.arange(FAILED), 2))
    outside = events([energies[0]] * 50, [1e3] * 50, 0.9, np.arange(50), offset=1.5)
    cuts = Cuts(cut(0.5), cut(THETA * u.deg))
    config = Irf(bootstrap=20, alpha=ALPHA, offset_max=RING * u.deg)
    background = vstack([*passed, failed, outside])
    return sensitivity_table(vstack([gammas, far]), background, cuts, EDGES, lambda energy: 1 * _FLUX, config)


def in_source(weight):
    """Background behind the source, of the weight in the ring: their areas are as the squares of the radii."""
    return weight * (THETA / RING) ** 2


def gammas_for_five_sigma(background):
    """Solve Li and Ma 1983, eq. 17, for the gammas above a background that is known as well as five regions tell."""
    off = background / ALPHA

    def sigma(gammas):
        on = background + gammas
        total = on + off
        first = on * np.log((1 + ALPHA) / ALPHA * on / total)
        return np.sqrt(2 * (first + off * np.log((1 + ALPHA) * off / total)))

    return brentq(lambda gammas: sigma(gammas) - 5, 1e-3 * background, 1e3 + 10 * background)


def test_five_sigma_limit_where_the_background_is_moderate(table):
    # 80 events of weight 50 in the ring: 4000, of which 160 behind the source
    assert in_source(2 * PASSED[0] * WEIGHT[0]) == pytest.approx(160)
    wanted = gammas_for_five_sigma(160)
    assert wanted == pytest.approx(5 * np.sqrt(160 * (1 + ALPHA)), rel=0.1)  # five standard deviations of a difference
    assert table["limited_by"][0] == "5 sigma"
    assert table["relative"][0] == pytest.approx(wanted / SIGNAL[0], rel=1e-3)


def test_ten_gammas_where_there_is_no_background(table):
    assert table["limited_by"][1] == "10 events"
    assert table["relative"][1] == pytest.approx(10 / SIGNAL[1], rel=1e-6)


def test_five_percent_of_the_background_where_there_is_much(table):
    behind = in_source(2 * PASSED[2] * WEIGHT[2])
    assert gammas_for_five_sigma(behind) < 0.05 * behind
    assert table["limited_by"][2] == "5% of the background"
    assert table["relative"][2] == pytest.approx(0.05 * behind / SIGNAL[2], rel=1e-3)


def test_nothing_is_said_without_gammas(table):
    assert np.isnan(table["relative"][3])
    assert table["limited_by"][3] == ""


def test_the_floor_is_the_sensitivity_for_three_showers_of_the_weight_before_cuts(table):
    # 95 % of the Poisson distributions of mean 2.996 have an event; a shower has two events of weight 20
    behind = in_source(2.995732 * 2 * WEIGHT[1])
    wanted = max(gammas_for_five_sigma(behind), 10)
    assert wanted > 10
    assert table["relative_floor"][1] == pytest.approx(wanted / SIGNAL[1], rel=1e-3)
    assert table["relative"][1] < table["relative_floor"][1]


def test_counts_are_of_what_passes_inside_of_the_ring(table):
    assert table["n_background"].tolist() == [80, 0, 80, 80]
    assert table["n_background_showers"].tolist() == [40, 0, 40, 40]
    assert table["n_gammas"].tolist() == [100, 100, 100, 0]


def test_energy_flux_is_the_source_at_the_sensitivity(table):
    center = np.sqrt(EDGES[0] * EDGES[1])
    wanted = (table["relative"][0] * _FLUX * center**2).to_value("erg cm-2 s-1")
    assert table["energy_flux"][0].to_value("erg cm-2 s-1") == pytest.approx(wanted, rel=1e-6)
