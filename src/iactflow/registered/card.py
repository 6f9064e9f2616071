"""The model card: what a model was trained on, where it holds, how good it is, and what is not known of it."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from iactflow.data.result import BASELINE, Metric, Result, samples_in
from iactflow.fitting.verdict import compare_metric
from iactflow.page import numbers

#: File of the card in a bundle and in a registered model.
CARD = "card.md"
#: With fewer showers an interval is not to be trusted.
FEW_SHOWERS = 30
#: Fewer training showers than this are said among the limits.
_FEW_TRAINED = 1000
#: Least ranges of the zenith angle (deg) for which a model is not said to be of a single pointing.
_ONE_POINTING_DEG = 1.0
_RANGES = {
    "energy_tev": ("true energy", "TeV"),
    "zenith_deg": ("zenith angle", "deg"),
    "intensity_pe": ("charge", "pe"),
}


class Scored(NamedTuple):
    """A result with its baseline, None where there is none."""

    result: Result
    baseline: Result | None


def scored(path: Path) -> list[Scored]:
    """Read a result and those on other samples of showers inside of it, each with its baseline."""
    folders = [path, *samples_in(path).values()]
    return [
        Scored(Result.load(one), Result.load(one / BASELINE) if (one / BASELINE).exists() else None) for one in folders
    ]


def card(info: Mapping[str, Any], samples: Sequence[Scored] = ()) -> str:
    """Write the card of a model.

    Parameters
    ----------
    info : mapping
        Content of ``model.json``.
    samples : sequence of Scored
        Its results, one for each sample of showers; without any the card says that nothing is known.

    Returns
    -------
    str
        Markdown. Numbers are of showers that the model has not learnt from.
    """
    tasks = ", ".join(info["tasks"])
    lines = [f"# {info['name']} for {tasks}", "", *_identity(info), "", "## Trained on", "", *_trained(info), ""]
    lines += ["## Range of validity", "", *_range(info), "", "## Quality", "", *_quality(samples), ""]
    lines += ["## Known limits", "", *(f"- {limit}" for limit in _limits(info, samples)), ""]
    return "\n".join([*lines, "## Made by", "", *_made(info), ""])


def _identity(info: Mapping[str, Any]) -> list[str]:
    mode = info["config"]["model"]["mode"]
    what = "the image of one telescope" if mode == "mono" else "all images of an array event"
    outputs = ", ".join(f"{name} ({unit})" if unit else name for name, unit in info["outputs"].items())
    camera = f"{info['camera']['name']} (geometry {info['camera']['hash']}, instrument {info['instrument']})"
    return [f"Takes {what} as raw pixels of the {camera} and gives {outputs}."]


def _trained(info: Mapping[str, Any]) -> list[str]:
    lines = ["| store | showers made | training images (showers) | for validation |", "| --- | --- | --- | --- |"]
    for store in info["stores"]:
        parts = (
            f"{numbers.count(store[f'n_{part}'])} ({numbers.count(store[f'n_{part}_showers'])})" for part in _PARTS
        )
        made = "; ".join(store.get("made", [])) or "not recorded"
        lines.append(f"| {store['hash']} | {made} | {' | '.join(parts)} |")
    cuts = ", ".join(cut["name"] for cut in info["cuts"]) or "none"
    return [*lines, "", f"Cuts: {cuts}. Loss: {info['loss']}. Seed {info['seed']}, epoch {info['kept_epoch']} kept."]


_PARTS = ("train", "validation")


def _range(info: Mapping[str, Any]) -> list[str]:
    lines = ["| quantity | from | to |", "| --- | --- | --- |"]
    for key, (title, unit) in _RANGES.items():
        ends = info["range_of_validity"].get(key)
        told = ["–", "–"] if ends is None else [numbers.quantity(end, unit) for end in ends]
        lines.append(f"| {title} | {told[0]} | {told[1]} |")
    return [*lines, "", "Estimates outside of it in zenith angle or charge are flagged `outside_range` by predict."]


def _quality(samples: Sequence[Scored]) -> list[str]:
    if not samples:
        return ["Not scored yet: iactflow evaluate makes a result, iactflow promote puts it here."]
    lines: list[str] = []
    for result, baseline in samples:
        data = result.data
        n = numbers.sample(data["n_images"], data["n_showers"])
        level = f"intervals are {numbers.share(result.bootstrap.level)}, over showers"
        names = [result.name, "n", *([baseline.name] if baseline else [])]
        lines += [f"Showers {data['sample']['made']}, part {data['split']} ({n}); {level}.", ""]
        lines += [f"| metric | {' | '.join(names)} |", "| --- |" + " --- |" * len(names)]
        for name, metric in result.metrics.items():
            beside = f" {_value(baseline.metrics.get(name))} |" if baseline else ""
            n = numbers.sample(metric.n, metric.n_showers)
            lines.append(f"| {metric.title} | {_value(metric)} | {n} |{beside}")
        lines.append("")
    return lines[:-1]


def _value(metric: Metric | None) -> str:
    return "–" if metric is None else f"{numbers.metric_value(metric)} {numbers.metric_interval(metric)}"


def _limits(info: Mapping[str, Any], samples: Sequence[Scored]) -> list[str]:
    made = sorted({origin for store in info["stores"] for origin in store.get("made", [])})
    limits = [f"Learnt from showers {', '.join(made) or 'of unrecorded origin'}; never scored on observations."]
    zenith = info["range_of_validity"].get("zenith_deg")
    if zenith is not None and zenith[1] - zenith[0] < _ONE_POINTING_DEG:
        limits.append(
            f"One pointing, {numbers.quantity(zenith[0], 'deg')} from the zenith: elsewhere nothing is known."
        )
    trained = sum(store["n_train_showers"] for store in info["stores"])
    if trained < _FEW_TRAINED:
        limits.append(f"{numbers.count(trained)} showers to learn from are few.")
    limits.append("One training: how much another seed changes is not measured.")
    for result, baseline in samples:
        showers = result.data["n_showers"]
        where = f"On showers {result.data['sample']['made']}"
        if showers < FEW_SHOWERS:
            limits.append(f"{where}: {showers} are too few to judge by.")
        worse = [] if baseline is None else _not_better(result, baseline)
        if worse:
            limits.append(f"{where} not better than the {baseline.name if baseline else ''} in: {', '.join(worse)}.")
    return limits


def _not_better(result: Result, baseline: Result) -> list[str]:
    return [
        metric.title
        for name, metric in result.metrics.items()
        if name in baseline.metrics and compare_metric(baseline, result, name).word != "better"
    ]


def _made(info: Mapping[str, Any]) -> list[str]:
    versions = ", ".join(f"{name} {version}" for name, version in info["versions"].items())
    run = info["mlflow"].get("run_id")
    cost = info["cost"]
    ms = f"{numbers.number(cost['ms_per_event'])} ms per event, on {cost['device']}"
    return [
        f"- software: {versions}",
        f"- code: {info.get('code') or 'not recorded'}",
        f"- MLflow run of the training: {run or 'none'}",
        f"- cost: {numbers.duration(cost['train_seconds'])} of training, {ms}",
    ]
