"""Which models estimate the showers of a file: of several for the same tasks, the closest by pointing."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from iactflow.errors import ConfigError, InputError
from iactflow.ingest.pointing import mean_altitude
from iactflow.models.bundle import Bundle
from iactflow.models.source import REGISTERED
from iactflow.predict.config import Predict
from iactflow.predict.identity import Identity

#: Characters that make a name of a registered model a pattern.
_PATTERN = set("*?[")


class Choice:
    """Models to choose from, file by file.

    Parameters
    ----------
    models : sequence of str
        Bundles, registered models, or patterns of registered models such as ``models:/energy-*@champion``.
    config : Predict
        Settings of predict.
    configuration : dict
        ctapipe's.

    Raises
    ------
    ConfigError
        If models are of different cameras, do some but not all tasks of each other, or several of the same tasks
        cannot be told apart by the zenith angles that they were trained at.
    InputError
        If a pattern matches no registered model.
    """

    def __init__(self, models: Sequence[str], config: Predict, configuration: dict[str, Any]) -> None:
        self._settings = config, configuration
        self._identities: dict[tuple[Path, ...], Identity] = {}
        self.groups: list[list[Bundle]] = []
        for source in expanded(models):
            self._add(Bundle.load(source))

    @property
    def tasks(self) -> list[str]:
        """Tasks of all models, in their order."""
        return [task for group in self.groups for task in group[0].tasks]

    @property
    def is_open(self) -> bool:
        """Whether any task has several models."""
        return any(len(group) > 1 for group in self.groups)

    def of(self, path: Path) -> list[Bundle]:
        """Give the models for a DL1 file, one for each group of tasks.

        Raises
        ------
        InputError
            If there are several for a task and the file does not say where its telescopes pointed.
        """
        if not self.is_open:
            return [group[0] for group in self.groups]
        zenith = zenith_of(path)
        if zenith is None:
            raise InputError(
                f"{path} must say where its telescopes pointed, since --model names several models of the same task. "
                "Received: no pointing. Give one model per task."
            )
        return [closest(group, zenith) for group in self.groups]

    def identity(self, bundles: Sequence[Bundle]) -> Identity:
        """Give the identity of chosen models and settings."""
        key = tuple(bundle.path for bundle in bundles)
        if key not in self._identities:
            self._identities[key] = Identity(bundles, *self._settings)
        return self._identities[key]

    def _add(self, bundle: Bundle) -> None:
        first = self.groups[0][0] if self.groups else bundle
        if bundle.camera_hash != first.camera_hash:
            raise ConfigError(
                f"--model: {first.path} was made for the camera geometry {first.camera_hash}, {bundle.path} for "
                f"{bundle.camera_hash}. Give models of one camera."
            )
        for group in self.groups:
            shared = [task for task in bundle.tasks if task in group[0].tasks]
            if not shared:
                continue
            for other in group:
                self._require_apart(bundle, other, shared)
            group.append(bundle)
            return
        self.groups.append([bundle])

    @staticmethod
    def _require_apart(bundle: Bundle, other: Bundle, shared: Sequence[str]) -> None:
        """Raise `ConfigError` unless two models of shared tasks are the same but for the zenith angles of training."""
        here, there = (one.range_of_validity.get("zenith_deg") for one in (bundle, other))
        alike = set(bundle.tasks) == set(other.tasks) and bundle.config.mode == other.config.mode
        if not alike or here is None or there is None or here == there:
            raise ConfigError(
                f"--model: {other.path} and {bundle.path} both estimate {', '.join(shared)}. Give one of them, or "
                "models of the same tasks that were trained at different zenith angles; run predict a second time with "
                f"another predict.prefix to have both. Received zenith angles: {there} and {here} deg."
            )


def expanded(models: Sequence[str]) -> list[str]:
    """Put the registered models that match a pattern in its place; others stay as they are.

    Raises
    ------
    InputError
        If a pattern matches no model with the alias.
    """
    from iactflow.registered.registry import Registry

    found: list[str] = []
    for source in models:
        name, at, alias = source.removeprefix(REGISTERED).partition("@")
        if not source.startswith(REGISTERED) or not _PATTERN & set(name):
            found.append(source)
            continue
        if not at:
            raise ConfigError(f"--model: a pattern must end in an alias, such as {source}@champion. Received: {source}")
        registry = Registry()
        matches = [f"{REGISTERED}{one}@{alias}" for one in registry.names(name) if alias in registry.aliases(one)]
        if not matches:
            raise InputError(
                f"--model: {source} must match a registered model with the alias {alias}. Received: none at "
                f"{registry.uri}. iactflow promote registers models."
            )
        found += matches
    return found


def closest(bundles: Sequence[Bundle], zenith: float) -> Bundle:
    """Choose the model that was trained closest to a zenith angle.

    Parameters
    ----------
    bundles : sequence of Bundle
        Each with a range of validity in zenith angle.
    zenith : float
        Zenith angle in deg.

    Returns
    -------
    Bundle
        The one whose range is the least difference in cos(zenith angle) away, which is what the depth of the
        atmosphere goes by; of those whose range holds the angle, the one with the narrowest.
    """

    def rank(bundle: Bundle) -> tuple[float, float]:
        high, low = np.cos(np.radians(bundle.range_of_validity["zenith_deg"] or [0, 90]))
        here = np.cos(np.radians(zenith))
        return float(max(low - here, here - high, 0.0)), float(high - low)

    return min(bundles, key=rank)


def zenith_of(path: Path) -> float | None:
    """Give the mean zenith angle (deg) of the telescopes of a DL1 file; None if it does not say."""
    from iactflow.ingest.dl1 import open_dl1

    with open_dl1(path) as file:
        altitude = mean_altitude(file)
    return None if altitude is None else 90 - altitude
