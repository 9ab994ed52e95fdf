"""A run's outcomes as columns: all that tables, tests and charts are computed from."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from hashlib import blake2b
from typing import Literal, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from followrag.summary import family_of

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Flags = NDArray[np.bool_]
Grouping = Literal["dataset", "family", "constraint", "count", "condition"]


def digest_of(response: str) -> int:
    """Hash a response to 64 bits."""
    text = response.encode("utf-8", errors="surrogatepass")
    return int.from_bytes(blake2b(text, digest_size=8).digest())


class Check(NamedTuple):
    """How a constraint of a row was decided.

    Attributes:
        id: Its FollowRAG id; empty for an item row that could not be read.
        strict: Whether the response as it stands follows it.
        loose: Whether the response or one of its loose readings does.
        error: Whether it could not be checked.
    """

    id: str
    strict: bool
    loose: bool
    error: bool


class RowOutcome(NamedTuple):
    """How a row was decided.

    Attributes:
        key: The item's key as text, unique in the run.
        dataset: The question's source; empty for an item row that could not be read.
        checks: Its constraints, at least one.
        qa_acc: Whether the answer is right; None without gold answers.
        rating: The judge's rating; None where there is none.
        judge_error: Whether a judge tried and failed.
        error: Whether the row could not be scored as a whole.
        length: Characters of the response without its reasoning.
        digest: A hash of the response, of 64 bits.
        qa_acc_unwrapped: `qa_acc` seen through what constraints force; None without gold answers,
            where the answer is in another language, and in older runs.
        qa_acc_other_language: `qa_acc` where the answer is in another language; else None.
        repeats: Of the model's further responses to the prompt, whether each follows every
            constraint strictly and loosely.
        condition: What a robustness set varies and how far; empty elsewhere.
        origin: Key, as text, of the item that a robustness set's item was made from; empty
            elsewhere.
    """

    key: str
    dataset: str
    checks: Sequence[Check]
    qa_acc: float | None
    rating: float | None = None
    judge_error: bool = False
    error: bool = False
    length: int = 0
    digest: int = 0
    qa_acc_unwrapped: float | None = None
    qa_acc_other_language: float | None = None
    repeats: Sequence[tuple[bool, bool]] = ()
    condition: str = ""
    origin: str = ""


class Units(NamedTuple):
    """What was sampled; rows of one unit are no independent observations.

    Attributes:
        names: The units, each once.
        places: Per row, the place of its unit; None where each row is one, in the same order.
    """

    names: tuple[str, ...]
    places: Integers | None


@dataclass(frozen=True, eq=False)
class Outcomes:
    """Rows and their constraints, a column each.

    Attributes:
        keys: Item keys as text, one a row; the rows' order is that of all columns of rows.
        dataset: The question's source.
        qa_acc: Whether the answer is right; nan without gold answers.
        rating: The judge's rating; nan where there is none.
        judge_error: Whether a judge tried and failed.
        error: Whether the row could not be scored as a whole.
        length: Characters of the response without its reasoning.
        digest: A hash of the response.
        qa_acc_unwrapped: `qa_acc` seen through what constraints force; nan where there is none.
        qa_acc_other_language: `qa_acc` where the answer is in another language; else nan.
        repeats: The number of the model's further responses to the prompt.
        strict_repeats: How many of them follow every constraint strictly.
        loose_repeats: The same, loosely.
        condition: What a robustness set varies and how far; empty elsewhere.
        origin: Key of the item that a robustness set's item was made from; empty elsewhere.
        row: Per constraint, the place of its row.
        id: Per constraint, its FollowRAG id.
        strict: Per constraint, whether it is followed strictly.
        loose: Per constraint, whether it is followed loosely.
        unchecked: Per constraint, whether it could not be checked.
    """

    keys: tuple[str, ...]
    dataset: NDArray[np.str_]
    qa_acc: Floats
    rating: Floats
    judge_error: Flags
    error: Flags
    length: Integers
    digest: NDArray[np.uint64]
    qa_acc_unwrapped: Floats
    qa_acc_other_language: Floats
    repeats: Integers
    strict_repeats: Integers
    loose_repeats: Integers
    condition: NDArray[np.str_]
    origin: NDArray[np.str_]
    row: Integers
    id: NDArray[np.str_]
    strict: Flags
    loose: Flags
    unchecked: Flags

    @classmethod
    def of(cls, rows: Iterable[RowOutcome]) -> Self:
        """Make columns of rows.

        An item row that could not be read counts as not answered, where any row has gold answers.
        """
        given = list(rows)
        checks = [check for row in given for check in row.checks]
        dataset = np.array([row.dataset for row in given], dtype=np.str_)
        qa_acc = _answered([row.qa_acc for row in given], dataset)
        unwrapped = _answered([row.qa_acc_unwrapped for row in given], dataset)
        others = np.array([_number(row.qa_acc_other_language) for row in given], dtype=np.float64)
        repeats = [row.repeats for row in given]
        return cls(
            keys=tuple(row.key for row in given),
            dataset=dataset,
            qa_acc=qa_acc,
            rating=np.array([_number(row.rating) for row in given], dtype=np.float64),
            judge_error=np.array([row.judge_error for row in given], dtype=np.bool_),
            error=np.array([row.error for row in given], dtype=np.bool_),
            length=np.array([row.length for row in given], dtype=np.int64),
            digest=np.array([row.digest for row in given], dtype=np.uint64),
            qa_acc_unwrapped=unwrapped,
            qa_acc_other_language=others,
            repeats=np.array([len(found) for found in repeats], dtype=np.int64),
            strict_repeats=np.array([sum(strict for strict, _ in found) for found in repeats]),
            loose_repeats=np.array([sum(loose for _, loose in found) for found in repeats]),
            condition=np.array([row.condition for row in given], dtype=np.str_),
            origin=np.array([row.origin for row in given], dtype=np.str_),
            row=np.repeat(np.arange(len(given)), [len(row.checks) for row in given]),
            id=np.array([check.id for check in checks], dtype=np.str_),
            strict=np.array([check.strict for check in checks], dtype=np.bool_),
            loose=np.array([check.loose for check in checks], dtype=np.bool_),
            unchecked=np.array([check.error for check in checks], dtype=np.bool_),
        )

    def __len__(self) -> int:
        """Number of rows."""
        return len(self.keys)

    @cached_property
    def units(self) -> Units:
        """What was sampled: items, or those that the items of a robustness set were made from."""
        if self.origins is self.keys:
            return Units(self.keys, None)
        unique, places = np.unique(np.array(self.origins, dtype=np.str_), return_inverse=True)
        return Units(tuple(map(str, unique)), places)

    @property
    def origins(self) -> tuple[str, ...]:
        """Per row, the key of the item that it was made from; its own where there is none."""
        if not (self.origin != "").any():
            return self.keys
        pairs = zip(self.origin, self.keys, strict=True)
        return tuple(str(origin) or key for origin, key in pairs)

    @property
    def counts(self) -> Integers:
        """Per row, the number of its constraints."""
        return np.bincount(self.row, minlength=len(self))

    def followed(self, loose: bool) -> Integers:
        """Per row, the number of its constraints that are followed."""
        passed = self.loose if loose else self.strict
        return np.bincount(self.row[passed], minlength=len(self))

    def rows(self, places: Integers) -> Self:
        """Take some of the rows, in the order of `places`."""
        order = np.argsort(self.row, kind="stable")
        first = np.searchsorted(self.row[order], places, side="left")
        sizes = self.counts[places]
        ends = np.cumsum(sizes)
        within = np.arange(sizes.sum()) - np.repeat(ends - sizes, sizes)
        chosen = order[np.repeat(first, sizes) + within]
        return replace(
            self,
            keys=tuple(self.keys[place] for place in places),
            **{name: getattr(self, name)[places] for name in _ROW_COLUMNS},
            row=np.repeat(np.arange(len(places)), sizes),
            **{name: getattr(self, name)[chosen] for name in _CHECK_COLUMNS},
        )

    def only(self, checks: Flags) -> Self:
        """Take some of the constraints, and the rows that have any of them."""
        columns = {name: getattr(self, name)[checks] for name in ("row", *_CHECK_COLUMNS)}
        return replace(self, **columns).rows(np.unique(self.row[checks]))

    def of_keys(self, keys: Sequence[str]) -> Self:
        """Take the rows of these keys, in this order.

        Raises:
            KeyError: A key is not there.
        """
        places = {key: place for place, key in enumerate(self.keys)}
        return self.rows(np.array([places[key] for key in keys], dtype=np.int64))

    def grouped(self, by: Grouping) -> dict[str, Self]:
        """Divide the rows, or for a family or constraint the constraints, into named groups."""
        if by == "dataset":
            names = [name for name in np.unique(self.dataset) if name]
            return {str(name): self.rows(np.flatnonzero(self.dataset == name)) for name in names}
        if by == "condition":
            names = [name for name in np.unique(self.condition) if name]
            return {str(name): self.rows(np.flatnonzero(self.condition == name)) for name in names}
        if by == "count":
            counts = np.where(self.dataset == "", 0, self.counts)
            found = [count for count in np.unique(counts) if count]
            return {str(count): self.rows(np.flatnonzero(counts == count)) for count in found}
        known: dict[str, str] = {
            id: family_of(id) if by == "family" and id else id
            for id in map(str, np.unique(self.id))
        }
        group = np.array([known[str(id)] for id in self.id], dtype=np.str_)
        return {name: self.only(group == name) for name in sorted({*known.values()} - {""})}


_ROW_COLUMNS = (
    "dataset", "qa_acc", "rating", "judge_error", "error", "length", "digest", "qa_acc_unwrapped",
    "qa_acc_other_language", "repeats", "strict_repeats", "loose_repeats", "condition", "origin",
)  # fmt: skip
_CHECK_COLUMNS = ("id", "strict", "loose", "unchecked")


def _answered(values: Sequence[float | None], dataset: NDArray[np.str_]) -> Floats:
    answered = np.array([_number(value) for value in values], dtype=np.float64)
    if not np.isnan(answered).all():
        answered[(dataset == "") & np.isnan(answered)] = 0.0
    return answered


def _number(value: float | None) -> float:
    return np.nan if value is None else float(value)
