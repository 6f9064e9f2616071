"""From light at the mirrors to the images of the telescopes that trigger."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from iactflow.simulate.extraction import charge_scale, extract
from iactflow.simulate.light import Light, Receivers
from iactflow.simulate.optics import Facets, build_facets, reflect
from iactflow.simulate.pixels import build_raster, find_pixels
from iactflow.simulate.telescope import Instrument
from iactflow.simulate.trigger import brightest_group, build_groups, coincident, first_crossing
from iactflow.simulate.waveforms import Electronics, build_electronics, draw_response, record

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


class Observer:
    """The telescopes of an instrument, set up for many events.

    Parameters
    ----------
    instrument : Instrument
        The array.
    """

    def __init__(self, instrument: Instrument) -> None:
        self.instrument = instrument
        camera = instrument.camera
        self.raster = build_raster(camera.geometry)
        self.groups = build_groups(camera.geometry, instrument.trigger)
        self.facets: list[Facets] = [build_facets(instrument.dish, int(tel)) for tel in instrument.tel_ids]
        electronics = build_electronics(camera)
        self.electronics: list[Electronics] = [
            replace(electronics, response=draw_response(camera, int(tel))) for tel in instrument.tel_ids
        ]
        self.charge_scale = charge_scale(camera, electronics)
        neighbours = camera.geometry.neighbor_matrix_sparse
        self.indptr = np.asarray(neighbours.indptr, np.int32)
        self.neighbours = np.asarray(neighbours.indices, np.int32)
        far = np.hypot(camera.geometry.pix_x.to_value("m"), camera.geometry.pix_y.to_value("m")).max()
        self._view = math.degrees(far / instrument.dish.focal_length) + _BESIDE
        self.n_trace = camera.n_samples + 2 * _MARGIN
        self._trace = np.empty(
            (camera.n_pixels, self.n_trace), np.float32
        )  # reused: fresh memory costs as much as filling it

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
        edges = np.searchsorted(light.telescope, np.arange(len(self.facets) + 1))
        images: list[TelescopeImage] = []
        for telescope, (first, last) in enumerate(pairwise(edges)):
            if last - first < self.instrument.trigger.min_photoelectrons:
                continue
            pixel, time = self.focus(telescope, light, slice(first, last), rng)
            if len(pixel) >= self.instrument.trigger.min_photoelectrons:
                image = self._record(telescope, pixel, time, rng)
                if image is not None:
                    images.append(image)
        if len(images) < self.instrument.min_telescopes:
            return []
        times = np.array([image.trigger_time for image in images])
        chosen = coincident(times, self.instrument.coincidence, self.instrument.min_telescopes)
        return [image for image, keep in zip(images, chosen, strict=True) if keep]

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
        facets = self.facets[telescope]
        drawn = light.mirror_x is None or light.mirror_y is None
        nowhere = np.full(part.stop - part.start, -np.inf, np.float32) if drawn else None
        x, y, delay = reflect(
            light.fov_lon[part],
            light.fov_lat[part],
            nowhere if light.mirror_x is None else light.mirror_x[part],
            nowhere if light.mirror_y is None else light.mirror_y[part],
            facets.centre,
            facets.normal,
            facets.curvature,
            facets.raster,
            facets.extent,
            facets.infinity_plane if drawn else facets.focal_plane,
            math.radians(self.instrument.dish.reflection_angle),
            rng,
        )
        pixel = find_pixels(
            np.where(np.isfinite(delay), x, np.inf).astype(np.float32), y, self.raster.index, self.raster.extent
        )
        seen = pixel >= 0
        return pixel[seen], (light.time[part] + delay)[seen]

    def _record(
        self, telescope: int, pixel: np.ndarray, time: np.ndarray, rng: np.random.Generator
    ) -> TelescopeImage | None:
        camera, trigger, electronics = self.instrument.camera, self.instrument.trigger, self.electronics[telescope]
        true_image = np.bincount(pixel, minlength=camera.n_pixels).astype(np.int32)
        groups = self.groups
        if brightest_group(true_image, groups.triplets, groups.indptr, groups.members) < trigger.min_group:
            return None
        width = electronics.sample_width
        begin = float(np.median(time)) - _ARRIVAL * width
        trace = self._trace
        record(
            trace, pixel, time, begin, camera.transit_time_spread,
            electronics.pulse, electronics.charge, electronics.noise, electronics.response, width, rng,
        )  # fmt: skip
        before = camera.samples_before_trigger
        sample = first_crossing(
            trace, true_image > 0, groups.triplets, groups.indptr, groups.members,
            np.array(trigger.shaping), trigger.scale * camera.counts_per_pe, trigger.clip, trigger.threshold,
            before, self.n_trace - camera.n_samples + before + 1,
        )  # fmt: skip
        if sample < 0:
            return None
        image = np.empty(camera.n_pixels, np.float32)
        peak_time = np.empty(camera.n_pixels, np.float32)
        extract(
            trace, sample - before, camera.n_samples, self.indptr, self.neighbours, electronics.response, width,
            self.charge_scale, image, peak_time,
        )  # fmt: skip
        return TelescopeImage(telescope, image, peak_time, true_image, begin + sample * width)
