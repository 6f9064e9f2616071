"""From light at the mirrors to the images of the telescopes that trigger."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from iactflow.simulate.exposure import expose
from iactflow.simulate.extraction import charge_scale, extract, six_neighbours
from iactflow.simulate.light import Light, Receivers
from iactflow.simulate.optics import NOWHERE, Facets, build_facets
from iactflow.simulate.pixels import build_raster
from iactflow.simulate.rng import state_of
from iactflow.simulate.telescope import Instrument
from iactflow.simulate.trigger import brightest_group, build_groups, coincident, first_crossing
from iactflow.simulate.waveforms import build_electronics, draw_response, new_traces, record

#: Sample of the simulated waveform at which the median photoelectron arrives, and samples before and after the last
#: possible readout. sim_telarray simulates 90 samples of the DigiCam (FADC_BINS) with the readout within.
_ARRIVAL = 34
_MARGIN = 22
#: Light that comes from this far outside the camera (deg) may still be spread into it by the mirror.
_BESIDE = 0.5


@dataclass(frozen=True)
class TelescopeImage:
    """What one telescope recorded of one event.

    Parameters
    ----------
    telescope : int
        Index into the instrument's telescopes.
    image : ndarray of float32, shape (n_pixels,), p.e.
        Charge of every pixel.
    peak_time : ndarray of float32, shape (n_pixels,), ns
        Time of every pixel's pulse after the beginning of the readout.
    true_image : ndarray of int32, shape (n_pixels,), p.e.
        Photoelectrons of the shower.
    trigger_time : float, ns
        Relative to the light front through the core.
    """

    telescope: int
    image: np.ndarray
    peak_time: np.ndarray
    true_image: np.ndarray
    trigger_time: float


class _Exposed(NamedTuple):
    """One telescope's light on the camera."""

    telescope: int
    pixel: np.ndarray
    time: np.ndarray
    true_image: np.ndarray


class _Triggered(NamedTuple):
    """A telescope that triggered: sample of the trigger, and when that was (ns)."""

    exposed: _Exposed
    sample: int
    time: float


