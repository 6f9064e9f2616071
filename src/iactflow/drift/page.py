"""The page of a comparison: verdict, distances, distributions, cameras, data."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from iactflow.drift.camera import LEAST_IMAGES, CameraVerdict
from iactflow.drift.columns import BINARY, PARAMETERS, PIXELS, SCORES
from iactflow.drift.curves import distribution_table
from iactflow.drift.measure import METHOD
from iactflow.drift.side import Side
from iactflow.drift.verdict import ColumnVerdict, Verdict
from iactflow.fitting.bootstrap import LEVEL
from iactflow.page import blocks, numbers
from iactflow.page.write import PageSummary, write_page
from iactflow.plots import drift as draw
from iactflow.plots import style
from iactflow.plots.camera_image import camera_svg, colours
from iactflow.plots.panel import Panel

#: Cameras that are drawn, those with most changed pixels first.
_CAMERAS = 4
#: Ratio of noise that has the brightest colour.
_BRIGHTEST = 2.0


def write_report(verdict: Verdict, sides: Sequence[Side], out: Path) -> PageSummary:
    """Draw a comparison as one self-contained HTML file.

    Parameters
    ----------
    verdict : Verdict
        What was found.
    sides : sequence of Side
        Reference and current.
    out : pathlib.Path
        The page.
    """
    reference, current = sides
    sections = [
        blocks.Section("summary", "", [_headline(verdict), _facts(verdict)]),
        blocks.Section("distances", "Distances", [_distances(verdict), _table(verdict)]),
    ]
    for name, title, group in (
        ("pixels", "Pixels outside of the shower", PIXELS),
        ("parameters", "DL1 parameters", PARAMETERS),
        ("scores", "Model scores", SCORES),
    ):
        plots = [
            _distribution(one, reference, current, verdict.config["seed"])
            for one in verdict.columns
            if one.group == group and one.column not in BINARY
        ]
        if plots:
            sections.append(blocks.Section(name, title, plots))
    sections.append(blocks.Section("cameras", "Single pixels", _cameras(verdict.camera, reference)))
    page = blocks.Page(
        title="Drift" if verdict.drifted else "No drift",
        kicker="Do new data look like the reference?",
        identity={
            "Camera": verdict.reference["camera"]["name"],
            "Reference": _sample(verdict.reference),
            "Current": _sample(verdict.current),
        },
        sections=sections,
    )
    return write_page(page, out, 1, overwrite=False)


def write_nothing(reason: str, out: Path) -> PageSummary:
    """Draw the page of a comparison that could not be made; `reason` is a sentence."""
    verdict = blocks.Verdict("neutral", "Nothing to compare", [reason])
    page = blocks.Page(
        title="Nothing to compare",
        kicker="Do new data look like the reference?",
        identity={},
        sections=[blocks.Section("summary", "", [verdict])],
    )
    return write_page(page, out, 0, overwrite=False)


def _headline(verdict: Verdict) -> blocks.Verdict:
    n = len(verdict.columns)
    if verdict.drifted:
        count = sum(one.drifted for one in verdict.columns)
        headline = f"Drift: {count} of {n} quantities beyond their threshold"
        if verdict.camera is not None and verdict.camera.drifted:
            headline += ", and single pixels changed"
        return blocks.Verdict("bad", f"{headline}.", verdict.reasons, verdict.cautions)
    headline = f"No drift: none of {n} quantities is beyond its threshold."
    return blocks.Verdict("good", headline, [], verdict.cautions)


def _facts(verdict: Verdict) -> blocks.Facts:
    config = verdict.config
    facts = {}
    for name, side in (("Reference", verdict.reference), ("Current", verdict.current)):
        primaries = ", ".join(f"{numbers.count(n)} {primary}" for primary, n in side["primaries"].items())
        facts[name] = f"{_sample(side)} ({primaries}; showers {', '.join(side['made'])})"
        facts[f"Zenith, {name.lower()}"] = (
            "not known"
            if side["zenith_deg"] is None
            else f"{side['zenith_deg'][0]:.1f} to {side['zenith_deg'][1]:.1f} deg"
        )
        facts[f"Files, {name.lower()}"] = ", ".join(side["stores"])
    facts["False alarms"] = f"{numbers.quantity(config['false_alarm'], percent=True)} of comparisons of unchanged data"
    facts["Least distance that counts"] = f"{numbers.number(config['distance_min'])} standard deviations"
    return blocks.Facts(facts)


def _sample(side: dict[str, object]) -> str:
    return numbers.sample(int(str(side["n_images"])), int(str(side["n_showers"])))


def _distances(verdict: Verdict) -> blocks.Plot:
    columns = verdict.columns
    drawn = draw.distances(
        [one.title for one in columns],
        np.array([one.distance for one in columns]),
        np.array([one.threshold for one in columns]),
    )
    return blocks.Plot(
        name="distance",
        title="Distances and thresholds",
        reading="A quantity whose point lies right of its bar has drifted; the largest excess is on top.",
        definition=(
            "Area between the cumulative distributions of both sides in standard deviations of the reference, by "
            f"Evidently ({METHOD}). Thresholds are what exchanges of whole showers between the sides exceed by chance "
            f"in {numbers.quantity(verdict.config['false_alarm'], percent=True)} of cases for any of the quantities, "
            f"at least {numbers.number(verdict.config['distance_min'])}."
        ),
        panels=[Panel("", drawn)],
        legend=style.legend([drawn]),
        wide=True,
    )


def _table(verdict: Verdict) -> blocks.Table:
    rows = [
        [
            one.title,
            "drift" if one.drifted else "same",
            *(numbers.quantity(value, one.unit) for value in one.median),
            numbers.number(one.distance),
            numbers.number(one.threshold),
            numbers.number(one.p_value),
            f"{numbers.count(one.n[0])} / {numbers.count(one.n[1])}",
        ]
        for one in sorted(verdict.columns, key=lambda one: one.threshold / max(one.distance, 1e-12))
    ]
    head = ["Quantity", "Verdict", "Reference", "Current", "Distance", "Threshold", "p", "n images"]
    caption = (
        "Reference and current are medians, of empty images their share. p: chance that any quantity stands out as "
        "much where nothing changed."
    )
    return blocks.Table(head, rows, caption=caption, tones={"drift": "bad", "same": "muted"})


def _distribution(one: ColumnVerdict, reference: Side, current: Side, seed: int) -> blocks.Plot:
    table = distribution_table(reference, current, one.column, seed)
    drawn = draw.distribution(table, one.column, f"{one.title} / {one.unit}" if one.unit else one.title)
    return blocks.Plot(
        name=one.column,
        title=f"{one.title}{': drift' if one.drifted else ''}",
        reading=f"Distance {numbers.number(one.distance)}, threshold {numbers.number(one.threshold)}.",
        definition=(
            f"Share of the images of each side; bands are {LEVEL:.0%} intervals over showers; values beyond the axis "
            f"count in the outermost bins. n = {numbers.count(one.n[0])} and {numbers.count(one.n[1])} images."
        ),
        panels=[Panel("", drawn)],
        legend=style.legend([drawn]),
        wide=False,
    )


def _cameras(camera: CameraVerdict | None, reference: Side) -> list[blocks.Block]:
    if camera is None:
        return [blocks.Text(f"Not compared: no telescope has {LEAST_IMAGES} images on each side.")]
    facts = blocks.Facts(
        {
            "Pixels with changed noise": (
                f"{numbers.quantity(camera.share, percent=True)} of {numbers.count(camera.n_pixels)}, threshold "
                f"{numbers.quantity(camera.threshold, percent=True)}"
            ),
            "Pixels that give nothing": f"{camera.dead[0]} in the reference, {camera.dead[1]} now",
            "Images": " and ".join(numbers.count(n) for n in camera.n_images),
        }
    )
    chosen = sorted(camera.ratio, key=lambda number: -len(camera.changed[number]))[:_CAMERAS]
    groups = {f"Telescope {number}": [_picture(camera, number, reference)] for number in chosen}
    reading = (
        "Colour is each pixel's noise now over its noise in the reference, both in units of the camera's median, in "
        "steps that are even in its square root; dark pixels give nothing on a side. The red line surrounds pixels "
        "that changed."
    )
    scale = f"linear-gradient(to right, {', '.join(colours())})"
    return [facts, blocks.Gallery(reading, groups, scale, f"{_BRIGHTEST:g} and more")]


def _picture(camera: CameraVerdict, number: int, reference: Side) -> blocks.Picture:
    ratio = np.array([0.0 if one is None else one for one in camera.ratio[number]])
    changed = np.zeros(len(ratio), bool)
    changed[camera.changed[number]] = True
    label = f"Change of the noise of each pixel of telescope {number}"
    svg = camera_svg(reference.pixels, ratio, changed, label, largest=_BRIGHTEST)
    return blocks.Picture(svg, [f"{numbers.count(changed.sum())} pixels changed"])
