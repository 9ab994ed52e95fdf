"""The verdict: one object that holds the answer, the reasons and the exit code."""

from __future__ import annotations

import difflib
import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import Literal

import numpy as np

from followrag.errors import InputError
from followrag.leaderboard.gate.policy import DEFAULT_GATES, Policy
from followrag.leaderboard.gate.unscored import hidden_drop, unscored_rows, unscored_share
from followrag.leaderboard.metrics import metric
from followrag.leaderboard.outcomes import Outcomes
from followrag.leaderboard.statistics.differences import Difference, paired
from followrag.leaderboard.statistics.power import prompts_to_settle, smallest_effect

Answer = Literal["REGRESSED", "PASS", "INCONCLUSIVE"]
ExitCode = Literal[0, 1, 3]
_INCONCLUSIVE: dict[str, ExitCode] = {"inconclusive": 3, "pass": 0, "fail": 1}


@dataclass(frozen=True)
class GateResult:
    """What a gate says.

    Attributes:
        difference: How far the sides are apart, with the interval that decides.
        margin: The drop that is tolerated, as a fraction of 1.
        unscored: By how much the candidate might be worse than it seems, for rows that the base
            failed to score or that are not rated on both sides, as a fraction of 1.
        answer: The answer.
        reason: Why, in a sentence.
        detectable: The smallest true drop that so many prompts show as REGRESSED with a power of
            80%; None where that can't be told.
        prompts_needed: How many prompts settle it with a power of 80%, were the difference and the
            spread to stay as they are; None where no number would, or it is settled.
    """

    difference: Difference
    margin: float
    unscored: float
    answer: Answer
    reason: str
    detectable: float | None
    prompts_needed: int | None


@dataclass(frozen=True)
class Decision:
    """Whether the candidate may be released.

    Attributes:
        gates: What each gate says.
        policy: The policy that was followed.
        identical: Whether the two sides have the same responses, decided alike.
    """

    gates: tuple[GateResult, ...]
    policy: Policy
    identical: bool

    @property
    def answer(self) -> Answer:
        """REGRESSED where any gate is, PASS where all are, else INCONCLUSIVE."""
        answers = {gate.answer for gate in self.gates}
        if "REGRESSED" in answers:
            return "REGRESSED"
        return "PASS" if answers == {"PASS"} else "INCONCLUSIVE"

    @property
    def exit_code(self) -> ExitCode:
        """1 for REGRESSED, 0 for PASS, for INCONCLUSIVE what the policy says."""
        return self.exit_code_of(self.answer)

    def exit_code_of(self, answer: Answer) -> ExitCode:
        """Give the exit code that an answer would have by itself."""
        if answer == "INCONCLUSIVE":
            return _INCONCLUSIVE[self.policy.inconclusive]
        return 1 if answer == "REGRESSED" else 0

    @property
    def confidence(self) -> float:
        """The level of the gates' intervals."""
        return _confidence(self.policy.alpha, len(self.gates))


def decide(
    policy: Policy,
    base: Sequence[Outcomes],
    candidate: Sequence[Outcomes],
    are_all_rows: bool = True,
) -> Decision:
    """Apply a policy.

    A gate is REGRESSED if its interval is below 0 and the difference is beyond the margin, PASS if
    the interval is above -margin even were all that could not be scored for the base
    (`followrag.leaderboard.gate.unscored.hidden_drop`), else INCONCLUSIVE. The interval's level is
    95% for up to two gates and an alpha of 0.05, and higher for more: a candidate that is as good
    as the base is called REGRESSED at most with the probability alpha, however many gates there
    are. Where both sides have the same responses to all rows, decided alike, all gates PASS.

    Args:
        policy: The policy.
        base: The base's runs, with the same keys in the same order everywhere.
        candidate: The candidate's runs, likewise.
        are_all_rows: Whether these are all rows of both sides.

    Raises:
        InputError: A gating metric has no row that counts on both sides.
    """
    names = policy.gates or [name for name in DEFAULT_GATES if _counts(name, [*base, *candidate])]
    confidence = _confidence(policy.alpha, len(names))
    is_scored = not any(unscored_rows(run).any() for run in base)
    identical = are_all_rows and is_scored and _identical(base, candidate)
    gates = []
    for name in names:
        difference = paired(metric(name), base, candidate, confidence)
        if difference is None:
            raise InputError(
                f"{name}: gates, but no row has it on both sides; correct the policy"
                f"{_nearest(name, base)}, or add it to the runs"
            )
        margin = policy.margin_of(name)
        if identical:
            reason = "the responses are the same"
            gates.append(GateResult(difference, margin, 0.0, "PASS", reason, None, None))
            continue
        hidden = hidden_drop(metric(name), base, candidate)
        failed = unscored_share(metric(name), candidate)
        gates.append(_result(difference, margin, hidden, failed))
    return Decision(tuple(gates), policy, identical)


