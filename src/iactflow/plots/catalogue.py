"""The plots of every task, in the order of the page; report and compare draw the same ones."""

from collections.abc import Callable, Mapping
from typing import NamedTuple

from iactflow.data.result import Result
from iactflow.fitting.metrics_energy_bins import BIN_DEX, FEW_IMAGES
from iactflow.plots import energy, training
from iactflow.plots.panel import Panel
from iactflow.plots.reference import Reference


class Entry(NamedTuple):
    """A plot.

    Attributes
    ----------
    name, title : str
        Its anchor on the page and its heading.
    reading : str
        A sentence on how to read it.
    definition : str
        What is drawn, exactly.
    curve : str or None
        The result's curve behind it, shown as a folded table.
    draw : callable
        From results by name and the published reference to figures; one result makes the report's plot, several
        the comparison's. No figure where the results hold nothing to draw.
    wide : bool
        Whether it fills the width of a page.
    """

    name: str
    title: str
    reading: str
    definition: str
    curve: str | None
    draw: Callable[[Mapping[str, Result], Reference | None], list[Panel]]
    wide: bool = False


_OPEN = f"Bins with fewer than {FEW_IMAGES} images are drawn open; the numbers along the top are images per bin."
_INTERVALS = "Bars are 95 % bootstrap intervals over showers; bins with a single shower have none."

TASKS: dict[str, tuple[Entry, ...]] = {
    "energy": (
        Entry(
            "energy-distribution",
            "Energy distribution",
            "The closer a model's line follows the dashed one, the better it reproduces the spectrum of the test part.",
            f"Images per bin of true and of reconstructed energy; bins of {BIN_DEX} dex.",
            "energy_distribution",
            energy.distribution,
            wide=True,
        ),
        Entry(
            "energy-migration",
            "Migration matrix",
            "A perfect model fills only the diagonal; colour above it means energies too high, below it too low.",
            f"Share of the images of a bin of true energy that are reconstructed in each bin; every column sums to "
            f"100 %; bins of {BIN_DEX} dex. Numbers in cells, where there is room, are images.",
            "energy_migration",
            energy.migration,
            wide=True,
        ),
        Entry(
            "energy-bias",
            "Energy bias",
            "Above zero energies are overestimated, below zero underestimated. " + _OPEN,
            f"Median of E_reco/E_true − 1 per bin of true energy ({BIN_DEX} dex). {_INTERVALS} The panel "
            "below, if any, shows the ratio of 1 + bias to that of the first model.",
            "energy_performance",
            energy.bias,
        ),
        Entry(
            "energy-resolution",
            "Energy resolution",
            "Lower is better. " + _OPEN,
            f"Half of the central 68.27 % interval of E_reco/E_true − 1 per bin of true energy ({BIN_DEX} dex). "
            f"{_INTERVALS} The panel below, if any, shows the ratio to the first model.",
            "energy_performance",
            energy.resolution,
        ),
    )
}

TRAINING = Entry(
    "training-loss",
    "Training curves",
    "Both lines should fall together; validation rising while training falls means overfitting.",
    "Mean loss per epoch over the training images and over the validation images, which are of other showers.",
    None,
    training.loss,
    wide=True,
)


def plots_for(tasks: list[str]) -> list[Entry]:
    """List the physics plots of some tasks."""
    return [entry for task in tasks for entry in TASKS[task]]
