"""Waveforms: photoelectrons become pulses on top of night sky and electronic noise."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache

import numpy as np
from numba import njit

from iactflow.simulate.telescope import CameraModel

#: Positions of a pulse within a sample that are tabulated.
_PHASES = 20
#: Samples of the noise record: 4 ms at 250 MHz, read from a random place for each pixel of each image.
_NOISE_SAMPLES = 1 << 20
#: Tabulated charges of a photoelectron.
_CHARGES = 1 << 16


@dataclass(frozen=True)
class Electronics:
    """What turns arrival times into samples; amplitudes in peaks of the mean photoelectron's pulse.

    Parameters
    ----------
    pulse : ndarray of float32, shape (n_phases, n_pulse)
        Samples of a pulse that begins at each phase of a sample.
    charge : ndarray of float32, shape (n_charges,)
        Charges to draw from; their mean is the gain under the night sky relative to the dark.
    noise : ndarray of float32, shape (n_noise,)
        Record of night sky and electronic noise, mean 0 (the cameras are coupled by capacitors).
    response : ndarray of float32, shape (n_pixels,)
        Response of the pixels, mean 1; 0 for dead ones.
    sample_width : float
        ns.
    """

    pulse: np.ndarray
    charge: np.ndarray
    noise: np.ndarray
    response: np.ndarray
    sample_width: float

    @property
    def pulse_sum(self) -> float:
        """Sum of all samples of one pulse."""
        return float(self.pulse.sum(axis=1).mean())


def borel_charges(crosstalk: float, spread: float, rng: np.random.Generator, n: int = _CHARGES) -> np.ndarray:
    """Draw charges of one photoelectron, mean 1.

    Parameters
    ----------
    crosstalk : float
        Parameter of the Borel distribution.
    spread : float
        Relative standard deviation of the charge of one avalanche.
    rng : numpy.random.Generator
        Source of random numbers.
    n : int
        How many.

    Notes
    -----
    P(k) = exp(-L k) (L k)^(k-1) / k! avalanches, mean 1/(1-L) (Vinogradov 2012, NIM A 695, 247; the prompt part of
    Gentile et al. 2011, arXiv:1006.3263). sim_telarray normalises the mean charge, not the first peak, to 1.
    """
    k = np.arange(1, 40)
    log_factorial = np.cumsum(np.log(k))
    weight = np.where(k == 1, 1.0, 0.0) * math.exp(-crosstalk)
    if crosstalk > 0:
        weight = np.exp(-crosstalk * k + (k - 1) * np.log(crosstalk * k) - log_factorial)
    avalanches = rng.choice(k, size=n, p=weight / weight.sum())
    charge = np.maximum(avalanches + spread * np.sqrt(avalanches) * rng.standard_normal(n), 0)
    return (charge / charge.mean()).astype(np.float32)


@cache
def _pulse_table(values: bytes, step: float, width: float) -> np.ndarray:
    shape = np.frombuffer(values)
    n_pulse = math.ceil((len(shape) * step) / width) + 1
    time = np.arange(n_pulse)[None] * width - np.arange(_PHASES)[:, None] / _PHASES * width
    return np.interp(time, np.arange(len(shape)) * step, shape, left=0.0, right=0.0).astype(np.float32)


def build_electronics(camera: CameraModel) -> Electronics:
    """Set up a camera's electronics, with pixels that all respond alike.

    The noise record is part of the instrument and not of a run: its random numbers are always the same.
    """
    rng = np.random.default_rng(0xCA33)
    width = 1 / camera.sampling_rate
    pulse = _pulse_table(camera.pulse.values.tobytes(), camera.pulse.step, width)
    charge = np.float32(camera.gain) * borel_charges(camera.crosstalk, camera.charge_spread, rng)
    noise = np.float32(camera.electronic_noise) * rng.standard_normal(_NOISE_SAMPLES, dtype=np.float32)
    n_sky = rng.poisson(camera.night_sky * width * _NOISE_SAMPLES)
    sky = rng.random(n_sky, dtype=np.float32) * np.float32(_NOISE_SAMPLES - pulse.shape[1] - 1)
    _add_night_sky(noise, sky, rng.choice(charge, n_sky), pulse)
    noise -= noise.mean()
    return Electronics(pulse, charge, noise, np.ones(camera.n_pixels, np.float32), width)


def draw_response(camera: CameraModel, tel_id: int) -> np.ndarray:
    """Draw the response of one telescope's pixels, mean 1, and its dead pixels, 0; shape (n_pixels,)."""
    rng = np.random.default_rng([tel_id, 0xDEAD])
    response = np.maximum(1 + camera.pixel_spread * rng.standard_normal(camera.n_pixels), 0)
    response[rng.random(camera.n_pixels) < camera.dead_fraction] = 0
    return response.astype(np.float32)


@njit(cache=True)
def _add_night_sky(noise, position, charge, pulse):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """Add pulses at `position` (in samples) to a record, in place."""
    for i in range(position.size):
        first = int(position[i])
        phase = int((position[i] - first) * pulse.shape[0])
        for k in range(pulse.shape[1]):
            noise[first + k] += charge[i] * pulse[phase, k]


@njit(cache=True)
def record(trace, pixel, time, start, jitter, pulse, charge, noise, response, width, rng):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201
    """Make the waveforms of one camera.

    Parameters
    ----------
    trace : ndarray of float32, shape (n_pixels, n_trace)
        Receives the samples, in peaks of the mean photoelectron's pulse.
    pixel : ndarray of int16, shape (n,)
        Pixel of each photoelectron.
    time : ndarray of float32, shape (n,), ns
        When it is released.
    start : float
        Time of the first sample, ns.
    jitter : float
        Standard deviation of the sensor's delay, ns.
    pulse, charge, noise, response, width
        As in `Electronics`.
    rng : numpy.random.Generator
        Source of random numbers.
    """
    n_pixels, n_trace = trace.shape
    for p in range(n_pixels):
        first = int(rng.random() * (noise.size - n_trace))
        trace[p] = noise[first : first + n_trace]
    for i in range(pixel.size):
        at = (time[i] - start + (jitter * rng.standard_normal() if jitter > 0.0 else 0.0)) / width
        amplitude = charge[int(rng.random() * charge.size)]
        if at <= -pulse.shape[1] or at >= n_trace:
            continue
        first = math.floor(at)
        phase = int((at - first) * pulse.shape[0])
        for k in range(max(0, -first), min(pulse.shape[1], n_trace - first)):
            trace[pixel[i], first + k] += amplitude * pulse[phase, k]
    for p in range(n_pixels):
        if response[p] != 1.0:
            trace[p] *= response[p]
