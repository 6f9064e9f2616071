"""Samples of events on a page: for each, the results of all models on it."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from iactflow.data.result import Result, samples_in, with_companions
from iactflow.fitting.verdict import require_comparable
from iactflow.page.write import load_named

#: What the part of the data that was scored makes of its showers.
_PARTS = {"test": "Held-out showers", "validation": "Showers of the validation part", "all": "Showers"}


class Sample(NamedTuple):
    """Results on the same events.

    Attributes
    ----------
    key : str
        Name for anchors; empty for the sample that a page is about.
    results : dict of Result
        By the name of the model; the first is the one that is judged.
    """

    key: str
    results: dict[str, Result]

    @property
    def result(self) -> Result:
        """The result that is judged."""
        return next(iter(self.results.values()))

    @property
    def title(self) -> str:
        """What the sample is, for headings."""
        return title_of(self.result)


def title_of(result: Result) -> str:
    """Say in words which showers a result is of."""
    return f"{_PARTS[result.data['split']]} {result.data['sample']['made']}"


def load_samples(paths: Sequence[Path]) -> list[Sample]:
    """Load results and the other samples inside of them.

    Parameters
    ----------
    paths : sequence of pathlib.Path
        Result folders. A single one stands beside the baseline and the champion inside of it.

    Returns
    -------
    list of Sample
        First the results themselves, then each sample that all of them have.

    Raises
    ------
    InputError
        If a result is missing or damaged, or the results of a sample are not of the same events.
    """
    inside = [samples_in(path) for path in paths]
    keys = [key for key in inside[0] if all(key in others for others in inside)]
    groups = {"": list(paths), **{key: [others[key] for others in inside] for key in keys}}
    samples = []
    for key, folders in groups.items():
        results = load_named(with_companions(folders[0]) if len(folders) == 1 else folders)
        require_comparable(results)
        samples.append(Sample(key, results))
    return samples
