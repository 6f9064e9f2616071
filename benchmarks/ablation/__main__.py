"""Train variants of hexnet and print what each costs and changes: ``python -m benchmarks.ablation --data STORE ...``.

A variant that was scored is not trained again, an interrupted training goes on: call it again until all are there.
"""

import argparse
import json
import zlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from time import monotonic, process_time

import numpy as np

from benchmarks.table import device
from iactflow.config import read_yaml
from iactflow.data.result import MANIFEST, Result
from iactflow.fitting.bootstrap import interval
from iactflow.models.bundle import MANIFEST as BUNDLE
from iactflow.recipe import Recipe

FOLDER = Path(__file__).parent
BASE = Path("pipelines/configs/sst1m-mono.yaml")
RESULTS = Path("build/ablation.json")
#: Metrics of the table, with the digits that are printed.
METRICS = {"type_auc": 4, "energy_mae_dex": 4, "energy_resolution": 3, "cameradirection_resolution": 3}


@dataclass(frozen=True)
class Line:
    """A variant beside the first one; differences are means over seeds with 95 % intervals over showers.

    ``train_ms`` is processor time per image seen, start included; ``spread`` the difference between the two seeds.
    """

    variant: str
    parameters: int
    mflop: float
    train_ms: float
    values: dict[str, float]
    differences: dict[str, tuple[float, float, float] | None]
    spread: dict[str, float]
    n: dict[str, int]
    n_showers: dict[str, int]
    n_seeds: int


def main() -> None:
    """Train, score and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.ablation", description=__doc__)
    parser.add_argument("--data", type=Path, nargs="+", required=True, help="stores of gammas and protons")
    parser.add_argument("--out", type=Path, default=Path("build/ablation"), help="folder of models and results")
    parser.add_argument("--only", nargs="*", help="variants to train; the table shows all that are there")
    parser.add_argument("--minutes", type=float, default=np.inf, help="no variant is begun later than this")
    chosen, began = parser.parse_args(), monotonic()
    plan = read_yaml(FOLDER / "variants.yaml")
    names = list(plan["variants"])
    for seed in plan["seeds"]:
        for name in chosen.only or names:
            if monotonic() - began > 60 * chosen.minutes:
                break
            settings = [*plan["common"], *plan["variants"][name], f"train.seed={seed}"]
            _train_and_score(Recipe.read(BASE, settings), chosen.data, _folder(chosen.out, name, seed))
    lines = summarise(chosen.out, names, plan["seeds"])
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps([asdict(line) for line in lines], indent=1) + "\n")
    print(f"{device()}\n\n{render(lines)}\n\n{RESULTS}")


def _folder(out: Path, name: str, seed: int) -> Path:
    return out / f"{zlib.crc32(name.encode()):08x}-{seed}"


def _train_and_score(recipe: Recipe, stores: Sequence[Path], folder: Path) -> None:
    from iactflow.evaluate.run import run as evaluate
    from iactflow.train.run import run as train

    if not (folder / "model" / BUNDLE).exists():
        start = process_time()
        sections = (recipe.tasks, recipe.data.select, recipe.model, recipe.train)
        train(*sections, stores, folder / "model", instrument=recipe.instrument)
        (folder / "seconds").write_text(f"{process_time() - start}")
    if not (folder / "result" / MANIFEST).exists():
        evaluate(folder / "model", stores, folder / "result", config=recipe.evaluate)


def summarise(out: Path, names: Sequence[str], seeds: Sequence[int]) -> list[Line]:
    """Compare every variant with the first by the seeds that both were scored with, on the same resamplings."""
    lines = []
    for name in names:
        pairs = [(_folder(out, name, seed), _folder(out, names[0], seed)) for seed in seeds]
        there = [pair for pair in pairs if all((folder / "result" / MANIFEST).exists() for folder in pair)]
        if there:
            folders, base = zip(*there, strict=True)
            lines.append(_line(name, folders, [Result.load(folder / "result") for folder in base]))
    return lines


def _line(name: str, folders: Sequence[Path], base: Sequence[Result]) -> Line:
    results = [Result.load(folder / "result") for folder in folders]
    first = results[0]
    values, differences, spread = {}, {}, {}
    for metric in METRICS:
        each = np.array([result.metrics[metric].value for result in results], float)
        values[metric] = float(each.mean())
        spread[metric] = float(np.ptp(each))
        pairs = [
            result.replicas[metric].to_numpy() - other.replicas[metric].to_numpy()
            for result, other in zip(results, base, strict=True)
        ]
        apart = float(np.mean([result.metrics[metric].value for result in results])) - float(
            np.mean([result.metrics[metric].value for result in base])
        )
        ends = interval(np.mean(pairs, axis=0), first.metrics[metric].n_showers)
        differences[metric] = None if ends is None else (apart, *ends)
    seconds = sum(float((folder / "seconds").read_text()) for folder in folders)
    return Line(
        name,
        int(first.cost["parameters"]),
        first.cost["flops_per_event"] / 1e6,
        1e3 * seconds / sum(result.cost["train_images"] for result in results),
        values,
        differences,
        spread,
        {metric: first.metrics[metric].n for metric in METRICS},
        {metric: first.metrics[metric].n_showers for metric in METRICS},
        len(results),
    )


def render(lines: Sequence[Line]) -> str:
    """Write the table as Markdown: values of the first variant, differences from it of the others."""
    heads = ["", "seeds", "weights", "MFLOP", "ms/image", "AUC", "energy, mean abs. error (dex)", "energy resolution"]
    rows = ["| " + " | ".join([*heads, "direction, 68 % (deg)"]) + " |", "| --- " * (len(heads) + 1) + "|"]
    for number, line in enumerate(lines):
        cells = [line.variant, str(line.n_seeds), f"{line.parameters:,}", f"{line.mflop:.0f}", f"{line.train_ms:.2f}"]
        for metric, digits in METRICS.items():
            change = line.differences[metric]
            if number == 0 or change is None:
                cells.append(f"{line.values[metric]:.{digits}f}")
            else:
                cells.append(f"{change[0]:+.{digits}f} [{change[1]:+.{digits}f}, {change[2]:+.{digits}f}]")
        rows.append("| " + " | ".join(cells) + " |")
    return "\n".join(rows)


if __name__ == "__main__":
    main()
