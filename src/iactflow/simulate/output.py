"""The folder of DL1 files: names, whose it is, what a run leaves in it."""

from __future__ import annotations

import json
import re
from pathlib import Path

from iactflow.errors import OutputExistsError
from iactflow.simulate.block import Block
from iactflow.storage import remove, write_text


def block_file(block: Block) -> str:
    """Name the DL1 file of a block."""
    if block.photons is not None:
        return f"{Path(block.photons).name.split('.')[0]}_s{block.seed}.dl1.h5"
    amount = f"e{block.n_events}" if block.n_events is not None else f"n{block.n_showers}"
    return f"{block.config.primary}_s{block.seed}_b{block.number:05d}_{amount}.dl1.h5"


def claim(block: Block, out: Path, overwrite: bool) -> None:
    """Make the folder this run's, or see that it is."""
    name = block_file(block).split("_b")[0].removesuffix(".dl1.h5")
    note = out / f".{name}.simulation.json"  # hidden, so that ingest does not ask what it is
    wanted = json.dumps({"seed": block.seed, "config": block.config.model_dump(mode="json")}, indent=1) + "\n"
    if note.exists() and note.read_text(encoding="utf-8") == wanted and not overwrite:
        return
    own = [note, *out.glob(f"{name}*.dl1.h5")]
    others = [path for path in out.glob("*") if not path.name.endswith(".dl1.h5")]
    if not overwrite and (others or any(path.exists() for path in own)):
        raise OutputExistsError(
            f"{out} exists already and does not hold this simulation (configuration and seed differ, or it holds other "
            "files). Choose another --out or add --overwrite."
        )
    for path in own:
        remove(path)
    write_text(note, wanted)


def drop_shorter(block: Block, out: Path) -> None:
    """Remove files of the same block with fewer events, which an earlier, smaller run made."""
    if block.photons is None:
        start = re.sub(r"_[en]\d+\.dl1\.h5$", "", block_file(block))
        for path in out.glob(f"{start}_*.dl1.h5"):
            if path.name != block_file(block):
                remove(path)
