"""Toy DL2 files whose response is known: a quarter of what is thrown is seen, with Gaussian errors."""

from dataclasses import dataclass
from types import SimpleNamespace

import astropy.units as u
import numpy as np
import pytest
import tables
from astropy.coordinates import SkyCoord
from astropy.table import Table

RADIUS, SEEN = 500 * u.m, 0.25
ENERGIES, INDEX = (0.3, 100.0), -2.0
ENERGY_SPREAD, ANGLE_SPREAD = 0.15, 0.08
POINTING = (70.0, 10.0)
#: Shape of the gammaness of the protons, of a beta distribution.
PROTONS = (3, 5)


@dataclass(frozen=True)
class Toy:
    """What is thrown: a primary, how many showers, from which cone, and shapes of gammaness."""

    code: int
    n_thrown: int
    viewcone: float
    gammaness: tuple[float, float]
    obs_id: int = 1
    index: float = INDEX


def throw(toy):
    rng = np.random.default_rng([toy.code, toy.obs_id])
    low, high = (energy ** (toy.index + 1) for energy in ENERGIES)
    energy = (low + rng.random(toy.n_thrown) * (high - low)) ** (1 / (toy.index + 1))
    shower = np.arange(toy.n_thrown)
    seen = rng.random(toy.n_thrown) < SEEN
    energy, shower = energy[seen], shower[seen]
    n = len(energy)
    offset = np.degrees(np.arccos(1 - rng.random(n) * (1 - np.cos(np.radians(toy.viewcone)))))
    pointing = SkyCoord(az=POINTING[1] * u.deg, alt=POINTING[0] * u.deg, frame="altaz")
    true = pointing.directional_offset_by(rng.random(n) * 360 * u.deg, offset * u.deg)
    missed = ANGLE_SPREAD * np.sqrt(-2 * np.log(1 - rng.random(n)))
    reco = true.directional_offset_by(rng.random(n) * 360 * u.deg, missed * u.deg)
    return {
        "event_id": shower * 100,
        "energy": energy * u.TeV,
        "true": true,
        "reco": reco,
        "reco_energy": energy * np.exp(rng.normal(0, ENERGY_SPREAD, n)) * u.TeV,
        "gammaness": rng.beta(*toy.gammaness, n),
    }


@pytest.fixture(scope="session")
def known():
    """What the toys are made of."""
    return SimpleNamespace(
        Toy=Toy,
        throw=throw,
        area=np.pi * RADIUS**2,
        seen=SEEN,
        energy_spread=ENERGY_SPREAD,
        angle_spread=ANGLE_SPREAD,
        PROTONS=PROTONS,
    )


@pytest.fixture(scope="session")
def toy_dl2(sst1m_dl1, tmp_path_factory):
    """Write the DL2 file of a `Toy`; `unseen` is the share of the showers that its models did not learn from."""
    from ctapipe.instrument import SubarrayDescription
    from ctapipe.io import write_table

    from iactflow.data.unseen import note_share

    whole = SubarrayDescription.from_hdf(sst1m_dl1, focal_length_choice="EQUIVALENT")
    subarray = whole.select_subarray([5, 6], name="two-of-paranal")

    def write(toy, unseen=None):
        out = tmp_path_factory.mktemp("toy") / f"{toy.code}.dl2.h5"
        subarray.to_hdf(out)
        thrown = throw(toy)
        n = len(thrown["event_id"])
        keys = {"obs_id": np.full(n, toy.obs_id, np.uint64), "event_id": thrown["event_id"].astype(np.uint64)}
        both = np.ones((n, 2), bool)
        shower = {
            "true_energy": thrown["energy"],
            "true_alt": thrown["true"].alt.to(u.deg),
            "true_az": thrown["true"].az.to(u.deg),
            "true_shower_primary_id": np.full(n, toy.code, np.int32),
        }
        run = {
            "obs_id": [toy.obs_id],
            "n_showers": [toy.n_thrown],
            "shower_reuse": [1],
            "spectral_index": [toy.index],
            "energy_range_min": [ENERGIES[0]] * u.TeV,
            "energy_range_max": [ENERGIES[1]] * u.TeV,
            "max_scatter_range": [RADIUS.value] * u.m,
            "min_viewcone_radius": [0.0] * u.deg,
            "max_viewcone_radius": [toy.viewcone] * u.deg,
            "min_alt": np.radians([POINTING[0]]) * u.rad,
            "min_az": np.radians([POINTING[1]]) * u.rad,
        }
        content = {
            "/dl1/event/subarray/trigger": {**keys, "tels_with_trigger": both},
            "/dl1/event/telescope/trigger": {**keys, "tel_id": np.full(n, 5, np.uint16)},
            "/simulation/event/subarray/shower": {**keys, **shower},
            "/configuration/simulation/run": run,
        }
        estimates = {
            "particle_type": {"prediction": thrown["gammaness"]},
            "energy": {"energy": thrown["reco_energy"]},
            "geometry": {"alt": thrown["reco"].alt.to(u.deg), "az": thrown["reco"].az.to(u.deg)},
        }
        for group, values in estimates.items():
            columns = {f"toy{group}_{name}": numbers for name, numbers in values.items()}
            columns |= {f"toy{group}_is_valid": np.ones(n, bool), f"toy{group}_telescopes": both}
            content[f"/dl2/event/subarray/{group}/toy{group}"] = {**keys, **columns}
        for path, columns in content.items():
            write_table(Table(columns), out, path)
        with tables.open_file(out, "a") as file:
            note_share(file, unseen)
        return out

    return write


@pytest.fixture(scope="session")
def gammas(toy_dl2):
    """400,000 gammas thrown within 3 deg."""
    return toy_dl2(Toy(0, 400_000, 3.0, (6, 2)))


@pytest.fixture(scope="session")
def protons(toy_dl2):
    """200,000 protons thrown within 2 deg."""
    return toy_dl2(Toy(101, 200_000, 2.0, PROTONS))


@pytest.fixture(scope="session")
def made(gammas, protons, tmp_path_factory):
    """The responses of both."""
    from iactflow.irf.config import Irf
    from iactflow.irf.run import run

    out = tmp_path_factory.mktemp("irf") / "irf.fits.gz"
    return run([gammas, protons], out, config=Irf(bootstrap=20), instrument="sst1m-stereo")
