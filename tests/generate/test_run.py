"""Generate with a generator that gives simulated photoelectrons back: what comes out is known."""

import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from iactflow.cli import main
from iactflow.data.origin import GENERATED, ORIGINS, origins
from iactflow.data.store import Store
from iactflow.errors import ConfigError, InputError, OutputExistsError
from iactflow.generate import blocks
from iactflow.generate.config import Generate
from iactflow.generate.run import run
from iactflow.generation import sampler
from iactflow.generation.conditions import Conditions
from iactflow.generation.times import TimeModel


class Echo:
    """A generator whose images are those of the training showers that it draws."""

    BLOCK, steps = 4, 1

    def __init__(self, store):
        self.store, self.camera = Store(store), Store(store).camera
        cost = {"parameters": 5, "bytes_on_disk": 10, "train_seconds": 1.0, "train_images": 9, "flops_per_event": None}
        self.info = {"name": "echo", "instrument": "ct5", "method": "echo", "steps": 1, "cost": cost}

    def draw(self, n, seed, energy=None, impact=None):
        self.rows = np.random.default_rng(seed).choice(self.store.rows("train"), n, replace=False)
        self.wanted = (energy, impact)
        return Conditions.of_store(self.store, self.rows)

    def sample(self, conditions, seed, first=0):
        drawn = Conditions.of_store(self.store, self.rows)
        row_of = dict(zip(zip(drawn.energy, drawn.core_x, strict=True), self.rows, strict=True))
        return self.store.true_images([row_of[key] for key in zip(conditions.energy, conditions.core_x, strict=True)])

    def stream(self, conditions, seed, first=0):
        for low in range(0, len(conditions), self.BLOCK):
            some = conditions[low : low + self.BLOCK]
            yield self.sample(some, seed, first), some


@pytest.fixture
def bundle(toy_simulation, tmp_path, monkeypatch):
    store = Store(toy_simulation)
    folder = tmp_path / "bundle"
    folder.mkdir()
    (folder / "model.json").write_text("{}")
    TimeModel.fit(store, store.rows("train")).save(folder / "times.npz")
    echo = Echo(toy_simulation)
    monkeypatch.setattr(sampler.Sampler, "load", lambda path, steps=None: echo)
    monkeypatch.setattr(blocks, "IMAGES_PER_BLOCK", 8)
    return folder


def parts(store):
    manifest = json.loads((Path(store) / "store.json").read_text())
    return sorted(part["file"] for source in manifest["sources"] for part in source["parts"])


def test_a_generated_store_holds_the_drawn_photoelectrons_and_their_truth(bundle, tmp_path, toy_simulation):
    done = run(bundle, tmp_path / "out", config=Generate(images=20), workers=1)
    store, simulated = Store(done.path), Store(toy_simulation)
    assert done.n_images == len(store) == 20
    assert (origins(store) == ORIGINS.index(GENERATED)).all()
    assert set(store.column("split")) <= {"train", "validation"}
    there = {image.tobytes(): row for row, image in enumerate(simulated.true_images(np.arange(len(simulated))))}
    rows = [there[image.tobytes()] for image in store.true_images(np.arange(20))]
    for name in ("true_energy", "true_core_x", "true_alt", "true_shower_primary_id"):
        assert store.column(name) == pytest.approx(simulated.column(name)[rows], rel=1e-6)
    assert store.column("true_impact_distance") == pytest.approx(
        simulated.column("true_impact_distance")[rows], rel=1e-5
    )


def test_the_camera_adds_night_sky_and_cleaning_finds_the_light(bundle, tmp_path):
    store = Store(run(bundle, tmp_path / "out", config=Generate(images=20), workers=1).path)
    images, true = store.pixels("image", np.arange(20)), store.true_images(np.arange(20))
    assert images[true == 0].std() > 0.5
    charge = store.column("hillas_intensity")
    known = np.isfinite(charge)
    assert known.sum() > 10
    assert np.median(charge[known] / true.sum(axis=1)[known]) == pytest.approx(1, abs=0.25)


