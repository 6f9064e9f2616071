"""Pipelines as a cluster runs them: with a summary at the end, whether the steps succeed or not."""

import inspect
from typing import Any

from kfp import dsl

from iactflow.components.summarise.component import summarise


def guarded(pipeline: Any) -> Any:
    """Put the steps of a pipeline under an exit handler that writes a summary.

    Parameters
    ----------
    pipeline : kfp.dsl.GraphComponent
        A pipeline with the parameters ``config`` and ``settings``.

    Returns
    -------
    kfp.dsl.GraphComponent
        The same name, parameters and descriptions; it has no outputs, because Kubeflow takes none from under an exit
        handler. Artifacts are found at their steps as before.
    """
    steps = pipeline.pipeline_func
    signature = inspect.signature(steps)

    def run(*values: Any) -> None:
        parameters = dict(zip(signature.parameters, values, strict=True))
        end = summarise(
            config=parameters["config"],
            settings=parameters["settings"],
            run_id=dsl.PIPELINE_JOB_ID_PLACEHOLDER,
            started=dsl.PIPELINE_JOB_CREATE_TIME_UTC_PLACEHOLDER,
        )
        end.set_display_name("Summarise")
        end.set_caching_options(False)
        with dsl.ExitHandler(end, name="Steps"):
            steps(**parameters)

    run.__signature__ = signature.replace(return_annotation=None)  # type: ignore[attr-defined]
    run.__annotations__ = {name: value for name, value in steps.__annotations__.items() if name != "return"}
    run.__doc__ = steps.__doc__
    run.__name__ = steps.__name__
    spec = pipeline.pipeline_spec.pipeline_info
    return dsl.pipeline(name=spec.name, display_name=spec.display_name)(run)
