"""Kubeflow component of the verb ``feedback``."""

from kfp import dsl

from iactflow.cluster.images import image


@dsl.component(base_image=image("cpu"), install_kfp_package=False)
def feedback(
    config: str,
    settings: list,
    stores: dsl.Input[dsl.Dataset],
    images: dsl.Input[list[dsl.Dataset]],
    results: dsl.Output[dsl.Artifact],
    metrics: dsl.Output[dsl.Metrics],
    page: dsl.Output[dsl.HTML],
    summary: dsl.Output[dsl.Markdown],
) -> None:
    """Train the type classifier with simulated, generated and mixed background, and score all on simulated showers.

    Parameters
    ----------
    config
        Experiment file as YAML text, with task: generation.
    settings
        Changes to it as KEY=VALUE, such as feedback.background=2000.
    stores
        Folder of stores that ingest wrote, with gammas and background.
    images
        Stores of generated background, one a share.
    results
        Folder with a result for each mixture.
    metrics
        AUC and background rejection of each mixture.
    page
        The mixtures side by side.
    summary
        The table of AUC and rejection.
    """
    from pathlib import Path

    from iactflow.cluster.step import step
    from iactflow.compare.run import run as compare
    from iactflow.data.store import MANIFEST
    from iactflow.feedback.run import SHOWN, run
    from iactflow.generation_recipe import GenerationRecipe
    from iactflow.page import numbers
    from iactflow.page.config import Report

    with step():
        recipe = GenerationRecipe.from_text(config, settings)
        shares = [Path(share.path) for share in images if (Path(share.path) / MANIFEST).exists()]
        done = run(sorted(Path(stores.path).iterdir()), shares, Path(results.path), config=recipe.feedback)
        compare([trained.path for trained in done.mixtures], Path(page.path), config=Report())
        first = done.mixtures[0].metrics
        head = ["trained with", "images", *(first[name].title for name in SHOWN)]
        lines = ["| " + " | ".join(row) + " |" for row in (head, ["---"] * len(head))]
        for trained in done.mixtures:
            shown = [trained.metrics[name] for name in SHOWN]
            values = [f"{numbers.metric_value(one)} {numbers.metric_interval(one)}" for one in shown]
            lines.append(f"| {trained.name} | {trained.n_simulated} + {trained.n_generated} | {' | '.join(values)} |")
        Path(summary.path).write_text("\n".join(lines) + "\n")
        for name, value in done.finite().items():
            metrics.log_metric(name, value)
