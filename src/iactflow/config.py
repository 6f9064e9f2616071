"""Strict, frozen configuration: sections, quantities with units, YAML files and ``--set``."""

import re
import warnings
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import astropy.units as u
import yaml
from pydantic import BaseModel, ConfigDict, GetCoreSchemaHandler, ValidationError
from pydantic_core import core_schema

from iactflow.errors import ConfigError, InputError

#: Photoelectron, the camera's unit of charge; astropy has no unit of this name.
PHOTOELECTRON = u.def_unit("pe", doc="photoelectron")


class Section(BaseModel):
    """Base of every configuration section: unknown keys are errors, values cannot be changed."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, strict=True, validate_default=True, arbitrary_types_allowed=True
    )


@contextmanager
def verbs_as_names() -> Iterator[None]:
    """Allow a section to be called ``validate``: pydantic once had a method of that name and warns."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message='Field name "validate"', category=UserWarning)
        yield


def _parse_quantity(value: Any, *, unit: u.UnitBase) -> u.Quantity:
    if isinstance(value, u.Quantity):
        quantity = value
    elif isinstance(value, str):
        match = re.fullmatch(r"\s*([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)\s*(\S.*?)?\s*", value)
        if match is None:
            raise ValueError(f"must be a number with its unit, such as '1 {unit}'")
        if match[2] is None:
            raise ValueError(f"has no unit; write '{value.strip()} {unit}'")
        try:
            parsed = PHOTOELECTRON if match[2] == "pe" else u.Unit(match[2])
        except ValueError as error:
            raise ValueError(f"has the unknown unit '{match[2]}'; a unit such as '{unit}' is allowed") from error
        quantity = float(match[1]) * parsed
    else:
        raise ValueError(f"has no unit; write '{value} {unit}'")
    if not quantity.unit.is_equivalent(unit):
        raise ValueError(f"is in '{quantity.unit}', which cannot be converted to '{unit}'")
    return quantity.to(unit)


class In:
    """Annotation of a configuration value with a unit: ``Annotated[Quantity, In(u.TeV)]``, in YAML ``0.3 TeV``.

    Parameters
    ----------
    unit : astropy.units.UnitBase
        Unit that the value is converted to.
    """

    def __init__(self, unit: u.UnitBase) -> None:
        self.unit = unit

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
        """Tell pydantic how to read and write the value."""
        return core_schema.no_info_plain_validator_function(
            partial(_parse_quantity, unit=self.unit),
            serialization=core_schema.plain_serializer_function_ser_schema(
                lambda quantity: f"{quantity.value:g} {quantity.unit}", return_schema=core_schema.str_schema()
            ),
        )


Charge = Annotated[u.Quantity, In(PHOTOELECTRON)]
Energy = Annotated[u.Quantity, In(u.TeV)]


