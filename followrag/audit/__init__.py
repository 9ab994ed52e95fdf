"""Which items can be satisfied: a text that follows all constraints, or a proof that none does.

>>> from followrag import load_items
>>> from followrag.audit import audit_items
>>> audit_items(load_items("followrag_demo")).contradictory
()
"""

from followrag.audit.answers import Finding
from followrag.audit.item import Audited, Ceiling, audit_item
from followrag.audit.itemset import Audit, audit_items

__all__ = ["Audit", "Audited", "Ceiling", "Finding", "audit_item", "audit_items"]
