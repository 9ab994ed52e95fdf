"""A row as a line of a run folder: written, checked for its form, and read back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from pydantic import BaseModel, ConfigDict, TypeAdapter

from followrag.items import Item
from followrag.scoring import Row, with_samples
from followrag.thinking import Thinking
from followrag.verifiers import Mode, Verdict


class _Strict(BaseModel):
    model_config = ConfigDict(strict=True)


class _Verdicts(_Strict):
    passed: bool
    measured: int | str | None
    reason: str
    loose: bool
    loose_reason: str
    error: bool


class _Check(_Verdicts):
    id: str | None
    kwargs: dict[str, Any] | None
    reference: _Verdicts | None = None


class _ResponseRecord(_Strict):
    response: str | None
    thinking: Thinking
    error: str | None
    qa: dict[str, float] | None
    qa_acc: float | None
    qa_acc_unwrapped: float | None = None
    constraints: list[_Check]


class _RowRecord(_ResponseRecord):
    key: int | str | None
    samples: list[_ResponseRecord] = []


ROW = TypeAdapter(_RowRecord)


def row_record(row: Row) -> dict[str, Any]:
    """Give a row as JSON data."""
    item = row.item
    return {
        "key": item.key if item else None,
        "type": item.type if item else None,
        "question": item.question if item else None,
        "answer_gold": item.answer_gold if item else None,
        **_made_from(item),
        **_response_record(row),
        **({"samples": [*map(_response_record, row.samples)]} if row.samples else {}),
    }


def _made_from(item: Item | None) -> dict[str, Any]:
    """Say what an item of a robustness set was made from, and in which condition."""
    if item is None or not item.condition:
        return {}
    return {"condition": item.condition, "origin": item.origin}


def _response_record(row: Row) -> dict[str, Any]:
    """Give all of a row that is not its item's."""
    return {
        "response": row.response,
        "thinking": row.thinking,
        "error": row.error,
        "strict": row.strict,
        "loose": row.loose,
        "qa": row.qa,
        "qa_acc": row.qa_acc,
        "qa_acc_unwrapped": row.qa_acc_unwrapped,
        "qa_acc_other_language": row.qa_acc_other_language,
        "joint": row.joint,
        "constraints": [*_check_records(row)],
    }


def _check_records(row: Row) -> Iterator[dict[str, Any]]:
    item, published = row.item, row.reference
    for place, verdicts in enumerate(zip(row.verdicts, row.loose_verdicts, strict=True)):
        asked = {
            "id": item.instruction_id_list[place] if item else None,
            "kwargs": item.kwargs[place] if item else None,
        }
        record = asked | _verdict_record(*verdicts)
        if published is not None:
            record["reference"] = _verdict_record(
                published.verdicts[place], published.loose_verdicts[place]
            )
        yield record


def _verdict_record(verdict: Verdict, loose: Verdict) -> dict[str, Any]:
    return {
        "passed": verdict.passed,
        "measured": verdict.measured,
        "reason": verdict.reason,
        "loose": loose.passed,
        "loose_reason": loose.reason,
        "error": loose.error,
    }


def recorded_row(record: dict[str, Any], item: Item | None, mode: Mode) -> Row:
    """Give a row as it was recorded; nothing is scored again.

    Args:
        record: The line, of the form `ROW`.
        item: Its item; None for one that could not be read.
        mode: Which checks decided.
    """
    row = _response(record, item, mode)
    samples = [_response(sample, item, mode) for sample in record.get("samples", ())]
    return with_samples(row, samples) if samples else row


def _response(record: dict[str, Any], item: Item | None, mode: Mode) -> Row:
    checks = record["constraints"]
    published = _decided(record, item, [check.get("reference", check) for check in checks])
    if mode == "reference":
        return published
    row = replace(_decided(record, item, checks), mode=mode, reference=published)
    return _with_scores(row, record)


def _decided(record: dict[str, Any], item: Item | None, checks: list[dict[str, Any]]) -> Row:
    row = Row(
        item=item,
        response=record["response"],
        verdicts=tuple(map(strict_verdict, checks)),
        loose_verdicts=tuple(map(_loose_verdict, checks)),
        thinking=record["thinking"],
        error=record["error"],
    )
    return _with_scores(row, record)


def _with_scores(row: Row, record: dict[str, Any]) -> Row:
    """Give a row the recorded scores: cached properties are then never computed."""
    names = ("qa", "qa_acc", "qa_acc_unwrapped")  # older runs lack the last
    vars(row).update({name: record[name] for name in names if name in record})
    return row


def strict_verdict(check: dict[str, Any]) -> Verdict:
    """Give the strict verdict of a recorded constraint."""
    # An error of the strict reading is the loose one as well.
    error = check["error"] and not check["passed"] and check["reason"] == check["loose_reason"]
    return Verdict(check["passed"], check["measured"], check["reason"], error)


def _loose_verdict(check: dict[str, Any]) -> Verdict:
    # What the loose reading measured is recorded in its reason only.
    measured = check["measured"] if check["reason"] == check["loose_reason"] else None
    return Verdict(check["loose"], measured, check["loose_reason"], check["error"])
