"""Kubeflow component of the verb ``predict``."""

from kfp import dsl

from iactflow.cluster.images import image


@dsl.component(base_image=image("cpu"), install_kfp_package=False)
def predict(
    config: str,
    settings: list,
    data: list,
    showers: dsl.Input[dsl.Dataset],
    model: dsl.Input[dsl.Model],
    dl2: dsl.Output[dsl.Dataset],
    metrics: dsl.Output[dsl.Metrics],
) -> None:
    """Estimate the showers of DL1 files with the model, into DL2 files that ctapipe reads.

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
    dl2
        Folder with a DL2 file for each DL1 file.
    metrics
        Numbers of events, of estimates, and of those outside the model's range.
    """
    from pathlib import Path

    from iactflow.cluster.step import step
    from iactflow.predict.run import run
    from iactflow.recipe import Recipe

    with step():
        recipe = Recipe.from_text(config, settings)
        done = run(
            [model.path],
            data or [showers.path],
            Path(dl2.path),
            config=recipe.predict,
            ctapipe_config=recipe.data.ctapipe,
        )
        for name, value in done.finite().items():
            metrics.log_metric(name, value)
