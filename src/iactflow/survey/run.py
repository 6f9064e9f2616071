"""The work of ``survey``: divide stores into what champion and challenger have learnt from and what they have not."""

import json
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from iactflow.data.sources import n_showers, some_sources, source_key
from iactflow.data.store import read_manifest
from iactflow.errors import InputError
from iactflow.models.bundle import read_manifest as read_model
from iactflow.models.source import bundle_folder, registered_files
from iactflow.registered.register import references_in
from iactflow.registered.registry import CHALLENGER, CHAMPION, Registry, Version
from iactflow.storage import aside
from iactflow.survey.config import Survey

#: Number of the format of `NEWS`.
FORMAT = 1
#: Files and folders that survey writes: its account, and folders of stores for drift.
NEWS, REFERENCE, CURRENT = "news.json", "reference", "current"
#: Says in a folder without stores why it has none.
WHY = "why.txt"


@dataclass(frozen=True)
class News:
    """What survey found.

    Attributes
    ----------
    name : str
        Name of the registered model.
    champion : str
        ``models:/NAME/VERSION`` of the champion; empty if there is none.
    n_showers, n_new : int
        Showers of the stores, and those of sources that neither champion nor challenger has learnt from.
    sources : list of str
        Names of these sources.
    enough : bool
        Whether they are reason enough to train: there is no champion, or they are ``survey.showers_min``.
    reason : str
        The same in a sentence.
    """

    name: str
    champion: str
    n_showers: int
    n_new: int
    sources: list[str]
    enough: bool
    reason: str

    @classmethod
    def read(cls, path: Path) -> "News":
        """Read the account that `run` wrote.

        Raises
        ------
        InputError
            If it is missing or of another format.
        """
        try:
            content = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise InputError(f"{path} cannot be read: {error}. Make it with iactflow survey.") from error
        if content.pop("format", None) != FORMAT:
            raise InputError(f"{path} must have format {FORMAT}. Make it again with iactflow survey.")
        return cls(**content)


def run(stores: Sequence[Path], out: Path, *, name: str, config: Survey, overwrite: bool = False) -> News:
    """Look for showers that champion and challenger have not learnt from.

    Parameters
    ----------
    stores : sequence of pathlib.Path
        Stores that ingest wrote.
    out : pathlib.Path
        Folder to write: ``news.json``; in ``current`` the stores of the new sources; in ``reference`` stores of what
        the champion learnt from, for `iactflow drift`.
    name : str
        Name of the registered model.
    config : Survey
        How many showers are enough.
    overwrite : bool
        Whether `out` may be replaced.

    Returns
    -------
    News

    Notes
    -----
    The challenger's data count as known: it was trained on them and held against the champion, and doing so again
    would bring nothing new.
    """
    registry = Registry()
    champion, challenger = (registry.aliased(name, alias) for alias in (CHAMPION, CHALLENGER))
    known = _learnt(champion) | _learnt(challenger)
    manifests = {path: read_manifest(path) for path in stores}
    every = [source for manifest in manifests.values() for source in manifest["sources"]]
    new = [source for source in every if source_key(source) not in known]
    news = _judge(name, champion, challenger, every, new, config)
    with aside(out, overwrite=overwrite) as folder:
        for part in (REFERENCE, CURRENT):
            (folder / part).mkdir(parents=True)
        _write_current(manifests, known, champion, folder / CURRENT, news)
        _write_reference(champion, folder / REFERENCE)
        (folder / NEWS).write_text(json.dumps({"format": FORMAT, **asdict(news)}, indent=1) + "\n", encoding="utf-8")
    return news


def _learnt(version: Version | None) -> set[str]:
    """Give the sources that a version has learnt from."""
    if version is None:
        return set()
    info = read_model(bundle_folder(version.uri))
    return {key for store in info["stores"] for key in store.get("sources", [])}


def _judge(
    name: str,
    champion: Version | None,
    challenger: Version | None,
    every: Sequence[Mapping[str, Any]],
    new: Sequence[Mapping[str, Any]],
    config: Survey,
) -> News:
    total, unseen = sum(map(n_showers, every)), sum(map(n_showers, new))
    limit = config.showers_min
    who = [one.uri for one in (champion, challenger) if one is not None]
    if champion is None:
        enough, reason = True, f"{name} has no champion yet."
    elif not new:
        enough, reason = False, f"Nothing new: {' and '.join(who)} learnt from all {total} showers already."
    else:
        enough = unseen >= limit
        compared = "enough: at least" if enough else "too few: fewer than"
        reason = f"{unseen} of {total} showers are new to {' and '.join(who)}; {compared} survey.showers_min = {limit}."
    names = sorted(str(source["name"]) for source in new)
    return News(name, champion.uri if champion else "", total, unseen, names, enough, reason)


def _write_current(
    manifests: Mapping[Path, Mapping[str, Any]], known: set[str], champion: Version | None, folder: Path, news: News
) -> None:
    if champion is not None:
        for number, path in enumerate(manifests):
            some_sources(path, folder / f"{number}-{path.name}", lambda source: source_key(source) not in known)
    if not any(folder.iterdir()):
        (folder / WHY).write_text(f"{news.reason}\n", encoding="utf-8")


def _write_reference(champion: Version | None, folder: Path) -> None:
    kept = [] if champion is None else references_in(registered_files(champion.uri))
    for store in kept:
        shutil.copytree(store, folder / store.name)
    if kept:
        return
    told = "There is no champion."
    if champion is not None:
        told = f"{champion.uri} was registered without its training showers."
    (folder / WHY).write_text(f"{told}\n", encoding="utf-8")
