"""The release gate: is a candidate worse than its base?

from followrag.leaderboard.gate import Policy, compare_runs
comparison = compare_runs("baseline.json", "runs/new", Policy(margin=1.0))
comparison.decision.answer, comparison.decision.exit_code  # PASS, 0
"""

from followrag.leaderboard.gate.comparison import Comparison, compare_runs
from followrag.leaderboard.gate.decision import Decision
from followrag.leaderboard.gate.policy import Gate, Policy, read_policy

__all__ = ["Comparison", "Decision", "Gate", "Policy", "compare_runs", "read_policy"]
