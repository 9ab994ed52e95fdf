"""What a comparison says to people: sentences and tables, the same in text and in markdown."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from followrag.leaderboard.gate.comparison import Comparison
from followrag.leaderboard.gate.decision import GateResult
from followrag.leaderboard.gate.parts import Part
from followrag.leaderboard.gate.sides import Side
from followrag.leaderboard.gate.wording import interval, p_value, points
from followrag.leaderboard.statistics.differences import Difference
from followrag.leaderboard.texts import listed
from followrag.summary import family_of
from followrag.tables import Table

Named = Callable[[str], str]
_SAYS = {
    "REGRESSED": "{candidate} is worse than {base}",
    "PASS": "{candidate} is not worse than {base}",
    "INCONCLUSIVE": "whether {candidate} is worse than {base} can't be told",
}
_TESTS = (
    "p: sign flips, exact (at prompt level McNemar's test); a t test for means of two figures and "
    "for several runs a side. worse, better: prompts."
)
_DIFFERENCE = ["n", "base", "candidate", "difference"]


def verdict_line(comparison: Comparison, named: Named) -> str:
    """Say the answer in a sentence.

    Args:
        comparison: What is reported.
        named: How to write a name that may hold anything.
    """
    base, candidate = comparison.base, comparison.candidate
    says = _SAYS[comparison.decision.answer].format(
        base=_called(base, base.model != candidate.model, named),
        candidate=_called(candidate, base.model != candidate.model, named),
    )
    return (
        f"{comparison.decision.answer}: {says}, on {comparison.prompts} prompts of "
        f"{named(candidate.task)}"
    )


def gate_tables(comparison: Comparison) -> Iterator[Table]:
    """Lay out what decides."""
    decision = comparison.decision
    rows = [
        [
            gate.difference.metric,
            *_difference(gate.difference),
            f"{100 * gate.margin:g}",
            gate.answer,
        ]
        for gate in decision.gates
    ]
    level = f"{100 * decision.confidence:.4g}% interval"
    columns = ["gate", *_DIFFERENCE, level, "margin", "answer"]
    yield Table("Gates", columns, rows, "Percent, differences in points.", text_columns=1)


def gate_reasons(comparison: Comparison, named: Named) -> Iterator[str]:
    """Say why each gate answers as it does, and what would settle it."""
    for gate in comparison.decision.gates:
        yield f"{named(gate.difference.metric)}: {gate.answer}: {_reason(gate, comparison)}."


def detail_tables(comparison: Comparison) -> Iterator[Table]:
    """Lay out everything else: all metrics, families, constraints and datasets."""
    rows = [
        [found.metric, *_difference(found), p_value(found.p), str(found.worse), str(found.better)]
        for found in comparison.metrics
    ]
    columns = ["metric", *_DIFFERENCE, "95% interval", "p", "worse", "better"]
    yield Table("All metrics", columns, rows, _TESTS, text_columns=1)
    yield _parts_table("By family", "family", comparison.families)
    yield _parts_table("By constraint", "constraint", comparison.constraints)
    for name, parts in comparison.datasets.items():
        if len(parts) > 1:
            yield _parts_table(f"{name} by dataset", "dataset", parts)


def remarks(comparison: Comparison, named: Named) -> Iterator[str]:
    """List rows that changed or could not be compared, permitted differences and notes."""
    rows = comparison.rows
    for side, keys in zip(("base", "candidate"), comparison.unscored, strict=True):
        if keys:
            yield (
                f"{len(keys)} rows of the {side} could not be scored and count as not followed: "
                f"{listed(keys, named=named)}"
            )
    for keys, what in (
        (rows.only_base, "rows are in the base only"),
        (rows.only_candidate, "rows are in the candidate only"),
        (rows.changed, "rows have other constraints on the other side"),
    ):
        if keys:
            yield f"{len(keys)} {what} and are not compared: {listed(keys, named=named)}"
    worse = [flip for flip in comparison.flips if flip.is_worse]
    better = [flip for flip in comparison.flips if flip.is_better]
    for flips, what in ((worse, "worse"), (better, "better")):
        if flips:
            rows_listed = listed([flip.key for flip in flips], named=named)
            yield f"{len(flips)} rows got {what} in something: {rows_listed}"
    for mismatch in comparison.permitted:
        yield f"Differs, as allowed: {named(str(mismatch))}"
    for note in comparison.notes:
        yield f"Note: {named(note)}"


def _called(side: Side, by_model: bool, named: Named) -> str:
    name = named(side.model if by_model else side.name)
    return f"{name} ({len(side.entries)} runs)" if len(side.entries) > 1 else name


def _single(comparison: Comparison) -> bool:
    return len(comparison.rows.base) == len(comparison.rows.candidate) == 1


def _difference(found: Difference) -> list[str]:
    return [
        str(found.prompts),
        points(found.base),
        points(found.candidate),
        points(found.delta, "+"),
        interval(found),
    ]


def _parts_table(title: str, kind: str, parts: Sequence[Part]) -> Table:
    is_constraint = kind == "constraint"
    rows = [
        [
            *([family_of(part.name)] if is_constraint else []),
            part.name,
            *_difference(part.difference),
            p_value(part.adjusted_p),
            part.change,
        ]
        for part in parts
    ]
    columns = [kind, *_DIFFERENCE, "95% interval", "adjusted p", "change"]
    return Table(
        title,
        ["family", *columns] if is_constraint else columns,
        rows,
        "adjusted p: Holm's, over this table; change: beyond chance at 5%.",
        text_columns=2 if is_constraint else 1,
    )


def _reason(gate: GateResult, comparison: Comparison) -> str:
    if gate.answer != "INCONCLUSIVE":
        return gate.reason
    text = gate.reason
    if gate.detectable is not None:
        text += (
            f". {gate.difference.prompts} prompts show a drop of {points(gate.detectable)} points "
            "four times out of five"
        )
    if gate.prompts_needed is not None:
        number = f"{float(f'{gate.prompts_needed:.2g}'):,.0f}"
        runs = "" if _single(comparison) else ", or more runs a side,"
        text += (
            f". About {number} prompts{runs} would settle it, were the difference and the spread "
            "to stay as they are"
        )
    return text
