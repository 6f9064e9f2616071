"""A side of drift in a real MinIO server."""

import os
from pathlib import Path

import toys
from minio_server import BUCKET

from iactflow.data.store import Store
from iactflow.drift.side import opened


def test_a_store_in_a_bucket_is_taken_as_it_is(minio, tmp_path):
    written = toys.write(tmp_path / "store", toys.toy_events(1, 60), "simulated", 11)
    for file in (path for path in written.rglob("*") if path.is_file()):
        minio.put(f"stores/{file.relative_to(written)}", file.read_bytes())
    with opened([f"s3://{BUCKET}/stores"]) as store:
        assert store.hash == Store(written).hash
        assert store.paths[0].is_relative_to(Path(os.environ["IACTFLOW_CACHE"]))  # fetched, not ingested again
