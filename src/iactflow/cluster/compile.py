"""Compilation of pipelines to the YAML that Kubeflow Pipelines takes."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from iactflow.cluster.apply import apply_environment, switch_caching_off
from iactflow.cluster.environment import Environment
from iactflow.storage import aside


def compile_pipeline(
    pipeline: Any,
    target: Path,
    defaults: Mapping[str, Any],
    *,
    environment: Environment | None = None,
    caching: bool = True,
    overwrite: bool = False,
) -> None:
    """Compile a pipeline and read the result back with Kubeflow's own parser before it takes its place.

    Parameters
    ----------
    pipeline : kfp.dsl.GraphComponent
        The pipeline.
    target : pathlib.Path
        YAML file to write.
    defaults : mapping
        Defaults of the pipeline's parameters that differ from those of its definition.
    environment : Environment, optional
        Cluster whose resources, nodes, images and retries the steps get; without one they get Kubernetes' defaults.
    caching : bool
        Whether a step may take its outputs from an earlier run with the same inputs.
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
        if environment is not None or not caching:
            spec, platform = read_compiled(readable)
            if environment is not None:
                apply_environment(spec, platform, environment)
            if not caching:
                switch_caching_off(spec)
            readable.write_text(yaml.safe_dump_all([spec, platform] if platform else [spec], sort_keys=False))
        components.load_component_from_file(str(readable))
        readable.rename(temporary)


def read_compiled(path: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    """Read a compiled pipeline: its specification and, where it has one, that of its platform."""
    spec, *platform = yaml.safe_load_all(path.read_text(encoding="utf-8"))
    return spec, platform[0] if platform else {}
