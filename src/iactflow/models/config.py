"""The ``model:`` section: which network, on what it sees of the camera, starting from what."""

from typing import Any, Literal, Self

from pydantic import Field, model_validator

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


class Windowing(Section):
    """How hexnet and networks of ``view = "window"`` see a camera: as a part of its own lattice."""

    side: int | None = Field(24, ge=8)
    channels: list[Literal["charge", "time", "camera"]] = Field(["charge", "time", "camera"], min_length=1)
    charge: Literal["asinh", "sqrt", "linear"] = "asinh"
    augment: bool = True
    align: bool = False
    average: bool = False

    @model_validator(mode="after")
    def _one_way_to_turn(self) -> Self:
        if self.align and (self.augment or self.average):
            raise ValueError("align shows each image in one orientation: augment and average must be false with it")
        return self


class HexNet(Section):
    """Sizes of hexnet."""

    widths: list[int] = Field([24, 48, 64], min_length=1)
    blocks: list[int] = Field([1, 1, 1], min_length=1)
    hidden: list[int] = Field([64])
    stem_stride: Literal[1, 2] = 1
    kernel: Literal["hexagonal", "square"] = "hexagonal"
    batch_norm: bool = True

    @model_validator(mode="after")
    def _as_many_widths_as_blocks(self) -> Self:
        if len(self.widths) != len(self.blocks):
            raise ValueError(
                f"widths and blocks must be equally long; they have {len(self.widths)}, {len(self.blocks)}"
            )
        if min(self.widths) < 1 or min(self.blocks) < 0 or min(self.hidden, default=1) < 1:
            raise ValueError("widths and hidden must be at least 1, blocks at least 0")
        return self


class Stereo(Section):
    """How the images of an array event become one estimate."""

    telescopes_min: int = Field(2, ge=1)
    telescopes_max: int = Field(8, ge=1)
    pooling: Literal["attention", "mean", "max"] = "attention"
    width: int = Field(96, ge=1)

    @model_validator(mode="after")
    def _least_is_not_more_than_most(self) -> Self:
        if self.telescopes_min > self.telescopes_max:
            raise ValueError(
                f"telescopes_min must be at most telescopes_max; they are {self.telescopes_min}, {self.telescopes_max}"
            )
        return self


class Model(Section):
    """The network."""

    name: str = "ctlearn.SingleCNN"
    mode: Literal["mono", "stereo"] = "mono"
    stereo: Stereo = Stereo()
    mapping: Mapping = Mapping()
    window: Windowing = Windowing()
    hexnet: HexNet = HexNet()
    options: dict[str, Any] = Field(default_factory=dict)
    init: str | None = None
    freeze: Literal["none", "backbone"] | list[str] = "none"

    @model_validator(mode="after")
    def _telescopes_turn_together(self) -> Self:
        if self.mode == "stereo" and self.window.align:
            raise ValueError("window.align must be false with mode: stereo, where all images of an event turn alike")
        return self
