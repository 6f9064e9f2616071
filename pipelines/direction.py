"""The pipeline ``direction``: from showers to a report on how well their direction is reconstructed."""

from iactflow.pipelines.steps import reconstruction

direction = reconstruction(
    "direction",
    "Train a network for the direction of gamma rays, score it beside a random forest and draw the result.",
    setting="task=cameradirection",
)
