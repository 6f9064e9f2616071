"""The pipelines of reconstruction: one list of steps, one set of parameters."""

from typing import Any, NamedTuple

from kfp import dsl

from iactflow.components.compare.component import compare
from iactflow.components.evaluate.component import evaluate
from iactflow.components.report.component import report
from iactflow.components.train.component import train
from iactflow.pipelines import default_text
from iactflow.pipelines.response import respond
from iactflow.pipelines.showers import simulated_stores


class Outputs(NamedTuple):
    """What a pipeline of reconstruction gives back."""

    model: dsl.Model
    result: dsl.Artifact
    report: dsl.HTML
    comparison: dsl.HTML


#: What the dashboard says of a pipeline and of its parameters; kfp reads it from the docstring.
_DESCRIPTION = """{sentence}

Parameters
----------
config
    Experiment file as YAML text; pipelines/configs/{name}.yaml is the default and explains each key.
settings
    Changes to the experiment as KEY=VALUE, such as ["train.batch_size=128", "{setting}"].
data
    Files, folders, globs or s3:// to train on instead of simulated showers or the experiment's data.train; empty
    leaves it.
shards
    Shares of the simulation that run side by side, as a list of I/N; all together are the same showers.
epochs
    Times that the training data are seen; 0 leaves it to the experiment.
champion
    Bundle of the champion to beat; empty leaves it to the experiment.
workers
    Processes of simulation and ingest; 0 uses all cores.
"""
_RESPONSE = """response
    Whether DL2 files and instrument response functions follow, of other showers that are simulated for them.
"""


def reconstruction(name: str, sentence: str, setting: str, *, all_tasks: bool = False) -> Any:
    """Make a pipeline from showers to a report.

    Parameters
    ----------
    name : str
        Of the pipeline and of its experiment file.
    sentence : str
        What it does.
    setting : str
        A change to its experiment that people may want, as an example.
    all_tasks : bool
        Whether it estimates all that an instrument response takes, and offers one.

    Returns
    -------
    kfp.dsl.GraphComponent
    """

    def pipeline(
        config: str = default_text(name),
        settings: list = [],  # noqa: B006 - kfp takes the default from the signature
        data: list = [],  # noqa: B006
        shards: list = ["1/1"],  # noqa: B006
        epochs: int = 0,
        champion: str = "",
        workers: int = 0,
    ) -> Outputs:
        return _steps(config, settings, data, shards, epochs, champion, workers)

    def with_response(
        config: str = default_text(name),
        settings: list = [],  # noqa: B006
        data: list = [],  # noqa: B006
        shards: list = ["1/1"],  # noqa: B006
        epochs: int = 0,
        champion: str = "",
        workers: int = 0,
        response: bool = False,
    ) -> Outputs:
        done = _steps(config, settings, data, shards, epochs, champion, workers)
        with dsl.If(response == True, name="Instrument response"):  # noqa: E712 - kfp makes a condition of it
            respond({"config": config, "settings": settings}, shards, workers, done.model)
        return done

    chosen = with_response if all_tasks else pipeline
    chosen.__name__ = name
    described = _DESCRIPTION.format(name=name, sentence=sentence, setting=setting)
    chosen.__doc__ = described + _RESPONSE if all_tasks else described
    return dsl.pipeline(name=name, display_name=name.capitalize())(chosen)


def _steps(config: Any, settings: Any, data: Any, shards: Any, epochs: Any, champion: Any, workers: Any) -> Outputs:
    """Lay out the steps; the arguments are the pipeline's parameters."""
    experiment = {"config": config, "settings": settings}
    stores = simulated_stores(experiment, data, shards, workers)

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
