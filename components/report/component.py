"""Kubeflow component of the verb ``report``."""

from kfp import dsl

from iactflow.cluster.images import image


@dsl.component(base_image=image("cpu"), install_kfp_package=False)
def report(config: str, settings: list, result: dsl.Input[dsl.Artifact], page: dsl.Output[dsl.HTML]) -> None:
    """Draw the result as one HTML page.

    Parameters
    ----------
    config
        Experiment file as YAML text.
    settings
        Changes to it as KEY=VALUE, such as train.epochs=3.
    result
        Result folder that evaluate or validate wrote.
    page
        The report, a single file.
    """
    from pathlib import Path

    from iactflow.cluster.step import step
    from iactflow.generation_recipe import report_of
    from iactflow.report.run import run

    with step():
        run(Path(result.path), Path(page.path), config=report_of(config, settings))
