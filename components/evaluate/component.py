"""Kubeflow component of the verb ``evaluate``."""

from kfp import dsl

from iactflow.cluster.images import image


@dsl.component(base_image=image("cpu"), install_kfp_package=False)
def evaluate(
    config: str,
    settings: list,
    champion: str,
    stores: dsl.Input[dsl.Dataset],
    model: dsl.Input[dsl.Model],
    result: dsl.Output[dsl.Artifact],
    metrics: dsl.Output[dsl.Metrics],
    classification: dsl.Output[dsl.ClassificationMetrics],
) -> None:
    """Score the model on showers it has not seen, with a random forest and the champion on the same events.

    Parameters
    ----------
    config
        Experiment file as YAML text.
    settings
        Changes to it as KEY=VALUE, such as train.epochs=3.
    champion
        Bundle of the champion to beat; empty leaves it to the experiment.
    stores
        Folder of stores that ingest wrote.
    model
        Model bundle that train wrote.
    result
        Result folder, with the baseline's and the champion's results in it.
    metrics
        Every metric of the model, of the baseline, and of both on each other sample of showers.
    classification
        ROC curve and confusion matrix, if the type is estimated.
    """
    from pathlib import Path

    from iactflow.cluster.step import step
    from iactflow.evaluate.run import run
    from iactflow.recipe import Recipe

    with step():
        recipe = Recipe.from_text(config, settings, evaluate__champion=champion)
        done = run(
            Path(model.path),
            sorted(Path(stores.path).iterdir()),
            Path(result.path),
            config=recipe.evaluate,
        )
        for name, value in done.finite().items():
            metrics.log_metric(name, value)
        if "type_roc" in done.curves:
            curve = done.curves["type_roc"]
            columns = (curve[name].tolist() for name in ("background_efficiency", "gamma_efficiency", "cut"))
            classification.log_roc_curve(*columns)
        if "type_confusion" in done.curves:
            counts = done.curves["type_confusion"]["n"].reshape(2, 2).tolist()
            classification.log_confusion_matrix(["gamma", "background"], counts)
