"""The pipeline ``generation``: from showers to generators of images, and to what their images are worth."""

from typing import Any, NamedTuple

from kfp import dsl

from iactflow.components.compare.component import compare
from iactflow.components.distil.component import distil
from iactflow.components.feedback.component import feedback
from iactflow.components.generate.component import generate
from iactflow.components.report.component import report
from iactflow.components.train.component import train
from iactflow.components.validate.component import validate
from iactflow.pipelines import default_text
from iactflow.pipelines.showers import simulated_stores


class Outputs(NamedTuple):
    """What the pipeline gives back."""

    model: dsl.Model
    result: dsl.Artifact
    report: dsl.HTML
    comparison: dsl.HTML
    feedback: dsl.HTML


@dsl.pipeline(name="generation", display_name="Generation")
def generation(
    config: str = default_text("generation"),
    settings: list = [],  # noqa: B006 - kfp takes the default from the signature
    data: list = [],  # noqa: B006
    shards: list = ["1/1"],  # noqa: B006
    generate_shards: list = ["1/1"],  # noqa: B006
    epochs: int = 0,
    workers: int = 0,
) -> Outputs:
    """Train a teacher and a WGAN, distil a student, and hold the images of all three against simulated ones.

    Parameters
    ----------
    config
        Experiment file as YAML text; pipelines/configs/generation.yaml is the default and explains each key.
    settings
        Changes to the experiment as KEY=VALUE, such as ["generate.images=1000000", "distil.steps=2"].
    data
        Stores with photoelectrons to train on instead of simulated showers; empty leaves it to the experiment.
    shards
        Shares of the simulation that run side by side, as a list of I/N; all together are the same showers.
    generate_shards
        Shares of the generated images that are made side by side, as a list of I/N.
    epochs
        Times that teacher and WGAN see the training data; 0 leaves it to the experiment.
    workers
        Processes of simulation, ingest and generation; 0 uses all cores.
    """
    experiment = {"config": config, "settings": settings}
    stores = simulated_stores(experiment, data, shards, workers)

    teacher = train(**experiment, epochs=epochs, stores=stores)
    teacher.set_display_name("Train teacher")
    wgan = train(**experiment, epochs=epochs, stores=stores, model_name="wgan")
    wgan.set_display_name("Train WGAN")
    student = distil(**experiment, stores=stores, teacher=teacher.outputs["model"])
    student.set_display_name("Distil student")

    def judged(name: str, model: Any) -> tuple[Any, Any]:
        """Generate with a model and validate; give the images of a share and the result."""
        with dsl.ParallelFor(generate_shards, name=f"Images of the {name}", parallelism=0) as part:
            drawn = generate(**experiment, shard=part, workers=workers, model=model)
            drawn.set_display_name(f"Generate with the {name}")
        images = drawn.outputs["images"]
        score = validate(**experiment, stores=stores, images=dsl.Collected(images))
        score.set_display_name(f"Validate the {name}")
        return images, score.outputs["result"]

    images, result = judged("student", student.outputs["student"])
    _, of_teacher = judged("teacher", teacher.outputs["model"])
    _, of_wgan = judged("WGAN", wgan.outputs["model"])

    page = report(**experiment, result=result)
    page.set_display_name("Draw report")
    comparison = compare(**experiment, result=result, second=of_teacher, third=of_wgan)
    comparison.set_display_name("Compare generators")
    worth = feedback(**experiment, stores=stores, images=dsl.Collected(images))
    worth.set_display_name("Train classifiers")
    return Outputs(
        model=student.outputs["student"],
        result=result,
        report=page.outputs["page"],
        comparison=comparison.outputs["page"],
        feedback=worth.outputs["page"],
    )
