"""A folder for a step's output that outlives its pod, so that a step that runs again goes on where it was."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from iactflow.storage import remove

#: Environment variables that an environment with a volume for checkpoints sets: its folder, and Kubeflow's run.
FOLDER, RUN = "IACTFLOW_CHECKPOINTS", "IACTFLOW_RUN"


@contextmanager
def kept(output: Path, task: str) -> Iterator[Path]:
    """Give the folder to write an output to.

    Parameters
    ----------
    output : pathlib.Path
        Where Kubeflow takes the output from once the step has succeeded; it is lost with the pod.
    task : str
        Name of the step, for the folder on the volume.

    Yields
    ------
    pathlib.Path
        `output` itself, or a folder on the volume for checkpoints, the same for all attempts at the step in one run. It
        is moved to `output` when the block succeeds.
    """
    folder, run = os.environ.get(FOLDER), os.environ.get(RUN)
    if not folder or not run:
        yield output
        return
    place = Path(folder) / run / task
    place.parent.mkdir(parents=True, exist_ok=True)
    yield place
    remove(output)
    shutil.copytree(place, output)
    remove(place)
    if not any(place.parent.iterdir()):
        place.parent.rmdir()
