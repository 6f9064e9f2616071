"""Pictures of generated images while a generator is trained, for MLflow."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from iactflow.data.camera import Camera
from iactflow.generation.assembly import Assembly, new_pixel_network
from iactflow.generation.conditions import Conditions

#: Side of one image in the picture, inches.
_SIDE = 1.7


def write_pictures(path: Path, camera: Camera, rows: dict[str, np.ndarray]) -> None:
    """Write a PNG with rows of camera images, photoelectrons on a logarithmic scale.

    Parameters
    ----------
    path : pathlib.Path
        The file.
    camera : Camera
        Whose pixels these are.
    rows : dict of str to ndarray of int, shape (n, n_pixels)
        Images by the title of their row; columns are the same shower.
    """
    from matplotlib.figure import Figure

    x, y = (camera.pixels[name].quantity.to_value("m") for name in ("pix_x", "pix_y"))
    n = max(len(images) for images in rows.values())
    figure = Figure(figsize=(_SIDE * n, _SIDE * len(rows)), layout="tight")
    for row, (title, images) in enumerate(rows.items()):
        for column, image in enumerate(images):
            axes = figure.add_subplot(len(rows), n, row * n + column + 1)
            axes.scatter(x, y, c=np.log10(np.maximum(image, 0.5)), s=1.2, marker="h", cmap="viridis", vmin=-0.3, vmax=3)
            axes.set(aspect="equal", xticks=[], yticks=[])
            axes.set_title(f"{title}\n{int(image.sum())} p.e." if column == 0 else f"{int(image.sum())} p.e.", size=6)
    figure.savefig(path, dpi=120)


def picture_maker(
    made: Assembly, info: dict[str, Any], library: Conditions, images: np.ndarray, shown: Conditions
) -> Callable[[Any, Path], None]:
    """Prepare the drawing of the same showers again and again.

    Parameters
    ----------
    made : Assembly
        The generator; its pixel model is left alone.
    info : dict
        ``method``, ``steps`` and ``shift`` of its ``model.json`` to be.
    library : Conditions
        Of the training images.
    images : ndarray of int, shape (n, n_pixels)
        Simulated images.
    shown : Conditions
        Their conditions, which images are generated for.

    Returns
    -------
    callable
        Of the averaged weights and the path of a PNG to write.
    """
    from dataclasses import replace

    from iactflow.generation.bundle import GeneratorBundle
    from iactflow.generation.sampler import Sampler

    copy = new_pixel_network(made, timed=made.config.name != "wgan")
    times: Any = None
    sampler = Sampler(GeneratorBundle(Path(), info, replace(made, pixel_network=copy), library, times))

    def draw(weights: Any, path: Path) -> None:
        for variable, value in zip(copy.trainable_variables, weights, strict=True):
            variable.assign(value)
        drawn = sampler.sample(shown, seed=0)
        write_pictures(path, made.camera, {"simulated": images, "generated": drawn})

    return draw
