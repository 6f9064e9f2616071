"""The steps that the pipelines of reconstruction share, in their order."""

from typing import Any, NamedTuple

from kfp import dsl

from iactflow.components.compare.component import compare
from iactflow.components.evaluate.component import evaluate
from iactflow.components.ingest.component import ingest
from iactflow.components.report.component import report
from iactflow.components.simulate.component import simulate
from iactflow.components.train.component import train


class Outputs(NamedTuple):
    """What a pipeline of reconstruction gives back."""

    model: dsl.Model
    result: dsl.Artifact
    report: dsl.HTML
    comparison: dsl.HTML


def reconstruction(
    config: Any, settings: Any, data: Any, shards: Any, epochs: Any, champion: Any, workers: Any
) -> Outputs:
    """Lay out the steps from showers to a report; the arguments are the pipeline's parameters."""
    experiment = {"config": config, "settings": settings}

    with dsl.ParallelFor(shards, name="Shares", parallelism=0) as shard:
        share = simulate(**experiment, data=data, shard=shard, output_format="store", workers=workers)
        share.set_display_name("Simulate showers")

    showers = ingest(**experiment, data=data, workers=workers, simulated=dsl.Collected(share.outputs["showers"]))
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
