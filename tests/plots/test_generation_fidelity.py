"""Fidelity against cost: where the points lie, what joins them and what is a level."""

from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from iactflow.plots.generation_fidelity import fidelity


@dataclass
class Scored:
    """As much of a result as the plot reads."""

    auc: float
    ms: float | None = None
    model: dict[str, Any] = field(default_factory=dict)

    @property
    def metrics(self):
        return {"hillas_auc": SimpleNamespace(value=self.auc, low=self.auc - 0.02, high=self.auc + 0.03)}

    @property
    def cost(self):
        return {"ms_per_event": self.ms}


RESULTS = {
    "teacher, 10 steps": Scored(0.53, 15.0, {"method": "flow", "steps": 10, "content": "t"}),
    "teacher, 2 steps": Scored(0.70, 2.5, {"method": "flow", "steps": 2, "content": "t"}),
    "student, 1 step": Scored(0.55, 1.2, {"method": "consistency", "steps": 1, "content": "s"}),
    "wgan": Scored(0.78, 1.2, {"method": "wgan", "steps": 1, "content": "w"}),
    "floor": Scored(0.5),
}


def points(figure):
    return {trace.name: (trace.x[0], trace.y[0]) for trace in figure.data if trace.name}


def test_each_result_stands_at_its_time_and_at_its_evaluations():
    time, evaluations = (panel.figure for panel in fidelity(RESULTS, None))
    assert points(time)["teacher, 10 steps"] == pytest.approx((1500.0, 0.53))
    assert points(time)["student, 1 step"] == pytest.approx((120.0, 0.55))
    found = {name: x for name, (x, _) in points(evaluations).items()}
    assert found == {"teacher, 10 steps": 19, "teacher, 2 steps": 3, "student, 1 step": 1, "wgan": 1}
    texts = {note.text for note in time.layout.annotations}
    assert texts == {"19 evaluations", "3 evaluations", "1 evaluation"}
    assert [shape.y0 for shape in time.layout.shapes] == [0.5]


def test_the_results_of_one_generator_are_joined_from_the_cheapest_on():
    for panel, xs in zip(fidelity(RESULTS, None), ([250.0, 1500.0], [3.0, 19.0]), strict=True):
        [line] = [trace for trace in panel.figure.data if trace.name is None and trace.mode == "lines"]
        np.testing.assert_allclose(line.x, xs)
        np.testing.assert_allclose(line.y, [0.70, 0.53])


def test_no_interval_is_cut_off_and_without_costs_nothing_is_drawn():
    low, high = fidelity(RESULTS, None)[0].figure.layout.yaxis.range
    assert low <= 0.45
    assert 0.81 < high < 0.9
    assert fidelity({"floor": RESULTS["floor"]}, None) == []
