"""The ``report:`` section, which both pages read and which therefore lives with what they have in common."""

from iactflow.page.config import Report

__all__ = ["Report"]
