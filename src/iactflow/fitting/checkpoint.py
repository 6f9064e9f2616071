"""Checkpoints: one file that is complete or absent and that only the same work goes on from."""

import io
import json
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from iactflow.errors import ConfigError, InputError
from iactflow.fitting.state import FitState
from iactflow.storage import write_bytes

#: Folder of a checkpoint in the place of the model that is being made, and the file in it.
FOLDER = "checkpoint"
_FILE = "checkpoint.npz"
_FORMAT = 1


class Checkpoint:
    """The checkpoint of a fit.

    Parameters
    ----------
    folder : path-like
        Where the model is being made.
    work : dict
        What is fitted to what: configuration, identity of the data. JSON values only. A checkpoint of other work is
        never resumed.
    kept : bool
        Whether this process is the one that writes it; of several only the first does.
    """

    def __init__(self, folder: Path, work: dict[str, Any], *, kept: bool = True) -> None:
        self.path = Path(folder) / FOLDER / _FILE
        self.work = json.loads(json.dumps(work))
        self.kept = kept

    def exists(self) -> bool:
        """Tell whether there is one for this process to read."""
        return self.kept and self.path.exists()

    def content(self) -> bytes:
        """Read the file; empty if there is none."""
        return self.path.read_bytes() if self.exists() else b""

    def save(self, state: FitState, variables: Sequence[Any]) -> None:
        """Write the state with all variables of model and optimizer aside, then rename."""
        if not self.kept:
            return
        header = {"format": _FORMAT, "work": self.work, "state": state.as_dict()}
        arrays: dict[str, Any] = {f"variable_{i:04d}": np.asarray(value) for i, value in enumerate(variables)}
        arrays |= {f"best_{i:04d}": array for i, array in enumerate(state.best_weights)}
        content = io.BytesIO()
        np.savez(content, header=np.frombuffer(json.dumps(header).encode(), np.uint8), **arrays)
        write_bytes(self.path, content.getvalue())

    def require_same_work(self) -> None:
        """Raise `ConfigError` if the checkpoint is of other work, naming what differs."""
        there = self._read(self.path)[0]["work"]
        different = _differences(there, self.work)
        if different:
            raise ConfigError(
                f"{self.path.parent} holds the checkpoint of a training that was set up otherwise: "
                f"{'; '.join(different)}. Train with the former settings to go on, add --overwrite to begin anew, or "
                "choose another --out."
            )

    def resumable(self, *, overwrite: bool) -> bool:
        """Tell whether there is one to go on from; with `overwrite`, one of other work or a damaged one is removed."""
        if not self.exists():
            return False
        try:
            self.require_same_work()
        except (ConfigError, InputError):
            if not overwrite:
                raise
            self.path.unlink()
            return False
        return True

    def run_id(self) -> str | None:
        """Tell the MLflow run of the fit that it is of."""
        found: str | None = self._read(self.path)[0]["state"]["run_id"]
        return found

    def restore(self, variables: Sequence[Any], content: bytes | None = None) -> FitState:
        """Give the saved state and set the variables to what they were; from `content` if that was read before."""
        header, arrays = self._read(self.path if content is None else io.BytesIO(content))
        saved = [arrays[name] for name in sorted(arrays) if name.startswith("variable_")]
        if [array.shape for array in saved] != [tuple(variable.shape) for variable in variables]:
            raise InputError(f"{self.path} does not fit the network. Add --overwrite to begin anew.")
        for variable, array in zip(variables, saved, strict=True):
            variable.assign(array)
        state = FitState(**header["state"])
        state.best_weights = [arrays[name] for name in sorted(arrays) if name.startswith("best_")]
        return state

    def _read(self, source: Path | io.BytesIO) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
        try:
            with np.load(source) as file:
                arrays = {name: file[name] for name in file.files}
            header = json.loads(arrays.pop("header").tobytes())
        except (OSError, ValueError, KeyError, zipfile.BadZipFile) as error:
            raise InputError(f"{self.path} cannot be read: {error}. Add --overwrite to begin anew.") from error
        if header["format"] != _FORMAT:
            raise InputError(
                f"{self.path} has checkpoint format {header['format']}; this version reads {_FORMAT}. "
                "Add --overwrite to begin anew."
            )
        return header, arrays


def _differences(there: Any, here: Any, key: str = "") -> list[str]:
    """List what differs between two nested mappings, as "key: was A, is B"."""
    if isinstance(there, dict) and isinstance(here, dict):
        names = sorted({*there, *here})
        return [
            line
            for name in names
            for line in _differences(there.get(name), here.get(name), f"{key}.{name}" if key else name)
        ]
    return [] if there == here else [f"{key} was {there}, is {here}"]