def _nearest(name: str, runs: Sequence[Outcomes]) -> str:
    known = [f"constraint:{id}" for id in np.unique(runs[0].id)]
    near = difflib.get_close_matches(name, known, n=1)
    return f" (did you mean {near[0]!r}?)" if near else ""


def _confidence(alpha: float, gates: int) -> float:
    return 1 - 2 * min(alpha / 2, alpha / gates)


def _counts(name: str, runs: Sequence[Outcomes]) -> bool:
    return all(len(metric(name).over(run)) for run in runs)


def _identical(base: Sequence[Outcomes], candidate: Sequence[Outcomes]) -> bool:
    def content(run: Outcomes) -> bytes:
        columns = (
            run.digest,
            run.error,
            run.strict,
            run.loose,
            run.unchecked,
            run.qa_acc,
            run.rating,
        )
        return b"".join(column.tobytes() for column in columns)

    return sorted(map(content, base)) == sorted(map(content, candidate))


def _result(difference: Difference, margin: float, unscored: float, failed: float) -> GateResult:
    answer: Answer = "INCONCLUSIVE"
    if difference.high < 0 and difference.delta < -margin:
        answer = "REGRESSED"
    elif difference.low - unscored > -margin:
        answer = "PASS"
    needed = None if answer != "INCONCLUSIVE" else _prompts_needed(difference, margin, unscored)
    reason = _reason(answer, difference, margin, unscored, failed)
    detectable = _detectable(difference, margin)
    return GateResult(difference, margin, unscored, answer, reason, detectable, needed)


def _spread(difference: Difference) -> float:
    """Give the standard deviation of a prompt's difference that the interval stands for."""
    normal = NormalDist().inv_cdf((1 + difference.confidence) / 2)
    return _half_width(difference) / normal * math.sqrt(difference.prompts)


def _half_width(difference: Difference) -> float:
    """Give the shorter half: the longer one is so for few changes, and less so with more prompts.

    A half that meets -1 or 1 ends there, and is none.
    """
    delta, low, high = difference.delta, difference.low, difference.high
    halves = [*([delta - low] if low > -1 else []), *([high - delta] if high < 1 else [])]
    return min(halves, default=1.0)


def _detectable(difference: Difference, margin: float) -> float | None:
    spread = _spread(difference)
    seen = smallest_effect(difference.prompts, spread, 1 - difference.confidence)
    drop = seen + max(0.0, margin - _half_width(difference))
    return drop if drop < 1 else None


def _prompts_needed(difference: Difference, margin: float, unscored: float) -> int | None:
    spread, delta = _spread(difference), difference.delta
    if delta - unscored <= -margin <= delta:
        return None
    effect = delta if delta < -margin else delta - unscored
    return prompts_to_settle(effect, margin, spread, 1 - difference.confidence)


def _reason(
    answer: Answer, difference: Difference, margin: float, unscored: float, failed: float
) -> str:
    low, high = 100 * difference.low, 100 * difference.high
    blamed = (
        f"; up to {100 * failed:.1f} points of that are rows that the candidate failed to score"
        if failed and difference.delta < 0
        else ""
    )
    if answer == "REGRESSED":
        return (
            f"worse by {-100 * difference.delta:.1f} points, beyond chance and the margin of "
            f"{100 * margin:g}{blamed}"
        )
    if answer == "PASS":
        return f"not worse by {100 * margin:g} points or more"
    doubt = f"the true difference may be anything from {low:+.1f} to {high:+.1f} points"
    if unscored and difference.low > -margin:
        doubt += (
            f", and {100 * unscored:.1f} points hang on rows that the base failed to score or that "
            "are not rated on both sides; run or rate them again"
        )
    elif difference.high < 0:
        doubt += f": worse, but perhaps by less than the margin of {100 * margin:g}"
    return doubt + blamed
