"""Run the benchmarks, all or those named: ``python -m benchmarks [NAME ...]``."""

import importlib
import json
import sys
from dataclasses import asdict
from pathlib import Path

from benchmarks.table import device, render

FOLDER = Path(__file__).parent
NOT_BENCHMARKS = {"__init__", "__main__", "table", "upstream"}
RESULTS = Path("build/bench.json")


def main(names: list[str]) -> None:
    """Run benchmarks, print their table and write ``build/bench.json``."""
    known = sorted(path.stem for path in FOLDER.glob("*.py") if path.stem not in NOT_BENCHMARKS)
    unknown = sorted(set(names) - set(known))
    if unknown:
        sys.exit(f"error: there is no benchmark {', '.join(unknown)}. Known: {', '.join(known)}.")
    rows = []
    for name in names or known:
        print(f"measuring {name} ...", file=sys.stderr, flush=True)
        rows += importlib.import_module(f"benchmarks.{name}").rows()
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps([asdict(row) for row in rows], indent=1) + "\n")
    print(f"{device()}\n\n{render(rows)}\n\n{RESULTS}")


if __name__ == "__main__":
    main(sys.argv[1:])
