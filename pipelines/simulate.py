"""The pipeline ``simulate``: a run of simulated showers, its shares side by side."""

from kfp import dsl

from iactflow.components.simulate.component import simulate as simulate_share


@dsl.pipeline(name="simulate", display_name="Simulate showers")
def simulate(
    config: str = "",
    events: int = 20000,
    seed: int = 1,
    shards: list = ["1/4", "2/4", "3/4", "4/4"],  # noqa: B006 - kfp takes the default from the signature
    output_format: str = "store",
    workers: int = 0,
) -> None:
    """Simulate showers in shares that run side by side; all shares together are the run that one alone would give.

    Parameters
    ----------
    config
        What to simulate, as YAML text such as {"preset": "sst1m-mono", "primary": "proton"}; empty takes defaults.
    events
        Triggered array events of the whole run.
    seed
        The same seed gives the same events; 0 to 2000.
    shards
        Shares to simulate, as a list of I/N.
    output_format
        dl1 for ctapipe DL1 files, store for stores of camera images, one a share.
    workers
        Processes of each share; 0 uses all cores.
    """
    with dsl.ParallelFor(shards, name="Shares", parallelism=0) as shard:
        share = simulate_share(
            config=config, events=events, seed=seed, shard=shard, output_format=output_format, workers=workers
        )
        share.set_display_name("Simulate a share")
