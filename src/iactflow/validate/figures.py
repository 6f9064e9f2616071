"""The figures of a comparison: what each is called, how it is defined, and the comparison that gives it."""

from typing import NamedTuple

import numpy as np

from iactflow.data import schema
from iactflow.fitting.sample_scores import Auc, Coverage, Mean, MeanDifference, Median
from iactflow.fitting.tell_apart import scores_out_of_fold
from iactflow.fitting.two_samples import Comparison, CorrelationDifference, Frechet, Kernel, Separation, Wasserstein
from iactflow.validate.common import FAILED_AT, Common, spectrum
from iactflow.validate.config import Validate
from iactflow.validate.quantities import ALL, HILLAS
from iactflow.validate.samples import IMPACT, Sample

_N_HILLAS = len(HILLAS)
_FAILED = "Images that fail the cuts count, without values."
_PUT = f"Images that fail the cuts stand at {FAILED_AT:g} standard deviations."


class Figure(NamedTuple):
    """A figure of a comparison.

    Attributes
    ----------
    title, unit, better, percent, definition
        As in `iactflow.data.result.Metric`.
    compare : Comparison
        Gives it for weights.
    distance : bool
        Whether resampling makes it larger by itself, as it does distances.
    """

    title: str
    unit: str
    better: str
    percent: bool
    definition: str
    compare: Comparison
    distance: bool = False


class Compared(NamedTuple):
    """Figures by name, and values of each image of the sample that was compared."""

    figures: dict[str, Figure]
    values: dict[str, np.ndarray]


def compare(sample: Sample, common: Common, config: Validate) -> Compared:
    """Set up all figures of a sample against the reference.

    Parameters
    ----------
    sample : Sample
        Generated images, or the other half of the simulation.
    common : Common
        The reference and what is learnt from the simulation.
    config : Validate
        Folds, neighbours, seed.
    """
    told_apart, scores = _told_apart(sample, common, config)
    obeyed, estimates = _conditions(sample, common)
    figures = {**told_apart, **_pixels(sample, common), **_together(sample, common, config), **obeyed}
    nearest = common.learnt.nearest(sample)
    figures["memorised"] = Figure(
        "Nearer to a training image than 1 % of the simulated ones", "", "lower", True,
        "Share of images whose distance to the nearest training image, in parts of their own norm, is smaller than "
        "that of all but 1 % of the simulated test images; 1 % for a generator that memorises nothing.",
        Mean(nearest <= common.too_near),
    )  # fmt: skip
    return Compared(figures | _wasserstein(sample, common), {**scores, **estimates, "nearest": nearest})


def _told_apart(sample: Sample, common: Common, config: Validate) -> tuple[dict[str, Figure], dict[str, np.ndarray]]:
    reference = common.samples.reference
    showers = (sample.showers, reference.showers)
    inputs = {
        "hillas": (sample.quantities[:, :_N_HILLAS], reference.quantities[:, :_N_HILLAS]),
        "image": (sample.quantities, reference.quantities),
        "pixel": (common.learnt.pixel_features(sample.cleaned), common.learnt.pixel_features(reference.cleaned)),
    }
    seen = {
        "hillas": ("Hillas parameters", f"the {_N_HILLAS} Hillas parameters (size, length, width, r, φ, ψ)"),
        "image": ("all image parameters", f"all {len(ALL)} parameters, shape and time included"),
        "pixel": ("pixels", "principal components of the cleaned pixels and the brightest ones"),
    }
    figures, values = {}, {}
    for name, (short, long) in seen.items():
        ours, theirs = inputs[name]
        scores = scores_out_of_fold(ours, theirs, showers, config.folds, config.seed)
        values[f"{name}_score"] = scores[0]
        figures[f"{name}_auc"] = Figure(
            f"Two-sample AUC, {short}", "", "lower", False,
            f"Area under the ROC curve of gradient-boosted trees that learn to tell the images from simulated ones by "
            f"{long}, on showers that they have not seen ({config.folds} parts in turn); 0.5 for images that cannot be "
            f"told apart. {_FAILED}",
            Auc(*scores),
        )  # fmt: skip
    return figures, values


