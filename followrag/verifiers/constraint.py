"""The three faces of a constraint, and the registry that knows each by its ids."""

from __future__ import annotations

import difflib
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Annotated, Any, ClassVar, Literal, TypeVar

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from followrag.errors import ParameterError, UnknownConstraintError
from followrag.verifiers.draft import Draft
from followrag.verifiers.response import Response
from followrag.verifiers.verdict import Verdict, Verdicts

Family = Literal["keywords", "length", "position", "structure", "cases", "format"]
Relation = Literal["less than", "at least"]
Mode = Literal["reference", "fixed"]


def _integral(value: object) -> object:
    """Take 3.0 for 3: tables with null-padded columns turn integers into floats."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _not_blank(value: str) -> str:
    if not value.strip():
        raise ValueError("must not be blank")
    return value


Count = Annotated[int, BeforeValidator(_integral), Field(ge=0, strict=True)]
Ordinal = Annotated[int, BeforeValidator(_integral), Field(ge=1, strict=True)]
Phrase = Annotated[str, AfterValidator(_not_blank)]
Phrases = Annotated[tuple[Phrase, ...], Field(min_length=1)]


class Constraint(BaseModel, ABC):
    """One rule with its parameters, frozen.

    Subclasses declare their parameters as fields and implement `describe`, `_decide` and
    `satisfy`. All decide in `reference` mode, as the published evaluator does, quirks included, but
    for those of `followrag.verifiers.fixed`.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: ClassVar[str]
    ifeval_id: ClassVar[str | None]
    family: ClassVar[Family]
    mode: ClassVar[Mode] = "reference"

    @abstractmethod
    def describe(self) -> str:
        """Say the rule in words, as an imperative sentence."""

    @abstractmethod
    def _decide(self, response: Response) -> Verdict:
        """Decide a non-blank response."""

    @abstractmethod
    def satisfy(self, draft: Draft) -> None:
        """Ask of `draft` what this constraint needs; `compose` makes the text."""

    def _is_hopeless(self, variant: Response) -> bool:
        """Tell cheaply that a loose reading of a text that fails can't follow either."""
        return False

    def check(self, response: Response) -> Verdict:
        """Decide `response` as it stands (strict).

        A blank response follows nothing (FollowRAG if_eval.py:25). A check that fails is an error
        verdict, never an exception.
        """
        if not isinstance(response, Response):
            raise TypeError(f"pass Response(text), not {type(response).__name__}")
        if not response.stripped:
            return Verdict(False, None, "the response is empty")
        try:
            return self._decide(response)
        except Exception as error:
            return Verdict.failure(
                f"{self.id} could not be checked: {error or type(error).__name__}"
            )

    def verdicts(self, response: Response) -> Verdicts:
        """Decide `response` strictly, and loosely by its first variant that passes."""
        strict = self.check(response)
        if strict.passed or strict.error:
            return Verdicts(strict, strict)
        for variant in response.variants:
            if self._is_hopeless(variant):
                continue
            loose = self.check(variant)
            if loose.passed or loose.error:
                return Verdicts(strict, loose)
        return Verdicts(strict, strict)


C = TypeVar("C", bound=Constraint)

_REGISTRY: dict[str, type[Constraint]] = {}


def constraint(
    id: str, family: Family, ifeval_id: str | None = None
) -> Callable[[type[C]], type[C]]:
    """Register a class under its FollowRAG id and, where one exists, its IFEval id.

    Constraints that only IFEval has are registered under that id alone.

    Raises:
        ValueError: An id is taken.
    """

    def register(cls: type[C]) -> type[C]:
        names = dict.fromkeys(filter(None, (id, ifeval_id)), cls)
        for name in names:
            if name in _REGISTRY:
                raise ValueError(f"constraint id {name!r} is taken by {_REGISTRY[name].__name__}")
        _REGISTRY.update(names)
        cls.id, cls.family, cls.ifeval_id = id, family, ifeval_id
        return cls

    return register


def constraint_class(id: str) -> type[Constraint]:
    """Look a class up by FollowRAG or IFEval id.

    Raises:
        UnknownConstraintError: No constraint has this id; the nearest known one is named.
    """
    try:
        return _REGISTRY[id]
    except (KeyError, TypeError):
        near = difflib.get_close_matches(str(id), _REGISTRY, n=1, cutoff=0.0)
        raise UnknownConstraintError(
            f"unknown constraint id {id!r}; the nearest known one is {near[0]!r} "
            "(`followrag verify --list` shows all)"
        ) from None


def constraint_classes() -> tuple[type[Constraint], ...]:
    """All registered classes, each once, in order of registration."""
    return tuple(dict.fromkeys(_REGISTRY.values()))


def get_constraint(id: str, /, **kwargs: Any) -> Constraint:
    """Build a constraint from its id and parameters.

    Parameters that are None are left out: Hugging Face datasets pads every row's kwargs with the
    names that other rows use.

    Args:
        id: A FollowRAG id (`length_words`) or its IFEval alias.
        **kwargs: The parameters under their published names.

    Raises:
        UnknownConstraintError: No constraint has this id.
        ParameterError: A parameter is missing, unknown or of the wrong type. The published
            checkers would draw a missing one at random or crash.
    """
    cls = constraint_class(id)
    given = {name: value for name, value in kwargs.items() if value is not None}
    try:
        return cls.model_validate(given)
    except ValidationError as error:
        problems = "; ".join(_explain(problem) for problem in error.errors())
        expected = ", ".join(cls.model_fields) or "no parameters"
        raise ParameterError(f"{id}: {problems} (expected: {expected})") from None


def _explain(problem: Any) -> str:
    name = ".".join(map(str, problem["loc"])) or "parameters"
    match problem["type"]:
        case "missing":
            return f"{name} is missing"
        case "extra_forbidden":
            return f"{name} is not a parameter"
        case _:
            return f"{name}={problem['input']!r}: {problem['msg'].replace('tuple', 'list')}"
