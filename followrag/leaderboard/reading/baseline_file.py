"""The baseline: runs as a file small enough to commit, with a line for each row.

It holds what a comparison needs: settings, figures for its readers, and per row how each constraint
was decided, what else was scored and a hash of the response. Prompts, answers and the paths of the
runs are not in it. The same runs give the same bytes, and a row that is decided otherwise changes
one line.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path, PurePath
from typing import Annotated, Any

import msgspec
import numpy as np

from followrag.errors import InputError
from followrag.files import json_line, json_number
from followrag.leaderboard.entries import Entry
from followrag.leaderboard.outcomes import Check, Outcomes, RowOutcome
from followrag.leaderboard.settings import Settings
from followrag.leaderboard.texts import listed

SCHEMA = "followrag.baseline/1"
_HEAD, _MARK = 4096, b'"followrag.baseline/'
_START = re.compile(rb'\s*\{\s*"schema"\s*:\s*"followrag\.baseline/')
_KEPT_DETAILS = ("backend", "packages", "seed")
_ALWAYS = ("inst_level_loose_acc", "inst_level_strict_acc", "qa_acc", "judge")
_REMEDY = "restore it, or write it again with `followrag baseline update`"

# How a constraint was decided, by (strict, loose, error).
_VERDICTS = {
    (True, True, False): "strict",
    (False, True, False): "loose",
    (False, False, False): "no",
    (False, False, True): "error",
    (True, False, False): "strict only",
    (True, False, True): "strict only, error",
    (False, True, True): "loose, error",
    (True, True, True): "strict, error",
}
_DECIDED = {word: decided for decided, word in _VERDICTS.items()}

# Further responses to the prompt: how many, and how many follow everything strictly and loosely.
_Repeats = tuple[int, int, int]
_Share = Annotated[float, msgspec.Meta(ge=0, le=1)]


class _Row(msgspec.Struct, forbid_unknown_fields=True):
    key: str
    dataset: str
    checks: Annotated[list[tuple[str, str]], msgspec.Meta(min_length=1)]
    digest: Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{16}$")]
    length: Annotated[int, msgspec.Meta(ge=0, le=2**63 - 1)]
    qa_acc: _Share | None = None
    rating: _Share | None = None
    judge_error: bool = False
    error: bool = False
    qa_acc_unwrapped: _Share | None = None
    qa_acc_other_language: _Share | None = None
    repeats: _Repeats = (0, 0, 0)
    condition: str = ""
    origin: str = ""


class _Figure(msgspec.Struct, forbid_unknown_fields=True):
    value: float | None
    stderr: float | None
    n: int


class _Run(msgspec.Struct, forbid_unknown_fields=True):
    model: str
    date: str
    settings: Settings
    details: dict[str, Any]
    figures: dict[str, _Figure]
    rows: list[_Row]


class _Baseline(msgspec.Struct, forbid_unknown_fields=True):
    schema: str
    runs: Annotated[list[_Run], msgspec.Meta(min_length=1)]


def is_baseline(path: Path) -> bool:
    """Tell by its beginning whether a file is a baseline, of any version or damaged."""
    if not path.is_file():
        return False
    try:
        with path.open("rb") as file:
            head = file.read(_HEAD).removeprefix(b"\xef\xbb\xbf")
    except OSError:
        return False
    if _START.match(head):
        return True
    return path.suffix == ".json" and _MARK in head  # merged or edited, so that it begins otherwise


def read_baseline(path: Path) -> list[Entry]:
    """Read the runs of a baseline, in the file's order.

    Raises:
        InputError: It can't be read, is of another version or damaged, or its figures are not those
            of its rows.
    """
    baseline = _parsed(path)
    entries = []
    for number, run in enumerate(baseline.runs):
        where = f"{path}, run {number}"
        outcomes = Outcomes.of(_row_outcomes(where, run.rows))
        _require_date(where, run.date)
        entry = Entry(
            run.model, path, "baseline", run.settings, outcomes, date=run.date, details=run.details
        )
        _require_figures(where, run, entry)
        entries.append(entry)
    return entries


def baseline_bytes(entries: Sequence[Entry]) -> bytes:
    """Write runs as a baseline.

    Args:
        entries: Runs with outcomes.
    """
    return b"".join(_lines(entries))


def _lines(entries: Sequence[Entry]) -> Iterator[bytes]:
    yield b'{\n"schema": ' + json.dumps(SCHEMA).encode() + b',\n"runs": ['
    for number, entry in enumerate(entries):
        yield b",\n{\n" if number else b"\n{\n"
        yield _members({"model": without_folder(entry.model), "date": entry.date}) + b",\n"
        details = {name: entry.details[name] for name in _KEPT_DETAILS if name in entry.details}
        blocks = {
            "settings": _settings_record(entry.settings),
            "details": details,
            "figures": figures_record(entry),
        }
        for name, members in blocks.items():
            yield b'"%s": {\n%s\n},\n' % (name.encode(), _members(members))
        assert entry.outcomes is not None
        rows = [json_line(row)[:-1] for row in _row_records(entry.outcomes)]
        yield b'"rows": [\n%s\n]\n}' % b",\n".join(rows)
    yield b"\n]\n}\n"


def _members(values: Mapping[str, Any]) -> bytes:
    """Write what is between an object's braces, a line for each member."""
    return b",\n".join(json_line({name: value})[1:-2] for name, value in values.items())


