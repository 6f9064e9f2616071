"""The ``evaluate:`` section: what is measured, with which intervals, beside which baseline."""

from typing import Literal

from pydantic import Field

from iactflow.config import Section


class Evaluate(Section):
    """Scoring on the test part."""

    split: Literal["test", "validation", "all"] = "test"
    bootstrap: int = Field(300, ge=20)
    baseline: Literal["random-forest", "none"] = "random-forest"
    gammaness_cut: float = Field(0.5, ge=0, le=1)
    champion: str | None = None
    seed: int = Field(1, ge=0)
