"""Configuration of a simulation: instrument, primaries, what is thrown where."""

from typing import Annotated, Literal, Self

import astropy.units as u
from pydantic import Field, field_validator, model_validator

from iactflow.config import Energy, In, Section

Angle = Annotated[u.Quantity, In(u.deg)]
Length = Annotated[u.Quantity, In(u.m)]

Primary = Literal["gamma", "electron", "proton", "helium", "nitrogen", "silicon", "iron"]

#: ctapipe's numbers of the primaries.
PRIMARIES = {"gamma": 0, "electron": 1, "proton": 101, "helium": 402, "nitrogen": 1407, "silicon": 2814, "iron": 5626}

#: Largest seed: a run's number is made of seed, primary and block, and must fit 32 bits.
MAX_SEED = 2000


class Conditions(Section):
    """Under which conditions showers are simulated: energies, directions, cores, sky; for commands and experiments."""

    energy_min: Energy | None = Field(None, description="Lowest energy; the preset's range if left out.")
    energy_max: Energy | None = Field(None, description="Highest energy; the preset's range if left out.")
    spectral_index: float = Field(-2.0, lt=0, ge=-5, description="Index of the power law of thrown energies.")
    zenith: Angle = Field(20 * u.deg, description="Zenith angle that the telescopes point at.")
    azimuth: Angle = Field(0 * u.deg, description="Azimuth that they point at, from north over east.")
    viewcone: Angle = Field(3 * u.deg, description="Radius of the cone of directions; 0 deg is a point source.")
    scatter_radius: Length | None = Field(None, description="Radius of the disc of cores; the preset's if left out.")
    reuse: int = Field(10, ge=1, le=100, description="Core positions that each shower is used at.")
    night_sky: float = Field(1.0, ge=0, le=20, description="Factor on the preset's night-sky background.")
    dead_pixels: float = Field(0.0, ge=0, lt=0.5, description="Share of pixels that give nothing.")
    gain: float = Field(1.0, gt=0, le=5, description="Gain of the sensors relative to what calibration assumes.")
    reflectivity: float = Field(1.0, gt=0, le=1.2, description="Reflectivity of the mirror relative to the preset's.")

    @field_validator("energy_min", "energy_max", "scatter_radius")
    @classmethod
    def _positive(cls, value: u.Quantity | None) -> u.Quantity | None:
        if value is not None and not value.value > 0:
            raise ValueError(f"must be larger than 0 {value.unit}")
        return value

    @field_validator("zenith")
    @classmethod
    def _above_horizon(cls, value: u.Quantity) -> u.Quantity:
        if not 0 <= value.value <= 65:
            raise ValueError("must lie in 0 deg to 65 deg, where a flat atmosphere is good enough")
        return value

    @field_validator("viewcone")
    @classmethod
    def _cone(cls, value: u.Quantity) -> u.Quantity:
        if not 0 <= value.value <= 10:
            raise ValueError("must lie in 0 deg to 10 deg")
        return value

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.energy_min is not None and self.energy_max is not None and not self.energy_min < self.energy_max:
            raise ValueError(f"energy_min must be smaller than energy_max, which is {self.energy_max}")
        return self


class Simulate(Conditions):
    """What is simulated; seed, amount and place of the output are given with the command."""

    preset: str = Field("sst1m-stereo", description="Name of an instrument, or path of a YAML file that describes one.")
    primary: Primary = Field("gamma", description="Primary particle.")
    true_images: bool = Field(False, description="Whether to keep the shower's own photoelectrons of each pixel.")

    @property
    def energies(self) -> tuple[float, float]:
        """Lowest and highest energy in TeV, once `iactflow.simulate.instruments.resolve` has filled them in."""
        assert self.energy_min is not None
        assert self.energy_max is not None
        return float(self.energy_min.to_value("TeV")), float(self.energy_max.to_value("TeV"))

    @property
    def radius(self) -> float:
        """Radius of the disc of cores in m, once `iactflow.simulate.instruments.resolve` has filled it in."""
        assert self.scatter_radius is not None
        return float(self.scatter_radius.to_value("m"))

    @property
    def primary_id(self) -> int:
        """Number that ctapipe gives the primary."""
        return PRIMARIES[self.primary]
