"""An audit of a set: its classes, and the scores that no model can beat."""

from collections.abc import Callable

from followrag import Item
from followrag.audit import audit_items
from followrag.records import Problem
from followrag.sources import ItemSet

MakeItem = Callable[..., Item]

UPPER, LOWER, COMMAS = ("cases_uppercase", {}), ("cases_lowercase", {}), ("format_no_commas", {})
NEVER = ("keywords_inclusion", {"keywords": ["x^"]})


def keys(audited: object) -> list[object]:
    assert isinstance(audited, tuple)
    return [each.item.key for each in audited]


def test_every_item_is_in_one_class(make_item: MakeItem) -> None:
    items = (
        make_item(COMMAS, key="s"),
        make_item(UPPER, LOWER, key="c"),
        make_item(NEVER, key="u"),
        make_item(("format_yaml", {}), key="e"),
    )
    audit = audit_items(ItemSet("some", items))
    classes = (audit.satisfiable, audit.contradictory, audit.undecided, audit.errors)
    assert [keys(each) for each in classes] == [["s"], ["c"], ["u"], ["e"]]


def test_ceilings_are_what_texts_reach(make_item: MakeItem) -> None:
    items = (make_item(COMMAS), make_item(UPPER, LOWER, COMMAS, key=2, type="iftq"))
    audit = audit_items(ItemSet("some", items))
    assert audit.ceilings.reached == {
        "prompt_level_strict_acc": 1 / 2,
        "inst_level_strict_acc": 3 / 4,
        "prompt_level_loose_acc": 1.0,
        "inst_level_loose_acc": 1.0,
    }
    assert audit.ceilings.at_most == {}
    assert audit.by_dataset["tqa"].reached["inst_level_strict_acc"] == 2 / 3
    assert audit.by_constraint_count[1].prompts == 1


def test_what_is_not_proven_is_a_range(make_item: MakeItem) -> None:
    audit = audit_items(ItemSet("some", (make_item(NEVER), make_item(COMMAS, key=2))))
    assert audit.ceilings.reached["prompt_level_strict_acc"] == 1 / 2
    assert audit.ceilings.at_most["prompt_level_strict_acc"] == 1.0


def test_unreadable_rows_count_as_in_scores(make_item: MakeItem) -> None:
    items = ItemSet("some", (make_item(COMMAS),), (Problem("f, line 2", "is not JSON"),))
    audit = audit_items(items)
    assert (audit.ceilings.prompts, audit.ceilings.constraints) == (2, 2)
    assert audit.ceilings.reached["inst_level_loose_acc"] == 1 / 2


def test_a_set_is_audited_in_its_own_mode(make_item: MakeItem) -> None:
    items = ItemSet("some", (make_item(COMMAS),), mode="fixed")
    assert audit_items(items).mode == "fixed"
    assert audit_items(items, "reference").mode == "reference"
