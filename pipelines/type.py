"""The pipeline ``type``: from showers to a report on how well gamma rays are told from cosmic rays."""

from iactflow.pipelines.steps import reconstruction

type = reconstruction(
    "type",
    "Train a network that tells gammas from protons, score it beside a random forest and draw the result.",
    setting="simulate.events.proton=20000",
)
