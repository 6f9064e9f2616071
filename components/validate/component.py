"""Kubeflow component of the verb ``validate``."""

from kfp import dsl

from iactflow.cluster.images import image


@dsl.component(base_image=image("cpu"), install_kfp_package=False)
def validate(
    config: str,
    settings: list,
    stores: dsl.Input[dsl.Dataset],
    images: dsl.Input[list[dsl.Dataset]],
    result: dsl.Output[dsl.Artifact],
    metrics: dsl.Output[dsl.Metrics],
) -> None:
    """Compare generated images with simulated ones, beside the floor that two halves of the simulation give.

    Parameters
    ----------
    config
        Experiment file as YAML text, with task: generation.
    settings
        Changes to it as KEY=VALUE, such as validate.images=20000.
    stores
        Folder of stores that ingest wrote.
    images
        Stores that generate wrote, one a share.
    result
        Result folder, with the floor's result in it.
    metrics
        Every figure of the generated images, and of the floor.
    """
    from pathlib import Path

    from iactflow.cluster.step import step
    from iactflow.data.store import MANIFEST
    from iactflow.generation_recipe import GenerationRecipe
    from iactflow.validate.run import run

    with step():
        recipe = GenerationRecipe.from_text(config, settings)
        shares = [Path(share.path) for share in images if (Path(share.path) / MANIFEST).exists()]
        done = run(shares, sorted(Path(stores.path).iterdir()), Path(result.path), config=recipe.validate)
        for name, value in done.finite().items():
            metrics.log_metric(name, value)
