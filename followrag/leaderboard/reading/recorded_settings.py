"""How a run was made, put alike whether a manifest or lm-eval's results record it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import msgspec

from followrag.llm.secret_args import split_secrets

_DATE = re.compile(r"\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d(\.\d+)?")


class Counts(msgspec.Struct):
    """How many documents a task has, and how many of them were asked."""

    original: int
    effective: int


def public_arguments(given: object) -> dict[str, Any]:
    """Read a model's arguments, which are text (`a=1,b=2`), an object or nothing."""
    if isinstance(given, str):
        pairs = (pair.partition("=") for pair in given.split(","))
        given = {name.strip(): value for name, equals, value in pairs if equals}
    return split_secrets(given).public if isinstance(given, dict) else {}


def limited(limit: Any, counts: Counts | None) -> str | None:
    """Say how a task was cut short; None where every document was asked.

    Args:
        limit: What `--limit` was given, or None.
        counts: How many documents were asked; None where that is not recorded.
    """
    if counts.effective >= counts.original if counts else limit is None:
        return None
    option = "--limit or --samples" if limit is None else f"--limit {limit}".removesuffix(".0")
    asked = f" ({counts.effective} of {counts.original} items)" if counts else ""
    return f"was made with {option}{asked}; evaluate all items to compare it"


def prompt_settings(
    system: str | None, num_fewshot: object, chat_template: object, backend: str
) -> dict[str, Any]:
    """Say how prompts were put; servers of chat completions apply a template of their own."""
    return {
        "system_instruction": system or "",
        "num_fewshot": num_fewshot,
        "chat_template": bool(chat_template) or "chat" in backend,
    }


def without_seed(generation: object) -> dict[str, Any] | None:
    """Leave the seed out of generation arguments: runs that differ in it only are comparable."""
    if not isinstance(generation, dict):
        return None
    return {name: value for name, value in generation.items() if name != "seed"}


def seed_of(generation: object, config: Mapping[str, Any]) -> Any:
    """Give the seed that answers were generated with, or else lm-eval's."""
    given = generation if isinstance(generation, dict) else {}
    return given.get("seed", config.get("random_seed"))


def date_of(started: object, name: str) -> str:
    """Say when a run started, as ISO 8601, or else ended, as the name of its file tells.

    Args:
        started: Seconds since 1970, or anything else where that is not recorded.
        name: The file's name.
    """
    if isinstance(started, int | float):
        with suppress(ValueError, OverflowError, OSError):  # no time that there is
            return datetime.fromtimestamp(started, UTC).isoformat(timespec="seconds")
    found = _DATE.search(name)
    if found is None:
        return ""
    day, _, time = found[0].partition("T")
    date = f"{day}T{time.partition('.')[0].replace('-', ':')}"
    with suppress(ValueError):  # no time that there is
        return datetime.fromisoformat(date).isoformat(timespec="seconds")
    return ""
