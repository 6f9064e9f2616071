"""The pages of results on generated images: one generator, or several side by side."""

import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path

from iactflow.data.result import BASELINE, FLOOR, Result
from iactflow.fitting.verdict import require_comparable
from iactflow.page import facts, numbers
from iactflow.page.blocks import Block, Code, Facts, Page, Section, Table, Text, Tile, Tiles
from iactflow.page.figures import plots
from iactflow.page.generation_cost import cost_blocks
from iactflow.page.generation_images import pairs
from iactflow.page.generation_verdict import statement, teacher_of
from iactflow.page.tables import definitions, metrics_table, verdict_note, verdict_tables
from iactflow.page.write import load_named
from iactflow.plots.catalogue import TRAINING, plots_for

#: Metrics that get a tile.
_TILES = ("hillas_auc", "pixel_auc", "correlation_difference", "occupancy", "passed", "energy_bias")
#: Results of generations have no published curves to stand beside.
_REFERENCE = None


def with_floor(paths: Sequence[Path]) -> dict[str, Result]:
    """Load results by name, with the floor of the first one at the end.

    Raises
    ------
    InputError
        If a result is missing or damaged, or the results have other reference images.
    """
    results = load_named([path for path in paths if Path(path).name != BASELINE])
    floor = Path(paths[0]) / BASELINE
    results |= load_named([floor]) if floor.exists() else {}
    require_comparable(results)
    return results


def report_page(results: Mapping[str, Result], command: str) -> Page:
    """Lay out the report of the first result, beside the floor."""
    name, result = next(iter(results.items()))
    return Page(
        title=f"{name}: generated camera images",
        kicker="Report on a generator of camera images",
        identity=_identity(result),
        sections=[
            Section("summary", "", [statement(results), Tiles(_tiles(results))]),
            Section("images", "Images side by side", [pairs(result)]),
            *_common(results),
            Section("data", "Data", _data(result)),
            Section("general", "General information", _general(result)),
            Section("reproduce", "Reproduce", _reproduce(results, command)),
        ],
    )


def comparison_page(results: Mapping[str, Result], command: str) -> Page:
    """Lay out the comparison of several generators with the first of them, beside the floor."""
    made = [name for name in results if name != FLOOR]
    result = results[made[0]]
    verdicts = [statement(_beside_floor(results, name), teacher_of(results[name], results)) for name in made]
    return Page(
        title=f"{made[0]} beside {', '.join(made[1:])}",
        kicker=f"Comparison of {len(made)} generators with the same simulated images",
        identity=_identity(result),
        sections=[
            Section("summary", "", verdicts),
            Section("verdicts", "Verdicts", [Text(verdict_note(result)), *verdict_tables(results)]),
            *_common(results),
            Section("images", "Images side by side", [pairs(results[name], label=name, each=1) for name in made]),
            Section("data", "Data", _data(result)),
            Section("reproduce", "Reproduce", _reproduce(results, command)),
        ],
    )


def command_of(verb: str, results: Sequence[Path], out: Path) -> str:
    """Write the command that makes a page."""
    words = [word for path in results for word in ("--result", str(path))]
    return shlex.join(["iactflow", verb, *words, "--out", str(out)])


def _beside_floor(results: Mapping[str, Result], name: str) -> dict[str, Result]:
    return {key: results[key] for key in (name, FLOOR) if key in results}


def _common(results: Mapping[str, Result]) -> list[Section]:
    first = next(iter(results.values()))
    training = plots([TRAINING], results, _REFERENCE)
    return [
        Section("physics", "Distributions", plots(plots_for(first.tasks), results, _REFERENCE)),
        *([Section("training", "Training", training)] if training else []),
        Section("metrics", "Metrics", [metrics_table(results), definitions(first)]),
        Section("cost", "Cost", cost_blocks(results)),
    ]


def _identity(result: Result) -> dict[str, str]:
    data = result.data
    return {
        "Instrument": str(result.model.get("instrument", "–")),
        "Camera": data["camera"]["name"],
        "Showers": ", ".join(data["primaries"]),
        "Compared": f"{numbers.count(data['n_images'])} images with as many of held-out showers {_made(result)}",
    }


def _made(result: Result) -> str:
    return " and ".join(result.data["made"])


def _tiles(results: Mapping[str, Result]) -> list[Tile]:
    result, *others = results.values()
    tiles = []
    for key in _TILES:
        metric = result.metrics[key]
        beside = [
            f"{other.name}: {numbers.metric_value(other.metrics[key])} {numbers.metric_interval(other.metrics[key])}"
            for other in others
        ]
        interval = f"{numbers.share(result.bootstrap.level)} {numbers.metric_interval(metric)}"
        tiles.append(
            Tile(
                metric.title, numbers.metric_value(metric), f"{interval}; n = {numbers.count(metric.n)} images", beside
            )
        )
    return tiles


def _data(result: Result) -> list[Block]:
    data = result.data
    shares = {side: numbers.quantity(value, percent=True) for side, value in data["passed"].items()}
    told = {
        "Simulated showers": f"{_made(result)}, part test; training showers are in no comparison",
        "Stores": f"{', '.join(data['stores']['compared'])} beside {', '.join(data['stores']['simulated'])}",
        "Hashes of the stores": f"{data['store_hashes']['compared']}, {data['store_hashes']['simulated']}",
        "Compared": numbers.sample(data["n_images"], data["n_showers"]),
        "Reference": numbers.sample(data["n_images"], data["n_reference_showers"]),
        "Floor": f"mean over {data['floor_splits']} divisions of the test part into halves; interval of one",
        "Simulated training images": f"{numbers.count(data['n_training_images'])}, for regressors and neighbours",
        "Primaries": ", ".join(data["primaries"]),
        "Energies asked for": _span(data["energy_tev"], "TeV"),
        "Impact distances asked for": _span(data["impact_m"], "m"),
        "Images that pass the cuts": f"{shares['compared']} generated, {shares['simulated']} simulated",
        "Nearest neighbours by": "photoelectrons of the shower" if data["true_pixels"] else "cleaned charges",
        **({"Would not have triggered": numbers.count(n)} if (n := data["noticed"].get("not_triggered")) else {}),
    }
    rows = [
        [side, cut["name"], numbers.count(cut["before"]), numbers.count(cut["removed"])]
        for side, cuts in data["cuts"].items()
        for cut in cuts
    ]
    return [Facts(told), Table(["Images", "Cut", "Before", "Failed"], rows)]


def _span(ends: Sequence[float], unit: str) -> str:
    return f"{numbers.number(ends[0])} to {numbers.number(ends[1])} {unit}"


def _general(result: Result) -> list[Block]:
    model = result.model
    plain = {
        name.replace("_", " ").capitalize(): str(value)
        for name, value in model.items()
        if isinstance(value, (str, int, float)) and name != "summary"
    }
    versions = {**(model.get("versions") or {}), **result.provenance.get("versions", {})}
    software = ", ".join(f"{name} {version}" for name, version in sorted(versions.items()))
    return [Facts({**plain, "Software": software}), *facts.model_blocks({result.name: result})]


def _reproduce(results: Mapping[str, Result], command: str) -> list[Block]:
    made = [result.provenance["command"] for name, result in results.items() if name != FLOOR]
    return [
        Text("With the same stores, software and seeds these commands give the same page:"),
        Code("\n".join([*made, command])),
    ]
