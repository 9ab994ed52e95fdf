"""The benchmark's unit: a question with its passages, its constraints and its gold answers."""

from __future__ import annotations

import json
import math
from functools import cached_property
from typing import Annotated, Any, Self

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SerializerFunctionWrapHandler,
    StrictInt,
    StrictStr,
    model_serializer,
    model_validator,
)

from followrag import qa
from followrag.errors import FollowragError
from followrag.verifiers import Constraint, Mode, Verdict, get_constraint
from followrag.verifiers.fixed import repaired

DATASETS = {"ifnq": "nq", "iftq": "tqa", "ifhq": "hotpotqa", "ifwebq": "webq"}


def dataset_of(type: str | None) -> str:
    """Give the short name of a source: nq, tqa, hotpotqa, webq, or the type, or "other"."""
    return DATASETS.get(type or "", type) or "other"


class Passage(BaseModel):
    """A retrieved passage."""

    model_config = ConfigDict(frozen=True)

    title: str
    content: str


def _parameters(value: object) -> object:
    """Read one constraint's kwargs: a mapping (None values are padding), JSON text, or None."""
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except RecursionError as error:
            raise ValueError(f"is not JSON ({error})") from None
    if value is None:
        return {}
    if isinstance(value, dict):
        # NaN, which is no number, is how tables pad columns of numbers.
        return {
            name: _writable(given)
            for name, given in value.items()
            if given is not None and given == given
        }
    return value


def _writable(value: object) -> object:
    """Put text in the place of numbers that JSON can't write; no constraint takes either."""
    match value:
        case float() if not math.isfinite(value):
            return str(value)
        case list():
            return [_writable(inner) for inner in value]
        case dict():
            return {name: _writable(inner) for name, inner in value.items()}
        case _:
            return value


def _padded(default: object) -> BeforeValidator:
    """Take None, with which tables pad rows, for a field's default."""
    return BeforeValidator(lambda value: default if value is None else value)


_OWN_FIELDS = frozenset({"answers", "condition", "origin"})
Parameters = Annotated[dict[str, Any], BeforeValidator(_parameters)]


class Item(BaseModel):
    """One question with its passages, its constraints and its gold answers; frozen.

    The fields are those of the published FollowRAG files, and three of our own that are missing
    there: `answers`, `condition` and `origin`. IFEval's items have only `key`, `prompt`,
    `instruction_id_list` and `kwargs`. Fields of other names are ignored. Ids and
    parameters are taken as they are: a constraint that can't be built is an error verdict when
    the item is scored, not an error here.

    Attributes:
        key: What responses name the item by, unique in its set.
        type: Source of the question: ifnq, iftq, ifhq, ifwebq or a name of the user's.
        prompt: What the model is given.
        question: The bare question.
        answer_gold: Accepted answers joined by "/"; empty where there are none.
        question_with_instrs: The question followed by the constraints in words.
        instruction_id_list: FollowRAG or IFEval ids, at least one.
        kwargs: The parameters of each id, in the same order.
        passages: The passages in the prompt.
        answers: Accepted answers as a list, which an answer with a "/" survives; `answer_gold`
            counts where it is empty.
        condition: What a robustness set varies and how far ("passages=3"); empty elsewhere.
        origin: Key of the item that a robustness set's item was made from.
    """

    model_config = ConfigDict(frozen=True)

    key: StrictInt | StrictStr
    type: str = ""
    prompt: str = Field(min_length=1)
    question: str = ""
    answer_gold: str = ""
    question_with_instrs: str = ""
    instruction_id_list: tuple[str, ...] = Field(min_length=1)
    kwargs: tuple[Parameters, ...]
    passages: tuple[Passage, ...] = ()
    answers: Annotated[tuple[str, ...], _padded(())] = ()
    condition: Annotated[str, _padded("")] = ""
    origin: StrictInt | StrictStr | None = None

    @model_serializer(mode="wrap")
    def _as_published(self, written: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """Leave fields of our own out where they are empty: a published item keeps its checksum."""
        row: dict[str, Any] = written(self)
        return {
            name: value
            for name, value in row.items()
            if name not in _OWN_FIELDS or value not in (None, "", (), [])  # 0 is a key
        }

    @model_validator(mode="after")
    def _aligned(self) -> Self:
        ids, kwargs = len(self.instruction_id_list), len(self.kwargs)
        if ids != kwargs:
            raise ValueError(f"instruction_id_list has {ids} entries but kwargs has {kwargs}")
        return self

    @property
    def dataset(self) -> str:
        """Short name of the question's source, as `dataset_of` has it."""
        return dataset_of(self.type)

    @cached_property
    def golds(self) -> tuple[str, ...]:
        """The accepted answers."""
        return self.answers or qa.split_golds(self.answer_gold)

    @cached_property
    def knowledge(self) -> str:
        """The passages' titles and contents as one text."""
        return "\n".join(f"{passage.title} {passage.content}" for passage in self.passages)

    @cached_property
    def constraints(self) -> tuple[Constraint | Verdict, ...]:
        """Each constraint, built once; an error verdict in place of one that can't be built."""
        return tuple(
            _built(id, parameters)
            for id, parameters in zip(self.instruction_id_list, self.kwargs, strict=True)
        )

    @cached_property
    def fixed_constraints(self) -> tuple[Constraint | Verdict, ...]:
        """The constraints as `fixed` mode has them."""
        return tuple(
            repaired(constraint) if isinstance(constraint, Constraint) else constraint
            for constraint in self.constraints
        )

    def constraints_in(self, mode: Mode) -> tuple[Constraint | Verdict, ...]:
        """The constraints as a mode has them."""
        return self.fixed_constraints if mode == "fixed" else self.constraints


def _built(id: str, parameters: dict[str, Any]) -> Constraint | Verdict:
    try:
        return get_constraint(id, **parameters)
    except FollowragError as error:
        return Verdict.failure(str(error))
