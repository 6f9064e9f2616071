"""The whole way: blocks, files, stores, shards, workers."""

import json
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import astropy.units as u
import numpy as np
import pytest

from iactflow.errors import ConfigError, InputError, OutputExistsError
from iactflow.simulate import run as module
from iactflow.simulate.block import Block, prepare, simulate_events
from iactflow.simulate.config import Simulate
from iactflow.simulate.run import plan, run

CONFIG = Simulate(
    preset="sst1m-paranal", energy_min=0.8 * u.TeV, energy_max=3 * u.TeV, viewcone=1 * u.deg, true_images=True
)


@pytest.fixture(scope="module", autouse=True)
def _small_blocks():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "EVENTS_PER_BLOCK", 8)
        yield


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """Twenty events in three DL1 files."""
    out = tmp_path_factory.mktemp("dl1") / "gamma"
    summary = run(CONFIG, out, events=20, workers=1)
    assert (summary.n_blocks, summary.n_added) == (3, 3)
    assert summary.n_events >= 20
    return out


def pixels(folder):
    """Images of all files, by the name of the file."""
    from ctapipe.io import TableLoader

    found = {}
    for path in sorted(folder.glob("*.dl1.h5")):
        with TableLoader(path, dl1_images=True) as loader:
            table = loader.read_telescope_events()
        found[path.name] = [np.asarray(table[name]).tobytes() for name in ("event_id", "image", "peak_time")]
    return found


def test_equal_seeds_give_equal_events_and_other_seeds_others():
    first, second, other = (
        next(simulate_events(block, prepare(block)))
        for block in (Block(CONFIG, seed, 0, n_events=1) for seed in (5, 5, 6))
    )
    assert first.images[0].image.tobytes() == second.images[0].image.tobytes()
    assert first.shower.energy == second.shower.energy != other.shower.energy


def test_blocks_finish_their_last_shower():
    block = Block(CONFIG, 1, 0, n_events=3)
    thrown = prepare(block)
    events = list(simulate_events(block, thrown))
    before_last = [event for event in events if event.shower.shower_index < events[-1].shower.shower_index]
    assert len(before_last) < 3 <= len(events)
    assert thrown.n_showers >= events[-1].shower.shower_index


def test_workers_and_shards_do_not_change_events(files, tmp_path):
    for number in (1, 2):
        run(CONFIG, tmp_path / "shards", events=20, shard=(number, 2), workers=2)
    assert pixels(tmp_path / "shards") == pixels(files)


def test_what_is_finished_is_kept_and_the_rest_done(files, tmp_path):
    again = tmp_path / "again"
    shutil.copytree(files, again)
    [lost, *kept] = sorted(again.glob("*.dl1.h5"))
    lost.unlink()
    times = {path: path.stat().st_mtime_ns for path in kept}
    assert run(CONFIG, again, events=20, workers=1).n_added == 1
    assert times == {path: path.stat().st_mtime_ns for path in kept}
    assert pixels(again) == pixels(files)
    assert run(CONFIG, again, events=20, workers=1).n_added == 0


def test_another_simulation_is_not_mixed_in(files):
    other = CONFIG.model_copy(update={"spectral_index": -2.5})
    with pytest.raises(OutputExistsError, match="does not hold this simulation"):
        run(other, files, events=20, workers=1)


def test_files_open_in_ctapipes_table_loader(files):
    from ctapipe.io import TableLoader

    path = sorted(files.glob("*.dl1.h5"))[0]
    with TableLoader(path, dl1_images=True, true_images=True) as loader:
        events = loader.read_telescope_events()
        config = loader.read_simulation_configuration()
        histogram = loader.read_shower_distribution()
    assert {"hillas_length", "timing_slope", "true_energy", "true_x_max", "true_impact_distance"} <= set(
        events.colnames
    )
    assert np.asarray(events["true_image"]).sum(axis=1) == pytest.approx(np.asarray(events["true_image_sum"]))
    assert (events["true_energy"] > 0.8 * u.TeV).all()
    assert config["n_showers"][0] * config["shower_reuse"][0] == histogram["n_entries"][0]
    assert histogram["histogram"][0].sum() == histogram["n_entries"][0]
    assert config["spectral_index"][0] == -2
    assert config["max_viewcone_radius"].quantity[0] == 1 * u.deg
    axis = np.abs(events["true_impact_distance"].quantity.to_value("m"))
    assert (axis < 600).all()


