"""Kubeflow component of the verb ``compare``."""

from typing import Optional

from kfp import dsl

from iactflow.cluster.images import image


@dsl.component(base_image=image("cpu"), install_kfp_package=False)
def compare(
    config: str,
    settings: list,
    result: dsl.Input[dsl.Artifact],
    page: dsl.Output[dsl.HTML],
    second: Optional[dsl.Input[dsl.Artifact]] = None,  # noqa: UP045 - kfp knows no other spelling
    third: Optional[dsl.Input[dsl.Artifact]] = None,  # noqa: UP045
) -> None:
    """Draw the model, the random forest and the champion side by side, or several results, with a verdict per metric.

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
    second
        Result of the same events to compare with instead of those inside of the first.
    third
        Another one.
    """
    from pathlib import Path

    from iactflow.cluster.step import step
    from iactflow.compare.run import run
    from iactflow.data.result import with_companions
    from iactflow.generation_recipe import report_of

    with step():
        others = [Path(other.path) for other in (second, third) if other is not None]
        results = [Path(result.path), *others] if others else with_companions(Path(result.path))
        run(results, Path(page.path), config=report_of(config, settings))
