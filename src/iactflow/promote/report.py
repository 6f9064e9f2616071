"""What promote did, for people: lines for a terminal, Markdown for a dashboard."""

from iactflow.page import numbers
from iactflow.promote.gate import difference
from iactflow.promote.run import PromoteSummary


def told(done: PromoteSummary) -> str:
    """Say in lines what was decided and by which metrics."""
    lines = []
    for row in done.rows:
        values = f"{numbers.metric_value(row.challenger)}, champion {numbers.metric_value(row.champion)}"
        n = numbers.sample(row.challenger.n, row.challenger.n_showers)
        word = f"{row.verdict.word} ({row.role})"
        lines.append(f"{row.challenger.title}: {values}, difference {difference(row)}, n = {n} {row.sample}: {word}")
    return "\n".join([*lines, f"{verdict(done)} {done.reason}"])


def verdict(done: PromoteSummary) -> str:
    """Say in a sentence which model is in service."""
    if done.promoted:
        over = f" instead of version {done.before.number}" if done.before else ""
        return f"{done.champion.uri} is the champion{over}."
    if done.version.number == done.champion.number:
        return f"{done.champion.uri} stays the champion."
    return f"{done.champion.uri} stays the champion; {done.version.uri} is the challenger."


def markdown(done: PromoteSummary) -> str:
    """Write the decision with a table of the metrics behind it."""
    lines = [f"**{verdict(done)}**", "", done.reason, ""]
    if done.rows:
        lines += [
            "| metric | showers | challenger | champion | difference (paired) | n | verdict | role |",
            "| --- | --- | --- | --- | --- | --- | --- | --- |",
        ]
    for row in done.rows:
        values = (
            f"{numbers.metric_value(one)} {numbers.metric_interval(one)}" for one in (row.challenger, row.champion)
        )
        n = numbers.sample(row.challenger.n, row.challenger.n_showers)
        lines.append(
            f"| {row.challenger.title} | {row.sample} | {' | '.join(values)} | {difference(row)} | {n} | "
            f"{row.verdict.word} | {row.role} |"
        )
    return "\n".join(lines).rstrip() + "\n"
