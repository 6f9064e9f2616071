"""The work of ``drift``: describe both sides, judge, write verdict and pages."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from iactflow.data.store import MANIFEST, Store
from iactflow.drift.config import Drift
from iactflow.drift.judge import judge
from iactflow.drift.page import write_nothing, write_report
from iactflow.drift.scores import load_models
from iactflow.drift.side import CURRENT, REFERENCE, describe, opened
from iactflow.drift.verdict import Verdict
from iactflow.errors import ConfigError
from iactflow.storage import aside, refuse_existing, write_text

#: Files of the output folder.
VERDICT, REPORT, EVIDENTLY = "verdict.json", "report.html", "evidently.html"
#: File with a sentence, in a folder that has no store.
WHY = "why.txt"


@dataclass(frozen=True)
class DriftSummary:
    """What drift made.

    Attributes
    ----------
    path : pathlib.Path
        Folder with `VERDICT`, `REPORT` and `EVIDENTLY`.
    verdict : Verdict
        What it found.
    """

    path: Path
    verdict: Verdict

    @property
    def drifted(self) -> bool:
        """Whether anything drifted."""
        return self.verdict.drifted

    @property
    def reasons(self) -> list[str]:
        """A sentence for each thing that drifted."""
        return self.verdict.reasons

    def finite(self) -> dict[str, float]:
        """Give the numbers to log."""
        found = {f"{one.column} distance": one.distance for one in self.verdict.columns}
        found |= {"drifted": float(self.drifted), "n_drifted": float(len(self.reasons))}
        for name, side in ((REFERENCE, self.verdict.reference), (CURRENT, self.verdict.current)):
            found |= {f"{name} {key}": float(side.get(key, 0)) for key in ("n_images", "n_showers")}
        if self.verdict.camera is not None:
            found["changed pixels"] = self.verdict.camera.share
        return found


def run(
    reference: Sequence[Path | str],
    current: Sequence[Path | str],
    out: Path,
    *,
    config: Drift,
    models: Sequence[str] = (),
    overwrite: bool = False,
) -> DriftSummary:
    """Tell whether new data differ from a reference.

    Parameters
    ----------
    reference, current : sequence of path-like
        Stores, or simtel or DL1 files as ingest takes them, which are read into a temporary store.
    out : pathlib.Path
        Folder to write: the verdict as JSON, our page and Evidently's.
    config : Drift
        Cuts and thresholds.
    models : sequence of str
        Bundles or ``models:/NAME@ALIAS`` whose scores are compared too.
    overwrite : bool
        Whether an existing folder may be replaced.

    Returns
    -------
    DriftSummary

    Raises
    ------
    ConfigError
        If the cameras differ, a store has no DL1 parameters, or two models do the same task.
    InputError
        If an input is missing or has too few showers.
    """
    refuse_existing(out, overwrite=overwrite)
    bundles = load_models(models)
    with opened(reference) as before, opened(current) as now:
        for store in (before, now):
            _require_parameters(store)
        now.camera.require_same(before.camera.hash, here=str(now.paths[0]), there=str(before.paths[0]))
        sides = describe(REFERENCE, before, bundles, config), describe(CURRENT, now, bundles, config)
    verdict, measured = judge(*sides, config)
    with aside(out, overwrite=overwrite) as folder:
        folder.mkdir()
        verdict.write(folder / VERDICT)
        write_text(folder / EVIDENTLY, measured.html())
        write_report(verdict, sides, folder / REPORT)
    return DriftSummary(out, verdict)


def run_folders(
    reference: Path, current: Path, out: Path, *, config: Drift, models: Sequence[str] = ()
) -> DriftSummary:
    """Compare the stores of two folders, as steps of a pipeline hand them on.

    Parameters
    ----------
    reference, current : pathlib.Path
        Folders of stores. One without a store is no error: there may be no reference yet, or nothing new; what its
        `WHY` says is repeated.
    out, config, models
        As in `run`.
    """
    stores: list[list[Path]] = []
    for name, folder in ((REFERENCE, reference), (CURRENT, current)):
        stores.append([path for path in sorted(folder.iterdir()) if (path / MANIFEST).exists()])
        if not stores[-1]:
            why = (folder / WHY).read_text(encoding="utf-8").strip() if (folder / WHY).exists() else "it has no store."
            return _nothing(f"Nothing to compare: {name}: {why}", out)
    return run(stores[0], stores[1], out, config=config, models=models)


def _nothing(reason: str, out: Path) -> DriftSummary:
    verdict = Verdict(False, [], [reason], [], None, {}, {}, {}, {})
    with aside(out) as folder:
        folder.mkdir()
        verdict.write(folder / VERDICT)
        write_nothing(reason, folder / REPORT)
    return DriftSummary(out, verdict)


def _require_parameters(store: Store) -> None:
    if not store.has_parameters:
        raise ConfigError(
            f"{store.paths[0]} holds images only; drift compares DL1 parameters. Ingest it without --images-only."
        )
