"""The pipeline ``full``: type, energy and direction by one network, from showers to a report."""

from kfp import dsl

from iactflow.pipelines import default_text
from iactflow.pipelines.steps import Outputs, reconstruction


@dsl.pipeline(name="full", display_name="Full")
def full(
    config: str = default_text("full"),
    settings: list = [],  # noqa: B006 - kfp takes the default from the signature
    data: list = [],  # noqa: B006
    shards: list = ["1/1"],  # noqa: B006
    epochs: int = 0,
    champion: str = "",
    workers: int = 0,
) -> Outputs:
    """Train one network for all tasks, score it beside random forests and draw the result.

    Parameters
    ----------
    config
        Experiment file as YAML text; pipelines/configs/full.yaml is the default and explains each key.
    settings
        Changes to the experiment as KEY=VALUE, such as ["train.batch_size=128", "simulate.events.gamma=20000"].
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
    return reconstruction(config, settings, data, shards, epochs, champion, workers)
