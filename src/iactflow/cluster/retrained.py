"""The account that ends a run of the pipeline ``retrain``."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from iactflow.promote.report import markdown
from iactflow.promote.run import PromoteSummary
from iactflow.survey.run import NEWS, News

#: File of the answer in the folder that drift writes.
VERDICT = "verdict.json"


def account(news: Path, verdict: Path, because: str, done: PromoteSummary | None) -> str:
    """Write what was new, whether it has drifted, and what followed, as Markdown.

    Parameters
    ----------
    news, verdict : pathlib.Path
        Folders that survey and drift wrote.
    because : str
        Why a model was trained, or why none was.
    done : PromoteSummary or None
        What promote did; None where no model was trained.
    """
    found, drift = News.read(news / NEWS), json.loads((verdict / VERDICT).read_text(encoding="utf-8"))
    lines = ["# Retraining", "", "| | |", "| --- | --- |", f"| model | {found.name} |"]
    lines += [f"| champion before | {found.champion or 'none'} |", f"| showers | {found.reason} |"]
    lines += [f"| drift | {_drift(drift)} |", f"| training | {because} |", ""]
    if done is not None:
        return "\n".join([*lines, "## Decision", "", markdown(done)])
    return "\n".join([*lines, f"**{found.champion} stays the champion.** Nothing was trained.", ""])


def _drift(verdict: Mapping[str, Any]) -> str:
    reasons = "; ".join(text.rstrip(".") for text in (*verdict["reasons"], *verdict.get("cautions", [])))
    word = "yes" if verdict["drifted"] else "no"
    return f"{word}: {reasons}" if reasons else word
