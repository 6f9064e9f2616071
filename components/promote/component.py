"""Kubeflow component of the verb ``promote``."""

from typing import Optional

from kfp import dsl

from iactflow.cluster.images import image


@dsl.component(base_image=image("cpu"), install_kfp_package=False)
def promote(
    config: str,
    settings: list,
    because: str,
    summary: dsl.Output[dsl.Markdown],
    metrics: dsl.Output[dsl.Metrics],
    news: dsl.Input[dsl.Artifact],
    verdict: dsl.Input[dsl.Artifact],
    stores: Optional[dsl.Input[dsl.Dataset]] = None,  # noqa: UP045 - kfp knows no other spelling
    model: Optional[dsl.Input[dsl.Model]] = None,  # noqa: UP045
    result: Optional[dsl.Input[dsl.Artifact]] = None,  # noqa: UP045
) -> None:
    """Make the model the champion if it is better, or keep the champion, and say why in the summary of the run.

    Parameters
    ----------
    config
        Experiment file as YAML text.
    settings
        Changes to it as KEY=VALUE, such as promote.tolerance=0.02.
    because
        Why there is a model, or why there is none, for the summary.
    summary
        The account of the run: what was new, drift, the decision and the metrics behind it.
    metrics
        1 if the model was promoted, 0 if the champion was kept.
    news
        What survey found.
    verdict
        What drift found.
    stores
        Folder of stores that the model learnt from; a sample stays with it.
    model
        Model bundle that train wrote; without one the champion is kept.
    result
        Its result, with the champion's in it.
    """
    from pathlib import Path

    from iactflow.cluster.retrained import account
    from iactflow.cluster.step import step
    from iactflow.promote.run import run
    from iactflow.recipe import Recipe

    with step():
        recipe, done = Recipe.from_text(config, settings), None
        if model is not None and result is not None:
            learnt = sorted(Path(stores.path).iterdir()) if stores is not None else []
            section = recipe.promote.model_copy(update={"name": recipe.registered_name})
            done = run(model.path, Path(result.path), config=section, stores=learnt)
        metrics.log_metric("promoted", float(done is not None and done.promoted))
        text = account(Path(news.path), Path(verdict.path), because, done)
        Path(summary.path).write_text(text)
        print(text)
