"""Drawing of images: conditions in, photoelectrons out, the same whoever draws them and in whatever portions."""

from collections.abc import Callable, Iterator
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import numpy as np

from iactflow.data.camera import Camera
from iactflow.errors import ConfigError
from iactflow.generation import moments as moment
from iactflow.generation.bundle import GeneratorBundle
from iactflow.generation.conditions import Conditions, parse_range, with_impact
from iactflow.generation.derivatives import compiled
from iactflow.generation.features import telescope_positions
from iactflow.generation.flow import noise_like
from iactflow.generation.representation import scaled, shared
from iactflow.models.backend import keras

#: Images that are drawn together from one state of the random numbers.
BLOCK = 256
#: Shift of the steps of the size model, whose values are no sparse images.
_NO_SHIFT = 1.0
#: Width of the neighbourhood in which training showers are looked for: energies in dex, impact distances in 100 m.
_IMPACT_UNIT = 100.0
_NEAREST = 16


class Sampler:
    """A generator that is ready to draw.

    Parameters
    ----------
    bundle : GeneratorBundle
        The generator.
    steps : int or None
        Steps from noise to image; None takes those of the bundle, which alone its contrast was fitted for.
    """

    BLOCK = BLOCK

    def __init__(self, bundle: GeneratorBundle, steps: int | None = None) -> None:
        if steps is not None and steps < 1:
            raise ConfigError(f"steps must be at least 1. Received: {steps}.")
        self.bundle, self.info = bundle, bundle.info
        self.steps = int(steps or bundle.info["steps"])
        self._contrast = bundle.assembly.contrast if self.steps == bundle.info["steps"] else None
        self._seeds = keras.random.SeedGenerator(0)
        self._moments = compiled(self._draw_moments)
        self._pixels = compiled(self._draw_pixels)

    @classmethod
    def load(cls, path: Path | str, steps: int | None = None) -> "Sampler":
        """Open a bundle for drawing."""
        return cls(GeneratorBundle.load(path), steps)

    @property
    def camera(self) -> Camera:
        """Camera and telescopes."""
        return self.bundle.assembly.camera

    def draw(
        self,
        n: int,
        seed: int,
        *,
        first: int = 0,
        energy: float | tuple[float, float] | None = None,
        impact: float | tuple[float, float] | None = None,
    ) -> Conditions:
        """Draw conditions from those of the training showers.

        Parameters
        ----------
        n : int
            How many.
        seed : int
            Condition i depends on this and on its own number only.
        first : int
            Number of the first; a multiple of `BLOCK`.
        energy : float, tuple of float or None
            TeV; a value, a range to draw from uniformly in the logarithm, or None for the training showers' own.
        impact : float, tuple of float or None
            Distance from the telescope on the ground in m; a range is drawn from uniformly in area.

        Notes
        -----
        Each is the condition of a training shower, of those closest in energy and impact distance where these are
        given; direction, depth of the maximum and first interaction stay that shower's own.
        """
        library, blocks = self.bundle.library, []
        positions = telescope_positions(library, self.camera)
        distance = np.hypot(library.core_x - positions[:, 0], library.core_y - positions[:, 1])
        for number in self._blocks(n, first):
            rng = np.random.default_rng([seed, number, 1])
            wish = {}
            if energy is not None:
                low, high = np.log(parse_range("energy", energy))
                wish["energy"] = np.exp(rng.uniform(low, high, BLOCK))
            if impact is not None:
                low, high = parse_range("impact", impact)
                wish["impact"] = np.sqrt(rng.uniform(low**2, high**2, BLOCK))
            chosen = _choose(library, distance, wish, rng)
            picked = library[chosen]
            if "energy" in wish:
                picked = replace(picked, energy=wish["energy"])
            if "impact" in wish:
                picked = with_impact(picked, positions[chosen], wish["impact"])
            blocks.append(picked)
        return _joined(blocks)[:n]

    def sample(self, conditions: Conditions, seed: int, first: int = 0) -> np.ndarray:
        """Draw an image for each condition.

        Parameters
        ----------
        conditions : Conditions
            n showers.
        seed : int
            Image i of a run depends on this, on its block of `BLOCK` images and on the conditions of that block.
        first : int
            Number of the first image in the run; a multiple of `BLOCK`.

        Returns
        -------
        ndarray of int32, shape (n, n_pixels)
            Photoelectrons of the showers alone.

        Raises
        ------
        ConfigError
            If `first` is no multiple of `BLOCK`.
        """
        return np.concatenate([images for images, _ in self.stream(conditions, seed, first)])

    def stream(self, conditions: Conditions, seed: int, first: int = 0) -> Iterator[tuple[np.ndarray, Conditions]]:
        """Draw as `sample` does, giving images and their conditions block by block."""
        assembly = self.bundle.assembly
        for place, number in enumerate(self._blocks(len(conditions), first)):
            some = conditions[place * BLOCK : (place + 1) * BLOCK]
            full = some[np.resize(np.arange(len(some)), BLOCK)]
            self._seeds.state.assign(np.random.SeedSequence([seed, number, 2]).generate_state(2))
            values = np.asarray(self._moments(assembly.conditions_told(full)))
            moments = moment.counted(np.clip(assembly.of_values.back(values), *assembly.limits))
            charges, size = self._charges(full, moments), moment.size(moments)
            lit = moment.lit(moments) if assembly.config.moments else None
            images = scaled(charges, size) if lit is None else shared(charges, size, lit, self._contrast)
            yield images[: len(some)], some

    def charges(
        self,
        conditions: Conditions,
        moments: np.ndarray,
        seed: int,
        advance: Callable[[int], None] = lambda _: None,
    ) -> np.ndarray:
        """Draw pixels alone, for images whose moments are known.

        Parameters
        ----------
        conditions : Conditions
            n showers.
        moments : ndarray, shape (n, n_values)
            Of their images, see `iactflow.generation.moments`.
        seed : int
            Of the noise.
        advance : callable
            Hears how many images more have been drawn.

        Returns
        -------
        ndarray of float, shape (n, n_pixels), p.e.
            As the network gives them: neither whole nor of the right sum.
        """
        parts = []
        for number in self._blocks(len(conditions), 0):
            rows = np.arange(number * BLOCK, min((number + 1) * BLOCK, len(conditions)))
            full = np.resize(rows, BLOCK)
            self._seeds.state.assign(np.random.SeedSequence([seed, number, 3]).generate_state(2))
            parts.append(self._charges(conditions[full], moments[full])[: len(rows)])
            advance(len(rows))
        return np.concatenate(parts)

    def _charges(self, conditions: Conditions, moments: np.ndarray) -> np.ndarray:
        assembly = self.bundle.assembly
        told = assembly.told(conditions, moments)
        grid = np.asarray(self._pixels(told.numbers, told.places, assembly.grid.masks[told.which]))
        return assembly.representation.charges(assembly.grid.unpack(grid, told.which), moment.size(moments))

    def _blocks(self, n: int, first: int) -> range:
        if first % BLOCK or n < 1:
            raise ConfigError(f"first must be a multiple of {BLOCK}, and n at least 1. Received: {first}, {n}.")
        return range(first // BLOCK, first // BLOCK - (-n // BLOCK))

    def _draw_moments(self, numbers: Any) -> Any:
        assembly = self.bundle.assembly
        noise = keras.random.normal((BLOCK, assembly.n_values), seed=self._seeds)
        return assembly.size_flow.solve(noise, {"numbers": numbers}, assembly.config.size.steps, _NO_SHIFT)

    def _draw_pixels(self, numbers: Any, places: Any, mask: Any) -> Any:
        assembly, method = self.bundle.assembly, self.info["method"]
        told = {"numbers": numbers, "places": places, "mask": mask}
        noise = noise_like(mask, told, self._seeds)
        shift = self.info["shift"]
        if method == "flow":
            return assembly.pixel_flow.solve(noise, told, self.steps, shift)
        if method == "diffusion":
            return assembly.pixel_diffusion.solve(noise, told, self.steps)
        if method == "wgan":
            return assembly.pixel_network({"image": noise, "numbers": numbers, "places": places}) * mask
        if method == "consistency":
            return assembly.pixel_flow.renoise(noise, told, self.steps, shift, self._seeds)
        return assembly.pixel_flow.jump(noise, told, self.steps, shift)


def _choose(
    library: Conditions, distance: np.ndarray, wish: dict[str, np.ndarray], rng: np.random.Generator
) -> np.ndarray:
    """Choose training showers: any, or one of the `_NEAREST` in what is wished."""
    from scipy.spatial import cKDTree

    if not wish:
        return rng.integers(0, len(library), BLOCK)
    there = _scaled({"energy": library.energy, "impact": distance}, list(wish))
    count = min(_NEAREST, len(library))
    near = cKDTree(there).query(_scaled(wish, list(wish)), k=count)[1].reshape(BLOCK, count)
    return np.asarray(near[np.arange(BLOCK), rng.integers(0, count, BLOCK)])


def _scaled(values: dict[str, np.ndarray], names: list[str]) -> np.ndarray:
    """Make energies and impact distances comparable."""
    columns: dict[str, Callable[[np.ndarray], np.ndarray]] = {
        "energy": np.log10,
        "impact": lambda distance: distance / _IMPACT_UNIT,
    }
    return np.column_stack([columns[name](values[name]) for name in names])


def _joined(parts: list[Conditions]) -> Conditions:
    return Conditions(**{f.name: np.concatenate([getattr(part, f.name) for part in parts]) for f in fields(Conditions)})
