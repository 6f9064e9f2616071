"""The ``validate:`` section: what generated images are held against, and how."""

from pydantic import Field

from iactflow.config import PHOTOELECTRON, Section
from iactflow.data.select import Selection


class Validate(Section):
    """Comparison of generated with simulated images; images that fail the cuts count as failures in every figure."""

    images: int = Field(4000, ge=50, description="Largest number of images of each sample; all have the same number.")
    training_images: int = Field(
        20000, ge=50, description="Simulated training images that regressors and nearest neighbours use, at most."
    )
    select: Selection = Selection(intensity_min=50 * PHOTOELECTRON)
    bootstrap: int = Field(200, ge=20, description="Resamplings of showers behind each interval.")
    splits: int = Field(5, ge=1, description="Divisions of the test part into halves that the floor is averaged over.")
    folds: int = Field(4, ge=2, description="Parts of the classifier two-sample tests.")
    neighbours: int = Field(5, ge=1, description="Neighbours of the coverage.")
    seed: int = Field(1, ge=0, description="Of halves, resamplings, classifiers and regressors.")
