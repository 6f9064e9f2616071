"""The ``drift:`` section: what counts as a change, and how often chance may look like one."""

from pydantic import Field, field_validator

from iactflow.config import Section
from iactflow.data.select import Selection
from iactflow.drift.columns import ALL


class Drift(Section):
    """Comparison of new data with a reference, such as the showers that a model was trained on."""

    select: Selection = Selection()
    ignore: list[str] = Field(
        default_factory=list, description="Quantities that are left out, such as noise where the night sky changes."
    )
    images: int = Field(10000, ge=100, description="Largest number of images of each side, whole showers at random.")
    showers_min: int = Field(20, ge=5, description="Showers that each side must have.")
    false_alarm: float = Field(
        0.01, gt=0, le=0.2, description="Chance that any quantity is called drifted where nothing changed."
    )
    permutations: int = Field(1000, ge=100, description="Exchanges of showers that the thresholds are from.")
    distance_min: float = Field(
        0.05, ge=0, description="Least distance that counts, in standard deviations of the reference."
    )
    pixel_change: float = Field(1.5, gt=1, description="Factor in a pixel's noise that counts as a change.")
    pixel_share: float = Field(0.01, gt=0, le=1, description="Share of changed pixels that is a drift.")
    seed: int = Field(1, ge=0, description="Of the choice of showers and of their exchanges.")

    @field_validator("ignore")
    @classmethod
    def _known(cls, names: list[str]) -> list[str]:
        known = [column.name for column in ALL]
        if unknown := sorted(set(names) - set(known)):
            raise ValueError(f"must be of {', '.join(known)}; unknown are {', '.join(unknown)}")
        return names
