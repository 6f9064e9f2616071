"""The pipeline ``energy``: from showers to a report on how well their energy is reconstructed."""

from typing import NamedTuple

from kfp import dsl

from iactflow.components.compare.component import compare
from iactflow.components.evaluate.component import evaluate
from iactflow.components.ingest.component import ingest
from iactflow.components.report.component import report
from iactflow.components.train.component import train
from iactflow.pipelines import default_text


class Outputs(NamedTuple):
    """What the pipeline gives back."""

    model: dsl.Model
    result: dsl.Artifact
    report: dsl.HTML
    comparison: dsl.HTML


@dsl.pipeline(name="energy", display_name="Energy")
def energy(
    config: str = default_text("energy"),
    settings: list = [],  # noqa: B006 - kfp takes the default from the signature
    data: list = [],  # noqa: B006
    epochs: int = 0,
    champion: str = "",
    workers: int = 0,
) -> Outputs:
    """Train a network for the energy of gamma rays, score it beside a random forest and draw the result.

    Parameters
    ----------
    config
        Experiment file as YAML text; pipelines/configs/energy.yaml is the default and explains each key.
    settings
        Changes to the experiment as KEY=VALUE, such as ["train.batch_size=128", "model.name=ctlearn.ResNet"].
    data
        Files, folders, globs or s3:// to read instead of the experiment's data.train; empty leaves it.
    epochs
        Times that the training data are seen; 0 leaves it to the experiment.
    champion
        Bundle of the champion to beat; empty leaves it to the experiment.
    workers
        Processes that ingest uses; 0 uses all cores.
    """
    experiment = {"config": config, "settings": settings}

    showers = ingest(**experiment, data=data, workers=workers)
    showers.set_display_name("Ingest showers")
    stores = showers.outputs["stores"]

    network = train(**experiment, epochs=epochs, stores=stores)
    network.set_display_name("Train network")
    model = network.outputs["model"]

    score = evaluate(**experiment, champion=champion, stores=stores, model=model)
    score.set_display_name("Evaluate on unseen showers")
    result = score.outputs["result"]

    page = report(**experiment, result=result)
    page.set_display_name("Draw report")
    comparison = compare(**experiment, result=result)
    comparison.set_display_name("Compare models")
    return Outputs(model=model, result=result, report=page.outputs["page"], comparison=comparison.outputs["page"])
