"""Stores that ingest cannot make of the public showers."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from iactflow.data import schema


@pytest.fixture
def observed_store(relabelled: Callable[..., Path], tmp_path: Path) -> Path:
    """A copy of `sst1m_store` whose events carry no truth, as those of a real observation."""
    return relabelled(tmp_path / "observed", lambda batch: np.full(batch.num_rows, schema.NO_PRIMARY))
