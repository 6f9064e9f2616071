"""Print results beside their random forests or champions, overall and per bin of energy.

``python -m benchmarks.quality RESULT ...``. Values are of held-out showers; intervals are 95 %, bootstrapped over
showers; those of differences and ratios are paired.
"""

import argparse
import re
from pathlib import Path

import numpy as np

from iactflow.data.result import BASELINE, CHAMPION, Result
from iactflow.fitting.verdict import compare_metric, ratio_per_bin, require_comparable

#: Metrics of the first table, with the digits that are printed.
METRICS = {
    "type_auc": 3,
    "energy_resolution": 3,
    "energy_bias": 3,
    "energy_mae_dex": 3,
    "cameradirection_resolution": 3,
    "skydirection_resolution": 3,
}
#: Curves of the second table: their column, and its name.
CURVES = {
    "type_true_energy:auc": "AUC",
    "energy_performance:resolution": "energy resolution",
    "cameradirection_performance:resolution": "angular resolution, camera (deg)",
    "skydirection_performance:resolution": "angular resolution, sky (deg)",
}
#: Fewest images or events of a bin that is printed.
FEWEST = 100


def main() -> None:
    """Print the tables of some results."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.quality", description=__doc__)
    parser.add_argument("results", type=Path, nargs="+", help="folders that evaluate wrote")
    parser.add_argument(
        "--beside", choices=[BASELINE, CHAMPION], default=BASELINE, help="which of them to print beside"
    )
    chosen = parser.parse_args()
    for path in chosen.results:
        network, other = Result.load(path), Result.load(path / chosen.beside)
        require_comparable({"network": network, chosen.beside: other})
        name = "random forest" if chosen.beside == BASELINE else chosen.beside
        print(f"{path}: {_sample(network)}\n\n{overall(network, other, name)}\n\n{per_bin(network, other, name)}\n")


def _sample(result: Result) -> str:
    data = result.data
    counted = data["n_events"] if data["per"] == "event" else data["n_images"]
    primaries = ", ".join(f"{count:,} {name}" for name, count in data["primaries"].items())
    return f"{counted:,} {data['per']}s ({primaries}) of {data['n_showers']:,} showers {data['sample']['made']}"


def overall(network: Result, other: Result, peer: str) -> str:
    """Write the metrics of both and their difference."""
    rows = [f"| | network | {peer} | network minus {peer} | n |", "| --- " * 5 + "|"]
    for name, digits in METRICS.items():
        if name not in network.metrics:
            continue
        pair = [network.metrics[name], other.metrics[name]]
        if any(m.low is None for m in pair):  # undefined, such as the AUC of gammas alone
            continue
        cells = [f"{m.value:.{digits}f} [{m.low:.{digits}f}, {m.high:.{digits}f}]" for m in pair]
        verdict = compare_metric(other, network, name)
        change = f"{verdict.difference:+.{digits}f} [{verdict.low:+.{digits}f}, {verdict.high:+.{digits}f}]"
        unit = f" ({pair[0].unit})" if pair[0].unit else ""
        title = re.sub(r"\s+", " ", pair[0].title)
        rows.append(f"| {title}{unit} | {' | '.join(cells)} | {change}: {verdict.word} | {pair[0].n:,} |")
    return "\n".join(rows)


def per_bin(network: Result, other: Result, peer: str) -> str:
    """Write every curve in the bins of true energy that hold enough, with the ratio of network to the other.

    The n of an AUC is that of the rarer of gammas and background.
    """
    rows = [f"| | energy (TeV) | network | {peer} | ratio | n |", "| --- " * 6 + "|"]
    for column, title in CURVES.items():
        curve, name = column.split(":")
        if curve not in network.curves or column not in network.replicas.column_names:
            continue
        ratio = ratio_per_bin(other, network, column)
        table, beside = network.curves[curve], other.curves[curve]
        counts = np.asarray(table["n_rarer" if "n_rarer" in table.colnames else "n"])
        for number in np.flatnonzero(counts >= FEWEST):
            value, low, high = ratio[:, number]
            if not np.isfinite(value):
                continue
            energies = f"{table['true_energy_low'][number]:.2g} to {table['true_energy_high'][number]:.2g}"
            cells = [f"{part[name][number]:.3f}" for part in (table, beside)]
            cells += [f"{value:.2f} [{low:.2f}, {high:.2f}]", f"{counts[number]:,}"]
            rows.append(f"| {title} | {energies} | {' | '.join(cells)} |")
    return "\n".join(rows)


if __name__ == "__main__":
    main()
