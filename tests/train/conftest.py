"""Stores that ingest cannot make of the public showers."""

import json
import shutil
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from iactflow.data import schema


@pytest.fixture
def observed_store(sst1m_store: Path, tmp_path: Path) -> Path:
    """A copy of `sst1m_store` whose events carry no truth, as those of a real observation."""
    copy = shutil.copytree(sst1m_store, tmp_path / "observed")
    manifest = json.loads((copy / "store.json").read_text())
    for source in manifest["sources"]:
        for entry in source["parts"]:
            path = copy / entry["file"]
            batch = pa.ipc.open_file(pa.memory_map(str(path))).get_batch(0)
            index = batch.schema.get_field_index(schema.PRIMARY)
            primaries = pa.array(np.full(batch.num_rows, schema.NO_PRIMARY), batch.schema.field(index).type)
            observed = batch.set_column(index, batch.schema.field(index), primaries)
            path.unlink()
            with pa.ipc.new_file(str(path), observed.schema) as file:
                file.write_batch(observed)
            entry["bytes"] = path.stat().st_size
    (copy / "store.json").write_text(json.dumps(manifest))
    return copy
