"""Reading a run folder back: what was asked, answered, decided and rated, with no scoring."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from followrag.errors import InputError
from followrag.files import settle
from followrag.ratings import Rating
from followrag.records import Problem, Record, Records
from followrag.row_records import ROW, recorded_row
from followrag.runs import MANIFEST, RATINGS, ROWS, Run
from followrag.sources import ItemSet, items_from, load_items
from followrag.verifiers import Mode


class _Strict(BaseModel):
    model_config = ConfigDict(strict=True)


class _ItemsRecord(_Strict):
    source: str
    count: int
    sha256: str
    absent: list[str]
    problems: list[str]


class _Manifest(_Strict):
    items: _ItemsRecord
    scorer_version: str
    mode: Mode = "reference"
    packages: dict[str, str | None]


_RATING = TypeAdapter(Rating)
_MANIFEST = TypeAdapter(_Manifest)


class Recorded(NamedTuple):
    """A run's files as they are, checked for their form only.

    Attributes:
        folder: The run folder.
        manifest: The manifest.
        rows: The lines of its rows, as `followrag.runs.row_record` gave them.
        ratings: The judge's ratings by key as text.
    """

    folder: Path
    manifest: dict[str, Any]
    rows: list[dict[str, Any]]
    ratings: dict[str, Rating]

    @property
    def mode(self) -> Mode:
        """Which checks decided."""
        mode: Mode = self.manifest.get("mode", "reference")
        return mode

    @property
    def keys(self) -> list[str]:
        """The keys of the items that were asked, as text, in order."""
        return [str(row["key"]) for row in self.rows if row["key"] is not None]


def read_run(folder: Path, items: str | None = None, data: str | None = None) -> Run:
    """Read a run.

    Args:
        folder: The run folder.
        items: Where its items are: a source, a file or folder of items, or an lm-eval samples
            file. Where it is None: the samples file beside the folder, else the source that the
            manifest names.
        data: Where a published source lies; the environment's FOLLOWRAG_DATA where it is None.

    Raises:
        InputError: The folder is no finished run, or the items are not there or are others.
    """
    recorded = read_recorded(folder)
    asked = find_items(recorded, items, data)
    require_same_items(recorded, asked)
    rows = [
        recorded_row(
            record,
            None if record["key"] is None else asked.by_key[str(record["key"])],
            recorded.mode,
        )
        for record in recorded.rows
    ]
    return Run(folder, recorded.manifest, asked, rows, recorded.ratings)


def read_recorded(folder: Path) -> Recorded:
    """Read a run's files without its items.

    Raises:
        InputError: The folder is no finished run, or a file of it is damaged.
    """
    manifest = _manifest(folder)
    rows = [row for row, _ in _lines(folder / ROWS, ROW)]
    expected = manifest["items"]["count"] + len(manifest["items"]["problems"])
    if len(rows) != expected:
        raise InputError(
            f"{folder / ROWS}: holds {len(rows)} of {expected} rows; score the responses again"
        )
    ratings: dict[str, Rating] = {}
    if "judge" in manifest:
        given = _lines(folder / RATINGS, _RATING)
        ratings = {str(rating.key): rating for _, rating in given}
    return Recorded(folder, manifest, rows, ratings)


def find_items(recorded: Recorded, items: str | None = None, data: str | None = None) -> ItemSet:
    """Find the items of a run's rows, in the order of the rows.

    Args:
        recorded: The run.
        items: As for `read_run`.
        data: As for `read_run`.

    Returns:
        The items that were asked, as the manifest describes them. If what is found differs from
        that: those of the items found whose keys were asked.

    Raises:
        InputError: There are none.
    """
    described = recorded.manifest["items"]
    found = _found(recorded, items, data)
    chosen = tuple(found.by_key[key] for key in recorded.keys if key in found.by_key)
    if not chosen:
        raise InputError(f"{found.name}: has none of the items of {recorded.folder}")
    problems = tuple(
        Problem(where, message)
        for where, _, message in (text.partition(": ") for text in described["problems"])
    )
    asked = ItemSet(
        described["source"], chosen, problems, tuple(described["absent"]), recorded.mode
    )
    if asked.sha256 == described["sha256"]:
        return asked
    return ItemSet(found.name, chosen, found.problems, found.absent, recorded.mode)


def require_same_items(recorded: Recorded, asked: ItemSet) -> None:
    """Make sure that items are those that the run was scored with.

    Raises:
        InputError: They are others.
    """
    expected = recorded.manifest["items"]["sha256"]
    if asked.sha256 != expected:
        raise InputError(
            f"{recorded.folder}: was scored with other items than those of {asked.name} (sha256 "
            f"{expected[:12]}, not {asked.sha256[:12]}); name the ones it was given with --items"
        )


def samples_file(recorded: Recorded) -> Path:
    """Name the lm-eval samples file that `followrag eval` has left beside a run folder."""
    folder = recorded.folder.absolute()
    return folder.parent / str(recorded.manifest.get("samples", f"samples_{folder.name}.jsonl"))


def _found(recorded: Recorded, items: str | None, data: str | None) -> ItemSet:
    if items is not None:
        return _from_samples(Path(items)) or load_items(items, data)
    source = recorded.manifest["items"]["source"]
    try:
        return _from_samples(samples_file(recorded)) or load_items(source, data)
    except InputError as error:
        raise InputError(
            f"{recorded.folder}: its items can't be found ({error}); name them with --items"
        ) from error


def _from_samples(path: Path) -> ItemSet | None:
    """Take the items out of a samples file; None where it is none."""
    documents: dict[str, Record] = {}
    try:
        with path.open(encoding="utf-8") as file:
            for number, line in enumerate(file, start=1):
                document = json.loads(line)["doc"]
                found = Record(f"{path}, line {number}", document)
                documents.setdefault(str(document["key"]), found)
    except (OSError, KeyError, TypeError, ValueError):
        return None
    return items_from(path.stem, Records([*documents.values()], [])) if documents else None


def _manifest(folder: Path) -> dict[str, Any]:
    path = folder / MANIFEST
    try:
        settle(folder)
        manifest: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        _MANIFEST.validate_python(manifest)
    except FileNotFoundError as error:
        raise InputError(
            f"{folder}: holds no {MANIFEST}; it is no run folder, or of a run that never finished"
        ) from error
    except OSError as error:
        raise InputError(f"{folder}: can't be read ({error.strerror})") from error
    except ValueError as error:
        raise InputError(f"{path}: is not the manifest of a run; name a run folder") from error
    return manifest


def _lines(path: Path, form: TypeAdapter[Any]) -> Iterator[tuple[dict[str, Any], Any]]:
    """Read JSON Lines that we wrote: each as it is, and validated."""
    number = 1
    try:
        with path.open(encoding="utf-8") as file:
            for line in file:
                row = json.loads(line)
                yield row, form.validate_python(row)
                number += 1
    except OSError as error:
        raise InputError(f"{path}: can't be read ({error.strerror})") from error
    except ValidationError as error:
        problem = error.errors()[0]
        place = ".".join(map(str, problem["loc"]))
        raise InputError(
            f"{path}, line {number}: is damaged ({place}: {problem['msg']}); score or judge again"
        ) from error
    except ValueError as error:
        raise InputError(
            f"{path}, line {number}: is damaged ({error}); score or judge again"
        ) from error
