"""Kubeflow component of the verb ``irf``."""

from kfp import dsl

from iactflow.cluster.images import image


@dsl.component(base_image=image("cpu"), install_kfp_package=False)
def irf(
    config: str,
    settings: list,
    dl2: dsl.Input[list[dsl.Dataset]],
    response: dsl.Output[dsl.Artifact],
    page: dsl.Output[dsl.HTML],
    metrics: dsl.Output[dsl.Metrics],
) -> None:
    """Make instrument response functions of DL2 files of gammas and protons, and a page about them.

    Parameters
    ----------
    config
        Experiment file as YAML text.
    settings
        Changes to it as KEY=VALUE, such as irf.enclosure=point-like.
    dl2
        Folders of DL2 files that predict wrote.
    response
        Responses as FITS that gammapy reads.
    page
        Sensitivity, effective area, resolutions and background as a single HTML file.
    metrics
        Best sensitivity in units of the source's flux, where the background is measured.
    """
    from pathlib import Path

    from iactflow.cluster.step import step
    from iactflow.irf.report import write_report
    from iactflow.irf.run import run
    from iactflow.recipe import Recipe

    with step():
        recipe = Recipe.from_text(config, settings)
        done = run(
            [file for folder in dl2 for file in sorted(Path(folder.path).glob("*.h5"))],
            Path(response.path),
            config=recipe.irf,
            fractions=recipe.data.split,
            instrument=recipe.preset,
        )
        write_report(done, Path(page.path))
        for name, value in done.finite().items():
            metrics.log_metric(name, value)
