"""Instruments by name: those that the simulator knows, and the camera that each has."""

from pathlib import Path
from typing import NamedTuple

from iactflow.errors import ConfigError


class Preset(NamedTuple):
    """An instrument.

    Attributes
    ----------
    camera : str
        ctapipe's name of the camera.
    """

    camera: str


#: By the names of `iactflow.simulate.presets`.
PRESETS = {
    "sst1m-mono": Preset(camera="DigiCam"),
    "sst1m-stereo": Preset(camera="DigiCam"),
    "sst1m-paranal": Preset(camera="DigiCam"),
    "mst-flashcam": Preset(camera="FlashCam"),
    "ct5": Preset(camera="FlashCam"),
}


def require_instrument(instrument: str, camera: str, store: Path) -> None:
    """Raise `ConfigError` if a preset has another camera than a store; names that are no preset are not checked."""
    preset = PRESETS.get(instrument)
    if preset is not None and preset.camera != camera:
        raise ConfigError(
            f"instrument: {instrument} has the camera {preset.camera}, but {store} holds images of {camera}. "
            "Use the stores of that instrument, or set instrument: from-data."
        )
