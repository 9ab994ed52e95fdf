"""How many prompts a comparison needs, and how small a difference it can see.

All of it rests on one number, the spread: the standard deviation of a prompt's difference between
the two runs, so that the standard error over n prompts is spread / sqrt(n). Effects are fractions
of 1; the normal approximation is used throughout.
"""

from __future__ import annotations

import math
from statistics import NormalDist

ALPHA = 0.05
POWER = 0.8
_NORMAL = NormalDist()


def paired_spread(discordance: float) -> float:
    """Give the spread of a figure that counts each prompt as 0 or 1, both runs on the same prompts.

    Args:
        discordance: Share of the prompts on which the two runs differ.
    """
    return math.sqrt(discordance)


def unpaired_spread() -> float:
    """Give the spread where the two runs are on prompts of their own, in the worst case.

    The worst case is a figure that counts each prompt as 0 or 1 and is a half in both runs.
    """
    return math.sqrt(2 * 0.5 * 0.5)


def smallest_effect(
    prompts: int, spread: float, alpha: float = ALPHA, power: float = POWER
) -> float:
    """Give the smallest true difference that is likely to be seen.

    As small is the smallest margin that two equal runs are likely to keep.

    Args:
        prompts: Number of prompts.
        spread: Standard deviation of a prompt's difference.
        alpha: Chance of seeing a difference where there is none, both directions together.
        power: Chance of seeing the difference.
    """
    return _quantiles(alpha, power) * spread / math.sqrt(prompts)


def prompts_needed(effect: float, spread: float, alpha: float = ALPHA, power: float = POWER) -> int:
    """Give the number of prompts with which a true difference is likely to be seen.

    Args:
        effect: The difference, other than 0.
        spread: Standard deviation of a prompt's difference.
        alpha: Chance of seeing a difference where there is none, both directions together.
        power: Chance of seeing the difference.
    """
    return max(2, math.ceil((_quantiles(alpha, power) * spread / effect) ** 2))


def power_of(prompts: int, effect: float, spread: float, alpha: float = ALPHA) -> float:
    """Give the chance that the interval of a comparison leaves 0 out.

    Args:
        prompts: Number of prompts.
        effect: The true difference.
        spread: Standard deviation of a prompt's difference; more than 0.
        alpha: That chance where there is no difference.
    """
    distance = abs(effect) * math.sqrt(prompts) / spread
    critical = _critical(alpha)
    return _NORMAL.cdf(distance - critical) + _NORMAL.cdf(-distance - critical)


def regressed_chance(
    prompts: int, drop: float, margin: float, spread: float, alpha: float = ALPHA
) -> float:
    """Give the chance of a difference below -margin whose interval lies below 0.

    Args:
        prompts: Number of prompts.
        drop: By how much the candidate is truly worse.
        margin: How much worse is still good enough.
        spread: Standard deviation of a prompt's difference; more than 0.
        alpha: Twice the chance of an interval below 0 where there is no difference.
    """
    stderr = spread / math.sqrt(prompts)
    return _NORMAL.cdf(drop / stderr - max(margin / stderr, _critical(alpha)))


def pass_chance(
    prompts: int, margin: float, spread: float, effect: float = 0.0, alpha: float = ALPHA
) -> float:
    """Give the chance that the interval of a comparison lies above -margin.

    Args:
        prompts: Number of prompts.
        margin: How much worse is still good enough.
        spread: Standard deviation of a prompt's difference; more than 0.
        effect: The true difference, candidate minus base.
        alpha: Twice the chance of that where the candidate is worse by just the margin.
    """
    distance = (effect + margin) * math.sqrt(prompts) / spread
    return _NORMAL.cdf(distance - _critical(alpha))


def prompts_to_pass(
    margin: float,
    spread: float,
    effect: float = 0.0,
    alpha: float = ALPHA,
    power: float = POWER,
) -> int | None:
    """Give the number of prompts with which the interval is likely to lie above -margin.

    Args:
        margin: How much worse is still good enough.
        spread: Standard deviation of a prompt's difference.
        effect: The true difference, candidate minus base.
        alpha: Twice the chance of a pass where the candidate is worse by just the margin.
        power: Chance of a pass.

    Returns:
        The number; None where the true difference is not above -margin.
    """
    if effect + margin <= 0:
        return None
    return prompts_needed(effect + margin, spread, alpha, power)


def prompts_to_settle(
    effect: float,
    margin: float,
    spread: float,
    alpha: float = ALPHA,
    power: float = POWER,
) -> int | None:
    """Give the number of prompts that is likely to end in a pass or a regression.

    Args:
        effect: The true difference, candidate minus base; for planning, the one observed.
        margin: How much worse is still good enough.
        spread: Standard deviation of a prompt's difference.
        alpha: Chance of seeing a difference where there is none, both directions together.
        power: Chance of an answer.

    Returns:
        The number; None where the candidate is worse by just the margin, which no number settles.
    """
    if effect > -margin:
        return prompts_to_pass(margin, spread, effect, alpha, power)
    if effect == -margin:
        return None
    return prompts_needed(effect, spread, alpha, power)


def _quantiles(alpha: float, power: float) -> float:
    return _critical(alpha) + _NORMAL.inv_cdf(power)


def _critical(alpha: float) -> float:
    return -_NORMAL.inv_cdf(alpha / 2)
