"""What scoring a run's recorded responses again changes, row by row and figure by figure."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import chain
from typing import Any, NamedTuple

from followrag.files import json_line
from followrag.items import Item
from followrag.progress import tracked
from followrag.ratings import Rating
from followrag.reading import Recorded
from followrag.row_records import row_record, strict_verdict
from followrag.runs import metrics_record
from followrag.scoring import Row, error_row, score_item, with_samples
from followrag.sources import ItemSet
from followrag.summary import Summary, summarise
from followrag.verifiers import Mode, Verdict

_ITEM_FIELDS = ("type", "question", "answer_gold")
_WHOLES = ("overall", "counts")
_MODES = ("reference", "difference")


class Change(NamedTuple):
    """One thing that a row says otherwise than before.

    Attributes:
        key: The item's key; None for an item row that could not be read.
        what: A constraint, followed by "loose" for that reading, a metric or a field of the row.
        old: What the run holds.
        new: What it is now; for a verdict the same as `old` where only its reason changed.
        reason: The reason of the new verdict.
        was: The reason of the old one.
    """

    key: int | str | None
    what: str
    old: Any
    new: Any
    reason: str = ""
    was: str = ""

    @property
    def is_wording(self) -> bool:
        """Whether a verdict is the same and only its reason is another."""
        return bool(self.old == self.new)

    def __str__(self) -> str:
        row = "unreadable item" if self.key is None else f"key {self.key}"
        reason = f": {self.reason}" if self.reason else ""
        was = f" (was: {self.was})" if self.was else ""
        return f"{row}, {self.what}: {_shown(self.old)} -> {_shown(self.new)}{reason}{was}"


class FigureChange(NamedTuple):
    """A figure that is another than before.

    Attributes:
        group: What rows it is over: "overall", "by_dataset nq", ...; "counts" for a count.
        figure: Its name.
        old: As the run's metrics have it; None where they don't.
        new: The same for the new figure.
    """

    group: str
    figure: str
    old: Any
    new: Any


class Rescored(NamedTuple):
    """A run scored again.

    Attributes:
        rows: The new rows.
        ratings: The judge's ratings of these rows, as they were, by key as text.
        summary: The new figures.
        changes: What the rows say otherwise, in their order.
        figure_changes: The figures that are others.
        same_lines: Whether the run's rows and figures would be written exactly as they are.
    """

    rows: list[Row]
    ratings: dict[str, Rating]
    summary: Summary
    changes: list[Change]
    figure_changes: list[FigureChange]
    same_lines: bool


def score_again(recorded: Recorded, metrics: Mapping[str, Any], asked: ItemSet) -> Rescored:
    """Score a run's responses again.

    A row without a response stays an error row with its reason. A row whose item is not among
    `asked` is left out. The mode is that of `asked`.

    Args:
        recorded: The run.
        metrics: Its figures (`followrag.runs.read_metrics`).
        asked: Its items, or what has become of them (`followrag.reading.find_items`).
    """
    given = {str(row["key"]): row for row in recorded.rows}
    rows = []
    for item in tracked(asked, "scoring"):
        rows.append(_scored(item, given[str(item.key)], asked.mode))
    rows += [error_row(None, str(problem), asked.mode) for problem in asked.problems]
    ratings = {key: value for key, value in recorded.ratings.items() if key in asked.by_key}
    summary = summarise(rows, ratings)
    lines = [json.loads(json_line(row_record(row))) for row in rows]
    figures = json.loads(json_line(metrics_record(summary)))
    return Rescored(
        rows,
        ratings,
        summary,
        list(_row_changes(recorded.rows, lines, asked.name)),
        list(_figure_changes(metrics, figures)),
        same_lines=lines == recorded.rows and figures == metrics,
    )


def _scored(item: Item, old: Mapping[str, Any], mode: Mode) -> Row:
    response = old["response"]
    if response is None:
        row = error_row(item, old["error"], mode)
    else:
        row = score_item(item, response, mode)
    _ = row.qa, row.qa_acc_unwrapped  # computed here, where progress is shown
    samples = [_scored(item, sample, mode) for sample in old.get("samples", ())]
    return with_samples(row, samples) if samples else row


def _row_changes(
    old: list[dict[str, Any]], new: list[dict[str, Any]], source: str
) -> Iterator[Change]:
    after = {_identity(row): row for row in new}
    for row in old:
        if now := after.pop(_identity(row), None):
            yield from _changes(row, now)
        else:
            reason = row["error"] if row["key"] is None else f"not an item of {source}"
            yield Change(row["key"], "row", "in the run", "left out", reason)
    for row in after.values():
        yield Change(row["key"], "row", None, "added", row["error"])


def _identity(row: Mapping[str, Any]) -> tuple[bool, str]:
    """Tell a row by its key, or one without an item by its error."""
    has_item = row["key"] is not None
    return has_item, str(row["key"] if has_item else row["error"])


def _changes(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Change]:
    key = new["key"]
    for name in _ITEM_FIELDS:
        if name in old and old[name] != new[name]:  # older runs hold fewer
            yield Change(key, name, old[name], new[name])
    yield from _response_changes(key, old, new)
    samples = zip(old.get("samples", ()), new.get("samples", ()), strict=True)
    for number, (before, now) in enumerate(samples, start=1):
        for change in _response_changes(key, before, now):
            yield change._replace(what=f"sample {number}, {change.what}")


def _response_changes(
    key: int | str | None, old: Mapping[str, Any], new: Mapping[str, Any]
) -> Iterator[Change]:
    for name in ("thinking", "error"):
        if old[name] != new[name]:
            yield Change(key, name, old[name], new[name])
    if (asked := _asked(old)) != (asks := _asked(new)):
        yield Change(key, "constraints", asked, asks)
    before, now = _checks(old), _checks(new)
    for name in dict.fromkeys(chain(before, now)):
        pair = before.get(name), now.get(name)
        yield from _verdict_changes(key, name, *pair)
        first, second = (check and check.get("reference") for check in pair)
        if first and second:
            yield from _verdict_changes(key, f"{name} in reference mode", first, second)
    scores, rescores = _scores(old), _scores(new)
    if "qa_acc_unwrapped" in old:  # older runs lack it
        scores["qa_acc_unwrapped"] = old["qa_acc_unwrapped"]
        rescores["qa_acc_unwrapped"] = new["qa_acc_unwrapped"]
    for name in dict.fromkeys(chain(scores, rescores)):
        if scores.get(name) != rescores.get(name):
            yield Change(key, name, scores.get(name), rescores.get(name))


def _verdict_changes(
    key: int | str | None, what: str, old: dict[str, Any] | None, new: dict[str, Any] | None
) -> Iterator[Change]:
    for reading, named in (("strict", what), ("loose", f"{what} loose")):
        first, second = _verdict(old, reading), _verdict(new, reading)
        if first != second:
            yield Change(key, named, _word(first), _word(second), _reason(second), _reason(first))


def _asked(row: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [{"id": check["id"], "kwargs": check["kwargs"]} for check in row["constraints"]]


def _checks(row: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Name a row's constraints by their ids, and those that are asked again by their number too."""
    seen: Counter[str] = Counter()
    named = {}
    for check in row["constraints"]:
        id = str(check["id"])
        seen[id] += 1
        named[id if seen[id] == 1 else f"{id} #{seen[id]}"] = check
    return named


