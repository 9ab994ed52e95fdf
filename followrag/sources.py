"""Where items come from: the built-in demo, a folder or file of the user's, the published files."""

from __future__ import annotations

import dataclasses
import difflib
import hashlib
import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, overload

from pydantic import ValidationError

from followrag import demo, download
from followrag.errors import InputError
from followrag.items import DATASETS, Item
from followrag.records import Problem, Record, Records, read_records
from followrag.robustness.builtin import ROBUST_SOURCES, made
from followrag.verifiers import Constraint, Mode
from followrag.verifiers.conflicts import conflicts
from followrag.verifiers.conflicts.degenerate import degeneracies

_MINI_KEYS = Path(__file__).parent / "data" / "mini_keys.json"
_IFEVAL = download.IFEVAL_FILE
_FULL = "followRAG_full.json"  # the four published files in one
_BUILT = "items.jsonl"  # in a folder that `followrag build` wrote
_SINGLE = {f"followrag_{dataset}": type for type, dataset in DATASETS.items()}
_FIXED = {"followrag_fixed": "followrag", "followrag_mini_fixed": "followrag_mini"}

SOURCES = {
    "followrag": "all items of the published FollowRAG files",
    **{name: f"the published items of type {type}" for name, type in _SINGLE.items()},
    "followrag_mini": "the 400 published items that the paper's judge rates",
    "followrag_fixed": "the published items that can be satisfied, decided in fixed mode",
    "followrag_mini_fixed": "those of followrag_mini that can be satisfied, decided in fixed mode",
    "followrag_demo": "the built-in demo, no download",
    **{name: source.summary for name, source in ROBUST_SOURCES.items()},
    "followrag_ifeval": "the published prompts of IFEval",
}


@dataclass(frozen=True)
class ItemSet(Sequence[Item]):
    """Items of one source, with what could not be read.

    Attributes:
        name: Source name or path.
        items: The items, in file order.
        problems: Item rows that can't be used.
        absent: Datasets of the source that are not there.
        mode: Which checks decide on responses to them, unless told otherwise.
    """

    name: str
    items: tuple[Item, ...]
    problems: tuple[Problem, ...] = ()
    absent: tuple[str, ...] = ()
    mode: Mode = "reference"

    @overload
    def __getitem__(self, index: int) -> Item: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Item]: ...
    def __getitem__(self, index: int | slice) -> Item | Sequence[Item]:
        """Return the item at a position, not by key."""
        return self.items[index]

    def __len__(self) -> int:
        """Number of items."""
        return len(self.items)

    @cached_property
    def by_key(self) -> dict[str, Item]:
        """The items by their key as text: 7 and "7" name the same item."""
        return {str(item.key): item for item in self.items}

    @cached_property
    def sha256(self) -> str:
        """Checksum of everything that the items say, whatever file they came from."""
        digest = hashlib.sha256()
        for item in self.items:
            digest.update(json.dumps(item.model_dump(mode="json"), sort_keys=True).encode())
        return digest.hexdigest()


def load_items(source: str | os.PathLike[str] = "followrag", data: str | None = None) -> ItemSet:
    """Load items.

    Args:
        source: A name in `SOURCES`, or a file (JSON array or JSON Lines) or folder of items.
        data: For a published source, the folder or file to read instead of downloading; the
            environment's FOLLOWRAG_DATA where it is None.

    Returns:
        The items, with unusable rows and absent datasets told apart.

    Raises:
        InputError: Nothing usable was found, or a published file could not be fetched.
    """
    name = os.fspath(source)
    if name in ROBUST_SOURCES:
        base = load_items(ROBUST_SOURCES[name].base, data)
        return dataclasses.replace(base, name=name, items=made(name, base))
    if name == "followrag_demo":
        return items_from(name, Records([Record("demo", row) for row in demo.rows()], []))
    if name in SOURCES:
        return _published(name, data or os.environ.get("FOLLOWRAG_DATA") or None)
    path = Path(name)
    if not name or not path.exists():
        near = difflib.get_close_matches(name, SOURCES, n=1)
        hint = f"did you mean {near[0]!r}?" if near else f"known names: {', '.join(SOURCES)}"
        raise InputError(f"{name}: is neither a file or folder nor the name of a source; {hint}")
    return items_from(name, _read(_files(path)))


def _published(name: str, data: str | None) -> ItemSet:
    if name == "followrag_ifeval":
        return _ifeval(data)
    if name in _FIXED:
        return _satisfiable(name, _published(_FIXED[name], data))
    if data is not None and not Path(data).exists():
        raise InputError(f"{data}: no such file or folder; correct FOLLOWRAG_DATA or `data`")
    wanted = _SINGLE.get(name)
    files, absent = _fetch(wanted) if data is None else (_files(Path(data), wanted), ())
    good, bad = _read(files)
    types = {str(row.get("type")) for _, row in good}
    if wanted is not None:
        good = [record for record in good if record.value.get("type") == wanted]
        # A broken row of a file with several datasets may be any one's.
        bad = bad if types == {wanted} else []
    else:
        if types & DATASETS.keys():
            known = (dataset for type, dataset in DATASETS.items() if type not in types)
            absent = absent or tuple(known)
        if name == "followrag_mini":
            keys = mini_keys()
            good = [record for record in good if str(record.value.get("key")) in keys]
            bad = []  # a broken row has no key, and most rows aren't in the mini set
    if not good:
        raise InputError(
            f"{name}: {data or 'the published files'} hold none of its items; "
            f"they hold {', '.join(sorted(types))}"
        )
    return dataclasses.replace(items_from(name, Records(good, bad)), absent=absent)


