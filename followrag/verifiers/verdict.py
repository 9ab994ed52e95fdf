"""What a constraint says about a text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple


@dataclass(frozen=True, slots=True)
class Verdict:
    """The decision of one constraint on one text.

    Attributes:
        passed: Whether the text follows the constraint. An error never passes.
        measured: The quantity that decided (words, bullets, a language code, ...), or None where
            there is none.
        reason: The measurement in words, for passes and failures alike.
        error: Whether the constraint could not be checked at all (unknown id, bad parameters, a
            pattern that doesn't compile or end). Errors count as not followed, and apart.
    """

    passed: bool
    measured: int | str | None
    reason: str
    error: bool = False

    @classmethod
    def failure(cls, reason: str) -> Verdict:
        """Build the error verdict for something that could not be checked."""
        return cls(passed=False, measured=None, reason=reason, error=True)


class Verdicts(NamedTuple):
    """One constraint's two readings of a response: as it stands, and forgiving its wrapping."""

    strict: Verdict
    loose: Verdict
