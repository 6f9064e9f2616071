"""The ``irf:`` section: which showers count, to which spectra they are weighted, how events are selected."""

from typing import Annotated, Literal

import astropy.units as u
from pydantic import Field, field_validator

from iactflow.config import In, Section

Duration = Annotated[u.Quantity, In(u.h)]
Angle = Annotated[u.Quantity, In(u.deg)]


class Irf(Section):
    """Instrument response functions."""

    particle_type: str | None = None
    energy: str | None = None
    geometry: str | None = None
    enclosure: Literal["full", "point-like"] = "full"
    source: Literal["crab-hegra", "crab-magic"] = "crab-magic"
    protons: Literal["irfdoc", "dampe-proton-helium"] = "irfdoc"
    observation_time: Duration = 50 * u.h
    alpha: float = Field(0.2, gt=0, le=1)
    offset_max: Angle = 1 * u.deg
    multiplicity_min: int = Field(1, ge=1)
    optimise_share: float = Field(0.3, gt=0, lt=1)
    showers: Literal["all", "test"] = "all"
    bootstrap: int = Field(200, ge=20)
    seed: int = Field(1, ge=0)

    @field_validator("observation_time", "offset_max")
    @classmethod
    def _positive(cls, value: u.Quantity) -> u.Quantity:
        if not value.value > 0:
            raise ValueError(f"must be larger than 0 {value.unit}")
        return value
