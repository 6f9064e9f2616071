"""Kubeflow component of the verb ``ingest``."""

from typing import Optional

from kfp import dsl

from iactflow.cluster.images import image


@dsl.component(base_image=image("cpu"), install_kfp_package=False)
def ingest(
    config: str,
    settings: list,
    data: list,
    workers: int,
    stores: dsl.Output[dsl.Dataset],
    metrics: dsl.Output[dsl.Metrics],
    summary: dsl.Output[dsl.Markdown],
    simulated: Optional[dsl.Input[list[dsl.Dataset]]] = None,  # noqa: UP045 - kfp knows no other spelling
) -> None:
    """Bring simulated showers, or the experiment's simtel or DL1 files, into stores of camera images, split by shower.

    Parameters
    ----------
    config
        Experiment file as YAML text.
    settings
        Changes to it as KEY=VALUE, such as train.epochs=3.
    data
        Files, folders, globs or s3:// to read instead of the experiment's data.train; empty leaves it.
    workers
        Processes that work in parallel; 0 uses all cores.
    stores
        Folder with the store `train` and, if the experiment names test files of their own, the store `test`.
    metrics
        Number of images, events and showers.
    summary
        What was read, as a table.
    simulated
        Stores that simulate wrote, one a share; folders that are no stores count for nothing.
    """
    from pathlib import Path

    from iactflow.cluster.step import step
    from iactflow.generation_recipe import from_text
    from iactflow.ingest.run import run

    with step():
        recipe = from_text(config, settings, data__train=data)
        lines = ["| store | images | events | showers |", "| --- | --- | --- | --- |"]
        for name, (inputs, options) in recipe.ingest_inputs(Path(share.path) for share in simulated or []).items():
            done = run(inputs, Path(stores.path) / name, workers=workers or None, **options)
            for key, value in done.finite().items():
                metrics.log_metric(f"{name} {key}", value)
            lines.append(f"| {name} | {done.n_images} | {done.n_events} | {done.n_showers} |")
        Path(summary.path).write_text("\n".join(lines) + "\n")