def test_images_that_cannot_trigger_are_drawn_anew_for_the_same_shower(bundle, tmp_path, monkeypatch):
    seeds = []

    def sample(self, conditions, seed, first=0):
        seeds.append(seed)
        images = self.store.true_images(self.store.rows("train")[: len(conditions)])
        return images if seeds.count(5) != 1 or seed != 5 else images * (np.arange(len(conditions)) != 2)[:, None]

    monkeypatch.setattr(Echo, "sample", sample)
    done = run(bundle, tmp_path / "out", config=Generate(images=8, seed=5), workers=1)
    assert seeds[:3] == [0, 5, 5]  # to warm up, the two portions of the first draw
    assert len(seeds) == 4  # the refused one
    assert seeds[3] not in (0, 5)
    assert done.n_not_triggered == 0
    assert (Store(done.path).true_images(np.arange(8)).sum(axis=1) > 0).all()


def test_workers_and_shards_give_the_same_images_and_other_seeds_others(bundle, tmp_path):
    whole = run(bundle, tmp_path / "whole", config=Generate(images=20), workers=1)
    for number in (1, 2):
        run(bundle, tmp_path / "shards", config=Generate(images=20), shard=(number, 2), workers=2)
    other = run(bundle, tmp_path / "other", config=Generate(images=20, seed=2), workers=1)
    assert parts(whole.path) == parts(tmp_path / "shards")
    assert not set(parts(whole.path)) & set(parts(other.path))


def test_what_is_finished_is_kept(bundle, tmp_path, monkeypatch):
    import iactflow.generate.run as module

    real, written = module.write_parts, []

    def fails_at_the_third(*arguments):
        if len(written) == 2:
            raise KeyboardInterrupt
        written.append(1)
        return real(*arguments)

    monkeypatch.setattr(module, "write_parts", fails_at_the_third)
    with pytest.raises(KeyboardInterrupt):
        run(bundle, tmp_path / "out", config=Generate(images=20), workers=1)
    monkeypatch.setattr(module, "write_parts", real)
    assert run(bundle, tmp_path / "out", config=Generate(images=20), workers=1).n_images == 4
    whole = run(bundle, tmp_path / "whole", config=Generate(images=20), workers=1)
    assert parts(tmp_path / "out") == parts(whole.path)


def test_dl1_files_open_in_ctapipe_and_ingest_knows_their_origin(bundle, tmp_path):
    from ctapipe.io import TableLoader

    from iactflow.ingest.run import run as ingest

    done = run(bundle, tmp_path / "dl1", config=Generate(images=12), output_format="dl1", workers=1)
    files = sorted(done.path.glob("*.dl1.h5"))
    assert len(files) == 2
    with TableLoader(files[0], dl1_images=True, true_images=True, focal_length_choice="EQUIVALENT") as loader:
        assert len(loader.read_telescope_events()) == 8
    store = Store(ingest([str(done.path)], tmp_path / "store", workers=1).path)
    assert len(store) == 12
    assert (origins(store) == ORIGINS.index(GENERATED)).all()
    assert run(bundle, tmp_path / "dl1", config=Generate(images=12), output_format="dl1", workers=1).n_images == 0
    with pytest.raises(OutputExistsError, match="does not hold this run"):
        run(bundle, tmp_path / "dl1", config=Generate(images=12, seed=9), output_format="dl1", workers=1)


def test_energy_and_impact_reach_the_generator(bundle, tmp_path):
    words = ["generate", "--model", str(bundle), "--images", "4", "--out", str(tmp_path / "out"), "--workers", "1"]
    said = CliRunner().invoke(main, [*words, "--energy", "0.5 TeV,2 TeV", "--impact", "120 m"])
    assert said.exit_code == 0, said.output
    assert sampler.Sampler.load(bundle).wanted == ((0.5, 2.0), (120.0, 120.0))
    assert "4 images, of which" in said.output


def test_no_bundle_no_share_and_half_a_range_are_explained(bundle, tmp_path):
    with pytest.raises(ConfigError, match=r"--shard I/N must have 1 <= I <= N\. Received: 3/2"):
        run(bundle, tmp_path / "out", config=Generate(images=20), shard=(3, 2))
    (bundle / "times.npz").unlink()
    with pytest.raises(InputError, match="no bundle of a generator"):
        run(bundle, tmp_path / "out", config=Generate(images=20))
    said = CliRunner().invoke(
        main, ["generate", "--model", "m", "--out", "o", "--set", "generate.energy_min=1 TeV", "--dry-run"]
    )
    assert said.exit_code == 2
    assert "energy_min and energy_max must be given together" in said.output
