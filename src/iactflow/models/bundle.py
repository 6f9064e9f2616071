"""Model bundles: the folder that ``iactflow train`` writes and everything that predicts opens."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from iactflow.config import validate
from iactflow.data import schema
from iactflow.data.array import ABSENT
from iactflow.data.feeder import Feeder
from iactflow.data.select import Selection
from iactflow.errors import ConfigError, InputError
from iactflow.models.config import Model
from iactflow.models.custom import is_custom, load_class, load_file
from iactflow.models.predictor import Cost
from iactflow.models.registry import examples_of, view_of
from iactflow.models.runtime import load_runtime
from iactflow.models.source import bundle_folder
from iactflow.models.tasks import tasks_named

if TYPE_CHECKING:
    from iactflow.data.store import Store

#: Number of the bundle's format; raised when readers of older versions would misread it.
BUNDLE_FORMAT = 2

MODEL_FILE = "model.keras"
CTLEARN_FILE = "ctlearn.keras"
MANIFEST = "model.json"
#: Copy of the file that a network of the user's was loaded from.
CODE_FILE = "network.py"
#: Pixels of a few training images, as the model takes them.
EXAMPLE_FILE = "example.npz"

#: Events that are predicted together.
PREDICT_BATCH = 64

#: Quantities of the range of validity, with the column of a store (and for the zenith angle the way) they come from.
_RANGE_COLUMNS = {
    "energy_tev": schema.TRUE_ENERGY,
    "zenith_deg": "telescope_pointing_altitude",
    "intensity_pe": schema.INTENSITY,
}


class Bundle:
    """A trained network with all that is known of it; a `Predictor`.

    Parameters
    ----------
    path : pathlib.Path
        The folder.
    info : dict
        Content of ``model.json``.
    model : keras.Model, LiteRtModel or OnnxModel
        From raw pixels to physical quantities, by its method ``predict_on_batch``.
    """

    def __init__(self, path: Path, info: dict[str, Any], model: Any) -> None:
        self.path, self.info, self.model = path, info, model
        self.name: str = info["name"]
        self.tasks: list[str] = list(info["tasks"])
        self.camera_hash: str = info["camera"]["hash"]
        self.range_of_validity: dict[str, list[float] | None] = info["range_of_validity"]
        self.config: Model = validate(Model, info["config"]["model"], str(path / MANIFEST))
        self.selection = validate(Selection, info["config"]["selection"], str(path / MANIFEST))

    @classmethod
    def load(cls, path: Path | str) -> Self:
        """Open a bundle, or a registered model such as ``models:/energy@champion`` or ``models:/energy/3``.

        Raises
        ------
        InputError
            If it is missing, unfinished, damaged or of another format version.
        """
        path = bundle_folder(str(path))
        info = read_manifest(path)
        if "runtime" in info:
            return cls(path, info, load_runtime(path, info["runtime"], info["files"]))
        name = info["config"]["model"]["name"]
        if is_custom(name):  # its own layers are known once its code has been imported
            if (path / CODE_FILE).exists():
                load_file(path / CODE_FILE)
            else:
                load_class(name)
        return cls(path, info, load_model(path / MODEL_FILE))

    def predict(self, store: "Store", rows: np.ndarray) -> dict[str, np.ndarray]:
        """Estimate physical quantities, see `Predictor.predict`.

        Raises
        ------
        ConfigError
            If the store's camera is not the one that the model was trained for.
        """
        store.camera.require_same(self.camera_hash, here=str(store.paths[0]), there=str(self.path))
        if rows.ndim > 1:
            self._require_array(store)
        feeder = Feeder(store, rows, list(self.info["inputs"]), batch_size=PREDICT_BATCH)
        parts = [self.model.predict_on_batch(batch.pixels) for batch in feeder.epoch()]
        quantities = [name for task in tasks_named(self.tasks) for name in task.quantities]
        return {
            name: np.concatenate([np.asarray(part[name]) for part in parts] or [np.empty(0)]).astype(np.float64)
            for name in quantities
        }

    def examples(self, store: "Store", rows: np.ndarray) -> np.ndarray:
        """Give what the model makes one estimate of: images, or array events, see `registry.examples_of`."""
        return examples_of(self.config, store, rows)

    def outside_range(self, store: "Store", rows: np.ndarray) -> np.ndarray:
        """Flag events that lie outside what the model was trained on in zenith angle or intensity.

        True energy is not known of a real event and does not count. An array event lies outside if any of its images
        does.

        Returns
        -------
        ndarray of bool, shape (n,)
        """
        if rows.ndim > 1:
            seen = rows != ABSENT
            found = np.zeros(rows.shape, bool)
            found[seen] = self.outside_range(store, rows[seen])
            return np.asarray(found.any(axis=1))
        outside = np.zeros(len(rows), bool)
        for name, limits in self.range_of_validity.items():
            if name != "energy_tev" and limits is not None:
                values = range_values(store, rows, name)
                if values is not None:
                    outside |= ~((values >= limits[0]) & (values <= limits[1]))
        return outside

    def _require_array(self, store: "Store") -> None:
        """Raise `ConfigError` unless the store's telescopes are those whose pictures the model sees stacked."""
        here = sorted(int(number) for number in store.camera.telescopes["tel_id"])
        if view_of(self.config.name) == "picture" and here != self.info["telescopes"]:
            raise ConfigError(
                f"{self.path} sees the stacked pictures of the telescopes {self.info['telescopes']}, but "
                f"{store.paths[0]} is of {here}. Use data of the same array, or train hexnet, which takes any."
            )

    def cost(self) -> Cost:
        """Tell what the model costs, as it was measured when it was trained."""
        return Cost(**self.info["cost"])


