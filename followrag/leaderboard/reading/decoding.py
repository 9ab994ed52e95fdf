"""Reading the JSON of runs as fast as they are many, and naming file and line where it is broken.

Python writes what is no JSON (NaN, halves of surrogate pairs); only where that is met is Python's
own, slower parser asked.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Generic, TypeVar

import msgspec

from followrag.errors import InputError

Value = TypeVar("Value")
_BROKEN = (ValueError, RecursionError, msgspec.MsgspecError)


class Form(Generic[Value]):
    """What a JSON value must look like to be used."""

    def __init__(self, type: type[Value], prepare: Callable[[Any], Any] | None = None) -> None:
        """Make a form.

        Args:
            type: A msgspec struct, or another type that msgspec decodes.
            prepare: Puts text (`raw`) into what Python has parsed, where the type has
                `msgspec.Raw`; not needed for other types.
        """
        self._type = type
        self._prepare = prepare
        self._decoder = msgspec.json.Decoder(type)

    def parse(self, text: bytes) -> Value:
        """Parse one value.

        Raises:
            ValueError: It is no JSON or of another form; the text says what is wrong.
        """
        try:
            return self._decoder.decode(text)
        except msgspec.ValidationError:
            raise
        except _BROKEN:
            return self._parsed_by_python(text)

    def _parsed_by_python(self, text: bytes) -> Value:
        try:
            value: Any = json.loads(text.decode("utf-8-sig"))
            if self._prepare is not None:
                value = self._prepare(value)
            return msgspec.convert(value, self._type)
        except RecursionError as error:
            raise ValueError(str(error)) from None


def raw(value: Any) -> msgspec.Raw:
    """Write a value as JSON text that is parsed later."""
    return msgspec.Raw(json.dumps(value).encode())


def read_value(path: Path, form: Form[Value], remedy: str) -> Value:
    """Read a file that holds one JSON value.

    Args:
        path: The file.
        form: What it must hold.
        remedy: What to do where it doesn't.

    Raises:
        InputError: It can't be read or holds something else.
    """
    try:
        text = path.read_bytes()
    except OSError as error:
        raise InputError(f"{path}: can't be read ({error.strerror}); {remedy}") from error
    if not text.strip():
        raise InputError(f"{path}: is empty; {remedy}")
    try:
        return form.parse(text)
    except ValueError as error:
        raise InputError(f"{path}: {_what(error)}; {remedy}") from error


def read_lines(path: Path, form: Form[Value], remedy: str) -> Iterator[tuple[int, Value]]:
    """Read JSON Lines, each with its number from 1; blank lines are passed over.

    Args:
        path: The file.
        form: What each line must hold.
        remedy: What to do where one doesn't.

    Raises:
        InputError: The file can't be read, or a line holds something else.
    """
    number = 0
    try:
        with path.open("rb") as file:
            for number, line in enumerate(file, start=1):
                if not line.isspace():
                    yield number, form.parse(line)
    except OSError as error:
        raise InputError(f"{path}: can't be read ({error.strerror}); {remedy}") from error
    except ValueError as error:
        raise InputError(f"{path}, line {number}: {_what(error)}; {remedy}") from error


def _what(error: ValueError) -> str:
    if isinstance(error, msgspec.ValidationError):
        return f"is damaged ({error})"
    if isinstance(error, UnicodeDecodeError):
        return f"is not UTF-8 text ({error})"
    return f"is not JSON ({error}), perhaps cut short"
