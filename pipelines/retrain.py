"""The pipeline ``retrain``: new showers, and a new champion if they give a better one."""

from typing import Any, NamedTuple

from kfp import dsl

from iactflow.components.compare.component import compare
from iactflow.components.drift.component import drift
from iactflow.components.evaluate.component import evaluate
from iactflow.components.promote.component import promote
from iactflow.components.report.component import report
from iactflow.components.survey.component import survey
from iactflow.components.train.component import train
from iactflow.pipelines import default_text
from iactflow.pipelines.showers import simulated_stores


class Outputs(NamedTuple):
    """What the pipeline gives back; what the branches make is found at their steps."""

    news: dsl.Artifact
    drift: dsl.HTML


def _train(
    experiment: dict[str, Any], stores: Any, epochs: Any, champion: Any, account: dict[str, Any], because: str
) -> None:
    """Lay out the steps from a training to a decision."""
    network = train(**experiment, epochs=epochs, stores=stores)
    network.set_display_name("Train network")
    model = network.outputs["model"]
    score = evaluate(**experiment, champion=champion, stores=stores, model=model)
    score.set_display_name("Evaluate model and champion")
    result = score.outputs["result"]
    page = report(**experiment, result=result)
    page.set_display_name("Draw report")
    comparison = compare(**experiment, result=result)
    comparison.set_display_name("Compare with champion")
    decision = promote(**experiment, because=because, **account, stores=stores, model=model, result=result)
    decision.set_display_name("Promote or keep")
    decision.after(page, comparison)  # a run that fails anywhere leaves the champion as it is
    for task in (network, score, page, comparison, decision):
        task.set_caching_options(False)


@dsl.pipeline(name="retrain", display_name="Retrain")
def retrain(
    config: str = default_text("retrain"),
    settings: list = [],  # noqa: B006 - kfp takes the default from the signature
    data: list = [],  # noqa: B006
    shards: list = ["1/1"],  # noqa: B006
    epochs: int = 0,
    workers: int = 0,
) -> Outputs:
    """Look for new showers and for drift, train if there is reason to, and promote the model if it is better.

    Parameters
    ----------
    config
        Experiment file as YAML text; pipelines/configs/retrain.yaml is the default and explains each key.
    settings
        Changes to the experiment as KEY=VALUE, such as ["survey.showers_min=1000", "simulate.seed=2"].
    data
        Files, folders, globs or s3:// with old and new showers, instead of simulated ones or the experiment's
        data.train; empty leaves it.
    shards
        Shares of the simulation that run side by side, as a list of I/N; all together are the same showers.
    epochs
        Times that the training data are seen; 0 leaves it to the experiment.
    workers
        Processes of simulation and ingest; 0 uses all cores.
    """
    experiment = {"config": config, "settings": settings}
    # the same folder or registry holds something else at another time: nothing here comes from Kubeflow's cache
    stores = simulated_stores(experiment, data, shards, workers, caching=False)

    found = survey(**experiment, stores=stores)
    found.set_display_name("Look for new showers")
    found.set_caching_options(False)
    changed = drift(
        **experiment,
        reference=found.outputs["reference"],
        current=found.outputs["current"],
        champion=found.outputs["champion"],
    )
    changed.set_display_name("Check for drift")
    changed.set_caching_options(False)
    account = {"news": found.outputs["news"], "verdict": changed.outputs["verdict"]}

    enough, drifted = found.outputs["enough"] == True, changed.outputs["drifted"] == True  # noqa: E712 - kfp's way
    with dsl.If(enough, name="Enough new showers, or no champion"):
        _train(experiment, stores, epochs, found.outputs["champion"], account, "yes: the showers are reason enough")
    with dsl.Elif(drifted, name="Drift"):
        _train(experiment, stores, epochs, found.outputs["champion"], account, "yes: the new showers have drifted")
    with dsl.Else(name="Nothing to learn"):
        kept = promote(**experiment, because="no: neither enough new showers nor drift", **account)
        kept.set_display_name("Keep the champion")
        kept.set_caching_options(False)
    return Outputs(news=found.outputs["news"], drift=changed.outputs["page"])
