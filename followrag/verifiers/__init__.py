"""Constraints, and everything that decides whether a text follows one.

>>> get_constraint("length_words", num_words=3, relation="at least").check(Response("Paris."))
Verdict(passed=False, measured=1, reason='1 word; at least 3 asked', error=False)
"""

from importlib import import_module

from followrag.verifiers.composition import compose
from followrag.verifiers.constraint import (
    Constraint,
    Family,
    Mode,
    constraint_class,
    constraint_classes,
    get_constraint,
)
from followrag.verifiers.draft import Draft
from followrag.verifiers.response import Response
from followrag.verifiers.verdict import Verdict, Verdicts

for _family in ("keywords", "length", "position", "structure", "cases", "format"):
    import_module(f"followrag.verifiers.{_family}")  # registers the family's constraints

__all__ = [
    "Constraint",
    "Draft",
    "Family",
    "Mode",
    "Response",
    "Verdict",
    "Verdicts",
    "compose",
    "constraint_class",
    "constraint_classes",
    "get_constraint",
]