def test_images_lie_where_the_shower_comes_from(files):
    """Images of showers point at the source: their axis passes it, nearer than a random one would."""
    from ctapipe.io import TableLoader

    from iactflow.simulate.frames import direction, pointing_axes

    misses = []
    for path in files.glob("*.dl1.h5"):
        with TableLoader(path) as loader:
            events = loader.read_telescope_events()
        axis, up, right = pointing_axes(70, 0)
        for row in events[np.asarray(events["hillas_intensity"]) > 100]:
            source = direction(float(row["true_alt"]), float(row["true_az"]))
            lat, lon = (np.degrees(source @ v / (source @ axis)) for v in (up, right))
            psi = np.radians(float(row["hillas_psi"]))
            d_lon, d_lat = lon - float(row["hillas_fov_lon"]), lat - float(row["hillas_fov_lat"])
            misses.append(abs(-d_lon * np.sin(psi) + d_lat * np.cos(psi)))
    assert len(misses) > 5
    assert np.median(misses) < 0.2  # deg; mirrored or swapped axes give more than 0.5


def test_files_pass_through_ctapipe_merge(files, tmp_path):
    from ctapipe.core import run_tool
    from ctapipe.io import TableLoader
    from ctapipe.tools.merge import MergeTool

    out = tmp_path / "merged.h5"
    inputs = [str(path) for path in sorted(files.glob("*.dl1.h5"))]
    assert run_tool(MergeTool(), [*inputs, f"--output={out}"], raises=True) == 0
    with TableLoader(out) as loader:
        assert len(loader.read_subarray_events()) >= 20
        assert len(loader.read_simulation_configuration()) == 3


def test_run_cards_are_inputs_of_ctapipes_own_tools(tmp_path):
    from ctapipe.io import EventSource

    from iactflow.simulate.event_source import SUFFIX, SimulatedEventSource

    card = tmp_path / f"few{SUFFIX}"
    card.write_text(Block(CONFIG, 1, 0, n_events=2).card())
    with EventSource(card) as source:
        assert isinstance(source, SimulatedEventSource)
        events = list(source)
        assert len(events) >= 2
        assert list(events[0].dl1.tel) == list(events[0].trigger.tels_with_trigger)


def test_the_short_way_gives_the_store_that_ingest_makes_of_the_files(files, tmp_path):
    from iactflow.data.origin import IACTFLOW, origin_of
    from iactflow.data.store import read_manifest
    from iactflow.ingest.run import run as ingest

    long = ingest([str(files)], tmp_path / "long", workers=1)
    plain = CONFIG.model_copy(update={"true_images": False})
    short = run(plain, tmp_path / "short", events=20, output_format="store", workers=1)
    assert short.n_images == long.n_images
    manifests = [read_manifest(tmp_path / name) for name in ("long", "short")]
    parts = [[part["file"] for source in m["sources"] for part in source["parts"]] for m in manifests]
    assert parts[0] == parts[1]  # names are hashes of the content
    for one, two in zip(*(m["sources"] for m in manifests), strict=True):
        assert one["simulation"] == two["simulation"]
        assert origin_of(one) == origin_of(two) == IACTFLOW
    assert run(plain, tmp_path / "short", events=20, output_format="store", workers=1).n_added == 0


def test_a_store_keeps_the_photoelectrons_and_so_does_one_that_it_is_merged_into(tmp_path):
    from iactflow.data.store import Store
    from iactflow.ingest.run import run as ingest

    run(CONFIG, tmp_path / "with", events=3, output_format="store", workers=1)
    run(CONFIG.model_copy(update={"true_images": False}), tmp_path / "without", events=3, seed=2, output_format="store")
    block = Block(CONFIG, 1, 0, n_events=3)
    events = list(simulate_events(block, prepare(block)))
    by_key = {(event.event_id, image.telescope + 1): image for event in events for image in event.images}

    ingest([str(tmp_path / "with")], tmp_path / "merged")
    for path in (tmp_path / "with", tmp_path / "merged"):
        store = Store(path)
        images = store.true_images(np.arange(len(store)))
        keys = zip(store.column("event_id").tolist(), store.column("tel_id").tolist(), strict=True)
        for found, key in zip(images, keys, strict=True):
            assert found.tobytes() == by_key[key].true_image.tobytes()
    both = Store([tmp_path / "with", tmp_path / "without"])
    assert len(both) > len(store)
    with pytest.raises(InputError, match=r"without holds no photoelectrons .*true_images=true"):
        both.true_images(np.arange(2))


