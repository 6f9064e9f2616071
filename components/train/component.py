"""Kubeflow component of the verb ``train``."""

from kfp import dsl

from iactflow.cluster.images import image


@dsl.component(base_image=image("gpu"), install_kfp_package=False)
def train(
    config: str,
    settings: list,
    epochs: int,
    stores: dsl.Input[dsl.Dataset],
    model: dsl.Output[dsl.Model],
    metrics: dsl.Output[dsl.Metrics],
) -> None:
    """Fit the experiment's network to the train part of the stores and write a model bundle.

    Parameters
    ----------
    config
        Experiment file as YAML text.
    settings
        Changes to it as KEY=VALUE, such as train.epochs=3.
    epochs
        Times that the training data are seen; 0 leaves it to the experiment.
    stores
        Folder of stores that ingest wrote.
    model
        Model bundle: network, range of validity, provenance.
    metrics
        Losses of the epoch that was kept, and what training cost.
    """
    from pathlib import Path

    from iactflow.cluster.keep import kept
    from iactflow.cluster.step import step
    from iactflow.recipe import Recipe
    from iactflow.train.run import run

    with step(), kept(Path(model.path), "train") as folder:
        recipe = Recipe.from_text(config, settings, train__epochs=epochs)
        done = run(
            recipe.tasks,
            recipe.data.select,
            recipe.model,
            recipe.train,
            sorted(Path(stores.path).iterdir()),
            folder,
            instrument=recipe.instrument,
            # an attempt that trained to the end but was evicted before Kubeflow took the model leaves it there
            overwrite=folder != Path(model.path),
        )
        for name, value in done.finite().items():
            metrics.log_metric(name, value)