def _verdict(check: dict[str, Any] | None, reading: str) -> Verdict | None:
    if check is None:
        return None
    if reading == "strict":
        return strict_verdict(check)
    return Verdict(check["loose"], None, check["loose_reason"], check["error"])


def _word(verdict: Verdict | None) -> str:
    if verdict is None:
        return "not asked"
    return "error" if verdict.error else "passed" if verdict.passed else "failed"


def _reason(verdict: Verdict | None) -> str:
    return verdict.reason if verdict else ""


def _scores(row: Mapping[str, Any]) -> dict[str, float]:
    return {**(row["qa"] or {}), "qa_acc": row["qa_acc"]}


def _shown(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text[1:-1] if isinstance(value, str) else text


def _figure_changes(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[FigureChange]:
    before, now = _flat(old), _flat(new)
    for group, name in dict.fromkeys(chain(now, before)):
        first, second = before.get((group, name)), now.get((group, name))
        # A count that older runs lack is 0.
        if first != second and (first or second):
            yield FigureChange(group, name, first, second)


def _flat(metrics: Mapping[str, Any]) -> dict[tuple[str, str], Any]:
    """Name each figure by its group: "overall", "by_dataset nq", "reference by_dataset nq"."""
    flat: dict[tuple[str, str], Any] = {}
    for name, found in metrics.items():
        if name in _WHOLES:
            flat |= {(name, figure): value for figure, value in found.items()}
        elif name in _MODES:
            flat |= {(f"{name} {over}", figure): v for (over, figure), v in _flat(found).items()}
        else:
            flat |= {
                (f"{name} {group}", figure): value
                for group, figures in found.items()
                for figure, value in figures.items()
            }
    return flat
