"""Values for a compiled pipeline's parameters, checked before the server checks them."""

from collections.abc import Iterable, Mapping
from typing import Any

from iactflow.config import parse_yaml
from iactflow.errors import ConfigError

#: Kubeflow's types of parameters, as Python's and in words.
_TYPES: dict[str, tuple[tuple[type, ...], str]] = {
    "STRING": ((str,), "a text"),
    "NUMBER_INTEGER": ((int,), "a whole number"),
    "NUMBER_DOUBLE": ((int, float), "a number"),
    "BOOLEAN": ((bool,), "true or false"),
    "LIST": ((list,), "a list such as [a, b]"),
    "STRUCT": ((dict,), "a mapping such as {a: 1}"),
}


def read_parameters(given: Iterable[str]) -> dict[str, Any]:
    """Read ``NAME=VALUE`` texts, the value as YAML.

    Raises
    ------
    ConfigError
        If one has no equals sign.
    """
    values = {}
    for text in given:
        name, equals, value = text.partition("=")
        if not equals or not name:
            raise ConfigError(f"--parameter must be NAME=VALUE, such as epochs=3. Received: {text}")
        values[name] = parse_yaml(f"value: {value}", f"--parameter {text}")["value"]
    return values


def definition_of(pipeline: Any) -> dict[str, Any]:
    """Give a pipeline (``kfp.dsl.GraphComponent``) as it would be compiled, as plain values."""
    from google.protobuf.json_format import MessageToDict  # type: ignore[import-untyped]

    return dict(MessageToDict(pipeline.pipeline_spec))


def check_arguments(arguments: Mapping[str, Any], spec: Mapping[str, Any]) -> None:
    """Check values against the parameters of a compiled pipeline.

    Parameters
    ----------
    arguments : mapping
        Values by name.
    spec : mapping
        The pipeline as compiled.

    Raises
    ------
    ConfigError
        If the pipeline has no such parameter, a value has another type, or one without default is missing: the server
        would refuse the run.
    """
    parameters = spec["root"].get("inputDefinitions", {}).get("parameters", {})
    pipeline = spec["pipelineInfo"]["name"]
    for name, value in arguments.items():
        if name not in parameters:
            raise ConfigError(f"The pipeline {pipeline} has no parameter '{name}'. It has: {', '.join(parameters)}.")
        types, words = _TYPES[parameters[name]["parameterType"]]
        if not isinstance(value, types) or (isinstance(value, bool) and bool not in types):
            raise ConfigError(f"The parameter {name} of {pipeline} must be {words}. Received: {value!r}.")
    missing = [
        name for name, parameter in parameters.items() if not parameter.get("isOptional") and name not in arguments
    ]
    if missing:
        raise ConfigError(
            f"The pipeline {pipeline} needs --parameter {missing[0]}=…: {_described(parameters, missing[0])}"
        )


def _described(parameters: Mapping[str, Any], name: str) -> str:
    return str(parameters[name].get("description", "it has no default."))
