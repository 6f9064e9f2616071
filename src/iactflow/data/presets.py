"""Instruments by name: those that the simulator knows, and the camera that each has."""

from typing import NamedTuple


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
