"""`fixed` mode: constraints whose published checks are provably wrong, repaired one by one.

Each repair is a subclass that decides otherwise, with the reason and a source for it. Constraints
without a repair decide as in `reference` mode.
"""

from followrag.verifiers.fixed.repair import Repair, repaired, repairs

__all__ = ["Repair", "repaired", "repairs"]
