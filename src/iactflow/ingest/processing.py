"""Calibration, cleaning and parameters of images: ctapipe's components under ctapipe's configuration names."""

import importlib
import logging
import os
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from iactflow.config import read_yaml
from iactflow.errors import ConfigError

if TYPE_CHECKING:
    from ctapipe.instrument import SubarrayDescription
    from traitlets.config import Config

#: Sections of ctapipe's configuration that decide what ingest computes.
_SECTIONS = ("EventSource", "SimTelEventSource", "CameraCalibrator", "ImageProcessor")
#: What is used where no configuration is given; a copy, because importing ctapipe's own takes seconds.
DEFAULT = Path(__file__).with_name("ctapipe.yaml")


def ctapipe_configuration(given: Path | Mapping[str, Any] | None) -> dict[str, Any]:
    """Read the configuration of calibration and image processing.

    Parameters
    ----------
    given : pathlib.Path, mapping or None
        A YAML or JSON file as ``ctapipe-process --config`` takes it, or its content; None takes `DEFAULT`.

    Returns
    -------
    dict
        The sections that matter to ingest, as plain values.

    Raises
    ------
    InputError
        If the file cannot be read.
    ConfigError
        If it is not YAML or JSON, or asks for parameters in the camera frame.
    """
    content = given if isinstance(given, Mapping) else read_yaml(given or DEFAULT)
    nested = content.get("ProcessorTool", {})
    chosen = {name: {**nested.get(name, {}), **content.get(name, {})} for name in _SECTIONS}
    if chosen["ImageProcessor"].get("use_telescope_frame") is False:
        raise ConfigError(
            "ImageProcessor.use_telescope_frame must be true: a store holds parameters in degrees. "
            f"Received: false ({'data.ctapipe' if isinstance(given, Mapping) else given})."
        )
    chosen["SimTelEventSource"].setdefault("focal_length_choice", "EQUIVALENT")
    return {name: section for name, section in chosen.items() if section}


def traitlets_config(configuration: dict[str, Any]) -> "Config":
    """Turn plain values into the object that ctapipe's components take."""
    from traitlets.config import Config

    return Config(configuration)


def image_processor(subarray: "SubarrayDescription", configuration: dict[str, Any]) -> Any:
    """Make ctapipe's ``ImageProcessor``.

    Raises
    ------
    ConfigError
        If ctapipe refuses the configuration.
    """
    from ctapipe.image import ImageProcessor

    return _build(ImageProcessor, subarray, configuration)


def camera_calibrator(subarray: "SubarrayDescription", configuration: dict[str, Any]) -> Any:
    """Make ctapipe's ``CameraCalibrator``; raises as `image_processor` does."""
    from ctapipe.calib import CameraCalibrator

    return _build(CameraCalibrator, subarray, configuration)


def _build(component: Any, subarray: "SubarrayDescription", configuration: dict[str, Any]) -> Any:
    from traitlets import TraitError

    # ctapipe warns of every telescope type that its base configuration names and the file does not hold.
    logging.getLogger("ctapipe.core.telescope_component").setLevel(logging.ERROR)
    try:
        return component(subarray=subarray, config=traitlets_config(configuration))
    except (TraitError, KeyError, ValueError) as error:
        raise ConfigError(f"ctapipe refuses the configuration of its {component.__name__}: {error}") from error


def compile_ctapipe() -> None:
    """Let ctapipe compile its image code, if it has not on this machine.

    It does so when it is first imported, and keeps the machine code. Processes that did it at the same time would spoil
    it for one another: numba's store of ufuncs has no lock, and a spoilt one ends every later process with a
    segmentation fault. Call this before processes are started that import ctapipe.
    """
    spec = find_spec("ctapipe")
    folder = Path(spec.origin).parent / "image/muon/__pycache__" if spec and spec.origin else None
    last_compiled = "intensity_fitter.*.nbi"
    if "NUMBA_CACHE_DIR" in os.environ or folder is None or not any(folder.glob(last_compiled)):
        importlib.import_module("ctapipe.image")
