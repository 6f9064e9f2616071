"""Waveforms: photoelectrons become pulses on top of night sky and electronic noise."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

import numpy as np

from iactflow.simulate.compiled import always_inlined, compiled
from iactflow.simulate.rng import bits, hashed, normals, uniform
from iactflow.simulate.telescope import CameraModel

#: Positions of a pulse within a sample that are tabulated.
_PHASES = 20
#: Samples of the noise record: 1 ms at 250 MHz, read from a random place for each pixel of each image.
_NOISE_SAMPLES = 1 << 18
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


@compiled
def _add_night_sky(noise: np.ndarray, position: np.ndarray, charge: np.ndarray, pulse: np.ndarray) -> None:
    """Add pulses at `position` (in samples) to a record, in place."""
    for i in range(position.size):
        first = int(position[i])
        phase = int((position[i] - first) * pulse.shape[0])
        for k in range(pulse.shape[1]):
            noise[first + k] += charge[i] * pulse[phase, k]


class Traces(NamedTuple):
    """Waveforms of one camera, made where they are asked for.

    Attributes
    ----------
    samples : ndarray of float32, shape (n_pixels + 1, n_samples)
        In peaks of the mean photoelectron's pulse; the last row is zero and stands for neighbours that are not there.
    made : ndarray of bool, shape (n_pixels,)
        Which of them are there.
    noise : ndarray of float32, shape (n_noise,)
        As in `Electronics`.
    response : ndarray of float32, shape (n_pixels,)
        As in `Electronics`.
    seed : ndarray of uint64, shape (1,)
        Says where in the noise record each pixel's noise begins.
    """

    samples: np.ndarray
    made: np.ndarray
    noise: np.ndarray
    response: np.ndarray
    seed: np.ndarray


def new_traces(electronics: Electronics, n_samples: int) -> Traces:
    """Allocate waveforms, which `record` begins."""
    n_pixels = len(electronics.response)
    samples = np.zeros((n_pixels + 1, n_samples), np.float32)
    return Traces(
        samples, np.zeros(n_pixels, np.bool_), electronics.noise, electronics.response, np.zeros(1, np.uint64)
    )


@always_inlined
def make(traces: Traces, pixel: int, first: int, last: int) -> None:
    """Let a pixel have its waveform from one sample up to another: noise from its own place of the record."""
    if not traces.made[pixel]:
        traces.made[pixel] = True
        response = traces.response[pixel]
        place = np.uint64(hashed(traces.seed[0] + np.uint64(pixel + 1)) * (traces.noise.size - traces.samples.shape[1]))
        for s in range(np.uint64(first), np.uint64(last)):
            traces.samples[pixel, s] = traces.noise[place + s] * response


@compiled
def record(
    traces: Traces,
    pixel: np.ndarray,
    time: np.ndarray,
    start: float,
    jitter: float,
    pulse: np.ndarray,
    charge: np.ndarray,
    width: float,
    rng: np.ndarray,
) -> None:
    """Begin the waveforms of one camera with those of the pixels that have photoelectrons.

    Parameters
    ----------
    traces : Traces
        Receive the samples.
    pixel : ndarray of int16, shape (n,)
        Pixel of each photoelectron.
    time : ndarray of float32, shape (n,), ns
        When it is released.
    start : float
        Time of the first sample, ns.
    jitter : float
        Standard deviation of the sensor's delay, ns.
    pulse, charge
        As in `Electronics`.
    width : float
        ns per sample.
    rng : ndarray of uint64, shape (2,)
        State of the random numbers.
    """
    traces.made[:] = False
    traces.seed[0] = bits(rng)
    n_samples = traces.samples.shape[1]
    for i in range(pixel.size):
        p = pixel[i]
        make(traces, p, 0, n_samples)
        at = (time[i] - start) / width
        if jitter > 0.0:
            at += jitter / width * normals(rng)[0]
        if at <= -pulse.shape[1] or at >= n_samples:
            continue
        amplitude = charge[int(uniform(rng) * charge.size)] * traces.response[p]
        first = math.floor(at)
        phase = int((at - first) * pulse.shape[0])
        for k in range(max(0, -first), min(pulse.shape[1], n_samples - first)):
            traces.samples[p, first + k] += amplitude * pulse[phase, k]
