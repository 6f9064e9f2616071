"""The pipeline ``simulate``: a run of simulated showers, its shares side by side."""

from typing import NamedTuple

from kfp import dsl

from iactflow.components.simulate.component import simulate as simulate_share
from iactflow.pipelines import default_text


class Outputs(NamedTuple):
    """What the pipeline gives back: a store, or folder of DL1 files, of each share."""

    showers: list[dsl.Dataset]


@dsl.pipeline(name="simulate", display_name="Simulate showers")
def simulate(
    config: str = default_text("simulate"),
    settings: list = [],  # noqa: B006 - kfp takes the default from the signature
    shards: list = ["1/4", "2/4", "3/4", "4/4"],  # noqa: B006
    output_format: str = "store",
    workers: int = 0,
) -> Outputs:
    """Simulate showers in shares that run side by side; all shares together are the run that one alone would give.

    Parameters
    ----------
    config
        Experiment file as YAML text, of which instrument, simulate and data count; pipelines/configs/simulate.yaml is
        the default and explains each key.
    settings
        Changes to the experiment as KEY=VALUE, such as ["simulate.events.proton=20000", "instrument=ct5"].
    shards
        Shares to simulate, as a list of I/N.
    output_format
        dl1 for ctapipe DL1 files, store for stores of camera images, one a share.
    workers
        Processes of each share; 0 uses all cores.
    """
    with dsl.ParallelFor(shards, name="Shares", parallelism=0) as shard:
        share = simulate_share(
            config=config, settings=settings, data=[], shard=shard, output_format=output_format, workers=workers
        )
        share.set_display_name("Simulate a share")
    return Outputs(showers=dsl.Collected(share.outputs["showers"]))
