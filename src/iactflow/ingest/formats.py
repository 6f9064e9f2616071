"""Readers by kind of file."""

from typing import TYPE_CHECKING, Any

from iactflow.data.inputs import Kind, Source, kind_of
from iactflow.ingest.blocks import Blocks, Task

if TYPE_CHECKING:
    from ctapipe.instrument import SubarrayDescription


def read_subarray(source: Source, configuration: dict[str, Any]) -> "SubarrayDescription":
    """Read the telescopes of a simtel or DL1 file; raises `InputError` if it cannot be read."""
    if source.kind is Kind.DL1:
        from iactflow.ingest import dl1

        return dl1.read_subarray(source.path, configuration)
    from iactflow.ingest import simtel

    return simtel.read_subarray(source.path, configuration)


def read_blocks(task: Task, index: int, count: int) -> Blocks:
    """Read every `count`-th portion of a file, beginning with number `index`; see the readers of its kind."""
    if kind_of(task.path) is Kind.DL1:
        from iactflow.ingest import dl1

        return dl1.read_blocks(task, index, count)
    from iactflow.ingest import simtel

    return simtel.read_blocks(task, index, count)
