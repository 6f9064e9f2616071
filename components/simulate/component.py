"""Kubeflow component of the verb ``simulate``."""

from kfp import dsl

from iactflow.cluster.images import image


@dsl.component(base_image=image("cpu"), install_kfp_package=False)
def simulate(
    config: str,
    settings: list,
    data: list,
    shard: str,
    output_format: str,
    workers: int,
    showers: dsl.Output[dsl.Dataset],
    metrics: dsl.Output[dsl.Metrics],
    summary: dsl.Output[dsl.Markdown],
    seed_shift: int = 0,
) -> None:
    """Simulate the showers of an experiment, or a share of them; where it names showers of its own, do nothing.

    Parameters
    ----------
    config
        Experiment file as YAML text.
    settings
        Changes to it as KEY=VALUE, such as simulate.seed=3.
    data
        Files to use instead of simulated showers; empty leaves it to the experiment's data.train.
    shard
        Which share of the run, as I/N; 1/1 is all of it.
    output_format
        dl1 for ctapipe DL1 files, store for a store of camera images.
    workers
        Processes that work in parallel; 0 uses all cores.
    showers
        The store, or a folder of DL1 files for each primary.
    metrics
        Number of blocks, events and images of each primary.
    summary
        What was simulated, as a table.
    seed_shift
        Other showers than the experiment's: its seed is moved on by this many, and around to 0 after the largest one.
    """
    from pathlib import Path

    from iactflow.cluster.step import step
    from iactflow.generation_recipe import from_text

    with step():
        experiment = from_text(config, settings, data__train=data)
        done = experiment.simulated(
            Path(showers.path), shard, output_format=output_format, workers=workers or None, seed_shift=seed_shift
        )
        lines = ["| primary | share | blocks | events | images |", "| --- | --- | --- | --- | --- |"]
        for primary, share in done.items():
            lines.append(f"| {primary} | {shard} | {share.n_blocks} | {share.n_events} | {share.n_images} |")
            for key, value in share.finite().items():
                metrics.log_metric(f"{primary} {key}", value)
        if not done:
            lines = [f"Nothing was simulated: data.train names showers: {', '.join(experiment.data.train)}."]
            print(lines[0])
            Path(showers.path).mkdir(parents=True, exist_ok=True)
            (Path(showers.path) / "nothing-simulated.txt").write_text(lines[0] + "\n")
        Path(summary.path).write_text("\n".join(lines) + "\n")
