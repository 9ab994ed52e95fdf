"""What was asked, how, and how it was scored: what two runs must share to be compared."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple, get_args

Kind = Literal["dataset", "prompt", "scorer", "generation"]
KINDS: tuple[Kind, ...] = get_args(Kind)


class Mismatch(NamedTuple):
    """A setting in which two runs differ.

    Attributes:
        kind: What it is a setting of.
        name: Its name.
        base: Its value in the first run; None where it is not recorded.
        candidate: Its value in the second run.
    """

    kind: Kind
    name: str
    base: Any
    candidate: Any

    def __str__(self) -> str:
        return f"{self.kind}: {self.name} is {_shown(self.base)} and {_shown(self.candidate)}"


@dataclass(frozen=True)
class Settings:
    """The settings of a run; what is not recorded is None.

    Attributes:
        task: Name of the items' source, for people.
        dataset: `sha256` and `count` of the items, and `problems`, the number that were unreadable.
        prompt: `system_instruction`, `num_fewshot`, `chat_template` (whether one was applied).
        scorer: `mode` and `version`.
        generation: The generation arguments; None where nothing is recorded.
        judge: What rated the answers; None where nothing did.
    """

    task: str
    dataset: Mapping[str, Any]
    prompt: Mapping[str, Any] = field(default_factory=dict)
    scorer: Mapping[str, Any] = field(default_factory=dict)
    generation: Mapping[str, Any] | None = None
    judge: Mapping[str, Any] | None = None

    @property
    def is_fixed(self) -> bool:
        """Whether the run was scored in `fixed` mode, which is never mixed with others."""
        return self.scorer.get("mode") == "fixed"

    def mismatches(self, other: Settings) -> list[Mismatch]:
        """List where another run differs in what makes runs comparable."""
        found = []
        for kind in KINDS:
            mine, theirs = getattr(self, kind), getattr(other, kind)
            if mine is None or theirs is None:
                if mine is not theirs:
                    found.append(Mismatch(kind, "arguments", mine, theirs))
                continue
            for name in dict.fromkeys([*mine, *theirs]):
                if mine.get(name) != theirs.get(name):
                    found.append(Mismatch(kind, name, mine.get(name), theirs.get(name)))
        return found


def _shown(value: object) -> str:
    return "not recorded" if value is None else json.dumps(value, ensure_ascii=False, default=str)
