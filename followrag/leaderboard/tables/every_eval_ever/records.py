"""A run as a record: what was asked of which model, how, and every figure with its uncertainty."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from followrag.estimates import Estimate
from followrag.leaderboard.entries import Entry
from followrag.leaderboard.metrics import METRICS, metric
from followrag.leaderboard.tables.board import Board, Place
from followrag.leaderboard.tables.conduct import conduct
from followrag.leaderboard.tables.every_eval_ever.identity import UNKNOWN, Identity
from followrag.leaderboard.texts import one_line

SCHEMA_VERSION = "0.3.0"
_ENGINES = {"hf": "transformers", "vllm": "vLLM", "sglang": "SGLang"}
_JUDGED = ("judge", "followrag_judge")

Record = dict[str, Any]


def run_record(board: Board, place: Place, identity: Identity) -> Record:
    """Describe a run, without its rows."""
    entry = place.entry
    time = timestamp(entry.date)
    return {
        "schema_version": SCHEMA_VERSION,
        "evaluation_id": identity.evaluation_id(time),
        "evaluation_timestamp": time,
        "retrieved_timestamp": time,
        "source_metadata": {
            "source_name": "followrag",
            "source_type": "evaluation_run",
            "source_organization_name": UNKNOWN,
            "evaluator_relationship": "other",
        },
        "eval_library": _library(entry),
        "model_info": model_info(entry.model, identity.model_id, entry.details),
        "evaluation_results": list(_results(board, place)),
    }


def timestamp(date: str) -> str:
    """Write a date as seconds since 1970; 0 where there is none."""
    if not date:
        return "0"
    parsed = datetime.fromisoformat(date)
    return str(int((parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)).timestamp()))


def model_info(name: str, id: str, details: Mapping[str, Any]) -> Record:
    """Describe a model; the schema wants to know how it was deployed, and whose weights it has."""
    backend = str(details.get("backend") or "")
    engine = _ENGINES.get(backend)
    known = {"backend": backend, **_texts(details.get("model_args") or {})}
    info: Record = {
        "name": one_line(name),
        "id": id,
        "developer": id.partition("/")[0],
        "additional_details": {
            **{key: value for key, value in known.items() if value},
            "deployment_type": "self_deployed" if engine else UNKNOWN,
            "model_availability": UNKNOWN,
        },
    }
    if engine:
        info["inference_engine"] = {"name": engine}
    return info


def metric_config(name: str, meaning: str, unit: str, highest: float) -> Record:
    """Describe a metric that grows from 0 to `highest`."""
    return {
        "evaluation_description": meaning,
        "metric_id": f"followrag.{name}",
        "metric_name": name,
        "metric_unit": unit,
        "lower_is_better": False,
        "score_type": "continuous",
        "min_score": 0.0,
        "max_score": highest,
    }


def _library(entry: Entry) -> Record:
    name = "followrag" if entry.origin in ("run folder", "baseline") else "lm-eval"
    packages = entry.details.get("packages") or {}
    return {
        "name": name.replace("-", "_"),
        "version": str(packages.get(name) or UNKNOWN),
        "additional_details": _texts({"scorer": dict(entry.settings.scorer)}),
    }


def _results(board: Board, place: Place) -> Iterator[Record]:
    for name, figure in place.figures.items():
        yield _result(board, place, name, figure, "")
    outcomes = place.entry.outcomes
    groups = outcomes.grouped("dataset") if outcomes is not None else {}
    if len(groups) < 2:
        return
    for dataset, part in groups.items():
        for name in (name for name in METRICS if name in place.figures):
            figure = metric(name).figure(part)
            if figure.n:
                yield _result(board, place, name, figure, dataset)


def _result(board: Board, place: Place, name: str, figure: Estimate, dataset: str) -> Record:
    settings = place.entry.settings
    config = metric_config(name, metric(name).meaning, "proportion", 1.0)
    if name in _JUDGED and settings.judge is not None:
        config["llm_scoring"] = _scoring(settings.judge)
    uncertainty: Record = {"num_samples": figure.n}
    if not math.isnan(figure.stderr):
        method = "analytic, clustered by prompt"
        uncertainty["standard_error"] = {"value": figure.stderr, "method": method}
    found = conduct(place.entry)._asdict()
    result: Record = {
        "evaluation_result_id": result_id(name, dataset),
        "evaluation_name": f"{board.title}/{dataset}" if dataset else board.title,
        "source_data": {
            "dataset_name": board.title,
            "source_type": "other",
            "additional_details": _texts(dict(settings.dataset)),
        },
        "evaluation_timestamp": timestamp(place.entry.date),
        "metric_config": config,
        "score_details": {
            "score": figure.value,
            "details": {} if dataset else _texts(found),
            "uncertainty": uncertainty,
        },
    }
    if settings.generation is not None or settings.prompt:
        result["generation_config"] = _generation(settings.generation or {}, settings.prompt)
    return result


def result_id(name: str, dataset: str = "") -> str:
    """Name a figure within its record."""
    return f"{name}/{dataset}" if dataset else name


def _generation(given: Mapping[str, Any], prompt: Mapping[str, Any]) -> Record:
    arguments: Record = {}
    others = dict(given)
    for theirs, ours in (("temperature", "temperature"), ("top_p", "top_p"), ("top_k", "top_k")):
        if _is_number(given.get(ours)):
            arguments[theirs] = others.pop(ours)
    longest = given.get("max_gen_toks")
    if isinstance(longest, int) and not isinstance(longest, bool) and longest > 0:
        arguments["max_tokens"] = others.pop("max_gen_toks")
    return {
        "generation_args": arguments,
        "additional_details": _texts({**others, **prompt}),
    }


def _scoring(judge: Mapping[str, Any]) -> Record:
    name = str(judge.get("model") or UNKNOWN)
    return {
        "judges": [
            {
                "model_info": model_info(name, name, {}),
                "additional_details": _texts(judge),
            }
        ],
        "input_prompt": f"followrag judge, prompt version {judge.get('prompt_version', UNKNOWN)}",
    }


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _texts(details: Mapping[str, Any]) -> dict[str, str]:
    """Write details as the schema has them: texts only."""
    return {
        str(name): one_line(value)
        if isinstance(value, str)
        else json.dumps(value, ensure_ascii=False, default=str)
        for name, value in details.items()
        if value is not None
    }
