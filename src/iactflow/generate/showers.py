"""The very showers of a simulated test part, to generate images for: what is compared shower by shower needs them."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from iactflow.data import schema
from iactflow.data.camera import Camera
from iactflow.data.select import spread_evenly
from iactflow.data.store import Store
from iactflow.errors import ConfigError, InputError
from iactflow.generate.config import Generate
from iactflow.generation.conditions import Conditions


def showers_of(
    paths: Sequence[Path], config: Generate, camera: Camera, primaries: Sequence[int]
) -> tuple[Conditions, str]:
    """Read the conditions of the test part of stores.

    Parameters
    ----------
    paths : sequence of pathlib.Path
        Stores of simulated showers.
    config : Generate
        At most so many images; more are left out evenly.
    camera : Camera
        The generator's.
    primaries : sequence of int
        Particle codes that the generator learnt.

    Returns
    -------
    Conditions
        In the order of the stores.
    str
        Hash of the stores.

    Raises
    ------
    ConfigError
        If energies or impact distances are asked for as well, or the camera is another.
    InputError
        If there is no such shower.
    """
    if config.energy is not None or config.impact is not None:
        raise ConfigError(
            "--conditions takes energies and impact points from a store. Leave --energy and --impact out, and so "
            "generate.energy_min, energy_max, impact_min and impact_max."
        )
    store = Store(list(paths))
    store.camera.require_same(camera.hash, here=str(store.paths[0]), there="the generator")
    rows = store.rows("test")
    rows = rows[np.isin(store.column(schema.PRIMARY)[rows], primaries)]
    if not len(rows):
        names = ", ".join(schema.primary_name(code) for code in primaries)
        raise InputError(
            f"--conditions must name a store whose part test holds images of {names}, which the generator learnt. "
            f"Received: {', '.join(map(str, store.paths))}, which has none."
        )
    return Conditions.of_store(store, spread_evenly(rows, config.images)), store.hash
