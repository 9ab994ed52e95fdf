"""`fixed` mode: constraints whose published checks are provably wrong, repaired one by one.

Each repair is a subclass that decides otherwise, with the reason and a source for it. It accepts
what a competent reader accepts and refuses what only a parser accepts; in doubt the published
decision stands. Constraints without a repair decide as in `reference` mode.
"""

from importlib import import_module

from followrag.verifiers.fixed.repair import Repair, repaired, repairs

for _family in ("keywords", "length", "position", "structure", "cases", "format"):
    import_module(f"followrag.verifiers.fixed.{_family}")  # registers the family's repairs

__all__ = ["Repair", "repaired", "repairs"]