def parts_and_pending(store):
    """Names of a store's parts, which are hashes of their content, and of what is still to come."""
    manifest = json.loads((store / "store.json").read_text())
    return sorted(part["file"] for s in manifest["sources"] for part in s["parts"]), manifest["pending"]


def children(pid):
    return Path(f"/proc/{pid}/task/{pid}/children").read_text().split()


def test_a_killed_run_takes_its_workers_along_and_is_finished_by_running_it_again(tmp_path):
    config = Simulate(preset="sst1m-mono", energy_min=0.3 * u.TeV, energy_max=0.5 * u.TeV)
    amount = {"showers": 500, "output_format": "store", "workers": 1}  # three blocks
    out, whole = tmp_path / "killed", tmp_path / "whole"
    program = [sys.executable, "-c", "from iactflow.cli import main; main()", "simulate", "--preset", "sst1m-mono"]
    energies = ["--set", "energy_min=0.3 TeV", "--set", "energy_max=0.5 TeV"]
    others = ["--showers", "500", "--format", "store", "--workers", "2", "--out", str(out)]
    with subprocess.Popen([*program, *energies, *others], stderr=subprocess.DEVNULL) as process:
        while process.poll() is None and not (out / "store.json").exists():
            time.sleep(0.01)
        workers = children(process.pid)
        process.kill()
    assert process.returncode == -signal.SIGKILL
    assert len(workers) >= 2
    for _ in range(3000):  # half a minute at most
        if not any(Path(f"/proc/{worker}").exists() for worker in workers):
            break
        time.sleep(0.01)
    assert not [worker for worker in workers if Path(f"/proc/{worker}").exists()]
    finished, pending = parts_and_pending(out)
    assert finished
    assert 0 < len(pending) < 3
    assert run(config, out, **amount).n_added == len(pending)
    assert run(config, whole, **amount).n_added == 3
    assert parts_and_pending(out) == parts_and_pending(whole)
    assert sorted(path.name for path in out.glob("part-*")) == parts_and_pending(whole)[0]
    assert set(finished) < set(parts_and_pending(whole)[0])


def test_corsika_photons_become_events_with_sim_telarrays_numbers(photons, sst1m_store, tmp_path):
    from ctapipe.io import TableLoader

    from iactflow.data.origin import CORSIKA_PHOTONS, origin_of
    from iactflow.data.store import Store
    from iactflow.ingest.run import run as ingest

    summary = run(Simulate(preset="sst1m-paranal"), tmp_path / "photons", photons=[str(photons)], workers=1)
    [path] = summary.path.glob("*.dl1.h5")
    ingest([str(path)], tmp_path / "store", workers=1)
    [source] = Store([tmp_path / "store"]).manifests[0]["sources"]
    assert origin_of(source) == CORSIKA_PHOTONS
    with TableLoader(path) as loader:
        events = loader.read_telescope_events()
    ours = {(int(row["event_id"]), int(row["tel_id"])) for row in events}
    store = Store([sst1m_store])
    theirs = set(zip(store.column("event_id").tolist(), store.column("tel_id").tolist(), strict=True))
    assert len(ours & theirs) > 0.7 * len(theirs)


def test_light_of_another_site_is_refused(photons, tmp_path):
    with pytest.raises(ConfigError, match="2150 m above sea level"):
        run(Simulate(preset="sst1m-mono"), tmp_path / "out", photons=[str(photons)])
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("settings", "error", "words"),
    [
        ({}, ConfigError, "one of --events N"),
        ({"events": 5, "showers": 5}, ConfigError, "one of --events N"),
        ({"events": 0}, ConfigError, "at least 1"),
        ({"events": 5, "shard": (3, 2)}, ConfigError, "1 <= I <= N"),
        ({"photons": ["none.zst"]}, InputError, "does not exist"),
        ({"photons": ["none.zst"], "events": 3}, ConfigError, "leave --events"),
    ],
)
def test_wrong_amounts_say_what_is_wrong(settings, error, words):
    with pytest.raises(error, match=words):
        plan(CONFIG, 1, **settings)


def test_shards_share_out_all_blocks():
    whole = plan(CONFIG, 1, events=100)
    shares = [plan(CONFIG, 1, events=100, shard=(number, 3)) for number in (1, 2, 3)]
    assert sorted((b for share in shares for b in share), key=lambda b: b.number) == whole
    assert sum(block.n_events for block in whole) == 100
