"""Write each component's README from its signature and docstring, or check that they agree (``--check``)."""

import importlib.util
import sys
from pathlib import Path
from typing import Any

import docstring_parser

from iactflow.errors import IactflowError

FOLDER = Path(__file__).resolve().parent


def component_names() -> list[str]:
    """List the components: the folders here that hold a ``component.py``."""
    return sorted(path.parent.name for path in FOLDER.glob("*/component.py"))


def readme(name: str) -> str:
    """Describe a component in Markdown, as Kubeflow will know it.

    Parameters
    ----------
    name : str
        Folder of the component, which is the name of its verb.
    """
    component = getattr(importlib.import_module(f"iactflow.components.{name}.component"), name)
    spec = component.component_spec
    # Kubeflow keeps the descriptions of inputs only
    described = docstring_parser.parse(component.python_func.__doc__)
    told = {one.arg_name: one.description for one in described.params}
    told |= {str(one.type_name): one.description for one in described.many_returns}
    inputs = [(key, _kind(value), told.get(key)) for key, value in (spec.inputs or {}).items()]
    outputs = [(key, _kind(value), told.get(key)) for key, value in (spec.outputs or {}).items()]
    image = spec.implementation.container.image
    return "\n".join(
        [
            f"# {name}",
            "",
            spec.description,
            "",
            f"Runs in `{image}`; {_where(name)}.",
            "",
            *_table("Input", inputs),
            "",
            *_table("Output", outputs),
            "",
            "Written from `component.py` by `make docs`.",
            "",
        ]
    )


def _where(name: str) -> str:
    if importlib.util.find_spec(f"iactflow.{name}") is None:
        return "it ends every run on a cluster and has no command"
    return f"the work is `iactflow.{name}.run.run`, the command `iactflow {name}`"


def _kind(value: Any) -> str:
    return str(value.type).removeprefix("system.").removesuffix("@0.0.1")


def _table(title: str, rows: list[tuple[str, str, str | None]]) -> list[str]:
    head = [f"| {title} | Type | Meaning |", "| --- | --- | --- |"]
    return head + [f"| `{name}` | {kind} | {' '.join((text or '').split())} |" for name, kind, text in rows]


def main(arguments: list[str]) -> None:
    """Write the README files, or with ``--check`` raise `IactflowError` where one differs."""
    stale = []
    for name in component_names():
        path = FOLDER / name / "README.md"
        text = readme(name)
        if "--check" not in arguments:
            path.write_text(text)
        elif not path.exists() or path.read_text() != text:
            stale.append(str(path.relative_to(FOLDER.parent)))
    if stale:
        raise IactflowError(f"{', '.join(stale)} differs from its component; run `make docs`.")


if __name__ == "__main__":
    main(sys.argv[1:])
