"""An instrument as ctapipe's ``SubarrayDescription``."""

from __future__ import annotations

import astropy.units as u
import numpy as np
from astropy.coordinates import EarthLocation
from ctapipe.instrument import (
    CameraDescription,
    CameraReadout,
    OpticsDescription,
    ReflectorShape,
    SizeType,
    SubarrayDescription,
    TelescopeDescription,
)

from iactflow.simulate.camera_tables import Pulse
from iactflow.simulate.optics import facet_positions
from iactflow.simulate.site import site
from iactflow.simulate.telescope import Instrument

#: Longitude and latitude of the sites, deg (Paranal: CTA production 4; Ondrejov: sst1mpipe; H.E.S.S.: its web pages).
_LOCATIONS = {"paranal": (-70.32, -24.68), "ondrejov": (14.7825, 49.9124), "hess": (16.5002, -23.2717)}


def subarray_description(instrument: Instrument) -> SubarrayDescription:
    """Describe an instrument to ctapipe."""
    camera, dish = instrument.camera, instrument.dish
    readout = CameraReadout(
        name=camera.name,
        sampling_rate=camera.sampling_rate * u.GHz,
        reference_pulse_shape=_reference_pulse(camera.pulse)[None],
        reference_pulse_sample_width=camera.pulse.step * u.ns,
        n_channels=1,
        n_pixels=camera.n_pixels,
        n_samples=camera.n_samples,
    )
    optics = OpticsDescription(
        name=dish.name,
        size_type=SizeType(dish.size_type),
        n_mirrors=1,
        equivalent_focal_length=dish.focal_length * u.m,
        effective_focal_length=dish.effective_focal_length * u.m,
        mirror_area=dish.mirror_area * u.m**2,
        n_mirror_tiles=len(facet_positions(dish.facets)),
        reflector_shape=ReflectorShape[dish.reflector_shape],
    )
    telescope = TelescopeDescription(
        name=dish.name,
        optics=optics,
        camera=CameraDescription(name=camera.name, geometry=camera.geometry, readout=readout),
    )
    place = site(instrument.site)
    longitude, latitude = _LOCATIONS[place.name]
    return SubarrayDescription(
        name=instrument.name,
        tel_positions={tel_id: np.array(xyz) * u.m for tel_id, xyz in instrument.positions.items()},
        tel_descriptions=dict.fromkeys(instrument.positions, telescope),
        reference_location=EarthLocation(lon=longitude * u.deg, lat=latitude * u.deg, height=place.altitude * u.m),
    )


def _reference_pulse(pulse: Pulse) -> np.ndarray:
    """Give a pulse as long as ctapipe's list of its times, whose rounding may make it one longer; zeros fill it up."""
    n = len(pulse.values)
    while len(np.arange(0, n * pulse.step, pulse.step)) != n:
        n += 1
    return np.pad(pulse.values, (0, n - len(pulse.values)))