def _satisfiable(name: str, published: ItemSet) -> ItemSet:
    """Leave out what no text worth reading can follow.

    The ceilings of both modes are then 100 %, and what they differ by is the checks' doing alone.
    """
    items = tuple(item for item in published.items if _is_satisfiable(item))
    if not items:
        raise InputError(
            f"{name}: each of the {len(published)} items asks for what no good text can follow; "
            "`followrag audit` shows why"
        )
    return dataclasses.replace(published, name=name, items=items, mode="fixed")


def _is_satisfiable(item: Item) -> bool:
    """Tell whether nothing excludes each other in either mode, or asks for a degenerate text.

    What is degenerate is for `fixed` mode to say, which reads texts as people do.
    """
    published, repaired = (
        [rule for rule in rules if isinstance(rule, Constraint)]
        for rules in (item.constraints, item.fixed_constraints)
    )
    return not (conflicts(published) or conflicts(repaired) or degeneracies(repaired))


def mini_keys() -> frozenset[str]:
    """Keys of the 400 published items that the paper's judge rates, as text."""
    return frozenset(str(key) for key in json.loads(_MINI_KEYS.read_text())["keys"])


def _ifeval(data: str | None) -> ItemSet:
    path = _ifeval_path(data)
    records = read_records(path)
    if any(record.value.get("type") in DATASETS for record in records.good):
        raise InputError(f"{path}: holds FollowRAG's items, not IFEval's; name {_IFEVAL.name}")
    return items_from("followrag_ifeval", records)


def _ifeval_path(data: str | None) -> Path:
    if data is not None:
        path = Path(data)
        if not path.exists():
            raise InputError(f"{data}: no such file or folder; correct FOLLOWRAG_DATA or `data`")
        if path.is_file():
            return path
        if (path / _IFEVAL.name).exists():
            return path / _IFEVAL.name
    return download.fetch(_IFEVAL)


def _fetch(wanted: str | None) -> tuple[list[Path], tuple[str, ...]]:
    """Fetch the published files, or the one of a wanted type."""
    files, absent = [], []
    for type, file in zip(DATASETS, download.FOLLOWRAG_FILES, strict=True):
        if wanted not in (None, type):
            continue
        try:
            files.append(download.fetch(file))
        except download.NotPublishedError:
            absent.append(DATASETS[type])
    if not files:
        raise InputError(
            f"{absent[0]}: not among the published files; name a folder that has it in "
            f"FOLLOWRAG_DATA, or remove {download.cache_folder()} to ask again"
        )
    return files, tuple(absent)


def _files(path: Path, wanted: str | None = None) -> list[Path]:
    """List the item files of a folder: the published names, else every JSON file.

    Of files with published names, only that of a wanted type.
    """
    if not path.is_dir():
        return [path]
    published = {
        type: path / file.name
        for type, file in zip(DATASETS, download.FOLLOWRAG_FILES, strict=True)
        if (path / file.name).exists()
    }
    if wanted in published:
        return [published[wanted]]
    if published:
        return list(published.values())
    for whole in (_FULL, _BUILT):
        if (path / whole).exists():
            return [path / whole]
    files = sorted(file for file in path.iterdir() if file.suffix in {".json", ".jsonl"})
    if not files:
        first = download.FOLLOWRAG_FILES[0].name
        raise InputError(f"{path}: holds no {first} nor any other .json or .jsonl file")
    return files


def _read(files: list[Path]) -> Records:
    parts = [read_records(file) for file in files]
    return Records(
        [record for part in parts for record in part.good],
        [problem for part in parts for problem in part.bad],
    )


def items_from(name: str, records: Records) -> ItemSet:
    """Validate rows into items; a row that fails, or repeats a key, is a problem.

    Raises:
        InputError: No row is an item.
    """
    items: dict[str, Item] = {}
    first_seen: dict[str, str] = {}
    problems = list(records.bad)
    for where, row in records.good:
        try:
            item = Item.model_validate(row)
        except ValidationError as error:
            what = f"is not an item: {_explain(error)}; mend or remove it"
            problems.append(Problem(where, what))
            continue
        key = str(item.key)
        if key in items:
            problems.append(
                Problem(where, f"key {key} was used at {first_seen[key]}; give it another")
            )
            continue
        items[key], first_seen[key] = item, where
    if not items:
        raise InputError(f"{name}: no usable item; first problem: {problems[0]}")
    return ItemSet(name, tuple(items.values()), tuple(problems))


def _explain(error: ValidationError) -> str:
    parts: list[str] = []
    problem: Any
    for problem in error.errors():
        place = ".".join(str(step) for step in problem["loc"] if step not in ("int", "str"))
        said = problem["msg"].replace("a valid tuple", "a list")
        parts.append(f"{place}: {said}" if place else said)
    return "; ".join(dict.fromkeys(parts))
