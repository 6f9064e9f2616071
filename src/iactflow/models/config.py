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
    augment: bool = True
    average: bool = False


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


class Model(Section):
    """The network."""

    name: str = "ctlearn.SingleCNN"
    mapping: Mapping = Mapping()
    window: Windowing = Windowing()
    hexnet: HexNet = HexNet()
    options: dict[str, Any] = Field(default_factory=dict)
    init: str | None = None
    freeze: Literal["none", "backbone"] | list[str] = "none"
