"""What killed processes and full disks leave behind."""

import os
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from iactflow.data.store import MANIFEST, Store
from iactflow.errors import IactflowError
from iactflow.ingest.run import run

COMMAND = [sys.executable, "-c", "from iactflow.cli import main; main()", "ingest"]


def content(store):
    return {path.name: path.read_bytes() for path in sorted(store.iterdir())}


@pytest.fixture(scope="module")
def runs(few_telescopes, as_run, tmp_path_factory):
    """Four DL1 files."""
    folder = tmp_path_factory.mktemp("runs")
    for number in range(301, 305):
        as_run(few_telescopes, folder / f"run{number}.dl1.h5", number)
    return folder


@pytest.fixture(scope="module")
def undisturbed(runs, tmp_path_factory):
    return run([str(runs)], tmp_path_factory.mktemp("undisturbed") / "store", workers=1).path


def children(pid):
    with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as file:
        return [int(child) for child in file.read().split()]


def wait_for(condition, process, seconds=240):
    end = time.monotonic() + seconds
    while not condition():
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < end
        time.sleep(0.002)


@pytest.mark.parametrize("moment", ["part-*.arrow", MANIFEST])
def test_killed_and_run_again_the_store_is_that_of_an_undisturbed_run(runs, undisturbed, tmp_path, moment):
    out = tmp_path / "store"
    process = subprocess.Popen([*COMMAND, "--input", str(runs), "--out", str(out), "--workers", "1"])
    wait_for(lambda: list(out.glob(moment)), process)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    assert content(out) != content(undisturbed)
    assert run([str(runs)], out).n_images == 4 * 21
    assert content(out) == content(undisturbed)


def test_orphans_die_and_the_store_can_be_finished(runs, undisturbed, tmp_path):
    out = tmp_path / "store"
    process = subprocess.Popen([*COMMAND, "--input", str(runs), "--out", str(out), "--workers", "2"])
    wait_for(lambda: list(out.glob("part-*.arrow")), process)
    workers = children(process.pid)
    assert len(workers) >= 2
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    end = time.monotonic() + 10
    while any(os.path.exists(f"/proc/{worker}") for worker in workers) and time.monotonic() < end:
        time.sleep(0.05)
    assert not [worker for worker in workers if os.path.exists(f"/proc/{worker}")]
    run([str(runs)], out)
    assert content(out) == content(undisturbed)


def test_killed_worker_is_told_and_nothing_wrong_is_left(runs, undisturbed, tmp_path):
    out = tmp_path / "store"
    process = subprocess.Popen(
        [*COMMAND, "--input", str(runs), "--out", str(out), "--workers", "2"], stderr=subprocess.PIPE, text=True
    )
    wait_for(lambda: list(out.glob("part-*.arrow")), process)
    readers = [child for child in children(process.pid) if b"spawn_main" in Path(f"/proc/{child}/cmdline").read_bytes()]
    os.kill(readers[0], signal.SIGKILL)
    _, told = process.communicate()
    assert process.returncode == 1
    assert "ended without a word (exit code -9)" in told
    run([str(runs)], out)
    assert content(out) == content(undisturbed)


@pytest.fixture
def small_files():
    """Let this process write no file over 150 kB, which fails like a full disk does."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (150_000, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, before)
    signal.signal(signal.SIGXFSZ, ignored)


def test_full_disk_leaves_nothing_under_its_final_name(runs, tmp_path, small_files):
    out = tmp_path / "store"
    with pytest.raises(IactflowError, match=r"part-.*arrow could not be written: file too large.*free some space"):
        run([str(runs / "run301.dl1.h5")], out)
    assert sorted(path.name for path in out.iterdir()) == ["camera.ecsv", "telescopes.ecsv"]


def test_full_disk_while_growing_leaves_the_store_as_it_was(runs, tmp_path, request):
    out = run([str(runs / "run301.dl1.h5")], tmp_path / "store").path
    before = content(out)
    request.getfixturevalue("small_files")
    with pytest.raises(IactflowError, match="could not be written"):
        run([str(runs / "run302.dl1.h5")], out)
    assert content(out) == before
    assert len(Store(out)) == 21
