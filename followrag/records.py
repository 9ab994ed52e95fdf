"""Reading JSON and JSON Lines files row by row, keeping bad rows apart from good ones."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple

from followrag.errors import InputError


@dataclass(frozen=True)
class Problem:
    """A row that can't be used.

    Attributes:
        where: The file and row.
        message: What is wrong and what to do.
    """

    where: str
    message: str

    def __str__(self) -> str:
        return f"{self.where}: {self.message}"


class Record(NamedTuple):
    """A JSON object and where it was found."""

    where: str
    value: dict[str, Any]


class Records(NamedTuple):
    """What a file holds."""

    good: list[Record]
    bad: list[Problem]


def read_records(path: Path) -> Records:
    """Read a JSON array of objects, or JSON Lines with an object a line.

    Blank lines are passed over.

    Raises:
        InputError: The file can't be read, is a broken JSON array, or holds no object at all.
    """
    try:
        with path.open(encoding="utf-8-sig") as file:
            # A pipe can't be rewound: the lines read to tell the formats apart are kept.
            head: list[str] = []
            while not "".join(head[-1:]).strip() and (line := file.readline()):
                head.append(line)
            lines = chain(head, file)
            is_array = bool(head) and head[-1].lstrip().startswith("[")
            records = _array(path, "".join(lines)) if is_array else _lines(path, lines)
    except OSError as error:
        raise InputError(f"{path}: can't be read ({error.strerror})") from error
    except UnicodeDecodeError as error:
        remedy = "save it as UTF-8, or decompress it if it is compressed"
        raise InputError(f"{path}: is not UTF-8 text ({error}); {remedy}") from error
    if not records.good:
        first = f"; first problem: {records.bad[0]}" if records.bad else ""
        raise InputError(f"{path}: holds no JSON object{first}")
    return records


def _array(path: Path, text: str) -> Records:
    try:
        rows = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise InputError(
            f"{path}: is not JSON ({error}); it may have been cut short, so fetch it again"
        ) from error
    good, bad = [], []
    for number, row in enumerate(rows):
        where = f"{path}, row {number}"
        if isinstance(row, dict):
            good.append(Record(where, row))
        else:
            bad.append(Problem(where, f"is a JSON {type(row).__name__}, not an object"))
    return Records(good, bad)


def _lines(path: Path, lines: Iterable[str]) -> Records:
    good, bad = [], []
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        where = f"{path}, line {number}"
        try:
            row = json.loads(line)
        except (ValueError, RecursionError) as error:
            bad.append(Problem(where, f"is not JSON ({error}); mend or remove the line"))
            continue
        if isinstance(row, dict):
            good.append(Record(where, row))
        else:
            bad.append(Problem(where, f"is a JSON {type(row).__name__}, not an object"))
    return Records(good, bad)
