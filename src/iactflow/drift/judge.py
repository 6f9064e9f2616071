"""From two described sides to the verdict."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from iactflow.data.schema import primary_name
from iactflow.drift.camera import LEAST_IMAGES, CameraVerdict, compare_cameras
from iactflow.drift.columns import ALL, BINARY, Column
from iactflow.drift.config import Drift
from iactflow.drift.measure import Measured, measure
from iactflow.drift.permutation import Thresholds, thresholds
from iactflow.drift.side import Side
from iactflow.drift.verdict import ColumnVerdict, Verdict
from iactflow.errors import InputError
from iactflow.page import numbers
from iactflow.versions import versions_of

#: Values that a quantity must have on each side to be compared.
LEAST_VALUES = 20
#: Packages whose versions may change a verdict.
_PACKAGES = ("iactflow", "evidently", "numpy", "ctapipe", "keras", "tensorflow")


class Judged(NamedTuple):
    """The verdict, and what Evidently measured."""

    verdict: Verdict
    measured: Measured


class Compared(NamedTuple):
    """The quantities, what chance gives, and the distance from which on each has drifted, shape (k,)."""

    columns: list[Column]
    by_chance: Thresholds
    limits: np.ndarray


def judge(reference: Side, current: Side, config: Drift) -> Judged:
    """Compare two sides.

    Parameters
    ----------
    reference, current : Side
        Of the same camera.
    config : Drift
        Thresholds.

    Returns
    -------
    Judged

    Notes
    -----
    A quantity has drifted if its distance reaches both what chance gives (`iactflow.drift.permutation.thresholds`) and
    `Drift.distance_min`, below which a difference is too small to matter even where many images show it.
    """
    columns, by_chance, limits = compare(reference, current, config)
    named = {column.name: float(limit) for column, limit in zip(columns, limits, strict=True)}
    measured = measure(reference.values, current.values, named)
    judged = [
        _judge(column, reference, current, measured.distances[column.name], named[column.name], float(p))
        for column, p in zip(columns, by_chance.p_values, strict=True)
    ]
    camera = compare_cameras(reference.telescopes, current.telescopes, config)
    reasons = [_because(one) for one in judged if one.drifted]
    if camera is not None and camera.drifted:
        reasons.append(_because_of_pixels(camera))
    verdict = Verdict(
        drifted=bool(reasons),
        reasons=reasons,
        cautions=_cautions(reference, current, columns, camera, config),
        columns=judged,
        camera=camera,
        reference=reference.facts,
        current=current.facts,
        config=config.model_dump(mode="json"),
        versions=versions_of(_PACKAGES),
    )
    return Judged(verdict, measured)


def compare(reference: Side, current: Side, config: Drift) -> Compared:
    """Find the threshold of every quantity that both sides have and that is not to be ignored.

    Raises
    ------
    InputError
        If there is none.
    """
    asked = [column for column in ALL if column.name not in config.ignore]
    columns = [column for column in asked if _known(reference, column) and _known(current, column)]
    if not columns:
        raise InputError(
            f"No quantity has {LEAST_VALUES} values on each side, so nothing can be compared. Give more files, or "
            "shorten drift.ignore."
        )
    joined = np.column_stack(
        [np.concatenate([reference.values[one.name], current.values[one.name]]) for one in columns]
    )
    showers = np.concatenate([reference.showers, reference.n_showers + current.showers])
    side = np.concatenate([np.zeros(len(reference.showers), bool), np.ones(len(current.showers), bool)])
    by_chance = thresholds(joined, showers, side, config.false_alarm, config.permutations, config.seed)
    return Compared(columns, by_chance, np.maximum(by_chance.values, config.distance_min))


def _given(side: Side, column: Column) -> bool:
    return column.name in side.values


def _known(side: Side, column: Column) -> bool:
    return _given(side, column) and int(np.isfinite(side.values[column.name]).sum()) >= LEAST_VALUES


def _judge(
    column: Column, reference: Side, current: Side, distance: float, threshold: float, p_value: float
) -> ColumnVerdict:
    values = [side.values[column.name][np.isfinite(side.values[column.name])] for side in (reference, current)]
    middle = np.mean if column.name in BINARY else np.median
    return ColumnVerdict(
        column=column.name,
        title=column.title,
        unit=column.unit,
        group=column.group,
        drifted=distance >= threshold,
        distance=distance,
        threshold=threshold,
        p_value=p_value,
        median=(float(middle(values[0])), float(middle(values[1]))),
        n=(len(values[0]), len(values[1])),
    )


def _because(one: ColumnVerdict) -> str:
    before, now = (numbers.quantity(value, one.unit) for value in one.median)
    of = "mean" if one.column in BINARY else "median"
    return (
        f"{one.title}: {of} {before} in the reference, {now} now; distance {numbers.number(one.distance)} standard "
        f"deviations, threshold {numbers.number(one.threshold)} ({numbers.count(one.n[0])} and "
        f"{numbers.count(one.n[1])} images)"
    )


def _because_of_pixels(camera: CameraVerdict) -> str:
    share, threshold = (numbers.quantity(value, percent=True) for value in (camera.share, camera.threshold))
    return (
        f"{share} of {numbers.count(camera.n_pixels)} pixels changed their noise, threshold {threshold}; "
        f"{camera.dead[0]} gave nothing in the reference, {camera.dead[1]} now"
    )


def _cautions(
    reference: Side, current: Side, columns: Sequence[Column], camera: CameraVerdict | None, config: Drift
) -> list[str]:
    cautions = []
    mixed = [side.facts["primaries"] for side in (reference, current)]
    shares = [{name: n / sum(mix.values()) for name, n in mix.items()} for mix in mixed]
    if any(abs(shares[0].get(name, 0) - shares[1].get(name, 0)) > 0.1 for name in {*shares[0], *shares[1]}):
        told = " and ".join(
            ", ".join(f"{numbers.share(share)} {name}" for name, share in one.items()) for one in shares
        )
        cautions.append(
            f"The two sides are of different particles ({told}); that alone moves parameters and scores. Use "
            f"drift.select.primaries, such as [{primary_name(101)}], to compare like with like."
        )
    zeniths = [side.facts["zenith_deg"] for side in (reference, current)]
    if all(zeniths) and (zeniths[1][0] < zeniths[0][0] - 1 or zeniths[1][1] > zeniths[0][1] + 1):
        cautions.append(
            f"Zenith angles of {_span(zeniths[1])} deg lie outside of the reference's, {_span(zeniths[0])} deg; images "
            "change with the zenith angle without any fault of the telescope."
        )
    given = [one for one in ALL if _given(reference, one) or _given(current, one)]
    left_out = [one.title for one in given if one not in columns and one.name not in config.ignore]
    if left_out:
        cautions.append(f"Not compared, for want of {LEAST_VALUES} values on each side: {', '.join(left_out)}.")
    if config.ignore:
        titles = ", ".join(one.title for one in ALL if one.name in config.ignore)
        cautions.append(f"Not compared, as set in drift.ignore: {titles}.")
    if camera is None:
        cautions.append(f"Single pixels were not compared: no telescope has {LEAST_IMAGES} images on each side.")
    return cautions


def _span(limits: Sequence[float]) -> str:
    return f"{limits[0]:.1f} to {limits[1]:.1f}"
