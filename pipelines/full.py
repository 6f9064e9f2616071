"""The pipeline ``full``: type, energy and direction by one network, from showers to a report."""

from iactflow.pipelines.steps import reconstruction

full = reconstruction(
    "full",
    "Train one network for all tasks, score it beside random forests and draw the result.",
    setting="simulate.events.gamma=20000",
)
