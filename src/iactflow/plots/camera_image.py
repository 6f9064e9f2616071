"""Camera images as inline SVG: every pixel in its own shape, coloured by charge, the cleaned ones outlined."""

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from astropy.table import Table

#: Steps of the colour map; the pixels of a step are one path, which keeps pages small.
_STEPS = 32
#: Width of a pixel in the SVG's units: coarse enough for short numbers, fine enough for the eye.
_PIXEL_UNITS = 30
_CORNERS = {"hexagon": 6, "square": 4, "circle": 6}


def colours() -> list[str]:
    """Give the colour map, from no charge to the brightest pixel (Viridis, even in lightness)."""
    from plotly.colors import sample_colorscale

    sampled = sample_colorscale("Viridis", list(np.linspace(0, 1, _STEPS)), colortype="tuple")
    return ["#" + "".join(f"{round(255 * part):02x}" for part in colour) for colour in sampled]


def camera_svg(pixels: "Table", image: np.ndarray, mask: np.ndarray, label: str, largest: float | None = None) -> str:
    """Draw one camera image.

    Parameters
    ----------
    pixels : astropy.table.Table
        ctapipe's camera geometry table: ``pix_x``, ``pix_y`` (m), ``pix_area`` (m2), and the shape and rotation of
        pixels in its metadata.
    image : ndarray of float, shape (n_pixels,)
        Charge in p.e.; negative charges are drawn as none.
    mask : ndarray of bool, shape (n_pixels,)
        Pixels that cleaning kept.
    label : str
        What the image shows, for readers who do not see it.
    largest : float or None
        Charge that has the last colour, as those above it; None takes the image's largest.

    Returns
    -------
    str
        An ``<svg>`` element. Colour steps are even in the square root of charge over the largest charge, so that
        faint pixels can be seen.
    """
    corners, x, y = _shape(pixels)
    brightest = max(float(image.max()), 1e-12) if largest is None else largest
    steps = np.minimum((np.sqrt(np.clip(image, 0, None) / brightest) * _STEPS).astype(int), _STEPS - 1)
    outline = _relative(corners)
    paths = []
    for step, colour in enumerate(colours()):
        inside = np.flatnonzero(steps == step)
        if len(inside):
            starts = np.round(np.stack([x[inside], y[inside]], axis=1) + corners[0]).astype(int)
            path = "".join(f"M{px} {py}{outline}" for px, py in starts)
            paths.append(f'<path fill="{colour}" d="{path}"/>')
    margin = _PIXEL_UNITS
    box = [x.min() - margin, y.min() - margin, np.ptp(x) + 2 * margin, np.ptp(y) + 2 * margin]
    view = " ".join(str(round(value)) for value in box)
    edge = f'<path class="cleaned" d="{_outline(corners, x[mask], y[mask])}"/>'
    title = label.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")
    return f'<svg viewBox="{view}" role="img" aria-label="{title}">{"".join(paths)}{edge}</svg>'


def _shape(pixels: "Table") -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Give the corners of a pixel about its centre, shape (n_corners, 2), and the centres, in SVG units, y down."""
    n = _CORNERS[pixels.meta["PIX_TYPE"]]
    area = float(np.median(pixels["pix_area"]))
    radius = np.sqrt(2 * area / (n * np.sin(2 * np.pi / n)))
    scale = _PIXEL_UNITS / (2 * radius * np.cos(np.pi / n))
    # ctapipe's convention: without rotation a hexagon stands on a corner and a square on a side.
    first = np.pi / 2 if n == 6 else np.pi / 4
    angle = first + np.deg2rad(float(pixels.meta.get("PIX_ROT", 0))) + 2 * np.pi * np.arange(n) / n
    corners = radius * scale * np.stack([np.cos(angle), -np.sin(angle)], axis=1)
    return corners, np.asarray(pixels["pix_x"]) * scale, -np.asarray(pixels["pix_y"]) * scale


def _relative(corners: np.ndarray) -> str:
    steps = np.diff(np.round(corners).astype(int), axis=0)
    return "l" + " ".join(f"{dx} {dy}" for dx, dy in steps) + "z"


def _outline(corners: np.ndarray, x: np.ndarray, y: np.ndarray) -> str:
    """Trace the border of a set of pixels: the edges that belong to one of them only."""
    if not len(x):
        return ""
    from scipy.spatial import cKDTree

    start = np.stack([x, y], axis=1)[:, np.newaxis] + corners
    end = np.roll(start, -1, axis=1)
    middle = ((start + end) / 2).reshape(-1, 2)
    near = cKDTree(middle).query_ball_point(middle, _PIXEL_UNITS / 4, return_length=True)
    edges = np.concatenate([start.reshape(-1, 2), end.reshape(-1, 2)], axis=1)[near == 1]
    return "".join(f"M{a} {b}L{c} {d}" for a, b, c, d in np.round(edges).astype(int))
