"""The ``generate:`` section: how many images of which showers, seen under which conditions."""

from typing import Self

import astropy.units as u
from pydantic import Field, field_validator, model_validator

from iactflow.config import Energy, Section
from iactflow.data.split import SplitFractions
from iactflow.simulate.config import Length


class Generate(Section):
    """Generated images; energies and impact points are drawn as in the generator's training showers if left out."""

    images: int = Field(10000, ge=1, description="Images to generate.")
    seed: int = Field(1, ge=0, description="The same seed gives the same images.")
    steps: int | None = Field(None, ge=1, description="Steps of sampling; null: those that the generator was made for.")
    energy_min: Energy | None = None
    energy_max: Energy | None = None
    impact_min: Length | None = None
    impact_max: Length | None = None
    night_sky: float = Field(1.0, ge=0, le=20, description="Factor on the instrument's night-sky background.")
    dead_pixels: float = Field(0.0, ge=0, lt=0.5, description="Share of pixels that give nothing.")
    split: SplitFractions = SplitFractions(train=0.8, validation=0.2, test=0.0)

    @field_validator("energy_min", "energy_max", "impact_min", "impact_max")
    @classmethod
    def _positive(cls, value: u.Quantity | None) -> u.Quantity | None:
        if value is not None and not value.value > 0:
            raise ValueError(f"must be larger than 0 {value.unit}")
        return value

    @model_validator(mode="after")
    def _ranges(self) -> Self:
        for name in ("energy", "impact"):
            low, high = getattr(self, f"{name}_min"), getattr(self, f"{name}_max")
            if (low is None) != (high is None):
                raise ValueError(f"{name}_min and {name}_max must be given together; equal ones give a single value")
            if low is not None and not low <= high:
                raise ValueError(f"{name}_min must not be larger than {name}_max, which is {high}")
        return self

    @property
    def energy(self) -> tuple[float, float] | None:
        """Range of energies in TeV; None draws them as in the training showers."""
        if self.energy_min is None or self.energy_max is None:
            return None
        return float(self.energy_min.to_value("TeV")), float(self.energy_max.to_value("TeV"))

    @property
    def impact(self) -> tuple[float, float] | None:
        """Range of impact distances in m; None draws them as in the training showers."""
        if self.impact_min is None or self.impact_max is None:
            return None
        return float(self.impact_min.to_value("m")), float(self.impact_max.to_value("m"))
