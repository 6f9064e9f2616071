"""Bundles of generators: the folder that ``train`` and ``distil`` write for generation and ``generate`` opens."""

import hashlib
import json
from dataclasses import dataclass, replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from iactflow.config import validate
from iactflow.data.camera import Camera
from iactflow.errors import ConfigError, InputError
from iactflow.generation.assembly import Assembly, new_pixel_network
from iactflow.generation.conditions import Conditions
from iactflow.generation.config import Generator
from iactflow.generation.contrast import Contrast
from iactflow.generation.features import Scaler
from iactflow.generation.grid import Grid
from iactflow.generation.representation import make_representation
from iactflow.generation.times import TimeModel
from iactflow.models.bundle import MANIFEST, load_model

#: Number of the format; raised when readers of older versions would misread it.
GENERATOR_FORMAT = 3
#: What ``model.json`` calls a bundle of this kind.
KIND = "generator"
SIZE_FILE, PIXEL_FILE, CONDITIONS_FILE, TIMES_FILE = "size.keras", "pixels.keras", "conditions.npz", "times.npz"
CONTRAST_FILE = "contrast.npz"

_PACKAGES = ("iactflow", "tensorflow", "keras", "numpy")
#: Keys of ``model:`` that may change when a generator is gone on with.
_FREE = {"name", "steps", "shift", "init"}
_SCALERS = ("of_values", "of_conditions", "of_told")


@dataclass(frozen=True)
class GeneratorBundle:
    """A generator with all that is known of it.

    Attributes
    ----------
    path : pathlib.Path
        The folder.
    info : dict
        Content of ``model.json``.
    assembly : Assembly
        What draws.
    library : Conditions
        Conditions of the training images, which drawn ones are taken from.
    times : TimeModel
        Arrival times.
    """

    path: Path
    info: dict[str, Any]
    assembly: Assembly
    library: Conditions
    times: TimeModel

    @classmethod
    def load(cls, path: Path | str) -> "GeneratorBundle":
        """Open a bundle.

        Raises
        ------
        InputError
            If it is missing, unfinished, damaged, of another format version, or no generator.
        """
        path = Path(path)
        info = read_generator_manifest(path)
        camera = Camera.read(path)
        config = validate(Generator, info["config"]["model"], str(path / MANIFEST))
        fitted = info["fitted"]
        assembly = Assembly(
            config,
            camera,
            Grid.of(camera.geometry, symmetries=config.symmetries),
            make_representation(config.representation, **fitted["representation"]),
            fitted["primaries"],
            **{name: Scaler(**fitted[name]) for name in _SCALERS},
            limits=np.array(fitted["limits"]),
            size_network=load_network(path / SIZE_FILE),
            pixel_network=load_network(path / PIXEL_FILE),
            contrast=Contrast.load(path / CONTRAST_FILE) if config.moments else None,
        )
        return cls(path, info, assembly, Conditions.load(path / CONDITIONS_FILE), TimeModel.load(path / TIMES_FILE))


def read_generator_manifest(path: Path) -> dict[str, Any]:
    """Read ``model.json`` of a generator.

    Raises
    ------
    InputError
        If there is none, it is of another kind or format version.
    """
    file = Path(path) / MANIFEST
    if not file.exists():
        state = "does not exist" if not Path(path).exists() else f"has no {MANIFEST}: its training has not finished"
        raise InputError(f"{path} is no generator: it {state}. Make one with: iactflow train CONFIG.yaml --out {path}")
    try:
        info = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InputError(f"{file} cannot be read: {error}. Train the model again.") from error
    if not isinstance(info, dict) or info.get("kind") != KIND:
        raise InputError(f"{path} is no generator of images. Give a bundle that was trained with task: generation.")
    if info["format"] != GENERATOR_FORMAT:
        raise InputError(
            f"{path} has generator format {info['format']}; this version reads {GENERATOR_FORMAT}. Train it again."
        )
    return info


def networks_hash(path: Path) -> str:
    """Identify a generator by a hash of its networks, which a student's ``teacher.content`` is."""
    digest = hashlib.sha256()
    for file in sorted(path.glob("*.keras")):
        digest.update(file.read_bytes())
    return digest.hexdigest()[:16]


def begin_with(bundle: GeneratorBundle, config: Generator, camera: Camera) -> Assembly:
    """Take over a generator's networks and all that was fitted, to go on with.

    Parameters
    ----------
    bundle : GeneratorBundle
        The generator.
    config : Generator
        The ``model:`` section that goes on; method and steps may be others. The pixel model is taken over if the method
        is the same.
    camera : Camera
        Of the new data.

    Raises
    ------
    ConfigError
        If camera, conditions, representation or sizes are others.
    """
    camera.require_same(bundle.assembly.camera.hash, here="The data", there=str(bundle.path))
    ours, theirs = (section.model_dump(exclude=_FREE) for section in (config, bundle.assembly.config))
    different = [name for name in ours if ours[name] != theirs[name]]
    if different:
        told = "; ".join(f"model.{name} is {ours[name]}, there {theirs[name]}" for name in different)
        raise ConfigError(f"model.init: {bundle.path} cannot be gone on with: {told}. Use the same values.")
    made = replace(bundle.assembly, config=config, contrast=None)
    if config.name != bundle.info["method"]:
        made.pixel_network = new_pixel_network(made, timed=config.name != "wgan")
    return made


def load_network(path: Path) -> Any:
    """Open a network of a generator, its layers included."""
    from iactflow.generation import maps, networks  # noqa: F401  register the layers that saved models name

    return load_model(path)


def write_bundle(
    folder: Path, assembly: Assembly, library: Conditions, times: TimeModel, info: dict[str, Any]
) -> dict[str, Any]:
    """Write a bundle's files into a folder and give the content of its ``model.json``.

    Parameters
    ----------
    folder : pathlib.Path
        Exists and is empty.
    assembly, library, times
        As in `GeneratorBundle`.
    info : dict
        Name, method, steps, configuration, history, cost; JSON values.
    """
    assembly.size_network.save(folder / SIZE_FILE)
    assembly.pixel_network.save(folder / PIXEL_FILE)
    assembly.camera.write(folder)
    library.save(folder / CONDITIONS_FILE)
    times.save(folder / TIMES_FILE)
    if assembly.contrast is not None:
        assembly.contrast.save(folder / CONTRAST_FILE)
    written = assembly.representation
    content = {
        "kind": KIND,
        "format": GENERATOR_FORMAT,
        **info,
        "camera": {"name": assembly.camera.name, "hash": assembly.camera.hash},
        "fitted": {
            "representation": {"shift": written.shift, "scale": written.scale, "spread": written.spread},
            "primaries": assembly.primaries,
            **{name: getattr(assembly, name).as_dict() for name in _SCALERS},
            "limits": assembly.limits.tolist(),
        },
        "versions": {name: version(name) for name in _PACKAGES},
    }
    content["cost"]["bytes_on_disk"] = sum(file.stat().st_size for file in folder.iterdir())
    (folder / MANIFEST).write_text(json.dumps(content, indent=1, allow_nan=False) + "\n", encoding="utf-8")
    return content
