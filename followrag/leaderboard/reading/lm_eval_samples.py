"""lm-eval's samples files: what each document was answered, and the verdicts recorded beside it.

Since 0.4.3 a file holds a line for each document and filter; before, all of them in one indented
array, whatever the file was called. `resps` and `filtered_resps` are lists in lists, and since
0.4.8 the filter's name stands beside them. Documents come in the order of the processes that asked.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import msgspec

from followrag.errors import InputError
from followrag.failures import failure
from followrag.items import Item
from followrag.leaderboard.outcomes import Check, Outcomes, RowOutcome, digest_of
from followrag.leaderboard.reading.decoding import Form, raw, read_lines, read_value
from followrag.records import Record, Records
from followrag.sources import ItemSet, items_from
from followrag.summary import own_id
from followrag.thinking import remove_thinking

_FIRST = re.compile(rb'\s*\[?\s*\{\s*"doc_id"\s*:')
_OWN_FIELDS = (b'"key"', b'"instruction_id_list"')
_HEAD = 256
_REMEDY = "fetch it again, or evaluate again"

_Flags = Annotated[list[bool], msgspec.Meta(min_length=1)] | None


class _AnySample(msgspec.Struct):
    doc: msgspec.Raw


class Sample(msgspec.Struct):
    """A document and what came of it; its verdicts are None where the task records none."""

    doc_id: int
    doc: msgspec.Raw
    arguments: msgspec.Raw
    resps: Any = None
    filtered_resps: Any = None
    filter: str = ""
    inst_level_strict_acc: _Flags = None
    inst_level_loose_acc: _Flags = None
    qa_acc: Annotated[float, msgspec.Meta(ge=0, le=1)] | None = None
    qa_acc_unwrapped: Annotated[float, msgspec.Meta(ge=0, le=1)] | None = None
    qa_acc_other_language: Annotated[float, msgspec.Meta(ge=0, le=1)] | None = None
    inst_level_strict_acc_reference: _Flags = None
    inst_level_loose_acc_reference: _Flags = None

    @property
    def response(self) -> str:
        """The response that was scored; empty where there is none."""
        found = self.filtered_resps or self.resps
        while isinstance(found, list) and found:
            found = found[0]
        return found if isinstance(found, str) else ""

    @property
    def prompt(self) -> str:
        """What the model was given; empty where that is not recorded."""
        found = json.loads(bytes(self.arguments).decode(errors="replace"))
        while found and isinstance(found, list | dict):
            found = next(iter(found.values() if isinstance(found, dict) else found))
        return found if isinstance(found, str) else ""


class Asked(NamedTuple):
    """What a document asks.

    Attributes:
        key: Its key as text.
        dataset: The source of its question.
        ids: The FollowRAG ids of its constraints.
        condition: What a robustness set varies and how far; empty elsewhere.
        origin: Key, as text, of the item that a robustness set's item was made from; empty
            elsewhere.
    """

    key: str
    dataset: str
    ids: tuple[str, ...]
    condition: str
    origin: str


class Documents(NamedTuple):
    """What the documents of a task ask.

    Attributes:
        sha256: Checksum of the items, as `followrag.sources.ItemSet` has it.
        asked: What each asks.
    """

    sha256: str
    asked: tuple[Asked, ...]


def _with_raw_parts(sample: Any) -> Any:
    if isinstance(sample, dict):
        parts = ("doc", "arguments")
        return sample | {name: raw(sample[name]) for name in parts if name in sample}
    return sample


_ANY_SAMPLE, _SAMPLE = Form(_AnySample, _with_raw_parts), Form(Sample, _with_raw_parts)
_ARRAY: Form[list[msgspec.Raw]] = Form(
    list[msgspec.Raw], lambda values: [raw(value) for value in values]
)
_own_id = cache(own_id)


def is_samples_file(path: Path) -> bool:
    """Whether a file begins as lm-eval's samples do."""
    return _FIRST.match(_beginning(path)) is not None


def has_constraints(path: Path) -> bool:
    """Whether a samples file is of documents with constraints, as its first one shows.

    Raises:
        InputError: The file can't be read or is empty.
    """
    for _, sample in _parsed(path, _ANY_SAMPLE):
        return all(field in bytes(sample.doc) for field in _OWN_FIELDS)
    raise InputError(f"{path}: is empty; {_REMEDY}")


def read_samples(path: Path) -> list[Sample]:
    """Read the samples of a task with constraints: one a document, of the first filter, in order.

    Raises:
        InputError: The file can't be read or is damaged.
    """
    found: dict[int, Sample] = {}
    for _, sample in _parsed(path, _SAMPLE):
        found.setdefault(sample.doc_id, sample)
    return [found[place] for place in sorted(found)]


class ReadSamples(NamedTuple):
    """What was asked and decided; in `fixed` mode also what is decided in `reference` mode."""

    documents: Documents
    outcomes: Outcomes
    reference: Outcomes | None