def range_values(store: "Store", rows: np.ndarray, name: str) -> np.ndarray | None:
    """Give a quantity of the range of validity for some rows; None if the store does not hold it."""
    column = _RANGE_COLUMNS[name]
    if column not in store.schema.names:
        return None
    values = store.column(column)[rows]
    return 90 - values if name == "zenith_deg" else values


def range_of_validity(store: "Store", rows: np.ndarray) -> dict[str, list[float] | None]:
    """Find the least and greatest energy (TeV), zenith angle (deg) and intensity (p.e.) of some rows.

    Returns
    -------
    dict
        ``[low, high]`` by quantity; None where the store does not hold it or no value is finite.
    """
    limits: dict[str, list[float] | None] = {}
    for name in _RANGE_COLUMNS:
        values = range_values(store, rows, name)
        finite = np.empty(0) if values is None else values[np.isfinite(values)]
        limits[name] = [float(finite.min()), float(finite.max())] if len(finite) else None
    return limits


def read_manifest(path: Path | str) -> dict[str, Any]:
    """Read ``model.json`` of a bundle.

    Raises
    ------
    InputError
        If there is none, or it is of another format version.
    """
    path = Path(path)
    if not (path / MANIFEST).exists():
        state = "does not exist" if not path.exists() else f"has no {MANIFEST}: its training has not finished"
        raise InputError(f"{path} is no model: it {state}. Make one with: iactflow train CONFIG.yaml --out {path}")
    try:
        info = json.loads((path / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InputError(f"{path / MANIFEST} cannot be read: {error}. Train the model again.") from error
    version = info.get("format") if isinstance(info, dict) else None
    if version != BUNDLE_FORMAT:
        raise InputError(
            f"{path} has model format {version}; this version reads format {BUNDLE_FORMAT}. Train the model again."
        )
    return dict(info)


def load_model(path: Path) -> Any:
    """Open a .keras file, our own layers included.

    Raises
    ------
    InputError
        If it is missing or Keras cannot read it.
    """
    from iactflow.models import crossing, hexnet, layers, telescopes, window  # noqa: F401  register the layers that saved models name
    from iactflow.models.backend import keras

    if not path.is_file():
        raise InputError(f"{path} does not exist. Give a model bundle or a .keras file.")
    try:
        return keras.saving.load_model(path, compile=False)
    except (ValueError, OSError, KeyError, TypeError) as error:
        raise InputError(f"{path} is no Keras model that can be read: {error}") from error
