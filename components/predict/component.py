"""Kubeflow component of the verb ``predict``."""

from typing import Optional

from kfp import dsl

from iactflow.cluster.images import image


@dsl.component(base_image=image("cpu"), install_kfp_package=False)
def predict(
    config: str,
    settings: list,
    data: list,
    dl2: dsl.Output[dsl.Dataset],
    metrics: dsl.Output[dsl.Metrics],
    showers: Optional[dsl.Input[dsl.Dataset]] = None,  # noqa: UP045 - as kfp reads it
    model: Optional[dsl.Input[dsl.Model]] = None,  # noqa: UP045
    models: list = [],  # noqa: B006 - kfp takes the default from the signature
    target: str = "",
    shard: str = "1/1",
) -> None:
    """Estimate the showers of DL1 files with one model or several, into DL2 files that ctapipe reads.

    Parameters
    ----------
    config
        Experiment file as YAML text.
    settings
        Changes to it as KEY=VALUE, such as predict.prefix=CTLearn.
    data
        ctapipe DL1 files, folders, globs or s3:// to predict; empty takes the simulated showers.
    showers
        Folder of DL1 files that simulate wrote.
    model
        Model bundle that train wrote.
    models
        Models by name instead: folders, s3:// or models:/NAME@ALIAS.
    target
        Folder or s3:// that gets the DL2 files, where several shares meet; empty keeps them in dl2.
    shard
        Which share of the files, as I/N; 1/1 is all of them.
    dl2
        Folder with a DL2 file for each DL1 file; with a target, a line that says where they are.
    metrics
        Numbers of events, of estimates, and of those outside the model's range.
    """
    from pathlib import Path

    from iactflow.cluster.step import step
    from iactflow.predict.campaign import predict_share
    from iactflow.recipe import Recipe
    from iactflow.simulate.experiment import parse_shard

    with step():
        recipe = Recipe.from_text(config, settings)
        done = predict_share(
            models or ([model.path] if model else []),
            data or ([showers.path] if showers else []),
            target or dl2.path,
            shard=parse_shard(shard),
            config=recipe.predict,
            ctapipe_config=recipe.data.ctapipe,
        )
        if target:
            Path(dl2.path).write_text(f"{done.n_files} DL2 files of share {shard} are in {target}\n")
        for name, value in done.finite().items():
            metrics.log_metric(name, value)
