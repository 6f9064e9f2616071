"""The ``train:`` section: how long, how fast and how repeatably a network is fitted."""

from typing import Literal

from pydantic import Field, model_validator

from iactflow.config import Section


class Losses(Section):
    """Loss of each task, in nat, dex and deg."""

    type: Literal["cross-entropy"] = "cross-entropy"
    energy: Literal["mae", "mse", "huber"] = "mae"
    cameradirection: Literal["distance", "mae", "mse", "huber"] = "distance"
    skydirection: Literal["distance", "mae", "mse", "huber"] = "distance"


class TaskWeights(Section):
    """Factor of each task's loss in their sum."""

    type: float = Field(1.0, gt=0)
    energy: float = Field(1.0, gt=0)
    cameradirection: float = Field(1.0, gt=0)
    skydirection: float = Field(1.0, gt=0)


class Train(Section):
    """Fitting of a network."""

    epochs: int = Field(15, ge=1)
    batch_size: int = Field(64, ge=1)
    learning_rate: float = Field(1e-3, gt=0)
    schedule: Literal["constant", "cosine", "plateau"] = "cosine"
    optimizer: Literal["adam", "adamw", "sgd"] = "adam"
    weight_decay: float = Field(0.0, ge=0)
    warmup: float = Field(0.0, ge=0, lt=1)
    gradient_clip: float | None = Field(None, gt=0)
    loss: Losses = Losses()
    task_weights: TaskWeights = TaskWeights()
    regress_background: bool = False
    class_balance: bool = False
    energy_index: float | None = None
    data_fraction: float = Field(1.0, gt=0, le=1)
    data_fraction_per_epoch: float = Field(1.0, gt=0, le=1)
    early_stopping_patience: int | None = Field(None, ge=1)
    checkpoint_minutes: float = Field(10.0, gt=0)
    mixed_precision: bool = False
    xla: bool = False
    seed: int = Field(1, ge=0)

    @model_validator(mode="after")
    def _decay_has_a_reader(self) -> "Train":
        if self.weight_decay and self.optimizer != "adamw":
            raise ValueError(f"weight_decay must be 0 with the optimizer {self.optimizer}; adamw uses it")
        if self.warmup and self.schedule != "cosine":
            raise ValueError(f"warmup must be 0 with the schedule {self.schedule}; cosine uses it")
        return self
