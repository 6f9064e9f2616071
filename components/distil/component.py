"""Kubeflow component of the verb ``distil``."""

from kfp import dsl

from iactflow.cluster.images import image


@dsl.component(base_image=image("gpu"), install_kfp_package=False)
def distil(
    config: str,
    settings: list,
    stores: dsl.Input[dsl.Dataset],
    teacher: dsl.Input[dsl.Model],
    student: dsl.Output[dsl.Model],
    metrics: dsl.Output[dsl.Metrics],
) -> None:
    """Make a student of the teacher, a generator that needs few steps.

    Parameters
    ----------
    config
        Experiment file as YAML text, with task: generation.
    settings
        Changes to it as KEY=VALUE, such as distil.steps=2.
    stores
        Folder of stores that ingest wrote.
    teacher
        Bundle of the generator that train wrote.
    student
        Bundle of the student.
    metrics
        Loss, and what distillation cost.
    """
    from pathlib import Path

    from iactflow.cluster.keep import kept
    from iactflow.cluster.step import step
    from iactflow.distil.run import run
    from iactflow.generation_recipe import GenerationRecipe

    with step(), kept(Path(student.path), "distil") as folder:
        recipe = GenerationRecipe.from_text(config, settings)
        done = run(
            recipe.data.select,
            recipe.distil,
            Path(teacher.path),
            sorted(Path(stores.path).iterdir()),
            folder,
            instrument=recipe.instrument,
            overwrite=folder != Path(student.path),
        )
        for name, value in done.finite().items():
            metrics.log_metric(name, value)
