"""Kubeflow component of the verb ``drift``."""

from typing import NamedTuple, Optional

from kfp import dsl

from iactflow.cluster.images import image


@dsl.component(base_image=image("cpu"), install_kfp_package=False)
def drift(
    config: str,
    settings: list,
    reference: dsl.Input[dsl.Dataset],
    current: dsl.Input[dsl.Dataset],
    verdict: dsl.Output[dsl.Artifact],
    page: dsl.Output[dsl.HTML],
    metrics: dsl.Output[dsl.Metrics],
    model: Optional[dsl.Input[dsl.Model]] = None,  # noqa: UP045 - kfp knows no other spelling
    champion: str = "",
) -> NamedTuple("Outputs", [("drifted", bool)]):  # type: ignore[valid-type]
    """Tell whether new data still look like those of a reference, such as a model's training.

    Parameters
    ----------
    config
        Experiment file as YAML text.
    settings
        Changes to it as KEY=VALUE, such as drift.false_alarm=0.001.
    reference
        Folder of stores that new data are held against; without a store in it nothing is compared.
    current
        Folder of stores of new data; without a store in it nothing is compared.
    verdict
        Folder with verdict.json, report.html and Evidently's own evidently.html.
    page
        Verdict, distances, distributions and cameras as a single HTML file.
    metrics
        Distance of every quantity, and how many drifted.
    model
        Model bundle whose scores are compared too.
    champion
        Registered model whose scores are compared too, such as models:/energy/3; empty is none.

    Returns
    -------
    drifted
        Whether anything drifted; false if nothing was compared.
    """
    import shutil
    from pathlib import Path
    from typing import NamedTuple

    from iactflow.cluster.step import step
    from iactflow.drift.run import REPORT, run_folders
    from iactflow.recipe import Recipe

    class Outputs(NamedTuple):
        drifted: bool

    with step():
        recipe = Recipe.from_text(config, settings)
        models = [name for name in ("" if model is None else model.path, champion) if name]
        folders = Path(reference.path), Path(current.path)
        done = run_folders(*folders, Path(verdict.path), config=recipe.drift, models=models)
        shutil.copyfile(done.path / REPORT, page.path)
        for name, value in done.finite().items():
            metrics.log_metric(name, value)
        return Outputs(done.drifted)
