"""Sections of a page in which every sample of events has its say."""

from collections.abc import Callable, Sequence

from iactflow.page.blocks import Block, Heading, Section
from iactflow.page.samples import Sample


def section_of(samples: Sequence[Sample], name: str, title: str, draw: Callable[[Sample], Sequence[Block]]) -> Section:
    """Make a section with what every sample has to say.

    Parameters
    ----------
    samples : sequence of Sample
        With a single one nothing says which it is: the page's first lines do.
    name, title : str
        Anchor and heading.
    draw : callable
        Gives the blocks of a sample.

    Returns
    -------
    Section
        The blocks of each sample stand under the sample's own heading.
    """
    blocks: list[Block] = []
    for sample in samples:
        if len(samples) > 1:
            blocks.append(Heading(sample.title))
        blocks += draw(sample)
    return Section(name, title, blocks)
