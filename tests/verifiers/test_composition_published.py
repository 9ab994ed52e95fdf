"""How many published items `compose` finds a text for."""

from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from followrag import Item, load_items
from followrag.verifiers import Constraint, Response, compose


def followed(items: Iterable[Item], answer: str | None = None) -> Counter[str]:
    counts: Counter[str] = Counter()
    for item in items:
        constraints = [rule for rule in item.constraints if isinstance(rule, Constraint)]
        response = Response(compose(constraints, answer or item.golds[0]))
        passed = sum(constraint.check(response).passed for constraint in constraints)
        counts["items"] += passed == len(item.constraints)
        counts["constraints"] += passed
    return counts


def test_published_items_are_followed_as_far_as_can_be(shared: Path) -> None:
    """The others are proved contradictory, or only degenerate texts of the audit follow them."""
    items = load_items("followrag", str(shared / "data/followrag"))
    assert followed(items) == {"items": 1964, "constraints": 4512}


def test_ifeval_prompts_are_followed_as_far_as_can_be(shared: Path) -> None:
    """The others repeat a text that itself breaks their other constraint."""
    items = load_items("followrag_ifeval", str(shared / "data/ifeval"))
    counts = followed(items, "The request is answered")
    assert counts["items"] == len(items) - 5
