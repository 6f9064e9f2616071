"""Example images of a result, with what is true of each and what was reconstructed."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from iactflow.data import schema
from iactflow.data.result import Result
from iactflow.fitting.metrics_direction import separation
from iactflow.page import numbers
from iactflow.page.blocks import Gallery, Picture
from iactflow.page.wording import counts_events
from iactflow.plots.camera_image import camera_svg, colours

#: How the examples are introduced, where a result counts images and where it counts array events.
_EXAMPLES = {False: "Images with", True: "One image of each of the array events with"}
#: What the examples of each task are sorted by.
_ERRORS = {
    "type": "the difference of gammaness and truth",
    "energy": "the reconstructed energy (in log E)",
    "cameradirection": "the reconstructed direction",
    "skydirection": "the reconstructed direction",
}


def gallery(result: Result, each: int | None = None) -> Gallery:
    """Draw the example images of a result, at most `each` of a kind: an image takes 50 kB of the page."""
    groups: dict[str, list[Picture]] = {}
    for row in result.examples.to_pylist():
        if len(groups.get(row["kind"].capitalize(), ())) == each:
            continue
        image, mask = np.array(row["image"], dtype=float), np.array(row["image_mask"], dtype=bool)
        told = [_TOLD[task](row) for task in result.tasks]
        place = (
            f"Run {row['obs_id']}, event {row['event_id']}, telescope {row['tel_id']}; {int(mask.sum())} pixels "
            f"with {numbers.number(float(image[mask].sum()))} p.e. after cleaning, largest charge "
            f"{numbers.number(float(image.max()))} p.e."
        )
        groups.setdefault(row["kind"].capitalize(), []).append(
            Picture(camera_svg(result.pixels, image, mask, f"Camera image. {'. '.join(told)}"), [*told, place])
        )
    return Gallery(
        reading=f"{_EXAMPLES[counts_events(result)]} the smallest, the median and the largest error of "
        f"{_ERRORS[result.tasks[0]]}. Colour is the charge of each pixel, in steps that are even in its square root; "
        "the red line surrounds the pixels that image cleaning kept.",
        groups=groups,
        scale=f"linear-gradient(to right, {', '.join(colours())})",
    )


def _energy(row: Mapping[str, Any]) -> str:
    true, reco = row["true_energy"], row["reco_energy"]
    error = f"{'+' if reco > true else ''}{numbers.quantity(reco / true - 1, percent=True)}"
    return f"True {numbers.number(true)} TeV, reconstructed {numbers.number(reco)} TeV ({error})"


def _type(row: Mapping[str, Any]) -> str:
    return f"True {schema.primary_name(row[schema.PRIMARY])}, gammaness {numbers.number(row['gammaness'])}"


def _sky(row: Mapping[str, Any]) -> str:
    true, reco = (np.array([[row[f"{kind}_fov_lon"], row[f"{kind}_fov_lat"]]]) for kind in ("true", "reco"))
    apart = numbers.quantity(float(separation(true, reco)[0]), "deg")
    return f"Source at {_pair(true)} deg beside the pointing, reconstructed at {_pair(reco)} deg ({apart} apart)"


def _camera(row: Mapping[str, Any]) -> str:
    true, reco = (np.array([[row[f"{kind}_cam_x"], row[f"{kind}_cam_y"]]]) for kind in ("true", "reco"))
    apart = numbers.quantity(float(np.hypot(*(reco - true)[0])), "m")
    return f"Source at {_pair(true)} m in the camera, reconstructed at {_pair(reco)} m ({apart} apart)"


def _pair(values: np.ndarray) -> str:
    return f"({numbers.number(float(values[0, 0]))}, {numbers.number(float(values[0, 1]))})"


_TOLD = {"type": _type, "energy": _energy, "cameradirection": _camera, "skydirection": _sky}