class SamplesReader:
    """Reads samples files; documents that several of them share are understood once."""

    def __init__(self) -> None:
        self._known: dict[bytes, Documents] = {}

    def read(self, path: Path) -> ReadSamples:
        """Read what was asked and what was decided.

        Raises:
            InputError: The file can't be read or is damaged, or holds no verdicts.
        """
        samples = read_samples(path)
        documents = self._documents(path, samples)
        pairs = list(zip(samples, documents.asked, strict=True))
        outcomes = Outcomes.of(_outcome(path, sample, asked) for sample, asked in pairs)
        reference = None
        if any(sample.inst_level_loose_acc_reference is not None for sample in samples):
            published = ((_published(sample), asked) for sample, asked in pairs)
            reference = Outcomes.of(_outcome(path, *pair) for pair in published)
        return ReadSamples(documents, outcomes, reference)

    def _documents(self, path: Path, samples: Sequence[Sample]) -> Documents:
        digest = hashlib.blake2b()
        for sample in samples:
            digest.update(sample.doc)
        known = digest.digest()
        if known not in self._known:
            items = items_of(path, samples)
            self._known[known] = Documents(
                sha256=items.sha256,
                asked=tuple(map(_asked, items)),
            )
        return self._known[known]


def items_of(path: Path, samples: Sequence[Sample]) -> ItemSet:
    """Make items of the documents of samples.

    Raises:
        InputError: A document is no item.
    """
    records = []
    for sample in samples:
        where = f"{path}, doc_id {sample.doc_id}"
        try:
            records.append(Record(where, json.loads(bytes(sample.doc))))
        except (ValueError, RecursionError) as error:
            raise InputError(f"{where}: is damaged ({error}); {_REMEDY}") from error
    items = items_from(path.stem, Records(records, []))
    if items.problems:
        raise InputError(str(items.problems[0]))
    return items


def verdicts_of(path: Path, sample: Sample, count: int) -> tuple[list[bool], list[bool]]:
    """Give the strict and the loose verdicts that are recorded on a document's constraints.

    Args:
        path: The samples file.
        sample: The document.
        count: How many constraints it has.

    Raises:
        InputError: There are none, or another number of them.
    """
    strict, loose = sample.inst_level_strict_acc, sample.inst_level_loose_acc
    where = f"{path}, doc_id {sample.doc_id}"
    if strict is None or loose is None:
        raise InputError(
            f"{where}: holds no verdicts (was it made with --predict_only?); score the responses: "
            "`followrag score`"
        )
    if not len(strict) == len(loose) == count:
        raise InputError(
            f"{where}: has {len(strict)} strict and {len(loose)} loose verdicts on {count} "
            "constraints; evaluate again"
        )
    return strict, loose


def _published(sample: Sample) -> Sample:
    """Give a sample of `fixed` mode as `reference` mode has it."""
    return msgspec.structs.replace(
        sample,
        inst_level_strict_acc=sample.inst_level_strict_acc_reference,
        inst_level_loose_acc=sample.inst_level_loose_acc_reference,
    )


def _asked(item: Item) -> Asked:
    return Asked(
        key=str(item.key),
        dataset=item.dataset,
        ids=tuple(map(_own_id, item.instruction_id_list)),
        condition=item.condition,
        origin="" if item.origin is None else str(item.origin),
    )


def _outcome(path: Path, sample: Sample, asked: Asked) -> RowOutcome:
    strict, loose = verdicts_of(path, sample, len(asked.ids))
    response = sample.response
    has_failed = failure(response) is not None
    answer = "" if has_failed else response
    return RowOutcome(
        key=asked.key,
        dataset=asked.dataset,
        checks=[Check(*check, False) for check in zip(asked.ids, strict, loose, strict=True)],
        qa_acc=sample.qa_acc,
        error=has_failed,
        length=len(remove_thinking(answer).text),
        digest=digest_of(answer) if answer else 0,
        qa_acc_unwrapped=sample.qa_acc_unwrapped,
        qa_acc_other_language=sample.qa_acc_other_language,
        condition=asked.condition,
        origin=asked.origin,
    )


def _parsed(path: Path, form: Form[Any]) -> Iterator[tuple[int, Any]]:
    """Parse the samples of a file of either kind one by one, numbered from 1."""
    if not _beginning(path).lstrip().startswith(b"["):
        yield from read_lines(path, form, _REMEDY)
        return
    array = read_value(path, _ARRAY, _REMEDY)
    for number, text in enumerate(array, start=1):
        try:
            yield number, form.parse(bytes(text))
        except ValueError as error:
            raise InputError(f"{path}, sample {number}: is damaged ({error}); {_REMEDY}") from error


def _beginning(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(_HEAD)
    except OSError as error:
        raise InputError(f"{path}: can't be read ({error.strerror}); {_REMEDY}") from error
