import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image

from iactflow.errors import InputError
from iactflow.simulate.validation.__main__ import PARTS, main
from iactflow.simulate.validation.output import Outcome, new_figure, table, write

PAGE = "before\n<!-- begin one -->\nold\n<!-- end one -->\nafter\n"


def test_tables_take_the_place_between_their_marks(tmp_path):
    page = tmp_path / "simulation.md"
    page.write_text(PAGE)
    write(Outcome({"one": table(["a", "b"], [[1, "x"]])}), tmp_path)
    expected = "before\n<!-- begin one -->\n| a | b |\n| --- | --- |\n| 1 | x |\n<!-- end one -->\nafter\n"
    assert page.read_text() == expected
    write(Outcome({"one": "new"}), tmp_path)
    assert "| a | b |" not in page.read_text()


def test_a_table_without_a_place_is_an_error(tmp_path):
    with pytest.raises(InputError, match="does not exist"):
        write(Outcome(), tmp_path)
    (tmp_path / "simulation.md").write_text(PAGE)
    with pytest.raises(InputError, match="exactly one place for the table two"):
        write(Outcome({"two": "x"}), tmp_path)


def test_figures_are_small_pictures(tmp_path):
    (tmp_path / "simulation.md").write_text(PAGE)
    figure, axis = new_figure()
    axis.plot(np.arange(10))
    page, path = write(Outcome(figures={"line": figure}), tmp_path)
    assert path == tmp_path / "figures" / "simulation" / "line.png"
    assert path.stat().st_size < 150_000
    assert Image.open(path).size == (900, 360)
    assert page.read_text() == PAGE


def test_the_page_has_a_place_for_each_part(tmp_path):
    from pathlib import Path

    (tmp_path / "simulation.md").write_text((Path(__file__).parents[3] / "docs" / "simulation.md").read_text())
    found = CliRunner().invoke(main, ["parameters", "light", "--quick", "--docs", str(tmp_path)])
    assert found.exit_code == 0, found.output
    text = (tmp_path / "simulation.md").read_text()
    assert "9 gamma showers of 0.10 to 0.30 TeV, each simulated 2 times" in text
    assert "| `SST1M_DISH` | `focal_length` | `5.6` | SST FOCAL_Length |" in text
    assert sorted(path.name for path in (tmp_path / "figures" / "simulation").iterdir()) == [
        "light-ratio.png", "light-shape.png",
    ]  # fmt: skip


def test_the_command_knows_its_parts():
    found = CliRunner().invoke(main, ["nonsense"])
    assert found.exit_code == 2
    assert PARTS[0] in found.output
