"""What the YAML files call: the items as a dataset, a document's metrics, and their pooling.

lm-eval averages per-document values on its own only for plain means. The other metrics pass what
they need per document (the outcomes of its constraints) and are pooled here, so that the table
shows exactly what `followrag score` computes from the same responses. A metric named
`<name>_stderr` overrides the standard error that lm-eval would print for `<name>`.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any, get_args

from followrag import estimates
from followrag.items import Item
from followrag.scoring import Row, score_item
from followrag.sources import load_items
from followrag.summary import family_of
from followrag.verifiers import Family, Mode

_log = logging.getLogger(__name__)

Outcomes = Sequence[bool]


def dataset(*, followrag_source: str, data: str | None = None, **_: Any) -> dict[str, Any]:
    """Load a source's items for lm-eval.

    Args:
        followrag_source: Name of the source, from the task's YAML.
        data: Folder or file to read it from (`--metadata data=PATH`).
        **_: lm-eval passes all of its metadata and model arguments; they are not needed.

    Returns:
        One `test` split.
    """
    from datasets import Dataset, Features, Json, List, Value

    items = load_items(followrag_source, data)
    for problem in items.problems:
        _log.warning("left out: %s", problem)
    if items.absent:
        _log.warning("%s has no items of: %s", items.name, ", ".join(items.absent))
    text = Value("string")
    features = Features(
        {
            "key": Json(),
            "type": text,
            "prompt": text,
            "question": text,
            "answer_gold": text,
            "question_with_instrs": text,
            "instruction_id_list": List(text),
            "kwargs": List(Json()),
            "passages": List({"title": text, "content": text}),
            "answers": List(text),
            "condition": text,
            "origin": Json(),
        }
    )
    rows = [
        {"answers": [], "condition": "", "origin": None} | item.model_dump(mode="json")
        for item in items
    ]
    return {"test": Dataset.from_list(rows, features=features)}


def process_results(doc: dict[str, Any], results: Sequence[str]) -> dict[str, Any]:
    """Score one document of a FollowRAG task, for every metric of `_followrag.yml`."""
    row = _score(doc, results, "reference")
    return _with_stderr(_followed(row) | _answered(row))


def process_fixed_results(doc: dict[str, Any], results: Sequence[str]) -> dict[str, Any]:
    """Score one document of a task in `fixed` mode, for every metric of `_followrag_fixed.yml`.

    Each metric that constraints have a part in is there as `<name>_reference` too.
    """
    row = _score(doc, results, "fixed")
    published = _followed(row.reference) if row.reference is not None else {}
    compared = {f"{name}_reference": value for name, value in published.items()}
    return _with_stderr(_followed(row) | _answered(row) | compared)


def process_ifeval_results(doc: dict[str, Any], results: Sequence[str]) -> dict[str, Any]:
    """Score one document of IFEval, which has no questions to answer."""
    return _with_stderr(_verdicts(_score(doc, results, "reference")))


def _score(doc: dict[str, Any], results: Sequence[str], mode: Mode) -> Row:
    response = results[0]
    while isinstance(response, list) and response:  # repeats: the first sample is scored
        response = response[0]
    return score_item(Item.model_validate(doc), response, mode)


def _with_stderr(metrics: dict[str, Any]) -> dict[str, Any]:
    """Give metrics that are pooled here a second time, for their standard errors."""
    pooled = {name: value for name, value in metrics.items() if not name.startswith("prompt_level")}
    return metrics | {f"{name}_stderr": value for name, value in pooled.items()}


def _followed(row: Row) -> dict[str, Any]:
    """Give the metrics that constraints have a part in."""
    joint = {"joint_acc": row.joint, "followrag": [row.loose, row.qa_acc]}
    return _verdicts(row) | joint


def _answered(row: Row) -> dict[str, Any]:
    unwrapped = row.qa_acc_unwrapped
    return {
        "qa_acc": row.qa_acc,
        "qa_acc_unwrapped": unwrapped,
        "qa_acc_other_language": row.qa_acc_other_language,
        "qa_unwrapping_differs": None if unwrapped is None else float(unwrapped != row.qa_acc),
    }


def _verdicts(row: Row) -> dict[str, Any]:
    return {
        "prompt_level_strict_acc": all(row.strict),
        "inst_level_strict_acc": row.strict,
        "prompt_level_loose_acc": all(row.loose),
        "inst_level_loose_acc": row.loose,
        **{f"{family}_loose_acc": _of_family(row, family) for family in get_args(Family)},
    }


def _of_family(row: Row, family: str) -> list[bool]:
    ids = row.item.instruction_id_list if row.item else ()
    return [passed for id, passed in zip(ids, row.loose, strict=True) if family_of(id) == family]


def pooled_share(outcomes: Sequence[Outcomes]) -> float:
    """Pool the outcomes of all documents: followed constraints over constraints."""
    return estimates.pooled_share(outcomes).value


def pooled_share_stderr(outcomes: Sequence[Outcomes]) -> float:
    """Give the standard error of `pooled_share`, clustered by prompt."""
    return estimates.pooled_share(outcomes).stderr


def answered_mean(values: Sequence[float | None]) -> float:
    """Give the mean over the documents that have a value: gold answers, a language."""
    return estimates.mean([value for value in values if value is not None]).value


def answered_mean_stderr(values: Sequence[float | None]) -> float:
    """Give the standard error of `answered_mean`."""
    return estimates.mean([value for value in values if value is not None]).stderr


def followrag_score(values: Sequence[tuple[Outcomes, float | None]]) -> float:
    """Give the mean of inst_level_loose_acc and qa_acc over the documents with gold answers."""
    return _followrag(values).value


def followrag_score_stderr(values: Sequence[tuple[Outcomes, float | None]]) -> float:
    """Give the standard error of `followrag_score`."""
    return _followrag(values).stderr


def _followrag(values: Sequence[tuple[Outcomes, float | None]]) -> estimates.Estimate:
    asked = [(outcomes, answered) for outcomes, answered in values if answered is not None]
    return estimates.followrag_score(
        [outcomes for outcomes, _ in asked], [answered for _, answered in asked]
    )
