"""The steps from a model to DL2 files and instrument response functions, of showers that it has not seen."""

from typing import Any

from kfp import dsl

from iactflow.components.irf.component import irf
from iactflow.components.predict.component import predict
from iactflow.components.simulate.component import simulate

#: How far the seed of showers that are simulated for the response alone is from the seed of those trained on.
_SHIFT = 1000


def respond(experiment: dict[str, Any], shards: Any, workers: Any, model: Any) -> None:
    """Simulate showers into DL1 files, predict their DL2 files side by side, and make the response of all.

    Parameters
    ----------
    experiment : dict
        The pipeline's parameters ``config`` and ``settings``.
    shards, workers, model
        As the other steps of the pipeline have them.
    """
    with dsl.ParallelFor(shards, name="Shares of the response", parallelism=0) as shard:
        unseen = simulate(**experiment, data=[], shard=shard, output_format="dl1", workers=workers, seed_shift=_SHIFT)
        unseen.set_display_name("Simulate unseen showers")
        share = predict(**experiment, data=[], showers=unseen.outputs["showers"], model=model)
        share.set_display_name("Predict DL2")
    response = irf(**experiment, dl2=dsl.Collected(share.outputs["dl2"]))
    response.set_display_name("Instrument response")
