"""Kubeflow component of the verb ``survey``."""

from typing import NamedTuple

from kfp import dsl

from iactflow.cluster.images import image


@dsl.component(base_image=image("cpu"), install_kfp_package=False)
def survey(
    config: str,
    settings: list,
    stores: dsl.Input[dsl.Dataset],
    news: dsl.Output[dsl.Artifact],
    reference: dsl.Output[dsl.Dataset],
    current: dsl.Output[dsl.Dataset],
    metrics: dsl.Output[dsl.Metrics],
    summary: dsl.Output[dsl.Markdown],
) -> NamedTuple("Answer", [("enough", bool), ("champion", str)]):  # type: ignore[valid-type]
    """Find the champion, and the showers that champion and challenger have not learnt from.

    Parameters
    ----------
    config
        Experiment file as YAML text.
    settings
        Changes to it as KEY=VALUE, such as survey.showers_min=1000.
    stores
        Folder of stores that ingest wrote.
    news
        Folder with news.json: the champion, how many showers are new, whether they are enough, why.
    reference
        Folder with a store of showers that the champion learnt from.
    current
        Folder of stores with the new showers.
    metrics
        Showers, and new ones among them.
    summary
        The answer in a sentence.
    """
    import shutil
    from pathlib import Path

    from iactflow.cluster.step import step
    from iactflow.recipe import Recipe
    from iactflow.survey.run import CURRENT, REFERENCE, run

    with step():
        recipe = Recipe.from_text(config, settings)
        folder = Path(news.path)
        found = run(sorted(Path(stores.path).iterdir()), folder, name=recipe.registered_name, config=recipe.survey)
        shutil.move(folder / REFERENCE, reference.path)
        shutil.move(folder / CURRENT, current.path)
        metrics.log_metric("n_showers", found.n_showers)
        metrics.log_metric("n_new_showers", found.n_new)
        Path(summary.path).write_text(f"{found.reason}\n")
        return found.enough, found.champion
