"""The ``promote:`` section: when a model becomes the champion."""

from collections.abc import Sequence

from pydantic import Field

from iactflow.config import Section


class Promote(Section):
    """The gate that a challenger has to pass."""

    name: str | None = Field(None, pattern=r"^[A-Za-z0-9][A-Za-z0-9_. -]*$")
    wanted: list[str] = Field(default_factory=list)
    guarded: list[str] = Field(default_factory=list)
    tolerance: float = Field(0.0, ge=0, lt=1)
    showers_min: int = Field(100, ge=2)
    reference_images: int = Field(2000, ge=1)


def default_name(tasks: Sequence[str], mode: str) -> str:
    """Name a registered model after its tasks; one that takes array events (mode ``stereo``) is another one."""
    return "-".join([*tasks, *(["stereo"] if mode == "stereo" else [])])
