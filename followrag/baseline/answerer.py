"""Answers without a model: the honest baseline reads the prompt, the oracle knows the item."""

from __future__ import annotations

from followrag.baseline.answering import pick_answer
from followrag.baseline.instructions import read_constraints
from followrag.baseline.wording import split_wording
from followrag.items import Item
from followrag.prompts import read_prompt
from followrag.verifiers import Constraint, Response, compose

_WITHOUT_GOLD = "This is the answer."
# The constraints that can forbid words or signs of an answer.
_FORBIDDING = {"keywords_exclusion", "keywords_frequency", "format_no_commas"}


def answer(prompt: str) -> str:
    """Answer a prompt by rules, from its text alone.

    Args:
        prompt: A FollowRAG prompt or any other text that asks for something.

    Returns:
        A text with an answer picked out of the passages that follows the constraints recognised.
    """
    passages, question_with_instrs = read_prompt(prompt)
    question = split_wording(question_with_instrs).question or question_with_instrs
    picked = pick_answer(question, passages)
    return compose(read_constraints(question_with_instrs), picked)


def oracle_answer(item: Item) -> str:
    """Answer an item with a gold answer and its true constraints: what a perfect model could say.

    Args:
        item: The item, gold answers and parameters included.

    Returns:
        A text with the first gold answer that needs no change (else the first of all, else a stock
        sentence) that follows as many of the constraints as can be followed together. Constraints
        that can't be built are left out.
    """
    constraints = [given for given in item.constraints if isinstance(given, Constraint)]
    forbidding = [constraint for constraint in constraints if constraint.id in _FORBIDDING]
    fits = (
        gold
        for gold in item.golds
        if all(constraint.check(Response(gold)).passed for constraint in forbidding)
    )
    gold = next(fits, next(iter(item.golds), _WITHOUT_GOLD))
    return compose(constraints, gold)
