"""Light from CORSIKA: photon bunches of IACT files as the telescopes see them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from iactflow.errors import InputError
from iactflow.simulate.frames import direction, pointing_axes
from iactflow.simulate.light import EnergyBudget, Light, Shower
from iactflow.simulate.particles import SPEED_OF_LIGHT

if TYPE_CHECKING:
    from eventio import IACTFile

#: Probability that a photon becomes a photoelectron, by height of emission above sea level in m; the photon's
#: wavelength follows 1 / wavelength^2 between the limits in the file.
Detection = Callable[[np.ndarray], np.ndarray]

#: sim_telarray's and ctapipe's numbers of primaries by CORSIKA's (CORSIKA 7 User's Guide, table 4).
_PRIMARIES = {1: 0, 2: -1, 3: 1, 5: -2, 6: 2, 14: 101}


@dataclass(frozen=True)
class CorsikaRun:
    """What a CORSIKA file says about itself.

    Parameters
    ----------
    run_number : int
        Number of the run.
    primary : int
        ctapipe's number of the primary.
    positions : dict of int to tuple of float
        Centres of the spheres by telescope number, counted from 1: ctapipe's ground frame, m.
    radius : float
        Smallest radius of the spheres, m.
    observation_height : float
        Above sea level, m.
    energy_range : tuple of float
        TeV.
    spectral_index : float
        Of the thrown energies (negative).
    n_showers, n_reuse : int
        Showers in the run, uses of each.
    alt, az : float
        Direction of the showers (mean of the range), deg.
    viewcone : tuple of float
        Inner and outer radius of the cone of directions, deg.
    wavelengths : tuple of float
        Limits of the photons' wavelengths, nm.
    scatter_radius : float
        Radius of the disc that cores were thrown on, m; 0 if the file does not tell.
    version : float
        CORSIKA's times 1000, as ctapipe counts it.
    """

    run_number: int
    primary: int
    positions: dict[int, tuple[float, float, float]]
    radius: float
    observation_height: float
    energy_range: tuple[float, float]
    spectral_index: float
    n_showers: int
    n_reuse: int
    alt: float
    az: float
    viewcone: tuple[float, float]
    wavelengths: tuple[float, float]
    scatter_radius: float
    version: float


def read_run(path: Path) -> CorsikaRun:
    """Read the run header, telescopes and the header of the first shower.

    Raises
    ------
    InputError
        If the file is not there or is no CORSIKA IACT file.
    """
    with _open(path) as file:
        first = next(iter(file), None)
        if first is None:
            raise InputError(f"{path} holds no shower. Give a complete CORSIKA IACT file.")
        run, event, spheres = file.header, first.header, file.telescope_positions
        card = _input_card(file)
        return CorsikaRun(
            run_number=int(run["run_number"]),
            primary=primary_number(int(event["particle_id"])),
            positions={
                number: (float(s["x"]) / 100, float(s["y"]) / 100, float(s["z"]) / 100)
                for number, s in enumerate(spheres, start=1)
            },
            radius=float(min(s["r"] for s in spheres)) / 100,
            observation_height=float(run["observation_height"][0]) / 100,
            energy_range=(float(run["energy_min"]) / 1e3, float(run["energy_max"]) / 1e3),
            spectral_index=float(run["energy_spectrum_slope"]),
            n_showers=int(card.get("NSHOW", ["0"])[0]),
            n_reuse=int(event["n_reuse"]),
            alt=90 - np.degrees(float(event["zenith"])),
            az=_azimuth(event),
            viewcone=(float(event["viewcone_inner_angle"]), float(event["viewcone_outer_angle"])),
            wavelengths=(float(event["cherenkov_wavelength_min"]), float(event["cherenkov_wavelength_max"])),
            scatter_radius=float(card.get("CSCAT", ["0", "0"])[1]) / 100,
            version=round(1e3 * float(run["version"])),
        )


def primary_number(particle: int) -> int:
    """Turn CORSIKA's particle number into ctapipe's; nuclei are 100 A + Z in both."""
    return _PRIMARIES.get(particle, particle)


def read_showers(
    path: Path, alt: float, az: float, detection: Detection, rng_of: Callable[[int], np.random.Generator]
) -> Iterator[tuple[Shower, list[Light]]]:
    """Read showers one by one.

    Parameters
    ----------
    path : Path
        CORSIKA IACT file.
    alt, az : float
        Where the telescopes point, deg.
    detection : Detection
        Probability that a photon becomes a photoelectron.
    rng_of : callable
        Gives the generator that belongs to a shower number.

    Yields
    ------
    Shower, list of Light
        Truth and the light of each use. The energy budget is not in the file and is zero.
    """
    with _open(path) as file:
        spheres = np.array([[s["x"], s["y"], s["z"]] for s in file.telescope_positions], float) / 100
        for number, uses in groupby(file, key=lambda event: int(event.header["event_number"])):
            rng = rng_of(number)
            events = list(uses)
            light = [_light(event, spheres, alt, az, detection, rng) for event in events]
            yield _truth(events, number), light


def _truth(events: list[Any], number: int) -> Shower:
    header = events[0].header
    return Shower(
        shower_index=number,
        shower_primary_id=primary_number(int(header["particle_id"])),
        energy=float(header["total_energy"]) / 1e3,
        alt=90 - np.degrees(float(header["zenith"])),
        az=_azimuth(header),
        core_x=np.array([event.impact_x for event in events]) / 100,
        core_y=np.array([event.impact_y for event in events]) / 100,
        h_first_int=abs(float(header["first_interaction_height"])) / 100,
        x_max=_depth_of_maximum(events[0]),
        starting_grammage=float(header["starting_altitude"]),
        budget=EnergyBudget(0.0, 0.0, 0.0, 0.0, 0.0),
    )


def _light(
    event: Any, spheres: np.ndarray, alt: float, az: float, detection: Detection, rng: np.random.Generator
) -> Light:
    axis, up, right = pointing_axes(alt, az)
    front = direction(90 - np.degrees(float(event.header["zenith"])), _azimuth(event.header))
    parts: list[list[np.ndarray]] = []
    for telescope in sorted(event.photon_bunches):
        bunches = event.photon_bunches[telescope]
        if len(bunches) == 0:
            continue
        expected = bunches["photons"] * detection(bunches["zem"] / 100.0)
        chosen = np.repeat(bunches, rng.poisson(expected))
        down = np.column_stack([chosen["cx"], chosen["cy"], -np.sqrt(1 - chosen["cx"] ** 2 - chosen["cy"] ** 2)])
        place = np.column_stack([chosen["x"], chosen["y"], np.zeros(len(chosen))]) / 100
        forward = down @ axis
        path = -(place @ axis) / forward
        place = place + path[:, None] * down
        core = spheres[telescope] - [event.impact_x / 100, event.impact_y / 100, 0]
        time = chosen["time"] + path / SPEED_OF_LIGHT + (core @ front) / SPEED_OF_LIGHT
        lat, lon = np.degrees(down @ up / forward), np.degrees(down @ right / forward)
        parts.append([np.full(len(chosen), telescope), lon, lat, time, place @ up, place @ right])
    columns = [np.concatenate(column) for column in zip(*parts, strict=True)] if parts else [np.empty(0)] * 6
    telescope_of, *rest = columns
    return Light(telescope_of.astype(np.int32), *(column.astype(np.float32) for column in rest))


def _azimuth(header: Any) -> float:
    """Azimuth that a shower comes from, from north over east in deg; CORSIKA gives where it flies to, over west."""
    flight = float(header["azimuth"]) - float(header["angle_array_x_magnetic_north"])
    return float(np.degrees(np.pi - flight) % 360)


def _depth_of_maximum(event: Any) -> float:
    longitudinal = event.longitudinal
    if not longitudinal:
        return float("nan")
    charged = longitudinal["data"][6]  # after gammas, e+, e-, mu+, mu-, hadrons (CORSIKA 7 User's Guide, table 16)
    return float((int(np.argmax(charged)) + 0.5) * longitudinal["thickstep"])


def _input_card(file: IACTFile) -> dict[str, list[str]]:
    """Split CORSIKA's input card into keywords and what follows them."""
    text = bytes(file.input_card or b"").decode("latin-1")
    lines = (line.split() for line in text.splitlines())
    return {words[0].upper(): words[1:] for words in lines if len(words) > 1 and not words[0].startswith("*")}


def _open(path: Path) -> IACTFile:
    from eventio import IACTFile
    from eventio.exceptions import WrongType

    try:
        return IACTFile(str(path))
    except FileNotFoundError as error:
        raise InputError(f"{path} does not exist. --photons takes CORSIKA IACT files.") from error
    except (OSError, ValueError, EOFError, StopIteration, TypeError, WrongType) as error:
        raise InputError(
            f"{path} is no CORSIKA IACT file: {error}. --photons takes files that CORSIKA's IACT option wrote."
        ) from error
