"""A run's rows as instance records: what was asked and answered, and how it was scored.

Each row is a record for prompt_level_loose_acc, which is the mean of the rows' scores; how each
constraint was decided stands in the record's metadata.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from hashlib import sha256
from typing import Any

from followrag.leaderboard.entries import Entry
from followrag.leaderboard.reading.row_texts import RowText, read_texts
from followrag.leaderboard.tables.every_eval_ever.identity import Identity
from followrag.leaderboard.tables.every_eval_ever.records import (
    SCHEMA_VERSION,
    result_id,
    timestamp,
)
from followrag.thinking import remove_thinking

_METRIC = "prompt_level_loose_acc"


def row_records(entry: Entry, title: str, identity: Identity) -> Iterator[dict[str, Any]]:
    """Describe a run's rows.

    Raises:
        InputError: The run's files can't be read any more.
    """
    shared = {
        "schema_version": SCHEMA_VERSION,
        "evaluation_id": identity.evaluation_id(timestamp(entry.date)),
        "model_id": identity.model_id,
        "evaluation_name": title,
        "evaluation_result_id": result_id(_METRIC),
    }
    for row in read_texts(entry):
        yield {**shared, **_row(row)}


def _row(row: RowText) -> dict[str, Any]:
    golds = [gold for gold in row.answer_gold.split("/") if gold]
    is_followed = all(check.loose for check in row.checks)
    return {
        "sample_id": row.key,
        "sample_hash": sha256(_bytes(row.prompt + "\n".join(golds))).hexdigest(),
        "interaction_type": "single_turn",
        "input": {"raw": row.prompt, "reference": golds},
        "output": {"raw": [] if row.response is None else [row.response]},
        "answer_attribution": list(_attribution(row)),
        "evaluation": {"score": float(is_followed), "is_correct": is_followed},
        "error": row.error,
        "metadata": {
            name: value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
            for name, value in _metadata(row).items()
            if value is not None
        },
    }


def _attribution(row: RowText) -> Iterator[dict[str, Any]]:
    """Say what was scored, where that is not all of the response."""
    if row.thinking != "none" and row.response is not None:
        yield {
            "turn_idx": 0,
            "source": "output.raw",
            "extracted_value": remove_thinking(row.response).text,
            "extraction_method": "reasoning removed",
            "is_terminal": True,
        }


def _metadata(row: RowText) -> dict[str, Any]:
    return {
        "dataset": row.dataset,
        "question": row.question,
        "constraints": [
            {
                "id": check.id,
                "strict": check.strict,
                "loose": check.loose,
                "reason": check.loose_reason,
            }
            for check in row.checks
        ],
        "qa_acc": row.qa_acc,
        "judge": row.rating,
    }


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", errors="surrogatepass")
