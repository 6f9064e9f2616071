import runpy
from pathlib import Path

import pytest
import yaml

CHARTS = Path(__file__).parents[2] / "charts"
READMES = runpy.run_path(str(CHARTS / "readme.py"))
NAMES = READMES["NAMES"]


@pytest.mark.parametrize("name", NAMES)
def test_readme_agrees_with_values(name):
    assert (CHARTS / name / "README.md").read_text() == READMES["readme"](name), "run `make docs`"


def _leaves(value, path=""):
    if isinstance(value, dict) and value:
        for key, inner in value.items():
            yield from _leaves(inner, f"{path}.{key}".lstrip("."))
    else:
        yield path


@pytest.mark.parametrize("name", NAMES)
def test_every_value_is_described_by_itself_or_by_what_holds_it(name):
    path = CHARTS / name / "values.yaml"
    described = {value.path for value in READMES["values"](path)}
    for leaf in _leaves(yaml.safe_load(path.read_text())):
        parts = leaf.split(".")
        assert any(".".join(parts[:end]) in described for end in range(1, len(parts) + 1)), leaf


def test_descriptions_are_read_with_their_paths_and_defaults(tmp_path):
    path = tmp_path / "values.yaml"
    path.write_text("a:\n  # -- First\n  # line.\n  b: 3\n  c: 4\n# -- Second.\nd: [1]\n")
    assert [tuple(value) for value in READMES["values"](path)] == [("a.b", 3, "First line."), ("d", [1], "Second.")]
