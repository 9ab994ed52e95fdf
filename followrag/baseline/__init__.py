"""The rule-based baseline: answers from the prompt alone, without a model and in seconds.

`followrag.baseline.model.BaselineLM` makes it a model for lm-eval.
"""

from followrag.baseline.answerer import answer, oracle_answer
from followrag.baseline.answering import pick_answer
from followrag.baseline.instructions import read_constraints

__all__ = ["answer", "oracle_answer", "pick_answer", "read_constraints"]