def figures_record(entry: Entry) -> dict[str, dict[str, float | None]]:
    """Give a run's figures as JSON data, in fractions of 1."""
    return {
        name: {field: json_number(number) for field, number in figure._asdict().items()}
        for name, figure in entry.figures().items()
    }


def _settings_record(settings: Settings) -> dict[str, Any]:
    return {
        "task": without_folder(settings.task),
        "dataset": settings.dataset,
        "prompt": settings.prompt,
        "scorer": settings.scorer,
        "generation": settings.generation,
        "judge": settings.judge,
    }


def without_folder(name: str) -> str:
    """Give the last part of a name that is a path: others have no use for the rest."""
    return PurePath(name).name if PurePath(name).is_absolute() else name


def _row_records(outcomes: Outcomes) -> Iterator[dict[str, Any]]:
    checks: list[list[tuple[str, str]]] = [[] for _ in outcomes.keys]
    decided = zip(outcomes.strict, outcomes.loose, outcomes.unchecked, strict=True)
    for row, id, flags in zip(outcomes.row, outcomes.id, decided, strict=True):
        strict, loose, unchecked = map(bool, flags)
        checks[row].append((str(id), _VERDICTS[strict, loose, unchecked]))
    for place, key in enumerate(outcomes.keys):
        record: dict[str, Any] = {
            "key": key,
            "dataset": str(outcomes.dataset[place]),
            "checks": checks[place],
            "digest": f"{int(outcomes.digest[place]):016x}",
            "length": int(outcomes.length[place]),
        }
        for name in ("qa_acc", "rating", "qa_acc_unwrapped", "qa_acc_other_language"):
            value = float(getattr(outcomes, name)[place])
            if not math.isnan(value):
                record[name] = value
        for name in ("judge_error", "error"):
            if getattr(outcomes, name)[place]:
                record[name] = True
        for name in ("condition", "origin"):
            if text := str(getattr(outcomes, name)[place]):
                record[name] = text
        if outcomes.repeats[place]:
            record["repeats"] = [
                int(column[place])
                for column in (outcomes.repeats, outcomes.strict_repeats, outcomes.loose_repeats)
            ]
        yield record


def _parsed(path: Path) -> _Baseline:
    try:
        text = path.read_text(encoding="utf-8-sig")
        raw = json.loads(text)
    except OSError as error:
        raise InputError(f"{path}: can't be read ({error.strerror})") from error
    except (ValueError, RecursionError) as error:
        raise InputError(f"{path}: is a damaged baseline: not JSON ({error}); {_REMEDY}") from error
    schema = raw.get("schema") if isinstance(raw, Mapping) else None
    if schema != SCHEMA:
        raise InputError(
            f"{path}: is not of schema {SCHEMA} but {schema!r}; write it again with this version's "
            "`followrag baseline update`"
        )
    try:
        return msgspec.convert(raw, _Baseline)
    except msgspec.ValidationError as error:
        raise InputError(f"{path}: is damaged ({error}); {_REMEDY}") from error


def _row_outcomes(where: str, rows: Sequence[_Row]) -> Iterator[RowOutcome]:
    seen: set[str] = set()
    for number, row in enumerate(rows):
        if row.key in seen:
            raise InputError(f"{where}, row {number}: key {row.key!r} is there twice; {_REMEDY}")
        seen.add(row.key)
        unknown = [word for _, word in row.checks if word not in _DECIDED]
        if unknown:
            raise InputError(
                f"{where}, row {number}: {unknown[0]!r} is no verdict; one of "
                f"{', '.join(_DECIDED)}; {_REMEDY}"
            )
        yield RowOutcome(
            key=row.key,
            dataset=row.dataset,
            checks=[Check(id, *_DECIDED[word]) for id, word in row.checks],
            qa_acc=row.qa_acc,
            rating=row.rating,
            judge_error=row.judge_error,
            error=row.error,
            length=row.length,
            digest=int(row.digest, 16),
            qa_acc_unwrapped=row.qa_acc_unwrapped,
            qa_acc_other_language=row.qa_acc_other_language,
            repeats=[(at < row.repeats[1], at < row.repeats[2]) for at in range(row.repeats[0])],
            condition=row.condition,
            origin=row.origin,
        )


def _require_date(where: str, date: str) -> None:
    try:
        if date:
            datetime.fromisoformat(date)
    except ValueError as error:
        raise InputError(f"{where}: its date is no date ({error}); {_REMEDY}") from error


def _require_figures(where: str, run: _Run, entry: Entry) -> None:
    """Refuse rows and figures that don't belong together, as after a careless merge.

    A figure that only later versions know may be missing.
    """
    figures = entry.figures()
    missing = [name for name in _ALWAYS if name in figures and name not in run.figures]
    if differing := [*missing, *sorted(run.figures.keys() - figures.keys())]:
        raise InputError(
            f"{where}: its figures are not those that its rows give ({listed(differing)}); "
            f"{_REMEDY}"
        )
    for name, figure in run.figures.items():
        stored = math.nan if figure.value is None else figure.value
        if not np.isclose(figures[name].value, stored, rtol=0, atol=1e-9, equal_nan=True):
            raise InputError(f"{where}: {name} is not what its rows give; {_REMEDY}")
