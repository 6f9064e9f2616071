"""The ``feedback:`` section: mixtures of simulated and generated background that a classifier is trained with."""

from pydantic import Field, field_validator

from iactflow.config import PHOTOELECTRON, Section
from iactflow.data.select import Selection


class Feedback(Section):
    """Training of the type classifier with simulated, generated and mixed background."""

    background: int = Field(4000, ge=20, description="Simulated background images that a mixture counts as one part.")
    gammas: int = Field(20000, ge=20, description="Largest number of simulated gamma images to train with.")
    mixtures: list[str] = Field(
        ["1+0", "0+1", "0+3", "0+10", "1+1", "1+10"],
        description="Parts of simulated + parts of generated background; the first is what others are compared with.",
    )
    select: Selection = Selection(intensity_min=50 * PHOTOELECTRON)
    bootstrap: int = Field(200, ge=20, description="Resamplings of showers behind each interval.")
    seed: int = Field(1, ge=0, description="Of the choice of images, the forests and the resamplings.")

    @field_validator("mixtures")
    @classmethod
    def _parts(cls, mixtures: list[str]) -> list[str]:
        if not mixtures or len(set(mixtures)) != len(mixtures):
            raise ValueError("must name at least one mixture, each once")
        for mixture in mixtures:
            parts = mixture.split("+")
            if len(parts) != 2 or not all(part.isdigit() for part in parts) or sum(map(int, parts)) == 0:
                raise ValueError(f"must be SIMULATED+GENERATED parts such as 1+0 or 1+10; '{mixture}' is none")
        return mixtures
