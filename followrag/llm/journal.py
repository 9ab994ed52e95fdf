"""A file that keeps what was paid for, however the run ends."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from followrag.errors import OutputError

_START = b'{"key": "'


class Journal:
    """JSON Lines that are only ever appended to: a key and its value on each.

    A line is written whole by one system call, so a killed process leaves at most a torn last
    line, which the next one cuts off. Values stay on disk; only keys are held in memory. One
    process at a time may have it; it closes as a context manager.

    Args:
        path: The file, made with its folder if it isn't there.

    Raises:
        OutputError: The file can't be written, is in use by another process or is no journal.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._places: dict[str, tuple[int, int]] = {}
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o644)
        except OSError as error:
            raise OutputError(f"{path}: can't be written to ({error.strerror})") from error
        try:
            self._lock()
            self._end = self._read()
            os.ftruncate(self._file, self._end)
        except BaseException:
            os.close(self._file)
            raise

    def _lock(self) -> None:
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise OutputError(
                f"{self.path}: another process is writing to it; wait until it has ended"
            ) from error
        except OSError:
            pass  # Some cluster file systems have no locks: better unlocked than not at all.

    def _read(self) -> int:
        """Find every whole line; give where they end."""
        place = 0
        with open(self._file, "rb", closefd=False) as file:
            for number, line in enumerate(file, start=1):
                if not line.endswith(b"\n") and line.startswith(_START[: len(line)]):
                    break
                try:
                    entry = json.loads(line)
                    key, _ = entry["key"], entry["value"]
                except (ValueError, TypeError, LookupError) as error:
                    raise OutputError(
                        f"{self.path}, line {number}: is not a journal's; remove the line, "
                        "or name another file"
                    ) from error
                self._places.setdefault(key, (place, len(line)))
                place += len(line)
        return place

    def get(self, key: str) -> dict[str, Any] | None:
        """Read the value of a key; None where it has none."""
        if key not in self._places:
            return None
        place, length = self._places[key]
        value: dict[str, Any] = json.loads(os.pread(self._file, length, place))["value"]
        return value

    def add(self, key: str, value: Mapping[str, Any]) -> None:
        """Append a value; a key that has one already keeps it.

        Raises:
            OutputError: It can't be written whole; nothing of it stays.
        """
        if key in self._places:
            return
        line = json.dumps({"key": key, "value": value}, ensure_ascii=False) + "\n"
        data = line.encode("utf-8", errors="backslashreplace")
        try:
            if os.write(self._file, data) < len(data):
                os.ftruncate(self._file, self._end)
                raise OSError(0, "the disk is full")
        except OSError as error:
            raise OutputError(f"{self.path}: can't be written to ({error.strerror})") from error
        self._places[key] = (self._end, len(data))
        self._end += len(data)

    def __contains__(self, key: str) -> bool:
        return key in self._places

    def __len__(self) -> int:
        """How many keys have a value."""
        return len(self._places)

    def __enter__(self) -> Journal:
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self._file)
