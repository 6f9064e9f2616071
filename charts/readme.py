"""Write each chart's README from its Chart.yaml and its values' comments: ``python charts/readme.py [--check]``."""

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import yaml

CHARTS = Path(__file__).parent
NAMES = ("iactflow", "kubeflow-pipelines", "mlflow", "minio", "database")

_KEY = re.compile(r"( *)([A-Za-z][\w.-]*):")
_TEXT = """# {name}

{description}. Version {version}, application version {application}.

This file is written by `make docs` from `Chart.yaml` and `values.yaml`.

```
{install}
```

{values_files}## Values

Unknown keys are refused (`values.schema.json`).

| Key | Default | What it is |
|---|---|---|
{rows}
"""


class Value(NamedTuple):
    """A documented value: its path, its default and the sentence above it."""

    path: str
    default: Any
    text: str


def values(path: Path) -> Iterator[Value]:
    """Read the documented values of a file, in their order.

    Parameters
    ----------
    path : Path
        A ``values.yaml`` in which ``# --`` starts the description of the key below it.

    Yields
    ------
    Value
        One for each description.
    """
    content = yaml.safe_load(path.read_text())
    parents: list[tuple[int, str]] = []
    text: list[str] = []
    for line in path.read_text().splitlines():
        stripped = line.strip()
        if stripped.startswith("# -- "):
            text = [stripped.removeprefix("# -- ")]
        elif stripped.startswith("#") and text:
            text.append(stripped.removeprefix("#").strip())
        elif match := _KEY.match(line):
            indent = len(match[1])
            parents = [entry for entry in parents if entry[0] < indent]
            parents.append((indent, match[2]))
            if text:
                default = content
                for _, key in parents:
                    default = default[key]
                yield Value(".".join(key for _, key in parents), default, " ".join(text))
            text = []


def readme(name: str) -> str:
    """Give the README of a chart."""
    chart = yaml.safe_load((CHARTS / name / "Chart.yaml").read_text())
    files = sorted((CHARTS / name).glob("values-*.yaml"))
    documented = values(CHARTS / name / "values.yaml")
    rows = [f"| `{value.path}` | {_default(value.default)} | {_cell(value.text)} |" for value in documented]
    listed = [f"- `{path.name}`: {_first_sentence(path)}" for path in files]
    return _TEXT.format(
        name=name,
        description=chart["description"],
        version=chart["version"],
        application=chart["appVersion"],
        install=f"helm install {name} charts/{name} --namespace iactflow --create-namespace",
        values_files="## Values files\n\n" + "\n".join(listed) + "\n\n" if listed else "",
        rows="\n".join(rows),
    )


def _first_sentence(path: Path) -> str:
    lines = [line.removeprefix("#").strip() for line in path.read_text().splitlines() if line.startswith("#")]
    return " ".join(lines).split(". ")[0].rstrip(".") + "."


def _default(value: Any) -> str:
    text = json.dumps(value)
    return f"`{text}`" if len(text) <= 60 else "see `values.yaml`"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def main(arguments: list[str]) -> int:
    """Write the files, or with ``--check`` say which differ."""
    stale = []
    for name in NAMES:
        path = CHARTS / name / "README.md"
        text = readme(name)
        if "--check" not in arguments:
            path.write_text(text)
        elif not path.exists() or path.read_text() != text:
            stale.append(str(path))
    if stale:
        print(f"These files must agree with the charts' values; run `make docs`: {', '.join(stale)}", file=sys.stderr)
    return 1 if stale else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
