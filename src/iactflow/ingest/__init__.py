"""The verb ``ingest``: read simtel or DL1 files into a store."""