def _pixels(sample: Sample, common: Common) -> dict[str, Figure]:
    reference = common.samples.reference
    lit = [one.store.masks(one.rows).sum(axis=1) for one in (sample, reference)]
    return {
        "occupancy": Figure(
            "Occupancy bias", "", "zero", True,
            "Mean number of pixels that cleaning keeps, over that of the simulation, minus one; all images count.",
            MeanDifference(*lit, relative=True),
        ),
        "passed": Figure(
            "Images that pass the cuts, difference", "", "zero", True,
            "Share of the images that pass the cuts minus that of the simulated ones.",
            MeanDifference(sample.passed, reference.passed),
        ),
        "pixel_separation": Figure(
            "Separation power of the pixel spectrum", "", "lower", False,
            "½ Σ (p − q)²/(p + q) / Σ q over bins of log charge (0.125), p and q the mean numbers of cleaned pixels of "
            "an image; all images count.",
            Separation(spectrum(sample), spectrum(reference)), distance=True,
        ),
    }  # fmt: skip


def _together(sample: Sample, common: Common, config: Validate) -> dict[str, Figure]:
    one, two = (common.standardised(values)[:, :_N_HILLAS] for values in (sample, common.samples.reference))
    return {
        "correlation_difference": Figure(
            "Difference of the correlation matrices", "", "lower", False,
            f"Mean absolute difference of the correlation coefficients of the Hillas parameters. {_PUT}",
            CorrelationDifference(one, two), distance=True,
        ),
        "frechet": Figure(
            "Fréchet distance", "", "lower", False,
            "|μ₁ − μ₂|² + tr(C₁ + C₂ − 2 (C₁ C₂)^½) of the Hillas parameters in standard deviations of the simulation. "
            f"{_PUT}",
            Frechet(one, two), distance=True,
        ),
        "kernel": Figure(
            "Kernel distance", "", "lower", False,
            "Squared maximum mean discrepancy of the Hillas parameters in standard deviations of the simulation (at "
            f"most 5), cubic kernel, unbiased, of at most 4000 images. {_PUT}",
            Kernel(one, two), distance=True,
        ),
        "coverage": Figure(
            "Coverage", "", "higher", True,
            f"Share of the simulated images with a generated one nearer than their {config.neighbours}th simulated "
            f"neighbour in the Hillas parameters; about {1 - 2.0**-config.neighbours:.0%} for equal samples. {_PUT}",
            Coverage(one, two, config.neighbours), distance=True,
        ),
    }  # fmt: skip


def _conditions(sample: Sample, common: Common) -> tuple[dict[str, Figure], dict[str, np.ndarray]]:
    energy, impact = common.learnt.regressed(sample)
    errors = {
        "energy": (energy - np.log10(sample.column(schema.TRUE_ENERGY)), "dex", "log₁₀ energy"),
        "impact": (impact - sample.column(IMPACT), "m", "impact distance"),
    }
    figures = {}
    learnt = "estimated from all parameters by trees that learnt from simulated training images"
    for name, (error, unit, called) in errors.items():
        figures[f"{name}_bias"] = Figure(
            f"Bias of the regressed {called}", unit, "zero", False,
            f"Median of {called} {learnt}, minus the {called} that was asked for. {_FAILED}",
            Median(error),
        )  # fmt: skip
        figures[f"{name}_mae"] = Figure(
            f"Error of the regressed {called}", unit, "lower", False,
            f"Mean absolute difference of {called} {learnt} and the {called} that was asked for. {_FAILED}",
            Mean(np.abs(error)),
        )  # fmt: skip
    return figures, {"reco_energy": 10.0**energy, "reco_impact_distance": impact}


def _wasserstein(sample: Sample, common: Common) -> dict[str, Figure]:
    one, two = (common.standardised(values) for values in (sample, common.samples.reference))
    figures = {
        f"w1_{quantity.name}": Figure(
            f"Wasserstein distance: {quantity.title}", "", "lower", False,
            f"Area between the cumulative distributions, in standard deviations of the simulation. {_PUT}",
            Wasserstein(one[:, k], two[:, k]), distance=True,
        )
        for k, quantity in enumerate(ALL)
    }  # fmt: skip
    reference = common.samples.reference
    for key, column, title, make in (
        ("w1_asked_energy", schema.TRUE_ENERGY, "log₁₀ energy asked for", np.log10),
        ("w1_asked_impact", IMPACT, "impact distance asked for", np.array),
    ):
        asked, there = make(sample.column(column)), make(reference.column(column))
        figures[key] = Figure(
            f"Wasserstein distance: {title}", "", "lower", False,
            "Area between the cumulative distributions of the condition, in standard deviations of the simulation: it "
            "says whether the same showers were asked for, and nothing of the generator.",
            Wasserstein(asked / there.std(), there / there.std()), distance=True,
        )  # fmt: skip
    return figures
