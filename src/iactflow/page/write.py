"""Results in, page file out: what report and compare have in common."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from iactflow.data.result import Result
from iactflow.errors import IactflowError
from iactflow.page.blocks import Page
from iactflow.page.render import MAX_BYTES, render
from iactflow.storage import write_text


@dataclass(frozen=True)
class PageSummary:
    """A written page: where it is, how many bytes it has and how many results it shows."""

    path: Path
    n_bytes: int
    n_results: int

    def finite(self) -> dict[str, float]:
        """Give the numbers to log."""
        return {"page_bytes": float(self.n_bytes), "n_results": float(self.n_results)}


def load_named(paths: Sequence[Path]) -> dict[str, Result]:
    """Load results by the names of their models; models of the same name are told apart by their folders."""
    loaded = [(Path(path), Result.load(path)) for path in paths]
    names = [result.name for _, result in loaded]
    named: dict[str, Result] = {}
    for path, result in loaded:
        name = result.name if names.count(result.name) == 1 else f"{result.name} ({path.name})"
        named[name if name not in named else f"{result.name} ({path})"] = result
    return named


def write_page(page: Page, out: Path, n_results: int, *, overwrite: bool) -> PageSummary:
    """Write a page as one HTML file.

    Raises
    ------
    OutputExistsError
        If `out` exists and `overwrite` is false.
    IactflowError
        If the page would be too large for the viewers it is meant for.
    """
    text = render(page)
    size = len(text.encode())
    if size > MAX_BYTES:
        raise IactflowError(
            f"The page would have {size / 1e6:.1f} MB; at most {MAX_BYTES / 1e6:.0f} MB are allowed. "
            "Compare fewer results."
        )
    write_text(out, text, overwrite=overwrite)
    return PageSummary(out, size, n_results)
