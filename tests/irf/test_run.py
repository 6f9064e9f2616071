import shutil

import astropy.units as u
import numpy as np
import pytest
import tables
from astropy.table import QTable

from iactflow.data.result import Bootstrap
from iactflow.data.split import SplitFractions, assign_split
from iactflow.errors import ConfigError, InputError, OutputExistsError
from iactflow.irf.config import Irf
from iactflow.irf.cuts import Cuts
from iactflow.irf.events import read_showers
from iactflow.irf.parts import LEFT_OUT, divide
from iactflow.irf.performance import ANGLE, AREA, BACKGROUND, ENERGY, background_performance
from iactflow.irf.run import SENSITIVITY, run
from iactflow.irf.spectra import weights

#: Where the toys have thousands of showers per bin.
WELL_FILLED = slice(1, 6)


def test_effective_area_is_what_was_put_in(made, known):
    """A quarter of what was thrown is seen, of which each bin's cut in gammaness keeps the share that it says."""
    table = made.performance[AREA][WELL_FILLED]
    kept = made.cuts.gammaness["efficiency"][WELL_FILLED]
    thrown = known.area.value
    np.testing.assert_allclose(table["effective_area"] / (known.seen * thrown), kept, rtol=0.15)


def test_area_of_all_offsets_is_in_the_response(made, known):
    area = made.response.effective_area[WELL_FILLED].to_value("m2") / (known.seen * known.area.value)
    kept = np.asarray(made.cuts.gammaness["efficiency"][WELL_FILLED])
    assert area.shape == (5, 3)
    np.testing.assert_allclose(area[:, 1:], np.repeat(kept[:, None], 2, axis=1), rtol=0.2)


def test_resolutions_are_what_was_put_in(made, known):
    # The Rayleigh quantile of 68.27 %, and half of exp(s) - exp(-s).
    expected = known.angle_spread * np.sqrt(-2 * np.log(1 - 0.682689))
    np.testing.assert_allclose(made.performance[ANGLE]["resolution"][WELL_FILLED], expected, rtol=0.1)
    np.testing.assert_allclose(
        made.performance[ENERGY]["resolution"][WELL_FILLED], np.sinh(known.energy_spread), rtol=0.1
    )
    np.testing.assert_allclose(made.performance[ENERGY]["bias"][WELL_FILLED], 0, atol=0.03)


def test_background_rate_is_the_proton_flux_times_area_and_share(made, protons, known):
    """With a loose cut, so that hundreds of protons are left in each bin."""
    from pyirf.spectral import IRFDOC_PROTON_SPECTRUM
    from scipy.stats import beta

    axes, config, cut = made.response.axes, Irf(), 0.3
    showers = read_showers([protons], config)["proton"]
    events = showers.events.copy()
    events["weight"] = weights(showers, config, 1.0)
    edges = axes.reco_energy
    loose = QTable({"low": edges[:-1], "high": edges[1:], "center": 0.5 * (edges[:-1] + edges[1:])})
    loose["cut"] = np.full(len(edges) - 1, cut)
    bootstrap = Bootstrap(n=50, seed=1, level=0.95)
    table = background_performance(events, Cuts(loose, loose), axes, config, bootstrap)[BACKGROUND]
    kept = beta.sf(cut, *known.PROTONS)
    well_filled = (table["reco_energy_low"] > 0.9) & (table["reco_energy_high"] < 7)
    assert well_filled.sum() == 4
    for row in table[well_filled]:
        low, high = row["reco_energy_low"] * u.TeV, row["reco_energy_high"] * u.TeV
        energies = np.geomspace(low, high, 50)
        flux = np.trapezoid(IRFDOC_PROTON_SPECTRUM(energies), energies) / (high - low)
        expected = (flux * known.seen * known.area * kept).to_value("s-1 TeV-1 sr-1")
        assert row["n"] > 200
        # the spread of energies moves 3 % more of the steep spectrum up than down
        assert row["rate"] == pytest.approx(expected, rel=0.15)
        assert row["rate_low"] < row["rate"] < row["rate_high"]


