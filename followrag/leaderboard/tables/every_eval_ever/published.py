"""A line of a published table as a record of documentation."""

from __future__ import annotations

from typing import Any

from followrag.leaderboard.reading.reported import ReportedRow, ReportedTable
from followrag.leaderboard.tables.every_eval_ever.identity import UNKNOWN, Identity
from followrag.leaderboard.tables.every_eval_ever.records import (
    SCHEMA_VERSION,
    metric_config,
    model_info,
    timestamp,
)


def published_record(table: ReportedTable, row: ReportedRow, identity: Identity) -> dict[str, Any]:
    """Describe a line of a published table; its figures are percent, as printed."""
    return {
        "schema_version": SCHEMA_VERSION,
        "evaluation_id": identity.evaluation_id(timestamp("")),
        "retrieved_timestamp": timestamp(""),
        "source_metadata": {
            "source_name": table.source,
            "source_type": "documentation",
            "source_organization_name": UNKNOWN,
            "evaluator_relationship": "other",
            "additional_details": {"note": table.note, "reported": "by the papers, not measured"},
        },
        "eval_library": {"name": UNKNOWN, "version": row.version or UNKNOWN},
        "model_info": model_info(row.model, identity.model_id, {}),
        "evaluation_results": [
            {
                "evaluation_result_id": column,
                "evaluation_name": f"{table.title}/{column}",
                "source_data": {"dataset_name": column, "source_type": "other"},
                "metric_config": metric_config(f"reported.{column}", column, "percent", 100.0),
                "score_details": {"score": value},
            }
            for column, value in zip(table.columns, row.values, strict=True)
        ],
    }
