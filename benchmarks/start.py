"""Time until ``iactflow --help`` is there, beside importing the stack that the commands use."""

import subprocess
import sys
from pathlib import Path

from benchmarks.table import Row, device, seconds

COMMAND = Path(sys.executable).with_name("iactflow")
STACK = "import tensorflow, ctlearn.core.model, ctapipe.io, mlflow, kfp"


def rows() -> list[Row]:
    """Measure both as whole processes."""
    ours = seconds(lambda: subprocess.run([COMMAND, "--help"], check=True, capture_output=True), repeats=5)
    stack = seconds(lambda: subprocess.run([sys.executable, "-c", STACK], check=True, capture_output=True), repeats=1)
    return [Row("iactflow --help", ours, "s", "import of the whole stack", stack, stack / ours, 5, device())]