class _Loader(yaml.SafeLoader):
    """YAML with 1.2's numbers (``1e-3`` is one) and without silent duplicates."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen = set()
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=True)
            if key in seen:
                raise yaml.constructor.ConstructorError(
                    None, None, f"the key '{key}' stands here a second time", key_node.start_mark
                )
            seen.add(key)
        return super().construct_mapping(node, deep)


_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:float",
    re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)[eE][-+]?\d+"),
    list("-+.0123456789"),
)


def parse_yaml(text: str, origin: str) -> dict[str, Any]:
    """Read a YAML mapping.

    Parameters
    ----------
    text : str
        The YAML text.
    origin : str
        Where it comes from, for messages: a file's path or the name of an option.

    Returns
    -------
    dict
        The mapping; empty for an empty text.

    Raises
    ------
    ConfigError
        If the text is not YAML, repeats a key, or is not a mapping.
    """
    try:
        content = yaml.load(text, Loader=_Loader)
    except yaml.YAMLError as error:
        raise ConfigError(f"{origin} is not valid YAML: {error}") from error
    if content is None:
        return {}
    if not isinstance(content, dict):
        raise ConfigError(f"{origin} must hold keys and values. Received: {type(content).__name__}.")
    return content


def read_yaml(path: Path | str) -> dict[str, Any]:
    """Read a YAML file that holds a mapping.

    Parameters
    ----------
    path : path-like
        The file.

    Raises
    ------
    InputError
        If the file is not there or cannot be read.
    ConfigError
        If its content is not a YAML mapping.
    """
    try:
        text = Path(path).read_text(encoding="utf-8")
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}. Give the path of a YAML file.") from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path} is not a text file: {error}") from error
    return parse_yaml(text, str(path))


def apply_settings(content: Mapping[str, Any], settings: Iterable[str]) -> dict[str, Any]:
    """Lay ``KEY=VALUE`` settings over a mapping.

    Parameters
    ----------
    content : mapping
        What a YAML file held.
    settings : iterable of str
        As given to ``--set``: dotted key, equals sign, YAML value (``train.epochs=3``).

    Returns
    -------
    dict
        A new mapping; `content` is left alone.

    Raises
    ------
    ConfigError
        If a setting has no equals sign or goes through something that is no section.
    """
    result = dict(content)
    for setting in settings:
        key, equals, value = setting.partition("=")
        if not equals or not key:
            raise ConfigError(f"--set must be KEY=VALUE, such as train.epochs=3. Received: {setting}")
        *path, last = key.split(".")
        level = result
        for name in path:
            inner = level.get(name)
            if inner is not None and not isinstance(inner, Mapping):
                raise ConfigError(f"--set {setting}: '{name}' is a value, not a section.")
            level[name] = dict(inner or {})
            level = level[name]
        level[last] = parse_yaml(f"value: {value}", f"--set {setting}")["value"]
    return result


def validate[T: Section](section: type[T], content: Mapping[str, Any], origin: str) -> T:
    """Check a mapping against a section and build it.

    Parameters
    ----------
    section : type
        Subclass of `Section`.
    content : mapping
        Keys and values, as read from YAML.
    origin : str
        Where they were set, for messages.

    Raises
    ------
    ConfigError
        One line per fault: the key, what must hold, what was received and where.
    """
    try:
        return section.model_validate(dict(content))
    except ValidationError as error:
        raise ConfigError("\n".join(_describe(section, error.errors(), origin))) from error


def _describe(section: type[Section], faults: Iterable[Any], origin: str) -> list[str]:
    """Write one line per key; a key that may be of several kinds brings one fault for each of them."""
    allowed: dict[str, list[str]] = {}
    received: dict[str, Any] = {}
    lines = []
    for fault in faults:
        # pydantic adds the kind that it tried, such as "list[str]", to the place of a fault
        path = [part for part in fault["loc"] if "[" not in str(part)]
        key = ".".join(str(part) for part in path)
        if fault["type"] == "extra_forbidden":
            known = ", ".join(_known_keys(section, path[:-1]))
            lines.append(f"{key} is not a known key ({origin}). Allowed here: {known}.")
        elif fault["type"] == "missing":
            lines.append(f"{key} is required ({origin}).")
        else:
            message = str(fault["msg"]).removeprefix("Value error, ")
            allowed.setdefault(key, []).append(message[:1].lower() + message[1:])
            received.setdefault(key, fault["input"])
    return lines + [
        f"{key}: {', or '.join(messages)}. Received: {received[key]!r} ({origin})." for key, messages in allowed.items()
    ]


def _known_keys(section: type[Section], path: Iterable[str | int]) -> list[str]:
    current: Any = section
    for part in path:
        field = getattr(current, "model_fields", {}).get(part)
        if field is None:
            return []
        current = field.annotation
    return list(getattr(current, "model_fields", {}))


def to_yaml(section: Section) -> str:
    """Write a section as YAML that `validate` reads back to an equal section."""
    return yaml.safe_dump(section.model_dump(mode="json"), sort_keys=False, allow_unicode=True)


def to_line(content: Mapping[str, Any]) -> str:
    """Write a mapping as YAML in a single line, for places that keep no line breaks, such as a dashboard's form."""
    plain = dict(content)
    return yaml.safe_dump(plain, sort_keys=False, allow_unicode=True, default_flow_style=True, width=1e9).strip()
