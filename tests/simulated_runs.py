"""Pairs and groups of runs drawn from known chances, to try the statistics on."""

from __future__ import annotations

from functools import cache
from itertools import count

import numpy as np
from numpy.typing import NDArray

from followrag.leaderboard.outcomes import Outcomes

Flags = NDArray[np.bool_]
Counts = NDArray[np.int64]

# FollowRAG's prompts with 1, 2, 3 and 4 constraints.
SHARES = np.array([675, 675, 375, 375]) / 2100
_RUNS = count()


def run(counts: Counts, followed: Flags, answered: Flags) -> Outcomes:
    """Make a run of what was followed (constraint by constraint) and answered (by prompt)."""
    prompts, constraints = len(counts), len(followed)
    return Outcomes(
        keys=_keys(prompts),
        dataset=np.full(prompts, "nq"),
        qa_acc=answered.astype(np.float64),
        rating=np.full(prompts, np.nan),
        judge_error=np.zeros(prompts, dtype=np.bool_),
        error=np.zeros(prompts, dtype=np.bool_),
        length=np.full(prompts, 100),
        digest=np.full(prompts, next(_RUNS), dtype=np.uint64),  # no two runs say the same
        qa_acc_unwrapped=np.full(prompts, np.nan),
        qa_acc_other_language=np.full(prompts, np.nan),
        repeats=np.zeros(prompts, dtype=np.int64),
        strict_repeats=np.zeros(prompts, dtype=np.int64),
        loose_repeats=np.zeros(prompts, dtype=np.int64),
        condition=np.full(prompts, ""),
        origin=np.full(prompts, ""),
        row=np.repeat(np.arange(prompts), counts),
        id=np.full(constraints, "length_words"),
        strict=followed,
        loose=followed,
        unchecked=np.zeros(constraints, dtype=np.bool_),
    )


def pair(
    random: np.random.Generator,
    prompts: int,
    discordance: float,
    effect: float = 0.0,
    together: float = 0.3,
    most: int = 4,
) -> tuple[Outcomes, Outcomes]:
    """Draw two runs that differ by `effect` in every metric but the prompt-level ones.

    With `most` 1 they differ by it at prompt level as well.

    Args:
        random: Where chance comes from.
        prompts: Number of prompts.
        discordance: Chance that a constraint, or an answer, differs between the runs.
        effect: Chance that it is better in the second run less the chance that it is worse.
        together: Share of the prompts in which all constraints change at once.
        most: Number of constraints that a prompt has at most.
    """
    counts = random.choice(4, size=prompts, p=SHARES) % most + 1
    row = np.repeat(np.arange(prompts), counts)
    lone, shared = random.random(len(row)), random.random(prompts)
    as_one = random.random(prompts) < together
    fate = np.where(as_one[row], shared[row], lone)
    ability = random.beta(2, 1, size=prompts)
    sides = _fates(fate, random.random(len(row)) < ability[row], discordance, effect)
    answers = _fates(random.random(prompts), random.random(prompts) < ability, discordance, effect)
    base, candidate = (run(counts, *side) for side in zip(sides, answers, strict=True))
    return base, candidate


def breaking_pair(
    random: np.random.Generator, prompts: int, effect: float
) -> tuple[Outcomes, Outcomes]:
    """Draw two runs of which the second only loses: all of some prompts with four constraints.

    Args:
        random: Where chance comes from.
        prompts: Number of prompts.
        effect: By how much inst_level_loose_acc is worse in the second run.
    """
    counts = random.choice(4, size=prompts, p=SHARES) + 1
    row = np.repeat(np.arange(prompts), counts)
    followed = random.random(len(row)) < 0.9
    share = effect * (SHARES @ np.arange(1, 5)) / (SHARES[3] * 4 * 0.9)
    breaks = (counts == 4) & (random.random(prompts) < share)
    answered = np.ones(prompts, dtype=np.bool_)
    base = run(counts, followed, answered)
    return base, run(counts, followed & ~breaks[row], answered)


def groups(
    random: np.random.Generator,
    prompts: int,
    sizes: tuple[int, int],
    between_seeds: float = 0.0,
    between_models: float = 0.5,
) -> tuple[list[Outcomes], list[Outcomes]]:
    """Draw the runs of two models that are as good as each other over all possible prompts.

    Args:
        random: Where chance comes from.
        prompts: Number of prompts.
        sizes: Number of runs of each model.
        between_seeds: Standard deviation of a run's ability, in logits.
        between_models: Standard deviation of how much harder a prompt is for one of the models.
    """
    counts = random.choice(4, size=prompts, p=SHARES) + 1
    row = np.repeat(np.arange(prompts), counts)
    ease, tilt = random.normal(0.8, 2, prompts), random.normal(0, between_models / 2, prompts)

    def draw(ease: NDArray[np.float64]) -> Outcomes:
        chance = 1 / (1 + np.exp(-ease - random.normal(0, between_seeds)))
        return run(counts, random.random(len(row)) < chance[row], random.random(prompts) < chance)

    first = [draw(ease + tilt) for _ in range(sizes[0])]
    return first, [draw(ease - tilt) for _ in range(sizes[1])]


def _fates(
    fate: NDArray[np.float64], same: Flags, discordance: float, effect: float
) -> tuple[Flags, Flags]:
    better, changed = fate < (discordance + effect) / 2, fate < discordance
    return np.where(changed, ~better, same), np.where(changed, better, same)


@cache
def _keys(prompts: int) -> tuple[str, ...]:
    return tuple(map(str, range(prompts)))
