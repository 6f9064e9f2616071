"""Compilation of pipelines to the YAML that Kubeflow Pipelines takes."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from iactflow.storage import aside


def compile_pipeline(pipeline: Any, target: Path, defaults: Mapping[str, Any], *, overwrite: bool = False) -> None:
    """Compile a pipeline and read the result back with Kubeflow's own parser before it takes its place.

    Parameters
    ----------
    pipeline : kfp.dsl.GraphComponent
        The pipeline.
    target : pathlib.Path
        YAML file to write.
    defaults : mapping
        Defaults of the pipeline's parameters that differ from those of its definition.
    overwrite : bool
        Whether an existing file may be replaced.

    Raises
    ------
    OutputExistsError
        If the file exists and may not be replaced.
    """
    from kfp import compiler, components

    with aside(target.with_suffix(".yaml"), overwrite=overwrite) as temporary:
        readable = temporary.with_suffix(".yaml")
        compiler.Compiler().compile(pipeline, str(readable), pipeline_parameters=dict(defaults))
        components.load_component_from_file(str(readable))
        readable.rename(temporary)
