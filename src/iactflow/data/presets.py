"""Instruments by name: what an experiment uses when it names no data of its own."""

from typing import NamedTuple


class Preset(NamedTuple):
    """An instrument.

    Attributes
    ----------
    camera : str
        ctapipe's name of the camera.
    samples : tuple of str
        URIs of showers to use when an experiment names none.
    """

    camera: str
    samples: tuple[str, ...]


PRESETS = {"sst1m-mono": Preset(camera="DigiCam", samples=("sample:sst1m-prod4-gamma",))}
