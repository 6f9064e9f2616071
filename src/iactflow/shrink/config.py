"""What ``iactflow shrink`` makes of a model."""

from typing import Literal

from pydantic import Field

from iactflow.config import Section


class Shrink(Section):
    """Shrinking of a model.

    `images` of the train part are shown to every shrunk model beside the original; ``int8`` takes the ranges of its
    numbers from them. `keep`, `epochs` and `learning_rate` are of ``pruned``, `tolerance` is of ``onnx``.
    """

    to: Literal["float16", "int8", "pruned", "onnx"] = "float16"
    images: int = Field(500, ge=1)
    keep: float = Field(0.75, gt=0, lt=1)
    epochs: int = Field(5, ge=1)
    learning_rate: float = Field(3e-4, gt=0)
    tolerance: float = Field(1e-4, gt=0)
