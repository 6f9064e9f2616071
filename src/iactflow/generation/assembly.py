"""A generator put together: camera, networks, and what stands between conditions and networks."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from iactflow.data.camera import Camera
from iactflow.generation import moments as moment
from iactflow.generation.conditions import Conditions
from iactflow.generation.config import Generator
from iactflow.generation.contrast import Contrast
from iactflow.generation.diffusion import Diffusion
from iactflow.generation.features import Scaler, Told, frames, physics, tell
from iactflow.generation.flow import Flow
from iactflow.generation.grid import Grid
from iactflow.generation.maps import Kind
from iactflow.generation.networks import build_pixel_network, build_size_network
from iactflow.generation.representation import Representation, fit_representation
from iactflow.generation.times import positions

#: Images that are measured at once: their pixels' distances take 50 kB each.
_PORTION = 1024
#: Images that the representation is fitted to.
_SAMPLE = 4096


@dataclass
class Assembly:
    """Everything that draws images of one camera.

    Attributes
    ----------
    config : Generator
        The ``model:`` section.
    camera : iactflow.data.camera.Camera
        Camera and telescopes.
    grid : Grid
        The camera as networks see it.
    representation : Representation
        How photoelectrons are written.
    primaries : list of int
        Particle codes that were trained on.
    of_values, of_conditions, of_told : Scaler
        Of what the size model draws, of what it is told, of what the pixel model is told.
    limits : ndarray, shape (2, n_values)
        Least and greatest values in the training data.
    size_network, pixel_network : keras.Model
        The networks.
    contrast : Contrast or None
        What corrects drawn charges; None before it is fitted, and for good where lit pixels are not drawn.
    """

    config: Generator
    camera: Camera
    grid: Grid
    representation: Representation
    primaries: list[int]
    of_values: Scaler
    of_conditions: Scaler
    of_told: Scaler
    limits: np.ndarray
    size_network: Any
    pixel_network: Any
    contrast: Contrast | None = None

    @property
    def n_values(self) -> int:
        """How many values the size model draws: the size alone, or all moments."""
        return len(moment.NAMES) if self.config.moments else 1

    @property
    def size_flow(self) -> Flow:
        """The flow that draws standardised values."""
        return Flow(self.size_network, 1.0)

    @property
    def pixel_flow(self) -> Flow:
        """The flow that draws pixels."""
        return Flow(self.pixel_network, self.representation.spread)

    @property
    def pixel_diffusion(self) -> Diffusion:
        """The diffusion that draws pixels."""
        return Diffusion(self.pixel_network)

    def conditions_told(self, conditions: Conditions) -> np.ndarray:
        """Give what the size model is told, standardised, shape (n, d)."""
        frame, impact = frames(conditions, self.camera)
        return self.of_conditions(physics(conditions, frame, impact, self.config.conditions, self.primaries))

    def told(self, conditions: Conditions, moments: np.ndarray) -> Told:
        """Give what the pixel model is told, standardised."""
        plain = self._told_plain(conditions, moments)
        return Told(self.of_told(plain.numbers), plain.places, plain.which)

    def _told_plain(self, conditions: Conditions, moments: np.ndarray) -> Told:
        full = np.zeros((len(moments), len(moment.NAMES)))
        full[:, : moments.shape[1]] = moments
        told = tell(conditions, full, self.camera, self.grid, self.config.conditions, self.primaries)
        unknown = len(moment.NAMES) - moments.shape[1]
        return Told(told.numbers[:, : told.numbers.shape[1] - unknown], told.places, told.which)


def measure_all(images: np.ndarray, conditions: Conditions, camera: Camera, pitch: float) -> np.ndarray:
    """Measure the moments of photoelectrons, shape (n, n_pixels) to (n, 9)."""
    frame, _ = frames(conditions, camera)
    xy = positions(camera)
    parts = [
        moment.measure(
            images[low : low + _PORTION],
            xy,
            pitch,
            moment.Frame(frame.source[low : low + _PORTION], frame.axis[low : low + _PORTION]),
        )
        for low in range(0, len(images), _PORTION)
    ]
    return np.concatenate(parts)


def map_kind(config: Generator) -> Kind:
    """Tell which maps a configuration lets pixel models see."""
    if config.moments:
        return "moments"
    return "direction" if {"direction", "impact"} <= set(config.conditions) else "none"


def assemble(
    config: Generator, camera: Camera, images: np.ndarray, conditions: Conditions, moments: np.ndarray
) -> Assembly:
    """Put a generator together with fresh networks, everything else fitted to training images.

    Parameters
    ----------
    config : Generator
        The ``model:`` section.
    camera : iactflow.data.camera.Camera
        Camera and telescopes.
    images : ndarray of int, shape (m, n_pixels)
        Some of the training images, for the representation.
    conditions : Conditions
        Of all n training images.
    moments : ndarray, shape (n, 9)
        Of all training images.
    """
    grid = Grid.of(camera.geometry, symmetries=config.symmetries)
    primaries = np.unique(conditions.primary).tolist()
    frame, impact = frames(conditions, camera)
    of_conditions = Scaler.fit(physics(conditions, frame, impact, config.conditions, primaries))
    representation = fit_representation(config.representation, images[:_SAMPLE])
    values = moments if config.moments else moments[:, :1]
    limits = np.stack([values.min(axis=0), values.max(axis=0)])
    identity = Scaler(np.zeros(1), np.ones(1))
    made = Assembly(
        config, camera, grid, representation, primaries, Scaler.fit(values), of_conditions, identity, limits, None, None
    )
    made.of_told = Scaler.fit(made._told_plain(conditions, values).numbers)
    made.size_network = build_size_network(
        made.n_values, len(of_conditions.mean), config.size.width, config.size.blocks
    )
    made.pixel_network = new_pixel_network(made, timed=config.name != "wgan")
    return made


def new_pixel_network(made: Assembly, *, timed: bool = True, widths: Sequence[int] | None = None) -> Any:
    """Build a fresh pixel network for an assembly."""
    sizes = made.config.pixels
    return build_pixel_network(
        made.grid,
        len(made.of_told.mean),
        map_kind(made.config),
        widths or sizes.widths,
        sizes.blocks,
        sizes.embedding,
        timed=timed,
    )
