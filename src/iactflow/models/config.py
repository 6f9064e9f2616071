"""The ``model:`` section: which network, on which picture of the camera, starting from what."""

from typing import Literal

from pydantic import Field

from iactflow.config import Section

Mapper = Literal[
    "AxialMapper",
    "BicubicMapper",
    "BilinearMapper",
    "HexagdlyMapper",
    "NearestNeighborMapper",
    "OversamplingMapper",
    "RebinMapper",
    "ShiftingMapper",
    "SquareMapper",
]
Channel = Literal["image", "cleaned_image", "peak_time", "cleaned_peak_time"]


class Mapping(Section):
    """How a camera's pixels become the square picture that a network with square kernels reads."""

    mapper: Mapper = "BilinearMapper"
    interpolation_image_shape: int | None = Field(None, ge=8)
    channels: list[Channel] = Field(["cleaned_image", "cleaned_peak_time"], min_length=1)


class Model(Section):
    """The network."""

    name: str = "ctlearn.SingleCNN"
    mapping: Mapping = Mapping()
    init: str | None = None
    freeze: Literal["none", "backbone"] | list[str] = "none"
