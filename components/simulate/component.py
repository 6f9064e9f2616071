"""Kubeflow component of the verb ``simulate``."""

from kfp import dsl

from iactflow.cluster.images import image


@dsl.component(base_image=image("cpu"), install_kfp_package=False)
def simulate(
    config: str,
    events: int,
    seed: int,
    shard: str,
    output_format: str,
    workers: int,
    showers: dsl.Output[dsl.Dataset],
    metrics: dsl.Output[dsl.Metrics],
    summary: dsl.Output[dsl.Markdown],
) -> None:
    """Simulate air showers and the telescopes that see them, or one share of such a run.

    Parameters
    ----------
    config
        What to simulate, as YAML text: instrument, primary, energies, pointing; empty takes the defaults.
    events
        Triggered array events of the whole run.
    seed
        The same seed gives the same events; 0 to 2000.
    shard
        Which share of the run, as I/N; 1/1 is all of it.
    output_format
        dl1 for ctapipe DL1 files, store for a store of camera images.
    workers
        Processes that work in parallel; 0 uses all cores.
    showers
        Folder with the DL1 files, or the store.
    metrics
        Number of blocks, events and images.
    summary
        What was simulated, as a table.
    """
    from pathlib import Path
    from typing import Literal, cast

    from iactflow.cluster.step import step
    from iactflow.config import parse_yaml, validate
    from iactflow.errors import ConfigError
    from iactflow.simulate.config import Simulate
    from iactflow.simulate.run import run

    with step():
        number, slash, count = shard.partition("/")
        if not (slash and number.isdigit() and count.isdigit()):
            raise ConfigError(f"shard must be I/N, such as 3/16. Received: {shard}")
        what = validate(Simulate, parse_yaml(config, "config"), "config")
        if output_format not in ("dl1", "store"):
            raise ConfigError(f"output_format must be dl1 or store. Received: {output_format}")
        done = run(
            what,
            Path(showers.path),
            seed=seed,
            events=events,
            shard=(int(number), int(count)),
            output_format=cast('Literal["dl1", "store"]', output_format),
            workers=workers or None,
        )
        for key, value in done.finite().items():
            metrics.log_metric(key, value)
        lines = ["| share | blocks | events | images |", "| --- | --- | --- | --- |"]
        lines.append(f"| {shard} | {done.n_blocks} | {done.n_events} | {done.n_images} |")
        Path(summary.path).write_text("\n".join(lines) + "\n")
