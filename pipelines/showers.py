"""The first steps of pipelines that learn: showers are simulated in shares, or read, and become stores."""

from typing import Any

from kfp import dsl

from iactflow.components.ingest.component import ingest
from iactflow.components.simulate.component import simulate


def simulated_stores(experiment: dict[str, Any], data: Any, shards: Any, workers: Any, *, caching: bool = True) -> Any:
    """Lay out simulation and ingest; the arguments are the pipeline's parameters.

    Parameters
    ----------
    experiment : dict
        Inputs ``config`` and ``settings`` of every step.
    data, shards, workers
        Files to read instead, shares of the simulation, and processes of each step.
    caching : bool
        Whether ingest may be left out where the names of its inputs are those of an earlier run.

    Returns
    -------
    kfp channel
        The stores.
    """
    with dsl.ParallelFor(shards, name="Shares", parallelism=0) as shard:
        share = simulate(**experiment, data=data, shard=shard, output_format="store", workers=workers)
        share.set_display_name("Simulate showers")

    showers = ingest(**experiment, data=data, workers=workers, simulated=dsl.Collected(share.outputs["showers"]))
    showers.set_display_name("Ingest showers")
    if not caching:
        showers.set_caching_options(False)
    return showers.outputs["stores"]
