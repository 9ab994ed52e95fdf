"""What a candidate must hold to: the metrics that gate, their margins, what doubt means."""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator
from pydantic_core import ErrorDetails

from followrag.errors import InputError
from followrag.leaderboard.metrics import metric

DEFAULT_GATES = ("inst_level_loose_acc", "qa_acc")

Margin = Annotated[float, Field(ge=0, le=100)]


class Gate(BaseModel):
    """A metric that gates.

    Attributes:
        margin: By how many percent points the candidate may be worse, in truth, and still pass; the
            policy's where it is None.
    """

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    margin: Margin | None = None


class Policy(BaseModel):
    """When a candidate passes.

    Attributes:
        alpha: How often a candidate that is not worse may be called REGRESSED.
        inconclusive: What INCONCLUSIVE means to CI: to pass (exit code 0), to fail (1), or itself
            (3).
        margin: The margin of gates that have none of their own, in percent points.
        gates: The metrics that gate, by name (`followrag.leaderboard.metrics.metric`). Where it is
            None: those of `DEFAULT_GATES` that both sides have.
    """

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    alpha: Annotated[float, Field(ge=1e-6, lt=0.5)] = 0.05
    inconclusive: Literal["inconclusive", "pass", "fail"] = "inconclusive"
    margin: Margin = 2.0
    gates: Annotated[Mapping[str, Gate], Field(min_length=1)] | None = None

    @field_validator("gates")
    @classmethod
    def _known(cls, gates: Mapping[str, Gate] | None) -> Mapping[str, Gate] | None:
        for name in gates or ():
            try:
                metric(name)
            except InputError as error:
                raise ValueError(str(error)) from error
        return gates

    def margin_of(self, name: str) -> float:
        """Give a gate's margin as a fraction of 1."""
        gate = (self.gates or {}).get(name)
        own = None if gate is None else gate.margin
        return (self.margin if own is None else own) / 100

    def with_margin(self, margin: float) -> Self:
        """Give every gate this margin, in percent points.

        Raises:
            InputError: It is not from 0 to 100.
        """
        if not 0 <= margin <= 100:
            raise InputError(f"a margin of {margin:g}: is not from 0 to 100 percent points")
        gates = self.gates and {name: Gate() for name in self.gates}
        return self.model_copy(update={"margin": margin, "gates": gates})


def read_policy(path: Path) -> Policy:
    """Read a policy from a TOML file.

    Raises:
        InputError: It can't be read, is no TOML, or says something unknown or impossible.
    """
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise InputError(f"{path}: can't be read ({error.strerror})") from error
    except ValueError as error:
        raise InputError(f"{path}: is not TOML ({error})") from error
    try:
        return Policy.model_validate(raw)
    except ValidationError as error:
        said = "; ".join(map(_said, error.errors()))
        raise InputError(f"{path}: {said}") from error


def _said(error: ErrorDetails) -> str:
    place = ".".join(map(str, error["loc"]))
    if error["type"] != "extra_forbidden":
        return f"{place}: {error['msg'].removeprefix('Value error, ')}"
    known = Policy.model_fields if len(error["loc"]) == 1 else Gate.model_fields
    near = difflib.get_close_matches(str(error["loc"][-1]), known, n=1)
    hint = f"did you mean {near[0]!r}?" if near else f"known: {', '.join(known)}"
    return f"{place}: is unknown; {hint}"
