"""Kubeflow component of the verb ``compare``."""

from kfp import dsl

from iactflow.cluster.images import image


@dsl.component(base_image=image("cpu"), install_kfp_package=False)
def compare(config: str, settings: list, result: dsl.Input[dsl.Artifact], page: dsl.Output[dsl.HTML]) -> None:
    """Draw the model, the random forest and the champion side by side, with a verdict per metric.

    Parameters
    ----------
    config
        Experiment file as YAML text.
    settings
        Changes to it as KEY=VALUE, such as train.epochs=3.
    result
        Result folder that evaluate wrote, with the baseline's and the champion's results in it.
    page
        The comparison, a single file.
    """
    from pathlib import Path

    from iactflow.cluster.step import step
    from iactflow.compare.run import run
    from iactflow.data.result import with_companions
    from iactflow.recipe import Recipe

    with step():
        run(with_companions(Path(result.path)), Path(page.path), config=Recipe.from_text(config, settings).report)
