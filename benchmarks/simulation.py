"""The simulator beside the published cost of CORSIKA and sim_telarray: images a second, linearity, cores, memory."""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.table import Row, device
from iactflow.cores import usable_cores

#: Preset, primary and showers thrown, each at the default ten core positions.
RUNS = (
    ("sst1m-stereo", "gamma", 400),
    ("sst1m-mono", "gamma", 400),
    ("sst1m-stereo", "proton", 300),
    ("ct5", "gamma", 200),
)
#: Issue 4: triggered images a second and core, published for CORSIKA and sim_telarray (2.5 CPU seconds an image).
PUBLISHED = 0.4
#: Energies at which the time per energy is compared, TeV, with the showers thrown.
ENERGIES = {1.0: 200, 10.0: 30, 50.0: 6}
#: Triggered events of the stores that are written, a short and a long run, by number of workers (0: all cores).
EVENTS = {1: (1000, 6000), 0: (2000, 20_000)}
#: Issue 4: the longest that so many events of sst1m-stereo may take on the cores of a laptop, s.
WANTED_SECONDS = 90.0

_IMAGES = """
import json, sys
from time import process_time
from iactflow.config import validate
from iactflow.simulate.block import Block, prepare, simulate_events
from iactflow.simulate.config import Simulate
def measure(config, seed, showers):
    block = Block(validate(Simulate, config, "benchmark"), seed, 0, n_showers=showers)
    thrown = prepare(block)
    start = process_time()
    n = sum(len(event.images) for event in simulate_events(block, thrown))
    return n, process_time() - start, sum(thrown.energies)
config, showers = json.loads(sys.argv[1]), int(sys.argv[2])
measure(config, 1, 1)
n, seconds, energy = measure(config, 2, showers)
print(json.dumps({"n": n, "seconds": seconds, "energy": energy}))
"""
_STORE = """
import json, re, resource, sys
from pathlib import Path
from time import perf_counter
from iactflow.simulate.config import Simulate
from iactflow.simulate.run import run
if __name__ == "__main__":
    events, workers = int(sys.argv[2]), int(sys.argv[3]) or None
    start = perf_counter()
    done = run(Simulate(), Path(sys.argv[1]), seed=1, events=events, output_format="store", workers=workers)
    seconds = perf_counter() - start
    # Not RUSAGE_SELF, which begins with the memory of the benchmark's own process.
    own = int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1])
    peak = max(own, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss) / 1024
    print(json.dumps({"n": done.n_images, "events": done.n_events, "seconds": seconds, "peak_mib": peak}))
"""


def rows() -> list[Row]:
    """Measure CPU time of showers, camera and trigger in warm processes, and wall time of whole runs into a store."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        return [*_speeds(folder), *_linearity(folder), *_stores(folder)]


def _speeds(folder: Path) -> list[Row]:
    out = []
    for preset, primary, showers in RUNS:
        done = _run(folder, _IMAGES, {"preset": preset, "primary": primary}, showers)
        speed, what = done["n"] / done["seconds"], f"{preset}, {primary}, triggered images"
        told = "CORSIKA + sim_telarray, published"
        out.append(Row(what, speed, "images/s/core", told, PUBLISHED, speed / PUBLISHED, int(done["n"]), device()))
    return out


def _linearity(folder: Path) -> list[Row]:
    out: list[Row] = []
    first = None
    for energy, showers in ENERGIES.items():
        limits = {"energy_min": f"{energy} TeV", "energy_max": f"{1.001 * energy} TeV"}
        done = _run(folder, _IMAGES, limits, showers)
        per_tev = 1e3 * done["seconds"] / done["energy"]
        first = first or per_tev
        what, told = f"sst1m-stereo, gamma of {energy:g} TeV", "the same per energy at 1 TeV"
        out.append(Row(what, per_tev, "ms/TeV", told, first, first / per_tev, showers, device()))
    return out


def _stores(folder: Path) -> list[Row]:
    def measure(workers: int, events: int) -> dict[str, float]:
        return _run(folder, _STORE, folder / f"store-{workers}-{events}", events, workers)

    one, all_cores = ([measure(workers, events) for events in EVENTS[workers]] for workers in (1, 0))
    few, many = all_cores
    speeds = [_speed_after_start(*runs) for runs in (all_cores, one)]
    cores = f"all {usable_cores()} cores"
    what, told = f"simulate into a store, {cores}, after the start", "the same with 1 worker"
    rows = [Row(what, speeds[0], "images/s", told, speeds[1], speeds[0] / speeds[1], int(many["n"]), device())]
    what = f"simulate {EVENTS[0][1]:,} gamma events, sst1m-stereo, {cores}, start included"
    seconds, n = many["seconds"], int(many["events"])
    rows.append(Row(what, seconds, "s", "wanted at most", WANTED_SECONDS, WANTED_SECONDS / seconds, n, device()))
    what, told = "peak memory of simulate, largest process", f"the same at {few['events']:,} events"
    peaks = few["peak_mib"], many["peak_mib"]
    rows.append(Row(what, peaks[1], "MiB", told, peaks[0], peaks[0] / peaks[1], n, device()))
    return rows


def _speed_after_start(few: dict[str, float], many: dict[str, float]) -> float:
    """Give the images a second of what a longer run has more than a shorter one."""
    return (many["n"] - few["n"]) / (many["seconds"] - few["seconds"])


def _run(folder: Path, script: str, *arguments: object) -> dict[str, float]:
    path = folder / "script.py"
    path.write_text(script)
    texts = [json.dumps(value) if isinstance(value, dict) else str(value) for value in arguments]
    done = subprocess.run([sys.executable, str(path), *texts], check=True, stdout=subprocess.PIPE, text=True)
    return json.loads(done.stdout.splitlines()[-1])
