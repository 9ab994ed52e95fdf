"""Files that appear whole or not at all, alone or several at once."""

from __future__ import annotations

import errno
import json
import math
import os
import shutil
import stat
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from followrag.errors import OutputError

_READY = ".ready"  # a folder of complete files, on their way to their places


def json_line(value: Mapping[str, Any], indent: int | None = None) -> bytes:
    """Write a JSON object as a line, or as several where `indent` is given."""
    text = json.dumps(value, ensure_ascii=False, indent=indent, allow_nan=False)
    # A lone surrogate in a response can't be UTF-8; as `\udXXX` it is JSON again.
    return text.encode("utf-8", errors="backslashreplace") + b"\n"


def json_number(value: float) -> float | None:
    """Give a number as JSON has it, which knows no nan: None, which is written as null."""
    return None if math.isnan(value) else value


@contextmanager
def writing_to(where: object, remedy: str) -> Iterator[None]:
    """Run a block that writes; tell where it can't.

    Args:
        where: The file, folder or stream.
        remedy: What the user can do.

    Raises:
        OutputError: The block raised an OSError.
    """
    try:
        yield
    except BrokenPipeError:  # whoever read along has seen enough
        raise
    except OSError as error:
        raise OutputError(f"{where}: can't be written to ({error.strerror}); {remedy}") from error


def require_no_folder(path: Path) -> None:
    """Make sure that a path is not a folder's, nor an empty one, which is this folder's.

    Raises:
        IsADirectoryError: It is.
    """
    if path.is_dir():
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))


def write_whole(path: Path, parts: Iterable[bytes]) -> None:
    """Write a file beside its place and move it there, whatever interrupts the writing.

    Links are followed. What is there and is no file, such as a pipe or a device, is written to.

    Args:
        path: Where to write; its folder is made if it isn't there.
        parts: The content, in order.

    Raises:
        OSError: The file can't be written.
    """
    require_no_folder(path)
    if _is_stream(path):
        with path.open("wb") as stream:
            stream.writelines(parts)
        return
    place = Path(os.path.realpath(path))
    place.parent.mkdir(parents=True, exist_ok=True)
    unfinished = place.with_name(f".{place.name}.{os.getpid()}.tmp")
    try:
        with unfinished.open("wb") as file:
            file.writelines(parts)
        unfinished.replace(place)
    finally:
        unfinished.unlink(missing_ok=True)


def _is_stream(path: Path) -> bool:
    """Whether something is there that no file can take the place of."""
    try:
        return not stat.S_ISREG(path.stat().st_mode)
    except FileNotFoundError:
        return False


def write_together(folder: Path, files: Mapping[str, Iterable[bytes]]) -> None:
    """Replace several files of a folder, all of them or none, whatever interrupts the writing.

    They are written into a folder inside, which gets its final name once it is complete. From then
    on `settle` moves them to their places: here, or after a kill by the next reader or writer.

    Args:
        folder: Where to write; made if it isn't there.
        files: The content of each file by name, in the order in which they are to appear.

    Raises:
        OSError: The files can't be written; the folder is as it was.
    """
    folder.mkdir(parents=True, exist_ok=True)
    settle(folder)
    for left in folder.glob(".*.unfinished"):
        if not _is_running(int(left.name.split(".")[1])):
            shutil.rmtree(left)
    if blocked := [name for name in files if (folder / name).is_dir()]:
        raise IsADirectoryError(None, f"{blocked[0]} is a folder")
    unfinished = folder / f".{os.getpid()}.unfinished"
    try:
        unfinished.mkdir()
        for number, (name, parts) in enumerate(files.items()):
            with (unfinished / f"{number:03}-{name}").open("wb") as file:
                file.writelines(parts)
        unfinished.rename(folder / _READY)
        settle(folder)
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
        settle(folder)  # where Ctrl-C came between


def _is_running(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return process != os.getpid()


def settle(folder: Path) -> None:
    """Finish what an interrupted `write_together` had completed but for moving.

    Raises:
        OSError: A file can't be moved.
    """
    ready = folder / _READY
    if not ready.exists():
        return
    for path in sorted(ready.glob("*")):
        with suppress(FileNotFoundError):  # another process does the same
            path.replace(folder / path.name.partition("-")[2])
    with suppress(FileNotFoundError):
        ready.rmdir()
