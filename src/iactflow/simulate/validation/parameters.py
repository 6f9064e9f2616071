"""The table of parameters, read from the source code: name, value, and the comment that says where it is from."""

from __future__ import annotations

import ast
import importlib
import inspect
import io
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass

from iactflow.simulate.site import SITES
from iactflow.simulate.validation.output import Outcome, Scale, table

INSTRUMENTS = "presets"
"""Module whose calls hold the numbers of telescopes."""
PHYSICS = (
    *("atmosphere", "efficiency", "electromagnetic", "scattering", "electron", "photon"),
    *("hadronic", "hadron", "shower", "tracks"),
)
"""Modules whose constants stand in capital letters."""
_DESCRIBED = {"Dish", "CameraModel", "Trigger", "Instrument"}
_NAMES = {"name", "description", "size_type", "reflector_shape", "geometry", "site", "efficiency", "positions"}
"""Keywords that are no numbers of a telescope."""
_LONGEST = 60  # characters of a value


@dataclass(frozen=True)
class Parameter:
    """A number of the simulation.

    Parameters
    ----------
    owner : str
        Where it belongs: a constant or function of the module.
    name, value : str
        As in the source.
    source : str
        The comment behind it; empty if there is none.
    """

    owner: str
    name: str
    value: str
    source: str


def comments(source: str) -> dict[int, str]:
    """Comments at the end of lines, by line number."""
    found = {}
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT and "fmt:" not in token.string:
            found[token.start[0]] = token.string.lstrip("#: ").strip()
    return found


def instruments() -> list[Parameter]:
    """Read the numbers of dishes, cameras, triggers and arrays."""
    source = _source(INSTRUMENTS)
    notes, lines = comments(source), source.splitlines()
    found = []
    for statement in ast.parse(source).body:
        owner = _owner(statement)
        for call in ast.walk(statement):
            if not (isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in _DESCRIBED):
                continue
            for keyword in call.keywords:
                if keyword.arg is None or keyword.arg in _NAMES or isinstance(keyword.value, ast.Name | ast.Call):
                    continue
                note = notes.get(keyword.value.end_lineno or 0, "") or _above(lines, keyword.value.lineno)
                found.append(Parameter(owner, keyword.arg, _short(keyword.value), note))
    return found


def constants(module: str) -> list[Parameter]:
    """Read a module's constants that have a comment or a docstring."""
    source = _source(module)
    notes, body = comments(source), ast.parse(source).body
    found = []
    for statement, following in zip(body, [*body[1:], None], strict=True):
        if not isinstance(statement, ast.Assign) or isinstance(statement.value, ast.Dict):
            continue
        note = notes.get(statement.end_lineno or 0, "") or _docstring(following)
        for name, value in _assigned(statement):
            if name.isupper() and not name.startswith("_") and note:
                found.append(Parameter(module, name, _short(value), note))
    return found


def run(scale: Scale) -> Outcome:
    """Tabulate all parameters; `scale` does not matter here."""
    del scale
    header = ["where", "parameter", "value", "source"]
    telescopes = [[f"`{p.owner}`", f"`{p.name}`", f"`{p.value}`", p.source] for p in instruments()]
    physics = [
        [f"`{p.owner}`", f"`{p.name}`", f"`{p.value}`", p.source] for module in PHYSICS for p in constants(module)
    ]
    outcome = Outcome({"parameters-telescopes": table(header, telescopes)})
    outcome.tables["parameters-physics"] = table(header, physics)
    outcome.tables["parameters-sites"] = _sites()
    return outcome


def _sites() -> str:
    header = ["site", "altitude, m", "atmosphere", "field to north, west, up, uT", "aerosol depth", "scale height, m"]
    rows = [
        [
            f"`{one.name}`",
            f"{one.altitude:g}",
            one.atmosphere.name,
            ", ".join(f"{1e6 * part:.2f}" for part in one.field),
            one.aerosol_depth,
            f"{one.aerosol_scale:g}",
        ]
        for one in SITES.values()
    ]
    return table(header, rows)


def _source(module: str) -> str:
    return inspect.getsource(importlib.import_module(f"iactflow.simulate.{module}"))


def _owner(statement: ast.stmt) -> str:
    if isinstance(statement, ast.FunctionDef):
        return statement.name
    if isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name):
        return statement.targets[0].id
    return ""


def _assigned(statement: ast.Assign) -> Iterator[tuple[str, ast.expr]]:
    target, value = statement.targets[0], statement.value
    if isinstance(target, ast.Name):
        yield target.id, value
    elif isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
        for name, part in zip(target.elts, value.elts, strict=True):
            yield ast.unparse(name), part


def _docstring(statement: ast.stmt | None) -> str:
    if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant):
        return " ".join(str(statement.value.value).split())
    return ""


def _above(lines: list[str], number: int) -> str:
    """Give the comment lines right above a line."""
    found: list[str] = []
    while number > 1 and lines[number - 2].strip().startswith("#"):
        found.insert(0, lines[number - 2].strip().lstrip("# "))
        number -= 1
    return " ".join(found)


def _short(value: ast.expr) -> str:
    text = ast.unparse(value)
    return text if len(text) <= _LONGEST else text[: _LONGEST - 2] + " …"
