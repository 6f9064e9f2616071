"""Sections of an experiment of generation: the model, its training, its distillation."""

from typing import Literal, Self

from pydantic import Field, model_validator

from iactflow.config import Section
from iactflow.generation.features import Condition
from iactflow.generation.representation import Kind

#: Keys of training and distillation that change nothing in the result.
WITHOUT_EFFECT = {"checkpoint_minutes", "pictures"}


class SizeNetwork(Section):
    """Sizes of the network that draws how bright images are and where they lie."""

    width: int = Field(96, ge=8)
    blocks: int = Field(3, ge=1)
    steps: int = Field(8, ge=1)


class PixelNetwork(Section):
    """Sizes of the network that draws pixels."""

    widths: list[int] = Field([16, 48], min_length=2)
    blocks: int = Field(3, ge=1)
    embedding: int = Field(64, ge=8)


class Generator(Section):
    """The ``model:`` section of generation."""

    name: Literal["flow", "diffusion", "wgan"] = "flow"
    representation: Kind = "asinh"
    conditions: list[Condition] = Field(["energy", "impact", "direction", "x_max", "first_interaction"], min_length=1)
    moments: bool = True
    symmetries: bool = True
    size: SizeNetwork = SizeNetwork()
    pixels: PixelNetwork = PixelNetwork()
    steps: int = Field(10, ge=1)
    shift: float = Field(2.0, ge=1)
    init: str | None = None

    @model_validator(mode="after")
    def _moments_have_axes(self) -> Self:
        if self.moments and not {"direction", "impact"} <= set(self.conditions):
            raise ValueError("moments must be false unless direction and impact are among the conditions")
        return self


class Times(Section):
    """Law that times are drawn from: normal in log(t / (1 - t))."""

    centre: float = 0.5
    width: float = Field(1.5, gt=0)


class Adversary(Section):
    """The critic of a WGAN and the networks that hold the generator to its conditions."""

    learning_rate: float = Field(5e-4, gt=0)
    critic_steps: int = Field(5, ge=1)
    gradient_penalty: float = Field(10.0, ge=0)
    energy: float = Field(0.1, ge=0)
    impact: float = Field(0.1, ge=0)


class Fitting(Section):
    """What training and distillation have in common."""

    epochs: int = Field(20, ge=1)
    batch_size: int = Field(32, ge=1)
    learning_rate: float = Field(1.5e-3, gt=0)
    schedule: Literal["constant", "cosine"] = "cosine"
    warmup: float = Field(0.01, ge=0, lt=1)
    gradient_clip: float | None = Field(1.0, gt=0)
    average: float = Field(0.999, ge=0, lt=1)
    times: Times = Times()
    data_fraction_per_epoch: float = Field(1.0, gt=0, le=1)
    checkpoint_minutes: float = Field(5.0, gt=0)
    xla: bool = False
    seed: int = Field(1, ge=0)


class TrainGenerator(Fitting):
    """The ``train:`` section of generation."""

    size_epochs: int = Field(60, ge=1)
    adversary: Adversary = Adversary()
    pictures: int = Field(8, ge=0)


class Distil(Fitting):
    """The ``distil:`` section: how a student of few steps is made of a teacher."""

    method: Literal["consistency", "mean-flow", "progressive"] = "consistency"
    steps: int = Field(1, ge=1, le=4)
    stages: int = Field(5, ge=1)
    shift: float = Field(2.0, ge=1)
    learning_rate: float = Field(5e-4, gt=0)
    times: Times = Times(centre=0.4, width=1.4)


def evaluations_of(method: str, steps: int) -> int:
    """Count how often a method calls the pixel model for one image."""
    return {"flow": 2 * steps - 1, "wgan": 1}.get(method, steps)
