"""The files that a comparison is written to: all of them, or none."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Literal, NamedTuple

from followrag.errors import FollowragError, InputError, OutputError
from followrag.files import json_line, write_whole
from followrag.leaderboard.gate.comparison import Comparison
from followrag.leaderboard.gate.junit import junit, junit_unusable
from followrag.leaderboard.gate.record import comparison_record, unusable_record
from followrag.leaderboard.gate.writers import markdown, markdown_unusable
from followrag.leaderboard.reading.locations import parted

Outcome = Comparison | FollowragError
Written = Literal["markdown", "json", "junit"]
_ENDINGS: dict[str, Written] = {".md": "markdown", ".json": "json", ".xml": "junit"}


class Output(NamedTuple):
    """A file to write."""

    path: Path
    format: Written


def outputs_at(paths: Sequence[Path], sides: Sequence[str], policy: Path | None) -> list[Output]:
    """Tell by their endings what is to be written to files.

    Args:
        paths: The files.
        sides: The names of what is compared, which must stay as it is.
        policy: The policy's file, likewise.

    Raises:
        InputError: A file's ending is unknown, or it is or lies inside what is read.
    """
    read = [*map(_real_side, sides), *([_real(policy)] if policy else [])]
    for path in paths:
        if path.suffix not in _ENDINGS:
            raise InputError(f"{path}: ends in none of .md, .json and .xml; name the file so")
        for place in read:
            if place is not None and _real(path).is_relative_to(place):
                raise InputError(
                    f"{path}: is part of what is compared, or the policy; write elsewhere"
                )
    return [Output(path, _ENDINGS[path.suffix]) for path in paths]


def remove(outputs: Sequence[Output]) -> None:
    """Delete what an earlier comparison has left: its answer must not be taken for this one's.

    Raises:
        OutputError: Something can't be deleted; the rest is.
    """
    failed = []
    for path, _ in outputs:
        place = _real(path)
        if place.exists() and not place.is_file():  # a pipe or a device keeps nothing
            continue
        try:
            place.unlink(missing_ok=True)
        except OSError as error:
            failed.append(_failure(path, error))
    if failed:
        raise OutputError("\n".join(failed))


def write(outputs: Sequence[Output], outcome: Outcome) -> Outcome:
    """Write an outcome to files.

    Returns:
        The outcome; an error where a file can't be written. Then none of them is left.
    """
    contents = [rendered(outcome, output.format) for output in outputs]
    failed = []
    for (path, _), content in zip(outputs, contents, strict=True):
        try:
            write_whole(path, [content])
        except OSError as error:
            failed.append(_failure(path, error))
    if not failed:
        return outcome
    with suppress(OutputError):
        remove(outputs)
    said = [str(outcome)] if isinstance(outcome, FollowragError) else []
    return OutputError("\n".join([*said, *failed]))


def rendered(outcome: Outcome, format: Written) -> bytes:
    """Write an outcome in a format."""
    match format:
        case "markdown":
            return rendered_markdown(outcome).encode()
        case "json":
            return json_line(_record(outcome), indent=2)
        case "junit":
            return (
                junit(outcome) if isinstance(outcome, Comparison) else junit_unusable(str(outcome))
            )


def rendered_markdown(outcome: Outcome) -> str:
    """Write an outcome as markdown."""
    if isinstance(outcome, Comparison):
        return markdown(outcome)
    return markdown_unusable(str(outcome))


def _record(outcome: Outcome) -> Mapping[str, Any]:
    if isinstance(outcome, Comparison):
        return comparison_record(outcome)
    return unusable_record(str(outcome))


def _failure(path: Path, error: OSError) -> str:
    return f"{path}: can't be written to ({error.strerror}); name another file"


def _real(path: Path) -> Path:
    return Path(os.path.realpath(path))


def _real_side(name: str) -> Path | None:
    try:
        return _real(parted(name)[1])
    except InputError:  # nothing is there, which the comparison tells
        return None