def test_gammapy_opens_it_and_its_maker_counts_the_gammas_that_the_weights_say(made, known):
    from gammapy.data import FixedPointingInfo, Observation
    from gammapy.datasets import MapDataset
    from gammapy.irf import load_irf_dict_from_file
    from gammapy.makers import MapDatasetMaker
    from gammapy.maps import MapAxis, WcsGeom
    from gammapy.modeling.models import LogParabolaSpectralModel, PointSpatialModel, SkyModel

    irfs = load_irf_dict_from_file(made.path)
    assert set(irfs) >= {"aeff", "edisp", "psf", "bkg"}
    area = irfs["aeff"].evaluate(energy_true=3 * u.TeV, offset=1.5 * u.deg)
    assert 0.3 < (area / (known.seen * known.area)).to_value("") < 1

    from astropy.coordinates import SkyCoord

    center = SkyCoord(83.63, 22.01, unit="deg", frame="icrs")
    pointing = FixedPointingInfo(fixed_icrs=center.directional_offset_by(0 * u.deg, 0.5 * u.deg))
    observation = Observation.create(pointing, livetime=50 * u.h, irfs=irfs)
    reco = MapAxis.from_energy_bounds("1 TeV", "10 TeV", nbin=5)
    true = MapAxis.from_energy_bounds("0.4 TeV", "50 TeV", nbin=20, name="energy_true")
    geom = WcsGeom.create(skydir=center, width=2 * u.deg, binsz=0.05, axes=[reco])
    empty = MapDataset.create(geom, energy_axis_true=true)
    dataset = MapDatasetMaker(selection=["exposure", "background", "psf", "edisp"]).run(empty, observation)
    crab = LogParabolaSpectralModel(
        amplitude="3.23e-11 cm-2 s-1 TeV-1", reference="1 TeV", alpha=2.47, beta=0.24 / np.log(10)
    )
    dataset.models = [SkyModel(crab, PointSpatialModel(lon_0=center.ra, lat_0=center.dec, frame="icrs"), name="crab")]
    counted = dataset.npred_signal().data.sum()

    expected = 0.0
    energies = np.geomspace(1, 10, 500) * u.TeV
    rate = (crab(energies) * known.area * known.seen * 50 * u.h).to("1/TeV")
    kept = made.cuts.gammaness
    efficiency = np.interp(energies.value, kept["center"].to_value("TeV"), kept["efficiency"])
    expected = np.trapezoid(rate * efficiency, energies).to_value("")
    assert counted == pytest.approx(expected, rel=0.1)
    assert dataset.npred_background().data.sum() > 0


def test_sensitivity_has_intervals_floor_and_counts(made):
    table = made.performance[SENSITIVITY]
    known = np.isfinite(table["relative"])
    assert known.sum() >= 8
    middle = table[WELL_FILLED]
    assert (middle["relative_low"] <= middle["relative"]).all()
    assert (middle["relative"] <= middle["relative_high"]).all()
    empty = known & (table["n_background_showers"] == 0)
    assert (table["relative"][empty] <= table["relative_floor"][empty]).all()
    assert table["energy_flux"].unit == u.Unit("erg cm-2 s-1")
    measured = known & (table["n_background_showers"] >= 10)
    assert made.finite()["n_bins_measured"] == measured.sum() > 0
    assert made.finite()["best_sensitivity_relative"] == table["relative"][measured].min()


def test_point_like_response_says_so_and_has_the_radius(gammas, protons, tmp_path):
    from astropy.io import fits

    config = Irf(bootstrap=20, enclosure="point-like")
    summary = run([gammas, protons], tmp_path / "point.fits", config=config)
    with fits.open(summary.path) as hdus:
        assert hdus["EFFECTIVE AREA"].header["HDUCLAS3"] == "POINT-LIKE"
        assert hdus["EFFECTIVE AREA"].header["TELESCOP"] == "two-of-paranal"  # the array in the files
        assert hdus["RAD_MAX"].header["HDUCLAS4"] == "RAD_MAX_2D"
        assert hdus["SENSITIVITY"].columns.names[0] == "reco_energy_low"


