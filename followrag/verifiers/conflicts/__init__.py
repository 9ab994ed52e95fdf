"""Which constraints no text can follow together, and why.

Rules stand between constraint classes and look at their parameters. Each is proven: what it finds,
no text follows strictly. That no rule finds anything is no proof that a text can be written;
`followrag.verifiers.compose` shows that.
"""

from followrag.verifiers.conflicts.rules import Conflict, conflicts

__all__ = ["Conflict", "conflicts"]
