"""The pipeline ``energy``: from showers to a report on how well their energy is reconstructed."""

from iactflow.pipelines.steps import reconstruction

energy = reconstruction(
    "energy",
    "Train a network for the energy of gamma rays, score it beside a random forest and draw the result.",
    setting="model.name=ctlearn.ResNet",
)
