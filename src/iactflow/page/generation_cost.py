"""What 100,000 images cost: measured here, and as published, in the form of the published table."""

from collections.abc import Mapping
from typing import Any

from iactflow.data.result import FLOOR, Result
from iactflow.page import numbers
from iactflow.page.blocks import Block, Table
from iactflow.plots.generation_fidelity import evaluations_for

#: 100,000 proton images as published for CT5 with FlashCam: method, time, hardware, training (arXiv:2308.03847's recipe
#: for diffusion, arXiv:2311.01385's for the WGAN).
_PUBLISHED = (
    ("Published: CORSIKA and sim_telarray", "about 70 h", "1 CPU core", "–"),
    ("Published: WGAN", "about 2 s", "1 GPU", "19 h on 4 A100"),
    ("Published: diffusion", "about 33.5 h", "1 GPU", "18 h on 8 A100"),
)
_HEAD = ["Method", "100,000 images", "On", "Training", "Evaluations", "Fitted values", "Size on disk"]
_MANY = 100_000


def cost_blocks(results: Mapping[str, Result]) -> list[Block]:
    """List the cost of every generator, of the simulation, and of the published ones."""
    rows = [_row(name, result) for name, result in results.items() if name != FLOOR]
    rows += _simulation(next(iter(results.values())).data.get("simulation_cost"))
    rows += [[*row, "–", "–", "–"] for row in _PUBLISHED]
    caption = (
        "Generators: time to draw photoelectrons, anew where no noise lets an image trigger, scaled to 100,000 images "
        "from those that were timed. Trials whether faint images can trigger are told apart where they were timed "
        "apart; the camera, the cleaning and the writing are the simulator's own and not in it. Simulation: CPU time "
        "of showers, camera and writing of the same primaries. Images presented in training count each presentation; "
        "evaluations are those of the pixel model for one image."
    )
    return [Table(_HEAD, rows, caption=caption)]


def _row(name: str, result: Result) -> list[str]:
    cost = result.cost
    time, timed = "–", ""
    if cost["ms_per_event"] is not None:
        time = numbers.duration(cost["ms_per_event"] / 1e3 * _MANY)
        timed = f" ({numbers.count(cost['n_events_timed'])} timed{_trials(cost)})"
    training = numbers.duration(cost["train_seconds"])
    if cost["train_images"] is not None:
        training += f", {numbers.count(cost['train_images'])} images presented"
    evaluations = evaluations_for(result)
    return [
        name,
        f"{time}{timed}",
        str(cost["device"]),
        training,
        "–" if evaluations is None else numbers.count(evaluations),
        numbers.count(cost["parameters"]),
        numbers.storage(cost["bytes_on_disk"]),
    ]


def _trials(cost: Mapping[str, Any]) -> str:
    """Say what trials of the trigger took; stores of earlier versions hold one time for both."""
    if cost.get("ms_of_trials") is None:
        return ", trials of the trigger included"
    return f"; trials of the trigger {numbers.duration(cost['ms_of_trials'] / 1e3 * _MANY)} more"


def _simulation(cost: Mapping[str, Any] | None) -> list[list[str]]:
    if not cost:
        return []
    time = numbers.duration(cost["cpu_seconds"] / cost["images"] * _MANY)
    return [["Simulation by iactflow", f"{time} ({numbers.count(cost['images'])} timed)", "1 CPU core", *["–"] * 4]]
