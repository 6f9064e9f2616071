"""How stores were made: what was simulated straight into them, and which files were read."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from iactflow.data.origin import SIMULATED
from iactflow.data.store import Store
from iactflow.s3.names import uri_or_path

#: What a run card of ``iactflow simulate`` counts; the blocks of a run share all else.
_AMOUNTS = {"n_events": "events", "n_showers": "showers"}


def making(store: Store) -> list[dict[str, Any]]:
    """Tell how each of some stores was made, as results keep it.

    Returns
    -------
    list of dict
        For each store its ``path``; ``split``, ``ctapipe`` and ``camera``, its settings; ``simulated``, runs of the
        simulator with ``config``, ``seed`` and ``events`` or ``showers``; ``files``, the names of what was read.

    Notes
    -----
    Sources that the simulator wrote before it kept its run cards, and light of CORSIKA's files, are among the files.
    """
    return [
        {
            "path": uri_or_path(path),
            "split": manifest["fractions"],
            "ctapipe": manifest["ctapipe"],
            "camera": manifest["camera"]["name"],
            "simulated": _runs(manifest["sources"]),
            "files": sorted(source["name"] for source in manifest["sources"] if not _is_run(source)),
        }
        for path, manifest in zip(store.paths, store.manifests, strict=True)
    ]


def _is_run(source: Mapping[str, Any]) -> bool:
    card = source.get("card")
    return source["kind"] == SIMULATED and card is not None and card["photons"] is None


def _runs(sources: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Put the blocks of each run together."""
    runs: dict[str, dict[str, Any]] = {}
    for card in (source["card"] for source in sources if _is_run(source)):
        kept = {"config": card["config"], "seed": card["seed"]}
        run = runs.setdefault(json.dumps(kept, sort_keys=True), kept)
        for name, amount in _AMOUNTS.items():
            if card[name] is not None:
                run[amount] = run.get(amount, 0) + card[name]
    return list(runs.values())
