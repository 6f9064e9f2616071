"""The ``predict:`` section: how DL2 tables are named, how telescopes are combined, what of DL1 stays."""

from typing import Literal

from pydantic import Field

from iactflow.config import Section


class Predict(Section):
    """Writing of DL2 files."""

    prefix: str = Field("iactflow", pattern=r"^[A-Za-z][A-Za-z0-9]*$")
    weights: Literal["none", "intensity", "aspect-weighted-intensity", "containment-weighted-intensity"] = "intensity"
    keep: Literal["nothing", "parameters", "images"] = "parameters"
