"""Ingest of DL1 files beside ctapipe's own reader, and its memory at ten times the images."""

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from time import perf_counter

from benchmarks.reading import make_dl1
from benchmarks.table import Row, device

#: Copies of the 10 public images of two telescopes, for about 10,000 and 100,000 images.
COPIES = (1_000, 10_000)
#: Array events that ctapipe's event source is timed on.
PEER_EVENTS = 300

_INGEST = """
import json, re, resource, sys
from pathlib import Path
from time import perf_counter
from iactflow.ingest.run import run
if __name__ == "__main__":
    start = perf_counter()
    n = run([sys.argv[1]], Path(sys.argv[2])).n_images
    seconds = perf_counter() - start
    # Not RUSAGE_SELF, which begins with the memory of the benchmark's own process.
    own = int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1])
    peak = max(own, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
    print(json.dumps({"n": n, "seconds": seconds, "peak_mib": peak / 1024}))
"""


def rows() -> list[Row]:
    """Measure speed, whole runs with the start of their processes included, and peak memory."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        files = [make_dl1(folder / f"{copies}.dl1.h5", copies) for copies in COPIES]
        small, large = (_ingest(folder, file, number) for number, file in enumerate(files))
        speed = large["n"] / large["seconds"]
        peer = _event_source(files[0])
    memory = Row(
        "peak memory of ingest, largest process",
        large["peak_mib"],
        "MiB",
        f"the same at {small['n']:,} images",
        small["peak_mib"],
        small["peak_mib"] / large["peak_mib"],
        int(large["n"]),
        device(),
    )
    what = "ingest of DL1 to a store, start included"
    told = "ctapipe HDF5EventSource, reading alone"
    return [Row(what, speed, "images/s", told, peer, speed / peer, int(large["n"]), device()), memory]


def _ingest(folder: Path, file: Path, number: int) -> dict[str, float]:
    script = folder / "ingest.py"
    script.write_text(_INGEST)
    command = [sys.executable, str(script), str(file), str(folder / f"store{number}")]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    return json.loads(done.stdout)


def _event_source(file: Path) -> float:
    from ctapipe.io import EventSource

    n_images = 0
    with EventSource(file, focal_length_choice="EQUIVALENT", max_events=PEER_EVENTS) as source:
        start = perf_counter()
        for event in source:
            n_images += len(event.dl1.tel)
        return n_images / (perf_counter() - start)
