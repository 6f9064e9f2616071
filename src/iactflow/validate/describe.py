"""What a result records of its samples, its generator and its making."""

import hashlib
from typing import Any

import numpy as np
import pyarrow as pa

from iactflow.data import schema
from iactflow.data.origin import origin_of
from iactflow.data.store import Store
from iactflow.errors import ConfigError
from iactflow.validate.common import Common
from iactflow.validate.config import Validate
from iactflow.validate.samples import IMPACT, Sample

_KEY = (schema.PRIMARY, schema.OBS_ID, schema.SHOWER_ID, schema.EVENT_ID, schema.TEL_ID)
#: What pages call generators, by their method.
_CALLED = {
    "flow": "Teacher by flow",
    "diffusion": "Teacher by diffusion",
    "wgan": "WGAN",
    "consistency": "Student by consistency",
    "mean-flow": "Student by mean flow",
    "progressive": "Student by progressive distillation",
}
#: Fields of `iactflow.models.predictor.Cost`, with the time of trials whether images can trigger, for what has not been
#: measured.
NO_COST: dict[str, Any] = {
    "parameters": None,
    "flops_per_event": None,
    "train_seconds": None,
    "train_images": None,
    "ms_per_event": None,
    "ms_of_trials": None,
    "n_events_timed": None,
    "device": "not measured",
    "batch_size": None,
    "bytes_on_disk": None,
}


def generator_of(store: Store) -> dict[str, Any]:
    """Give the account that a generated store holds of its generator, with the cost of generation.

    Raises
    ------
    ConfigError
        If several generators wrote into the store.
    """
    sources = [source for manifest in store.manifests for source in manifest["sources"]]
    told = {str(source["generator"]["name"]): source["generator"] for source in sources}
    if len(told) != 1:
        raise ConfigError(
            f"{store.paths[0]} must hold images of one generator. It holds those of: {', '.join(sorted(told))}."
        )
    generator = dict(next(iter(told.values())))
    generator["name"] = _called(generator)
    timed = [source["generator"]["timed"] for source in sources]
    seconds, images = (sum(one[name] for one in timed) for name in ("seconds", "images"))
    # stores of earlier versions hold the time of both together
    apart = all("trial_seconds" in one for one in timed)
    trials = sum(one["trial_seconds"] for one in timed) if apart else None
    generator["cost"] = {
        **NO_COST,
        **generator["cost"],
        "ms_per_event": 1e3 * seconds / max(images, 1),
        "ms_of_trials": None if trials is None else 1e3 * trials / max(images, 1),
        "n_events_timed": images,
        "device": timed[0]["device"],
        "batch_size": timed[0]["batch_size"],
    }
    return generator


def _called(generator: dict[str, Any]) -> str:
    """Call a generator by what it is and by its steps; one of another kind by the name of its bundle."""
    if generator["method"] not in _CALLED:
        return str(generator["name"])
    steps = int(generator["steps"])
    return f"{_CALLED[generator['method']]}, {steps} step{'s' if steps > 1 else ''}"


def data_block(common: Common, sample: Sample, config: Validate) -> dict[str, Any]:
    """Say in numbers what was compared with what."""
    samples, reference = common.samples, common.samples.reference
    listed = [source for manifest in reference.store.manifests for source in manifest["sources"]]
    codes, counts = np.unique(sample.column(schema.PRIMARY), return_counts=True)
    primaries = {schema.primary_name(code): int(n) for code, n in zip(codes, counts, strict=True)}
    return {
        "camera": {"name": sample.store.camera.name, "hash": sample.store.camera.hash},
        "made": sorted({origin_of(source).made for source in listed}),
        "stores": {"compared": _paths(sample.store), "simulated": _paths(reference.store)},
        "store_hashes": {"compared": sample.store.hash, "simulated": reference.store.hash},
        "selection": config.select.model_dump(mode="json"),
        "cuts": {
            "compared": [cut._asdict() for cut in sample.cuts],
            "simulated": [cut._asdict() for cut in reference.cuts],
        },
        "n_images": len(sample.rows),
        "n_showers": int(sample.showers.max()) + 1,
        "n_reference_showers": int(reference.showers.max()) + 1,
        "n_training_images": len(samples.training.rows),
        "primaries": primaries,
        "passed": {"compared": float(sample.passed.mean()), "simulated": float(reference.passed.mean())},
        "energy_tev": _range(sample.column(schema.TRUE_ENERGY)),
        "impact_m": _range(sample.column(IMPACT)),
        "true_pixels": common.learnt.true_pixels,
        "floor_splits": config.splits,
        "noticed": _noticed(sample.store),
        "simulation_cost": _simulation_cost(listed, set(primaries)),
    }


def events_hash(reference: Sample) -> str:
    """Identify the reference images, with which comparisons are made."""
    digest = hashlib.sha256()
    for name in _KEY:
        digest.update(reference.column(name).astype("<i8").tobytes())
    return digest.hexdigest()[:16]


def per_image(sample: Sample, values: dict[str, np.ndarray]) -> pa.Table:
    """List the compared images: key, what was asked for, charge, whether it passes, scores and estimates."""
    names = [*_KEY, schema.TRUE_ENERGY, IMPACT, schema.INTENSITY]
    fields = [sample.store.schema.field(name) for name in names]
    arrays = [pa.array(sample.column(name), from_pandas=True) for name in names]
    table = pa.table(arrays, names=names).cast(pa.schema(fields))
    table = table.append_column("passed", pa.array(sample.passed))
    told = {
        "hillas_score": ("", "Score of the classifier on Hillas parameters, larger for generated"),
        "image_score": ("", "Score of the classifier on all parameters"),
        "pixel_score": ("", "Score of the classifier on pixels"),
        "reco_energy": ("TeV", "Energy regressed from the image's parameters"),
        "reco_impact_distance": ("m", "Impact distance regressed from the image's parameters"),
        "nearest": ("", "Distance to the nearest training image in parts of the image's norm"),
    }
    for name, (unit, description) in told.items():
        field = pa.field(name, pa.float64(), metadata={"unit": unit, "description": description})
        table = table.append_column(field, pa.array(np.asarray(values[name], float)))
    return table


def _noticed(store: Store) -> dict[str, int]:
    total: dict[str, int] = {}
    for source in (source for manifest in store.manifests for source in manifest["sources"]):
        for name, number in source["noticed"].items():
            total[name] = total.get(name, 0) + number
    return total


def _simulation_cost(sources: list[dict[str, Any]], primaries: set[str]) -> dict[str, float] | None:
    """Add up the CPU time of the simulated sources that record it, of those that hold these primaries alone."""
    timed = [source for source in sources if source.get("cpu_seconds") and set(source["counts"]) <= primaries]
    if not timed:
        return None
    return {"cpu_seconds": sum(one["cpu_seconds"] for one in timed), "images": sum(one["n_images"] for one in timed)}


def _paths(store: Store) -> list[str]:
    return [str(path) for path in store.paths]


def _range(values: np.ndarray) -> list[float]:
    return [float(np.nanmin(values)), float(np.nanmax(values))]
