"""Where a name of runs leads: the folders and files that may hold runs, none of them read yet."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Literal, NamedTuple

from followrag.errors import InputError
from followrag.leaderboard.reading.baseline_file import is_baseline
from followrag.leaderboard.reading.lm_eval_files import has_samples_name, is_results_file
from followrag.leaderboard.reading.lm_eval_samples import is_samples_file
from followrag.leaderboard.reading.run_folders import is_run_folder
from followrag.records import Problem

_UNFINISHED = "unfinished"  # where `followrag eval` keeps journals
Kind = Literal["run folder", "results", "samples", "baseline"]


class Location(NamedTuple):
    """A folder or file that holds a run, or parts of one."""

    kind: Kind
    path: Path

    @property
    def real(self) -> Path:
        """Its path without links: the same however it was reached."""
        return self.path.resolve()


def exists(name: str) -> bool:
    """Whether a name is the path of something."""
    try:
        return bool(name) and Path(name).exists()
    except OSError:  # longer than names can be
        return False


def parted(name: str) -> tuple[str, Path]:
    """Take NAME=PATH apart; the first is empty for a path alone.

    Raises:
        InputError: There is no such path.
    """
    if exists(name):
        return "", Path(name)
    for at in (at for at, letter in enumerate(name) if letter == "="):
        model, path = name[:at].strip(), name[at + 1 :]
        if exists(path):
            if not model:
                raise InputError(f"{name}: gives no name; write NAME=PATH, or the path alone")
            return model, Path(path)
    raise InputError(
        f"{name or 'an empty name'}: no such file or folder; name a run folder, a folder of "
        "results, or `reported`"
    )


def locations_at(path: Path) -> Iterator[Location | Problem]:
    """Find those at a path: itself, or those inside a folder, sorted; links are followed."""
    if not path.is_dir():
        kind = _kind(path) or ("baseline" if is_baseline(path) else None)
        if kind is not None:
            yield Location(kind, path)
        return
    problems: list[Problem] = []

    def tell(error: OSError) -> None:
        problems.append(Problem(str(error.filename), f"can't be read ({error.strerror})"))

    seen: set[Path] = set()
    for name, subfolders, files in os.walk(path, followlinks=True, onerror=tell):
        folder = Path(name)
        if (real := folder.resolve()) in seen:  # a link that leads back
            subfolders.clear()
            continue
        seen.add(real)
        try:
            found = _locations_in(folder, files)
        except OSError as error:  # its names can be read, and nothing else
            tell(error)
            subfolders.clear()
            continue
        yield from found
        is_run = any(location.kind == "run folder" for location in found)
        subfolders[:] = sorted(
            name
            for name in subfolders
            if not is_run and name != _UNFINISHED and not name.startswith(".")
        )
    yield from problems


def _locations_in(folder: Path, files: list[str]) -> list[Location]:
    """Find the locations in a folder, but not in those inside it.

    Raises:
        OSError: Its files can't be looked at.
    """
    if is_run_folder(folder):
        return [Location("run folder", folder)]
    paths = [folder / name for name in sorted(files)]
    return [Location(kind, path) for path in paths if (kind := _kind(path)) is not None]


def _kind(path: Path) -> Kind | None:
    if path.suffix not in (".json", ".jsonl") or not path.is_file():
        return None
    if is_results_file(path):
        return "results"
    try:
        return "samples" if has_samples_name(path) or is_samples_file(path) else None
    except InputError:  # not to be read, and not named as if it should be
        return None
