"""The ``survey:`` section: when new showers are enough to train again."""

from pydantic import Field

from iactflow.config import Section


class Survey(Section):
    """Looking for new showers."""

    showers_min: int = Field(5000, ge=1)
