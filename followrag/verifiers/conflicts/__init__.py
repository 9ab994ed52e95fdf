"""Which constraints no text can follow together, and why.

Rules stand between constraint classes and look at their parameters. Each is proven: what it finds,
no text follows strictly. That no rule finds anything is no proof that a text can be written;
`followrag.verifiers.compose` shows that.
"""

from importlib import import_module

from followrag.verifiers.conflicts.rules import Conflict, Rule, conflicts, rules

for _idea in ("alone", "case", "counts", "words", "places", "json_form", "fixed_rules"):
    import_module(f"followrag.verifiers.conflicts.{_idea}")  # registers the idea's rules

__all__ = ["Conflict", "Rule", "conflicts", "rules"]
