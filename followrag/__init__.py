"""Does a language model that answers from retrieved documents also do as it is told?

from followrag import Item, load_items, score_item
row = score_item(item, response)   # row.strict, row.loose, row.verdicts
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from followrag.items import Item, Passage
    from followrag.scoring import Row, score_item
    from followrag.sources import ItemSet, load_items

__all__ = ["Item", "ItemSet", "Passage", "Row", "load_items", "score_item"]

_HOMES = {
    "Item": "items",
    "Passage": "items",
    "Row": "scoring",
    "score_item": "scoring",
    "ItemSet": "sources",
    "load_items": "sources",
}


def __getattr__(name: str) -> Any:
    """Import a public name when it is asked for, so that `followrag --help` answers at once."""
    if name not in _HOMES:
        raise AttributeError(f"module 'followrag' has no attribute {name!r}")
    return getattr(import_module(f"followrag.{_HOMES[name]}"), name)
