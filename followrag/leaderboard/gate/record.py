"""A comparison as JSON data, and the schema of that."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from pydantic import ConfigDict, TypeAdapter, with_config
from typing_extensions import TypedDict  # pydantic needs this one before Python 3.12

from followrag.files import json_number
from followrag.leaderboard.gate.comparison import Comparison
from followrag.leaderboard.gate.decision import Answer, GateResult
from followrag.leaderboard.gate.flips import Flip
from followrag.leaderboard.gate.parts import Part
from followrag.leaderboard.gate.sides import Side
from followrag.leaderboard.statistics.differences import Difference

SCHEMA: Literal["followrag.compare/1"] = "followrag.compare/1"
_closed = with_config(ConfigDict(extra="forbid"))


@_closed
class RunRecord(TypedDict):
    """A run: where it was read from, and when it was made (ISO 8601, or empty)."""

    where: str
    date: str


@_closed
class SideRecord(TypedDict):
    """A side: what the user called it, its model, its runs and the settings of the first."""

    name: str
    model: str
    task: str
    runs: list[RunRecord]
    settings: dict[str, Any]


@_closed
class DifferenceRecord(TypedDict):
    """A paired difference, candidate minus base, in fractions of 1; null is unknown."""

    metric: str
    base: float | None
    candidate: float | None
    delta: float | None
    stderr: float | None
    low: float | None
    high: float | None
    confidence: float | None
    p: float | None
    prompts: int
    worse: int
    better: int


@_closed
class GateRecord(TypedDict):
    """What a gate says; margin, unscored and detectable in fractions of 1."""

    difference: DifferenceRecord
    margin: float
    unscored: float
    answer: Answer
    reason: str
    detectable: float | None
    prompts_needed: int | None


@_closed
class PartRecord(TypedDict):
    """A constraint, family or dataset; adjusted_p is corrected over its list (Holm)."""

    name: str
    difference: DifferenceRecord
    adjusted_p: float | None
    change: Literal["worse", "better", "same"]


@_closed
class ChangeRecord(TypedDict):
    """A constraint's id or qa_acc, and the share of each side's runs that have it right."""

    what: str
    base: float
    candidate: float


@_closed
class FlipRecord(TypedDict):
    """A row in which something changed."""

    key: str
    dataset: str
    changes: list[ChangeRecord]


@_closed
class RowsRecord(TypedDict):
    """How many rows were compared, and the keys of those that could not be compared or scored."""

    compared: int
    only_base: list[str]
    only_candidate: list[str]
    changed: list[str]
    unscored_base: list[str]
    unscored_candidate: list[str]


@_closed
class MismatchRecord(TypedDict):
    """A setting that differs, as was allowed."""

    kind: str
    name: str
    base: Any
    candidate: Any


@_closed
class ComparisonRecord(TypedDict):
    """A comparison."""

    schema: Literal["followrag.compare/1"]
    answer: Answer
    exit_code: Literal[0, 1, 3]
    identical: bool
    policy: dict[str, Any]
    base: SideRecord
    candidate: SideRecord
    gates: list[GateRecord]
    metrics: list[DifferenceRecord]
    families: list[PartRecord]
    constraints: list[PartRecord]
    datasets: dict[str, list[PartRecord]]
    rows: RowsRecord
    flips: list[FlipRecord]
    permitted: list[MismatchRecord]
    notes: list[str]


@_closed
class UnusableRecord(TypedDict):
    """Input that can't be compared."""

    schema: Literal["followrag.compare/1"]
    answer: None
    exit_code: Literal[2]
    error: str


def comparison_record(comparison: Comparison) -> ComparisonRecord:
    """Give a comparison as JSON data."""
    decision, rows = comparison.decision, comparison.rows
    unscored_base, unscored_candidate = comparison.unscored
    return {
        "schema": SCHEMA,
        "answer": decision.answer,
        "exit_code": decision.exit_code,
        "identical": decision.identical,
        "policy": decision.policy.model_dump(),
        "base": _side(comparison.base),
        "candidate": _side(comparison.candidate),
        "gates": [_gate(gate) for gate in decision.gates],
        "metrics": [_difference(difference) for difference in comparison.metrics],
        "families": _parts(comparison.families),
        "constraints": _parts(comparison.constraints),
        "datasets": {name: _parts(parts) for name, parts in comparison.datasets.items()},
        "rows": {
            "compared": comparison.prompts,
            "only_base": list(rows.only_base),
            "only_candidate": list(rows.only_candidate),
            "changed": list(rows.changed),
            "unscored_base": list(unscored_base),
            "unscored_candidate": list(unscored_candidate),
        },
        "flips": [_flip(flip) for flip in comparison.flips],
        "permitted": [
            {
                "kind": mismatch.kind,
                "name": mismatch.name,
                "base": _plain(mismatch.base),
                "candidate": _plain(mismatch.candidate),
            }
            for mismatch in comparison.permitted
        ],
        "notes": list(comparison.notes),
    }


def unusable_record(message: str) -> UnusableRecord:
    """Give as JSON data why nothing could be compared."""
    return {"schema": SCHEMA, "answer": None, "exit_code": 2, "error": message}


def json_schema() -> dict[str, Any]:
    """Give the JSON Schema of what the command writes."""
    described = TypeAdapter(ComparisonRecord | UnusableRecord).json_schema()
    dialect = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": SCHEMA}
    return {**dialect, **described}


def _side(side: Side) -> SideRecord:
    settings = side.entries[0].settings
    return {
        "name": side.name,
        "model": side.model,
        "task": side.task,
        "runs": [{"where": str(entry.where), "date": entry.date} for entry in side.entries],
        "settings": {
            name: _plain(getattr(settings, name))
            for name in ("dataset", "prompt", "scorer", "generation", "judge")
        },
    }


def _difference(difference: Difference) -> DifferenceRecord:
    return {
        "metric": difference.metric,
        "base": json_number(difference.base),
        "candidate": json_number(difference.candidate),
        "delta": json_number(difference.delta),
        "stderr": json_number(difference.stderr),
        "low": json_number(difference.low),
        "high": json_number(difference.high),
        "confidence": json_number(difference.confidence),
        "p": json_number(difference.p),
        "prompts": difference.prompts,
        "worse": difference.worse,
        "better": difference.better,
    }


def _gate(gate: GateResult) -> GateRecord:
    return {
        "difference": _difference(gate.difference),
        "margin": gate.margin,
        "unscored": gate.unscored,
        "answer": gate.answer,
        "reason": gate.reason,
        "detectable": gate.detectable,
        "prompts_needed": gate.prompts_needed,
    }


def _parts(parts: Sequence[Part]) -> list[PartRecord]:
    return [
        {
            "name": part.name,
            "difference": _difference(part.difference),
            "adjusted_p": json_number(part.adjusted_p),
            "change": part.change,
        }
        for part in parts
    ]


def _flip(flip: Flip) -> FlipRecord:
    changes: list[ChangeRecord] = [
        {"what": change.what, "base": change.base, "candidate": change.candidate}
        for change in flip.changes
    ]
    return {"key": flip.key, "dataset": flip.dataset, "changes": changes}


def _plain(value: Any) -> Any:
    return dict(value) if isinstance(value, Mapping) else value
