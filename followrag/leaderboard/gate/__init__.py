"""The release gate: is a candidate worse than its base?

from followrag.leaderboard.gate import Policy, compare_runs
comparison = compare_runs("baseline.json", "runs/new", Policy(margin=1.0))
comparison.decision.answer, comparison.decision.exit_code  # PASS, 0
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from followrag.leaderboard.gate.comparison import Comparison, compare_runs
    from followrag.leaderboard.gate.decision import Decision
    from followrag.leaderboard.gate.policy import Gate, Policy, read_policy

__all__ = ["Comparison", "Decision", "Gate", "Policy", "compare_runs", "read_policy"]

_HOMES = {
    "Comparison": "comparison",
    "compare_runs": "comparison",
    "Decision": "decision",
    "Gate": "policy",
    "Policy": "policy",
    "read_policy": "policy",
}


def __getattr__(name: str) -> Any:
    """Import a public name when it is asked for: a baseline is read without the statistics."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
