"""Simulated and generated images side by side."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from iactflow.data.result import Result
from iactflow.page import numbers
from iactflow.page.blocks import Gallery, Picture
from iactflow.plots.camera_image import camera_svg, colours


def pairs(result: Result, label: str = "", each: int | None = None) -> Gallery:
    """Draw the pairs of a result, from faint to bright.

    Parameters
    ----------
    result : Result
        Of validate.
    label : str
        Name of the generator, where a page shows several.
    each : int or None
        Number of pairs; None draws all. An image takes 50 kB of the page.
    """
    groups: dict[str, list[Picture]] = {}
    current: list[Picture] = []
    n_pairs = len(set(result.examples["pair"].to_pylist()))
    shown = range(n_pairs) if each is None else np.linspace(1, n_pairs - 1, each).astype(int).tolist()
    for row in result.examples.to_pylist():
        if row["pair"] in shown:
            title = f"{label + ': ' if label else ''}{numbers.number(row['true_energy'])} TeV"
            if row["kind"] == "simulated":
                current = groups.setdefault(f"{title} at {numbers.number(row['true_impact_distance'])} m", [])
            current.append(_picture(result, row))
    return Gallery(
        reading="Above a simulated image that no generator has seen, below a generated one that was asked for with the "
        "most similar energy and impact distance: showers of like conditions differ, so the images should look alike "
        "in kind, not in place. Colour is the charge of each pixel, in steps that are even in its square root; the red "
        "line surrounds the pixels that image cleaning kept.",
        groups=groups,
        scale=f"linear-gradient(to right, {', '.join(colours())})",
    )


def _picture(result: Result, row: Mapping[str, Any]) -> Picture:
    image, mask = np.array(row["image"], float), np.array(row["image_mask"], bool)
    told = (
        f"{row['kind'].capitalize()}, {numbers.number(row['true_energy'])} TeV, impact "
        f"{numbers.number(row['true_impact_distance'])} m"
    )
    kept = f"{int(mask.sum())} pixels with {numbers.number(float(image[mask].sum()))} p.e. after cleaning"
    return Picture(camera_svg(result.pixels, image, mask, f"Camera image. {told}"), [told, kept])