class Observer:
    """The telescopes of an instrument, set up for many events.

    Parameters
    ----------
    instrument : Instrument
        The array.
    """

    def __init__(self, instrument: Instrument) -> None:
        self.instrument = instrument
        camera, trigger = instrument.camera, instrument.trigger
        self.raster = build_raster(camera.geometry)
        self.groups = build_groups(camera.geometry, trigger)
        self.facets: list[Facets] = [build_facets(instrument.dish, int(tel)) for tel in instrument.tel_ids]
        self.electronics = build_electronics(camera)
        self.charge_scale = charge_scale(camera, self.electronics)
        self.neighbours = six_neighbours(camera.geometry)
        self.n_trace = camera.n_samples + 2 * _MARGIN
        self._traces = [
            new_traces(replace(self.electronics, response=draw_response(camera, int(tel))), self.n_trace)
            for tel in instrument.tel_ids
        ]
        self._n_pixels = camera.n_pixels
        self._shaping = np.array(trigger.shaping)
        self._limits = (float(trigger.clip), float(trigger.threshold), float(trigger.min_group))
        self._scale = float(trigger.scale * camera.counts_per_pe)
        far = np.hypot(camera.geometry.pix_x.to_value("m"), camera.geometry.pix_y.to_value("m")).max()
        self._view = math.degrees(far / instrument.dish.focal_length) + _BESIDE

    def receivers(self, alt: float, az: float) -> Receivers:
        """Give discs that hold all facets of the mirrors, pointing at (alt, az) in deg."""
        xyz = self.instrument.xyz
        radius = np.array([facets.outer_radius for facets in self.facets])
        return Receivers(xyz[:, 0], xyz[:, 1], xyz[:, 2], radius, alt, az, self._view)

    def observe(self, light: Light, rng: np.random.Generator) -> list[TelescopeImage]:
        """Record one array event.

        Parameters
        ----------
        light : Light
            Photoelectron candidates, ordered by telescope.
        rng : numpy.random.Generator
            Source of random numbers.

        Returns
        -------
        list of TelescopeImage
            Those of the telescopes that triggered the array; empty if it did not trigger.
        """
        least, enough = self.instrument.trigger.min_photoelectrons, self.instrument.min_telescopes
        edges = np.searchsorted(light.telescope, np.arange(len(self.facets) + 1)).tolist()
        parts = [(t, slice(*edge)) for t, edge in enumerate(pairwise(edges)) if edge[1] - edge[0] >= least]
        if len(parts) < enough:
            return []
        state = state_of(rng)
        bright = [one for t, part in parts if (one := self._expose(t, light, part, state)) is not None]
        if len(bright) < enough:
            return []
        triggered = [hit for exposed in bright if (hit := self._trigger(exposed, state)) is not None]
        if len(triggered) < enough:
            return []
        times = np.array([hit.time for hit in triggered])
        chosen = coincident(times, self.instrument.coincidence, enough)
        return [self._read_out(hit) for hit, keep in zip(triggered, chosen, strict=True) if keep]

    def record(
        self, telescope: int, pixel: np.ndarray, time: np.ndarray, rng: np.random.Generator
    ) -> tuple[TelescopeImage, bool]:
        """Record photoelectrons of which pixel and time are known, whether the telescope triggers or not.

        Parameters
        ----------
        telescope : int
            Index of the telescope.
        pixel : ndarray of int16, shape (n,)
            Pixels that were met.
        time : ndarray of float32, shape (n,), ns
            Arrival at the camera.
        rng : numpy.random.Generator
            Source of random numbers.

        Returns
        -------
        image : TelescopeImage
            Without a trigger it is read out as if the trigger had come when the light did.
        triggered : bool
            Whether the telescope triggered.
        """
        true_image = np.bincount(pixel, minlength=self._n_pixels).astype(np.int32)
        exposed = _Exposed(telescope, pixel, time, true_image)
        hit = self._trigger(exposed, state_of(rng))
        return self._read_out(hit or _Triggered(exposed, _ARRIVAL, math.nan)), hit is not None

    def triggers(self, telescope: int, pixel: np.ndarray, time: np.ndarray, rng: np.random.Generator) -> bool:
        """Tell whether a telescope triggers on photoelectrons; arguments as in `record`."""
        true_image = np.bincount(pixel, minlength=self._n_pixels).astype(np.int32)
        return self._trigger(_Exposed(telescope, pixel, time, true_image), state_of(rng)) is not None

    def focus(
        self, telescope: int, light: Light, part: slice, rng: np.random.Generator
    ) -> tuple[np.ndarray, np.ndarray]:
        """Let light fall onto the camera.

        Parameters
        ----------
        telescope : int
            Index of the telescope.
        light : Light
            Photoelectron candidates.
        part : slice
            Those of this telescope.
        rng : numpy.random.Generator
            Source of random numbers.

        Returns
        -------
        pixel : ndarray of int16, shape (n,)
            Pixels that were met.
        time : ndarray of float32, shape (n,), ns
            Arrival at the camera, less the way along the axis.
        """
        exposed = self._focus(telescope, light, part, state_of(rng))
        return exposed.pixel, exposed.time

    def _focus(self, telescope: int, light: Light, part: slice, state: np.ndarray) -> _Exposed:
        n = part.stop - part.start
        if light.mirror_x is None or light.mirror_y is None:
            x = y = np.full(n, NOWHERE, np.float32)
        else:
            x, y = light.mirror_x[part], light.mirror_y[part]
        pixel, time = np.empty(n, np.int16), np.empty(n, np.float32)
        true_image = np.empty(self._n_pixels, np.int32)
        met = expose(
            light.fov_lon[part], light.fov_lat[part], light.time[part], x, y, self.facets[telescope], self.raster,
            state, pixel, time, true_image,
        )  # fmt: skip
        return _Exposed(telescope, pixel[:met], time[:met], true_image)

    def _expose(self, telescope: int, light: Light, part: slice, state: np.ndarray) -> _Exposed | None:
        """Give the light of a telescope that may trigger."""
        trigger = self.instrument.trigger
        exposed = self._focus(telescope, light, part, state)
        if len(exposed.pixel) < trigger.min_photoelectrons:
            return None
        return exposed if brightest_group(exposed.true_image, self.groups) >= trigger.min_group else None

    def _trigger(self, exposed: _Exposed, state: np.ndarray) -> _Triggered | None:
        camera, electronics = self.instrument.camera, self.electronics
        width, before = electronics.sample_width, camera.samples_before_trigger
        begin = (float(np.median(exposed.time)) if len(exposed.time) else 0.0) - _ARRIVAL * width
        traces = self._traces[exposed.telescope]
        record(
            traces, exposed.pixel, exposed.time, begin, camera.transit_time_spread, electronics.pulse,
            electronics.charge, width, state,
        )  # fmt: skip
        sample = first_crossing(
            traces, exposed.true_image, self.groups, self._shaping, self._scale, self._limits,
            before, self.n_trace - camera.n_samples + before + 1,
        )  # fmt: skip
        return _Triggered(exposed, sample, begin + sample * width) if sample >= 0 else None

    def _read_out(self, triggered: _Triggered) -> TelescopeImage:
        camera, exposed = self.instrument.camera, triggered.exposed
        image, peak_time = (np.empty(self._n_pixels, np.float32) for _ in range(2))
        extract(
            self._traces[exposed.telescope], triggered.sample - camera.samples_before_trigger, camera.n_samples,
            self.neighbours, self.electronics.sample_width, self.charge_scale, image, peak_time,
        )  # fmt: skip
        return TelescopeImage(exposed.telescope, image, peak_time, exposed.true_image, triggered.time)
