"""The plots of every task, in the order of the page; report and compare draw the same ones."""

from iactflow.data.result import GENERATION
from iactflow.fitting.metrics_energy_bins import BIN_DEX, FEW_IMAGES
from iactflow.plots import energy, training, type
from iactflow.plots.direction import Direction
from iactflow.plots.entry import Entry
from iactflow.plots.generation_entries import ENTRIES

_OPEN = f"Bins with fewer than {FEW_IMAGES} images are drawn open; the numbers along the top are images per bin."
_RARER = (
    f"The numbers along the top are images of the rarer kind per bin; bins with fewer than {FEW_IMAGES} of them are "
    "drawn open."
)
_INTERVALS = "Bars are 95 % bootstrap intervals over showers; bins with a single shower have none."


def _directions(task: str, called: str) -> tuple[Entry, ...]:
    draw = Direction(task)
    return (
        Entry(
            f"{task}-resolution",
            f"Angular resolution, {called}",
            "Lower is better. " + _OPEN,
            f"Angle that holds 68.27 % of the images, per bin of true energy ({BIN_DEX} dex). {_INTERVALS} The panel "
            "below, if any, shows the ratio to the first model.",
            f"{task}_performance",
            draw.resolution,
        ),
        Entry(
            f"{task}-intensity",
            f"Angular resolution against charge, {called}",
            "Lower is better. " + _OPEN,
            f"Angle that holds 68.27 % of the images, per bin of the charge of the cleaned image ({BIN_DEX} dex). "
            f"{_INTERVALS}",
            f"{task}_intensity",
            draw.against_intensity,
        ),
        Entry(
            f"{task}-containment",
            f"Containment, {called}",
            "Further to the upper left is better; a curve meets the dotted line at the angular resolution.",
            "Share of images whose reconstructed direction lies within an angle of the true one; shaded: 95 % "
            "bootstrap intervals over showers. The curve ends where 99 % of the images are contained.",
            f"{task}_containment",
            draw.containment,
            wide=True,
        ),
        Entry(
            f"{task}-bias-map",
            f"Bias over the field of view, {called}",
            "Arrows lead from the middle of a cell of true directions by the mean error there; short ones are good. "
            "Arrows that all lead to the middle mean that directions are drawn towards it.",
            "Mean of reconstructed − true direction per cell of true direction, in ctapipe's TelescopeFrame; colour is "
            "the median angular separation.",
            f"{task}_bias_map",
            draw.bias_map,
            wide=True,
        ),
        Entry(
            f"{task}-horizon",
            f"Altitude and azimuth, {called}",
            "The closer a model's line follows the dashed one, the better it reproduces the spread of directions.",
            "Images per bin of true and of reconstructed altitude and azimuth.",
            f"{task}_altitude",
            draw.horizon,
            wide=True,
        ),
    )


TASKS: dict[str, tuple[Entry, ...]] = {
    GENERATION: ENTRIES,
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
        Entry(
            "energy-intensity",
            "Energy resolution against charge",
            "Lower is better. " + _OPEN,
            "Half of the central 68.27 % interval of E_reco/E_true − 1 per bin of the charge of the cleaned image "
            f"({BIN_DEX} dex). {_INTERVALS}",
            "energy_intensity",
            energy.against_intensity,
        ),
    ),
    "type": (
        Entry(
            "type-roc",
            "ROC curve",
            "The further a curve runs to the upper left, the better; the dotted line is guessing.",
            "Share of the gammas against share of the background that pass a cut in gammaness, for all cuts.",
            None,
            type.roc,
        ),
        Entry(
            "type-background",
            "Background left",
            "Lower is better. Markers stand at the gamma efficiencies at which the metrics state the rejection.",
            "Share of the background that passes the cut in gammaness that a share of the gammas passes; rejection is "
            "one minus it. Shaded: 95 % bootstrap intervals over showers.",
            "type_roc",
            type.background,
        ),
        Entry(
            "type-auc-energy",
            "AUC against energy",
            "Higher is better; 0.5 is guessing. " + _RARER,
            f"Area under the ROC curve of gammas and background of the same true energy ({BIN_DEX} dex). A proton "
            "gives about a third of the light of a gamma of its energy, and brightness alone betrays it. "
            f"{_INTERVALS}",
            "type_true_energy",
            type.auc_against_energy,
        ),
        Entry(
            "type-auc-charge",
            "AUC against charge",
            "Higher is better; 0.5 is guessing. " + _RARER,
            "Area under the ROC curve of gammas and background whose cleaned images are equally bright "
            f"({BIN_DEX} dex): what shape and time tell. {_INTERVALS}",
            "type_intensity",
            type.auc_against_charge,
        ),
        Entry(
            "type-calibration",
            "Calibration",
            "On the dotted line a gammaness of 0.8 means that 80 % of such images are gammas. It holds for the mixture "
            "of gammas and background that was scored, which is not the sky's. Bins with fewer than "
            f"{FEW_IMAGES} images are drawn open.",
            f"Share of gammas per bin of gammaness (0.1). {_INTERVALS}",
            "type_calibration",
            type.calibration,
        ),
        Entry(
            "type-gammaness",
            "Gammaness",
            "The less the two lines overlap, the better.",
            "Images per bin of gammaness (0.025), gammas and background apart.",
            "type_distribution",
            type.gammaness,
            wide=True,
        ),
        Entry(
            "type-confusion",
            "Confusion",
            "A column says what images of one kind count as at the cut that the metrics name; the diagonal is right.",
            "Share of the images of a true type that count as each type; every column sums to 100 %.",
            "type_confusion",
            type.confusion,
            wide=True,
        ),
    ),
    "cameradirection": _directions("cameradirection", "camera direction"),
    "skydirection": _directions("skydirection", "sky direction"),
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
