"""The ``train:`` section: how long, how fast and how repeatably a network is fitted."""

from typing import Literal

from pydantic import Field, model_validator

from iactflow.config import Section


class Train(Section):
    """Fitting of a network."""

    epochs: int = Field(15, ge=1)
    batch_size: int = Field(64, ge=1)
    learning_rate: float = Field(1e-3, gt=0)
    schedule: Literal["constant", "cosine", "plateau"] = "cosine"
    optimizer: Literal["adam", "adamw", "sgd"] = "adam"
    weight_decay: float = Field(0.0, ge=0)
    loss: Literal["mae", "mse", "huber"] = "mae"
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
        return self
