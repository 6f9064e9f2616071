"""The pipeline ``full``: type, energy and direction by one network, to a report and an instrument response."""

from iactflow.pipelines.steps import reconstruction

full = reconstruction(
    "full",
    "Train one network for all tasks, score it beside random forests and draw the result.",
    setting="simulate.events.gamma=20000",
    all_tasks=True,
)
