"""A training that really runs out of memory."""

import resource
import subprocess
import sys
from pathlib import Path

CONFIG = Path(__file__).parents[2] / "pipelines/configs/energy.yaml"
#: Address space (bytes) that the process is left with: the libraries take half of it.
LIMIT = 8 << 30
#: The output of one layer for the 38 images there are takes 17.5 GB, which no process of this limit can be given.
SETTINGS = [
    "model.name=hexnet",
    "instrument=from-data",
    "train.batch_size=100",
    "model.hexnet.widths=[200000]",
    "model.hexnet.blocks=[0]",
]


def test_a_batch_that_does_not_fit_names_the_one_to_try(sst1m_store, tmp_path):
    command = [sys.executable, "-c", "from iactflow.cli import main; main()", "train", str(CONFIG)]
    command += ["--data", str(sst1m_store), "--out", str(tmp_path / "model")]
    for setting in SETTINGS:
        command += ["--set", setting]
    done = subprocess.run(
        command,
        capture_output=True,
        text=True,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (LIMIT, LIMIT)),
    )
    assert done.returncode == 1, done.stderr[-3000:]
    assert "train.batch_size=100 needs more memory than the device has. Try train.batch_size=32." in done.stderr
    assert not (tmp_path / "model" / "model.json").exists()
