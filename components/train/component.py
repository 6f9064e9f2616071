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
    model_name: str = "",
) -> None:
    """Fit the experiment's network, or its generator, to the train part of the stores and write a model bundle.

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
    model_name
        Model to train instead of the experiment's, such as wgan; empty leaves it.
    """
    from pathlib import Path

    from iactflow.cluster.keep import kept
    from iactflow.cluster.step import step
    from iactflow.generation_recipe import from_text, train_as

    # two models of one run may be trained at the same time
    with step(), kept(Path(model.path), "-".join(filter(None, ("train", model_name)))) as folder:
        recipe = from_text(config, settings, train__epochs=epochs, model__name=model_name)
        # an attempt that trained to the end but was evicted before Kubeflow took the model leaves it there
        done = train_as(recipe, sorted(Path(stores.path).iterdir()), folder, overwrite=folder != Path(model.path))
        for name, value in done.finite().items():
            metrics.log_metric(name, value)
