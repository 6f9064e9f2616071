"""Kubeflow component of the verb ``generate``."""

from kfp import dsl

from iactflow.cluster.images import image


@dsl.component(base_image=image("gpu"), install_kfp_package=False)
def generate(
    config: str,
    settings: list,
    shard: str,
    workers: int,
    model: dsl.Input[dsl.Model],
    images: dsl.Output[dsl.Dataset],
    metrics: dsl.Output[dsl.Metrics],
) -> None:
    """Generate camera images, or a share of them, as a store.

    Parameters
    ----------
    config
        Experiment file as YAML text, with task: generation.
    settings
        Changes to it as KEY=VALUE, such as generate.images=1000000.
    shard
        Which share of the images, as I/N; 1/1 is all of them.
    workers
        Processes that record and write; 0 uses all cores.
    model
        Bundle of a generator.
    images
        The store.
    metrics
        Images, those that would not have triggered the telescope, time of the generator.
    """
    from pathlib import Path

    from iactflow.cluster.step import step
    from iactflow.generate.run import run
    from iactflow.generation_recipe import GenerationRecipe
    from iactflow.simulate.experiment import parse_shard

    with step():
        recipe = GenerationRecipe.from_text(config, settings)
        done = run(
            Path(model.path),
            Path(images.path),
            config=recipe.generate,
            shard=parse_shard(shard),
            workers=workers or None,
        )
        for name, value in done.finite().items():
            metrics.log_metric(name, value)
