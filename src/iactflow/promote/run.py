"""The work of ``promote``: a model is registered, held against the champion, and put in service if it is better."""

import math
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from iactflow.data.result import CHAMPION, Result, samples_in
from iactflow.data.sources import sample_of
from iactflow.data.store import Store
from iactflow.errors import ConfigError, InputError
from iactflow.models.bundle import read_manifest
from iactflow.models.source import bundle_folder
from iactflow.promote.config import Promote, default_name
from iactflow.promote.gate import Decision, Judged, first_champion, judge
from iactflow.registered import registry as names
from iactflow.registered.card import card, scored
from iactflow.registered.lock import locked
from iactflow.registered.register import account, register
from iactflow.registered.registry import Registry, Version


@dataclass(frozen=True)
class PromoteSummary:
    """What promote did.

    Attributes
    ----------
    version : Version
        The model that was judged, or that is champion again.
    champion : Version
        The champion now.
    before : Version or None
        The champion before.
    promoted : bool
        Whether the champion is another one now.
    reason : str
        Why.
    rows : list of Judged
        The metrics behind it.
    """

    version: Version
    champion: Version
    before: Version | None
    promoted: bool
    reason: str
    rows: list[Judged]


def run(
    model: str,
    result: Path,
    *,
    config: Promote,
    champion: Path | None = None,
    stores: Sequence[Path] = (),
) -> PromoteSummary:
    """Register a model and make it the champion if the gate lets it pass.

    Parameters
    ----------
    model : str
        Bundle that train wrote, or a registered model.
    result : pathlib.Path
        Its result.
    config : Promote
        Name and rules.
    champion : pathlib.Path or None
        Result of the champion on the same events; None takes the one inside of `result`.
    stores : sequence of pathlib.Path
        Stores that it learnt from; a sample of each is kept with it, which later showers are compared with for drift.

    Returns
    -------
    PromoteSummary

    Raises
    ------
    ConfigError
        If there is a champion and no result of it.
    InputError
        If a result is of another model than it is said to be, or the two are not of the same events.
    IactflowError
        If MLflow cannot be reached.

    Notes
    -----
    Safe to repeat and to run twice at once: a model has one version however often it is registered, and aliases change
    under a lock, only if the champion is still the one that was scored.
    """
    folder = bundle_folder(model)
    info = read_manifest(folder)
    own = scored(result)
    _require_of(own[0].result, account(info), f"--result {result}", model)
    registry, name = Registry(), config.name or default_name(info["tasks"], info["config"]["model"]["mode"])
    before = registry.aliased(name, names.CHAMPION)
    if before is not None and before.tags.get("account") == account(info):
        earlier = f"It is the champion already, since {before.tags['decided']}: {before.tags['reason']}"
        return PromoteSummary(before, before, before, False, earlier, [])
    if before is None:
        decision = first_champion(own[0].result, own[0].baseline)
    else:
        decision = judge([one.result for one in own], _champion_results(result, champion, before), config)
    with tempfile.TemporaryDirectory() as temporary:
        reference = _reference(stores, Path(temporary) / "reference", config.reference_images)
        version = register(registry, name, folder, info, card(info, own), reference)
    return _point(registry, version, before, decision)


def rollback(name: str, reason: str) -> PromoteSummary:
    """Make the champion's predecessor the champion again.

    Parameters
    ----------
    name : str
        Name of the registered model.
    reason : str
        Why, for the tags of the version that is withdrawn.

    Raises
    ------
    ConfigError
        If there is no champion, or it had no predecessor.
    """
    registry = Registry()
    with locked(registry, name) as still_mine:
        before = registry.aliased(name, names.CHAMPION)
        if before is None or not before.tags.get("over"):
            found = f"{before.uri} was the first" if before else f"{name} has no champion"
            raise ConfigError(f"--rollback needs a champion with a predecessor. Received: {found}.")
        champion = registry.version(name, int(before.tags["over"]))
        still_mine()
        registry.point(names.CHAMPION, champion)
        # what it learnt from counts as tried: a scheduled retraining must not bring the same model back
        registry.point(names.CHALLENGER, before)
        registry.tag(before, _tags("rolled back", reason, champion))
    return PromoteSummary(champion, champion, before, True, reason, [])


def _point(registry: Registry, version: Version, before: Version | None, decision: Decision) -> PromoteSummary:
    """Change the aliases as decided, if the champion is still the one that the decision is about."""
    with locked(registry, version.name) as still_mine:
        now = registry.aliased(version.name, names.CHAMPION)
        if (now and now.number) != (before and before.number):
            decision = Decision(False, f"The champion became {now.uri if now else 'none'} meanwhile.", decision.rows)
        still_mine()
        if decision.promoted:
            registry.tag(version, _tags("promoted", decision.reason, before) | {"over": _number(before)})
            registry.point(names.CHAMPION, version)
            if registry.aliases(version.name).get(names.CHALLENGER) == version.number:
                registry.drop(names.CHALLENGER, version.name)
        else:
            registry.tag(version, _tags("kept as challenger", decision.reason, now))
            registry.point(names.CHALLENGER, version)
    champion = version if decision.promoted or now is None else now
    return PromoteSummary(version, champion, before, decision.promoted, decision.reason, decision.rows)


def _tags(decision: str, reason: str, against: Version | None) -> dict[str, str]:
    when = datetime.now(UTC).isoformat(timespec="seconds")
    return {"decision": decision, "reason": reason, "against": _number(against), "decided": when}


def _number(version: Version | None) -> str:
    return "" if version is None else str(version.number)


def _champion_results(result: Path, champion: Path | None, registered: Version) -> list[Result]:
    folder = champion or result / CHAMPION
    if not folder.exists():
        raise ConfigError(
            f"--champion must be a result of {registered.uri}, the champion, on the same events. Received: none, and "
            f"{result} holds none. Make both in one run: iactflow evaluate --set evaluate.champion={registered.uri}"
        )
    inside = [path / CHAMPION if champion is None else path for path in samples_in(champion or result).values()]
    results = [Result.load(path) for path in (folder, *(path for path in inside if path.exists()))]
    for one in results:
        _require_of(one, registered.tags.get("account", ""), str(folder), registered.uri)
    return results


def _require_of(result: Result, wanted: str, where: str, model: str) -> None:
    if account(result.model) != wanted:
        raise InputError(
            f"{where} must be the result of {model}. Received: a result of another model ({result.name}, "
            f"{result.provenance.get('model', 'unknown')}). Evaluate the model and give that result."
        )


def _reference(stores: Sequence[Path], out: Path, n_images: int) -> Path | None:
    """Keep the same share of each store that holds images to train on, as a store of its own.

    Of all parts, as drift scores unlearnt images; of all stores, or one of protons beside one of gammas would later
    look like a drift.
    """
    sizes = {path: len(store) for path in stores if len((store := Store(path)).rows("train"))}
    kept = 0
    for number, (path, size) in enumerate(sizes.items()):
        kept += sample_of(path, out / f"{number}-{path.name}", math.ceil(n_images * size / sum(sizes.values())))
    return out if kept else None
