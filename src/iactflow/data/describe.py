"""A store in words and numbers, for a person."""

import hashlib
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from iactflow.data import schema
from iactflow.data.store import Store
from iactflow.errors import InputError

_QUANTILES = (0.05, 0.5, 0.95)


def describe(store: Store) -> str:
    """Describe a store as a text of tables.

    Parameters
    ----------
    store : Store
        Opened; the first folder is described if it has several.

    Returns
    -------
    str
        Camera, images by primary and split, ranges of energy and intensity, sources, cuts, configuration.
    """
    manifest, camera = store.manifests[0], store.camera
    parameters = "images and DL1 parameters" if store.has_parameters else "images only"
    shares = ", ".join(f"{name} {manifest['fractions'][name]:g}" for name in schema.SPLITS)
    lines = [
        f"{store.paths[0]}: {len(store):,} images, content {store.hash}, format {manifest['format']}",
        "",
        *_aligned(
            [
                ("camera", f"{camera.name}, {camera.n_pixels:,} pixels, geometry {camera.hash}"),
                ("telescopes", f"{len(camera.telescopes)} ({', '.join(sorted(set(camera.telescopes['name'])))})"),
                ("holds", parameters),
                ("split", f"by shower: {shares}"),
                *_ranges(store),
                *((f"cut on {name}", cut) for name, cut in manifest["cuts"].items()),
                ("cleaning", _cleaning(manifest["ctapipe"])),
            ]
        ),
        "",
        *_counts(manifest["counts"]),
        "",
        *_sources(manifest["sources"]),
    ]
    return "\n".join(lines) + "\n"


def verify_parts(store: Store) -> int:
    """Compare every part with the hash in its name.

    Returns
    -------
    int
        Number of parts.

    Raises
    ------
    InputError
        If the content of one has changed.
    """
    for part in store.parts:
        with open(part.path, "rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        expected = part.path.stem.removeprefix("part-")
        if not digest.startswith(expected):
            raise InputError(
                f"{part.path} was changed after it was written: its sha256 begins with {digest[: len(expected)]}. "
                "Make the store again with --overwrite."
            )
    return len(store.parts)


def _ranges(store: Store) -> list[tuple[str, str]]:
    rows = []
    if len(store):
        energy = store.column(schema.TRUE_ENERGY)
        if np.isfinite(energy).any():
            rows.append(("true energy", f"{np.nanmin(energy):.3g} to {np.nanmax(energy):.3g} TeV"))
        if store.has_parameters:
            intensity = store.column(schema.INTENSITY)
            known = intensity[np.isfinite(intensity)]
            values = ", ".join(f"{value:.4g}" for value in np.quantile(known, _QUANTILES)) if len(known) else "none"
            quantiles = ", ".join(f"{quantile:.0%}" for quantile in _QUANTILES)
            rows.append(
                ("intensity", f"{values} pe at {quantiles} of the {len(known):,} images that have DL1 parameters")
            )
    return rows


def _cleaning(configuration: dict[str, Any]) -> str:
    processor = configuration.get("ImageProcessor", {})
    name = processor.get("image_cleaner_type", "ctapipe's default")
    query = processor.get("ImageQualityQuery", {}).get("quality_criteria", [])
    criteria = "; ".join(expression for _, expression in query)
    return f"{name}{f', parameters where {criteria}' if criteria else ''}"


def _counts(counts: dict[str, Any]) -> list[str]:
    rows: list[tuple[str, ...]] = [("primary", "split", "images", "events", "showers")]
    for primary, splits in counts.items():
        for split in schema.SPLITS:
            numbers = splits.get(split, {})
            rows.append((primary, split, *(f"{numbers.get(what, 0):,}" for what in rows[0][2:])))
    return _aligned(rows, right=(2, 3, 4))


def _sources(sources: Sequence[dict[str, Any]]) -> list[str]:
    rows = [("source", "kind", "runs", "images", "sha256", "ctapipe", "lost or mended")]
    for source in sources:
        runs = source["obs_ids"]
        told = [source["lost"]] if source["lost"] else []
        told += [f"{name} {number}" for name, number in source["noticed"].items()]
        rows.append(
            (
                source["name"],
                source["kind"],
                f"{runs[0]}-{runs[-1]}" if len(runs) > 1 else "".join(map(str, runs)),
                f"{source['n_images']:,}",
                source["sha256"][:12],
                source["versions"]["ctapipe"],
                "; ".join(told) or "-",
            )
        )
    return _aligned(rows, right=(3,))


def _aligned(rows: Iterable[Sequence[str]], right: Sequence[int] = ()) -> list[str]:
    rows = [list(map(str, row)) for row in rows]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return [
        "  ".join(
            text.rjust(width) if column in right else text.ljust(width)
            for column, (text, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]
