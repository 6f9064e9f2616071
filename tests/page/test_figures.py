"""How plots share the width of a page."""

from iactflow.page.blocks import Plot
from iactflow.page.figures import _widened


def plot(name, *, wide=False):
    return Plot(name, "", "", "", [], [], wide)


def test_a_plot_without_a_neighbour_of_its_task_fills_the_page():
    energy = [plot("energy-bias"), plot("energy-resolution"), plot("energy-intensity")]
    direction = [plot("skydirection-resolution"), plot("skydirection-intensity"), plot("skydirection-map", wide=True)]
    found = _widened([*energy, *direction, plot("skydirection-rest")])
    assert [block.name for block in found if block.wide] == [
        "energy-intensity",
        "skydirection-map",
        "skydirection-rest",
    ]
    assert len(found) == 7
