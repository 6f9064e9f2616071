"""The instrument of a configuration: a preset, or one described by a file, with the configuration's changes."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from iactflow.config import Section, read_yaml, validate
from iactflow.errors import ConfigError, InputError
from iactflow.simulate.config import Simulate
from iactflow.simulate.presets import preset
from iactflow.simulate.telescope import Instrument

if TYPE_CHECKING:
    from ctapipe.instrument import SubarrayDescription

#: Relative difference of focal length and mirror area that a telescope may have from its preset's.
_TOLERANCE = 0.02


class InstrumentFile(Section):
    """An instrument of one's own: telescopes of a ctapipe subarray, everything else as in a preset."""

    like: str
    subarray: str
    camera: str | None = None
    telescopes: list[int] | None = None
    site: str | None = None
    min_telescopes: int = 1


def resolve(config: Simulate) -> tuple[Instrument, Simulate]:
    """Give the instrument of a configuration, and the configuration with the instrument's defaults filled in.

    Raises
    ------
    ConfigError
        If there is no such preset, the file is wrong, or the energy range is empty.
    InputError
        If a file cannot be read.
    """
    is_file = config.preset.endswith((".yaml", ".yml"))
    instrument = read_instrument(Path(config.preset)) if is_file else preset(config.preset)
    camera = instrument.camera
    camera = replace(
        camera,
        night_sky=camera.night_sky * config.night_sky * config.reflectivity,  # which reaches pixels by the mirror too
        dead_fraction=config.dead_pixels,
        relative_gain=config.gain,
    )
    double = 1 if config.primary in ("gamma", "electron") else 2
    low, high = (energy * double for energy in instrument.energy_range)
    filled = config.model_dump(mode="json")
    filled["energy_min"] = filled["energy_min"] or f"{low:g} TeV"
    filled["energy_max"] = filled["energy_max"] or f"{high:g} TeV"
    filled["scatter_radius"] = filled["scatter_radius"] or f"{instrument.scatter_radius:g} m"
    changed = replace(instrument, camera=camera, reflectivity=config.reflectivity)
    return changed, validate(Simulate, filled, f"defaults of {instrument.name}")


def read_instrument(path: Path) -> Instrument:
    """Read an instrument file: YAML with ``like``, ``subarray`` and, optionally, what else `InstrumentFile` has."""
    described = validate(InstrumentFile, read_yaml(path), str(path))
    base = preset(described.like)
    if described.site is not None:
        base = replace(base, site=described.site)
    subarray = _read_subarray(path.parent / described.subarray)
    wanted = described.telescopes
    made = from_subarray(subarray, base, camera=described.camera, telescopes=wanted, name=path.stem)
    return replace(made, min_telescopes=described.min_telescopes)


def from_subarray(
    subarray: SubarrayDescription,
    like: Instrument,
    *,
    camera: str | None = None,
    telescopes: list[int] | None = None,
    name: str = "from-subarray",
) -> Instrument:
    """Make an instrument with the telescopes of a ctapipe subarray.

    Parameters
    ----------
    subarray : ctapipe.instrument.SubarrayDescription
        Gives positions and camera geometry.
    like : Instrument
        Gives what a subarray does not know: facets, electronics, trigger, efficiency, site.
    camera : str or None
        Camera of the telescopes; `like`'s if None.
    telescopes : list of int or None
        Telescope numbers; all with this camera if None.
    name : str
        Name of the instrument.

    Raises
    ------
    ConfigError
        If no telescope is left, or one differs from `like` in focal length or mirror area.
    """
    camera = camera or like.camera.name
    chosen = {
        i: tel for i, tel in subarray.tel.items() if tel.camera.name == camera and (not telescopes or i in telescopes)
    }
    if not chosen:
        cameras = ", ".join(sorted({str(tel.camera.name) for tel in subarray.tel.values()}))
        raise ConfigError(f"The subarray has no telescope with camera {camera} among those wanted. Cameras: {cameras}.")
    for number, tel in chosen.items():
        focal, area = tel.optics.equivalent_focal_length.to_value("m"), tel.optics.mirror_area.to_value("m2")
        for what, ours, theirs in (
            ("focal length", like.dish.focal_length, focal),
            ("mirror area", like.dish.mirror_area, area),
        ):
            if abs(theirs / ours - 1) > _TOLERANCE:
                raise ConfigError(
                    f"Telescope {number} has a {what} of {theirs:.4g}, {like.name} one of {ours:.4g} (m, m2). `like` "
                    "must be a preset with this kind of telescope."
                )
    positions = {
        int(number): tuple(float(value) for value in subarray.positions[number].to_value("m")) for number in chosen
    }
    geometry = next(iter(chosen.values())).camera.geometry
    model = replace(like.camera, name=camera, geometry=geometry)
    described = f"{len(chosen)} telescopes as in {like.name}"
    return replace(like, name=name, description=described, positions=positions, camera=model, min_telescopes=1)  # type: ignore[arg-type]


def _read_subarray(path: Path) -> SubarrayDescription:
    from ctapipe.io import EventSource
    from traitlets import TraitError

    try:
        with EventSource(str(path), focal_length_choice="EQUIVALENT") as source:
            return source.subarray
    except (OSError, ValueError, TypeError, TraitError) as error:
        raise InputError(f"{path} holds no subarray that ctapipe can read: {error}") from error
