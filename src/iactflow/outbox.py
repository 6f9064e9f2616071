"""What MLflow has not been told yet: entries in their order, kept in a file while its server is away."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from iactflow.errors import InputError
from iactflow.redact import redact
from iactflow.storage import remove, write_text

_FORMAT = 1


@dataclass
class Outbox:
    """Entries that wait for MLflow.

    Attributes
    ----------
    path : pathlib.Path or None
        File that holds them while they wait; None keeps them in this process only.
    run : dict
        How the run is found or made; see `iactflow.tracking.Tracker`.
    entries : list of dict
        What is to be told, the oldest first.
    """

    path: Path | None
    run: dict[str, Any] = field(default_factory=dict)
    entries: list[dict[str, Any]] = field(default_factory=list)

    @classmethod
    def open(cls, path: Path | None) -> "Outbox":
        """Take up the entries that an earlier process left in a file; without the file there are none.

        Raises
        ------
        InputError
            If the file is damaged or of another format.
        """
        if path is None or not path.exists():
            return cls(path)
        try:
            content = json.loads(path.read_text(encoding="utf-8"))
            found = cls(path, dict(content["run"]), list(content["entries"]))
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise InputError(f"{path} cannot be read: {error}. Remove it; MLflow then lacks what it held.") from error
        if content["format"] != _FORMAT:
            raise InputError(f"{path} has format {content['format']}; this version reads format {_FORMAT}.")
        return found

    def deliver(self, tell: Callable[[dict[str, Any]], None]) -> None:
        """Tell the entries one by one; those that were told are forgotten, and the first that fails raises."""
        while self.entries:
            tell(self.entries[0])
            del self.entries[0]

    def save(self) -> None:
        """Write the file, or remove it when nothing waits."""
        if self.path is None:
            return
        if self.entries:
            # a password in the address stays in MLFLOW_TRACKING_URI alone
            run = {**self.run, "uri": redact(str(self.run["uri"]))} if "uri" in self.run else self.run
            content = {"format": _FORMAT, "run": run, "entries": self.entries}
            write_text(self.path, json.dumps(content, indent=1) + "\n")
        else:
            remove(self.path)
