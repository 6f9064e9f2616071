"""The catalogue's part on generated images."""

from iactflow.plots import generation
from iactflow.plots.entry import Entry
from iactflow.plots.generation_fidelity import fidelity

_SHADED = "Shaded: 95 % bootstrap intervals over showers. Images that fail the cuts are in the denominator only."

#: In the order of the page.
ENTRIES = (
    Entry(
        "generation-hillas",
        "Hillas parameters",
        "The closer a line follows the dashed one of the simulation, the better; the other half of the simulation "
        "shows how close equal samples come.",
        f"Share of all images per bin. {_SHADED}",
        None,
        generation.distributions(generation.HILLAS),
        wide=True,
    ),
    Entry(
        "generation-pixels",
        "Pixel charges",
        "The closer a line follows the dashed one, the better.",
        "Mean number of pixels per image that cleaning keeps, per bin of charge (0.125 dex); all images count. Shaded: "
        "95 % bootstrap intervals over showers.",
        "pixel_spectrum",
        generation.spectrum,
        wide=True,
    ),
    Entry(
        "generation-shape",
        "Shape of the image",
        "As the Hillas parameters.",
        f"Share of all images per bin. {_SHADED}",
        None,
        generation.distributions(generation.SHAPE),
        wide=True,
    ),
    Entry(
        "generation-time",
        "Times",
        "As the Hillas parameters. Arrival times are drawn by a simple model, not by the network.",
        f"Share of all images per bin. {_SHADED}",
        None,
        generation.distributions(generation.TIME),
        wide=True,
    ),
    Entry(
        "generation-distances",
        "Distances of the distributions",
        "Lower is better; the other half of the simulation shows what equal samples give.",
        "Area between the cumulative distributions in standard deviations of the simulation; images that fail the cuts "
        "stand three of these below the mean. Bars are 95 % bootstrap intervals over showers.",
        None,
        generation.distances,
        wide=True,
    ),
    Entry(
        "generation-correlations",
        "Correlations of the Hillas parameters",
        "Matrices should agree; the difference should be white.",
        "Correlation coefficients over all images; images that fail the cuts stand three standard deviations below the "
        "mean.",
        "correlations",
        generation.correlations,
        wide=True,
    ),
    Entry(
        "generation-fidelity",
        "Fidelity against time and evaluations",
        "Further down is more faithful, further left is faster. A dotted line joins one generator with different "
        "numbers of steps; the level is what equal samples give.",
        "Area under the ROC curve of a classifier on the Hillas parameters against the time that the generator takes "
        "for 100,000 images, without trials of the trigger where they were timed apart (see Cost), camera and writing, "
        "and against how often the pixel model is evaluated for one image. Bars are 95 % bootstrap intervals over "
        "showers.",
        None,
        fidelity,
        wide=True,
    ),
)
