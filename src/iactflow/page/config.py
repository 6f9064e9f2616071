"""The ``report:`` section: what the pages of ``report`` and ``compare`` show beside the results."""

from typing import Literal

from iactflow.config import Section


class Report(Section):
    """Drawing of results."""

    reference: Literal["sst1m", "none"] = "sst1m"