def test_showers_of_the_test_part_give_the_same_area(gammas, protons, made, tmp_path, known):
    """A quarter of the showers, a quarter of the thrown ones."""
    config = Irf(bootstrap=20, showers="test")
    summary = run([gammas, protons], tmp_path / "test.fits", config=config, fractions=SplitFractions())
    ours, all_of_them = (one.performance[AREA][WELL_FILLED] for one in (summary, made))
    assert ours["n"].sum() < 0.35 * all_of_them["n"].sum()
    ratio = ours["effective_area"] / summary.cuts.gammaness["efficiency"][WELL_FILLED]
    np.testing.assert_allclose(ratio, known.seen * known.area.value, rtol=0.2)


def test_no_shower_that_a_model_learnt_from_is_among_those_of_the_test_part(toy_dl2, known):
    """The models behind gammas kept 15 % of the showers for testing, those behind protons 40 %."""
    paths = [toy_dl2(known.Toy(0, 8000, 3.0, (6, 2)), 0.15), toy_dl2(known.Toy(101, 8000, 2.0, (3, 5)), 0.4)]
    found = read_showers(paths, Irf())
    smaller = SplitFractions(train=0.7, validation=0.2, test=0.1)
    for stated, share in ((None, 0.15), (SplitFractions(), 0.15), (smaller, 0.1)):
        divided, parts = divide(found, Irf(showers="test"), stated)
        assert parts.validation + parts.test == pytest.approx(share)
        for primary, code in (("gamma", 0), ("proton", 101)):
            events = divided[primary].events
            store = SplitFractions(train=1 - share, validation=0, test=share)
            in_test = assign_split(code, 1, np.asarray(events["shower_id"]), store) == 2
            assert 0.5 * share < in_test.mean() < 1.5 * share
            np.testing.assert_array_equal(np.asarray(events["part"]) != LEFT_OUT, in_test)


def test_what_the_models_learnt_from_must_be_known_for_the_test_part(toy_dl2, known, tmp_path):
    told, silent = (toy_dl2(known.Toy(0, 100, 3.0, (6, 2), obs_id=run), share) for run, share in ((1, 0.15), (2, None)))
    with pytest.raises(ConfigError, match=f"Received: {silent}, which"):
        run([told, silent], tmp_path / "irf.fits", config=Irf(showers="test"))
    none = SplitFractions(train=0.8, validation=0.2, test=0)
    with pytest.raises(ConfigError, match="leaves nothing"):
        run([told], tmp_path / "irf.fits", config=Irf(showers="test"), fractions=none)


def test_what_does_not_fit_is_refused(gammas, protons, toy_dl2, tmp_path, made, known):
    config, out = Irf(), tmp_path / "irf.fits"
    with pytest.raises(InputError, match="Received: gamma"):
        run([gammas], out, config=config)
    with pytest.raises(InputError, match="thrown from a single one"):
        run([gammas, toy_dl2(known.Toy(101, 100, 0.0, (2, 8)))], out, config=config)
    with pytest.raises(InputError, match="spectral_index must be the same"):
        run([gammas, protons, toy_dl2(known.Toy(101, 100, 5.0, (2, 8), obs_id=2, index=-2.5))], out, config=config)
    with pytest.raises(InputError, match="no published spectrum for iron"):
        run([gammas, protons, toy_dl2(known.Toy(5626, 100, 5.0, (2, 8)))], out, config=config)
    observed = shutil.copy(protons, tmp_path / "observed.dl2.h5")
    with tables.open_file(observed, "a") as file:
        file.remove_node("/configuration/simulation", recursive=True)
    with pytest.raises(InputError, match="it is observed"):
        run([gammas, observed], out, config=config)
    with pytest.raises(ConfigError, match="must name one of the algorithms"):
        run([gammas, protons], out, config=Irf(energy="nobody"))
    with pytest.raises(OutputExistsError):
        run([gammas, protons], made.path, config=config)
    assert not out.exists()


def test_report_is_one_page_with_all_plots(made, tmp_path):
    from iactflow.irf.report import write_report

    page = write_report(made, tmp_path / "irf.html")
    text = page.path.read_text()
    for title in ("Sensitivity", "Effective area", "Angular resolution", "Energy resolution", "Background", "Cuts"):
        assert f">{title}<" in text or title in text
    assert "Floor of the simulated background" in text
    assert "SST-1M stereo, published (A&amp;A 699, A255)" in text or "A&A 699" in text
