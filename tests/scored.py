"""Models and results of known quality, without a network: what promote goes by is in their accounts and replicas."""

import json
from pathlib import Path

import numpy as np
import pyarrow as pa
from astropy.table import Table

from iactflow.data.result import Bootstrap, Result
from iactflow.evaluate.energy import score_energy


def model(folder: Path, name: str, sources: tuple[str, ...] = ()) -> Path:
    """Write a bundle whose network is a few bytes; `sources` are what it says that it has learnt from."""
    store = {"path": "s", "hash": f"data-{name}", "sources": list(sources), "made": ["simulated by iactflow"]}
    counts = {"n_train": 600, "n_train_showers": 60, "n_validation": 100, "n_validation_showers": 10}
    info = {
        "format": 2,
        "name": name,
        "tasks": ["energy"],
        "instrument": "sst1m-mono",
        "camera": {"name": "DigiCam", "hash": "0123456789abcdef"},
        "inputs": {"image": [1296]},
        "outputs": {"energy": "TeV"},
        "loss": "mae of energy in dex",
        "range_of_validity": {"energy_tev": [0.3, 50.0], "zenith_deg": [20.0, 20.0], "intensity_pe": None},
        "config": {"model": {"mode": "mono"}, "train": {}},
        "cuts": [],
        "stores": [store | counts],
        "seed": 1,
        "kept_epoch": 2,
        "cost": {"train_seconds": 60.0, "ms_per_event": 1.0, "device": "a toy"},
        "versions": {"iactflow": "0.1.0"},
        "code": "fedcba9876543210",
        "mlflow": {"run_id": None},
    }
    folder.mkdir(parents=True)
    (folder / "model.json").write_text(json.dumps(info))
    (folder / "model.keras").write_bytes(name.encode())
    np.savez(folder / "example.npz", image=np.zeros((1, 1296), np.float32))
    return folder


def result(bundle: Path, width: float, *, bias: float = 0.0, n_showers: int = 200, events_hash: str = "a") -> Result:
    """Score estimates of known bias and width, of the same showers each time."""
    rng = np.random.default_rng(5)
    showers = np.repeat(np.arange(n_showers), 4)
    true = (10 ** rng.uniform(0, 1, n_showers))[showers]
    reco = true * (1 + bias) * np.exp(width * rng.normal(0, 1, true.size))
    settings = Bootstrap(n=100, seed=1, level=0.95)
    sample = {"key": "iactflow", "made": "simulated by iactflow"}
    empty = pa.table({})
    info = json.loads((bundle / "model.json").read_text())
    return Result(
        name=info["name"],
        tasks=["energy"],
        model=info,
        cost={},
        data={"sample": sample, "split": "test", "n_images": true.size, "n_showers": n_showers},
        bootstrap=settings,
        events_hash=events_hash,
        provenance={"model": str(bundle)},
        predictions=empty,
        examples=empty,
        pixels=Table({"pix_id": [0]}),
        **score_energy(true, reco, showers, settings)._asdict(),
    )


def saved(folder: Path, own: Result, champion: Result | None = None) -> Path:
    """Write a result as evaluate does, with the champion's inside."""
    own.save(folder)
    if champion is not None:
        champion.save(folder / "champion")
    return folder
