"""What a robustness set holds, and what it leaves out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from followrag import Item, load_items
from followrag.errors import InputError
from followrag.items import Passage
from followrag.prompts import build_prompt, read_prompt
from followrag.qa import acc_bounded
from followrag.robustness import KINDS, Distractors, Kind, vary
from followrag.verifiers import Constraint
from followrag.wordings import worded

MakeItem = Callable[..., Item]
DEMO = list(load_items("followrag_demo"))
POOL = Distractors(passage for item in DEMO for passage in item.passages)
demo_items = st.sampled_from(DEMO)


def holds_gold(passage: Passage, item: Item) -> bool:
    return bool(acc_bounded(f"{passage.title} {passage.content}", item.golds))


def texts(count: int, prefix: str = "p") -> list[dict[str, str]]:
    return [{"title": f"{prefix}{n}", "content": f"words of {prefix}{n}"} for n in range(count)]


@pytest.fixture
def asked(make_item: MakeItem) -> Callable[..., Item]:
    """An item with three passages, of which the second holds the answer."""

    def make(**fields: Any) -> Item:
        passages = texts(3)
        passages[1]["content"] = "It stands in Paris."
        told = {"passages": passages, "question_with_instrs": "Where is it? Use no commas."}
        return make_item(**told | fields)

    return make


@pytest.mark.parametrize("kind", KINDS)
def test_made_items_say_what_they_were_made_from(kind: Kind) -> None:
    varied = vary(DEMO, kind, pool=POOL)
    by_key = {item.key: item for item in DEMO}
    assert varied.items
    for item in varied.items:
        origin = by_key[item.origin]  # type: ignore[index]
        assert item.key == f"{origin.key}~{item.condition}"
        assert (item.golds, item.type) == (origin.golds, origin.type)
        assert item.prompt == build_prompt(item.passages, item.question_with_instrs)
        asked = zip(item.instruction_id_list, map(str, item.kwargs), strict=True)
        given = zip(origin.instruction_id_list, map(str, origin.kwargs), strict=True)
        assert sorted(asked) == sorted(given)


@pytest.mark.parametrize("kind", KINDS)
def test_every_level_asks_the_same(kind: Kind) -> None:
    varied = vary(DEMO, kind, pool=POOL)
    origins: dict[str, set[object]] = defaultdict(set)
    for item in varied.items:
        origins[item.condition].add(item.origin)
    assert [*origins] == [f"{kind}={level}" for level in varied.levels]
    assert len({frozenset(one) for one in origins.values()}) == 1
    made = len(next(iter(origins.values())))
    assert made + sum(varied.left_out.values()) == len(DEMO)


@pytest.mark.parametrize("kind", KINDS)
def test_what_an_item_gets_does_not_hang_on_the_others(kind: Kind) -> None:
    levels = (0, 1)
    whole = {item.key: item for item in vary(DEMO, kind, levels, POOL).items}
    turned = Distractors(passage for item in DEMO[::-1] for passage in item.passages[::-1])
    for item in vary(DEMO[::-1][:30], kind, levels, turned).items:
        assert item == whole[item.key]


@given(demo_items, st.integers(0, 12))
def test_fewer_passages_are_the_first_and_more_bring_distractors(item: Item, count: int) -> None:
    [made] = vary([item], "passages", (count,), POOL).items
    own = item.passages[:count]
    assert len(made.passages) == count
    assert made.passages[: len(own)] == own
    assert not any(holds_gold(passage, item) for passage in made.passages[len(own) :])


def test_the_prompt_without_passages_keeps_its_frame(asked: MakeItem) -> None:
    [made] = vary([asked()], "passages", (0,)).items
    assert made.prompt.startswith("Given the following information: \n\n\nAnswer the following")
    assert read_prompt(made.prompt) == ((), "Where is it? Use no commas.")


@pytest.mark.parametrize(("position", "order"), [(0, "p1p0p2"), (1, "p0p1p2"), (2, "p0p2p1")])
def test_the_gold_passage_moves_and_the_others_keep_their_order(
    asked: MakeItem, position: int, order: str
) -> None:
    [made] = vary([asked()], "position", (position,)).items
    assert "".join(passage.title for passage in made.passages) == order


def test_positions_are_those_that_most_items_have(asked: MakeItem) -> None:
    more = [*texts(4), {"title": "x", "content": "Paris"}]
    items = [asked(key=1), asked(key=2), asked(key=3, passages=more)]
    varied = vary(items, "position")
    assert varied.levels == (0, 1, 2)
    assert [len(item.passages) for item in varied.items] == [3] * 6 + [5] * 3


def test_items_without_one_gold_passage_have_no_position(asked: MakeItem) -> None:
    none, several = texts(3), [{"title": "Paris", "content": str(n)} for n in range(3)]
    items = [asked(key=1, passages=none), asked(key=2, passages=several), asked(key=3)]
    varied = vary(items, "position")
    assert {item.origin for item in varied.items} == {3}
    assert varied.left_out == {
        "none of its passages hold a gold answer": 1,
        "several of its passages hold a gold answer": 1,
    }


@given(demo_items, st.integers(0, 6))
def test_distractors_stand_among_passages_that_keep_their_order(item: Item, count: int) -> None:
    levels = tuple(range(count + 1))
    *_, fewer, made = [
        (),
        *(each.passages for each in vary([item], "distractors", levels, POOL).items),
    ]
    added = [passage for passage in made if passage not in item.passages]
    assert [passage for passage in made if passage in item.passages] == list(item.passages)
    assert len(added) == count
    assert not any(holds_gold(passage, item) for passage in added)
    if count:
        assert [passage for passage in made if passage in fewer] == list(fewer)


def test_a_distractor_is_no_gold_passage_and_of_no_page_of_the_item(asked: MakeItem) -> None:
    others = [
        Passage(title="p0", content="of the same page"),
        Passage(title="x", content="In the CITY of light!"),
        Passage(title="Paris, Texas", content="a town"),
        Passage(title="y", content="unparisian"),
    ]
    [made] = vary([asked()], "distractors", (1,), Distractors(others)).items
    assert others[-1] in made.passages


def test_items_without_enough_distractors_are_left_out(asked: MakeItem) -> None:
    varied = vary([asked(key=1), asked(key=2)], "passages", (10,))
    assert varied.items == ()
    assert [*varied.left_out.values()] == [2]


def test_another_seed_draws_other_distractors() -> None:
    pools = [Distractors((p for item in DEMO for p in item.passages), seed) for seed in (0, 1)]
    first, second = (vary(DEMO[:20], "distractors", (3,), pool).items for pool in pools)
    assert first != second


def test_the_constraints_come_in_their_order_and_backwards(make_item: MakeItem) -> None:
    item = make_item(("format_no_commas", {}), ("structure_title", {}), ("cases_lowercase", {}))
    varied = vary([item], "order")
    assert [made.instruction_id_list for made in varied.items] == [
        item.instruction_id_list,
        item.instruction_id_list[::-1],
    ]
    for made in varied.items:
        said = [worded(each, 0) for each in made.constraints if isinstance(each, Constraint)]
        assert made.question_with_instrs == " ".join(["where is the eiffel tower?", *said])


def test_parameters_move_with_their_constraints(make_item: MakeItem) -> None:
    items = [
        make_item(("length_words", {"num_words": 9, "relation": "at least"}), ("format_json", {}))
    ]
    backwards = vary(items, "order").items[1]
    assert backwards.kwargs == ({}, {"num_words": 9, "relation": "at least"})


def test_no_order_comes_twice(make_item: MakeItem) -> None:
    ids = ("format_no_commas", "structure_title", "cases_lowercase", "format_quotation")
    for count in (3, 4):
        for key in range(20):
            item = make_item(*((id, {}) for id in ids[:count]), key=key)
            made = vary([item], "order", (0, 1, 2, 3)).items
            orders = {each.instruction_id_list for each in made}
            assert len(orders) == 4
            assert orders <= {*permutations(ids[:count])}


@pytest.mark.parametrize(("count", "level"), [(1, 1), (2, 2)])
def test_items_with_too_few_constraints_have_no_such_order(
    make_item: MakeItem, count: int, level: int
) -> None:
    ids = ("format_no_commas", "structure_title")
    item = make_item(*((id, {}) for id in ids[:count]))
    assert vary([item], "order", (0, level)).items == ()


def test_wordings_ask_the_same_in_other_words() -> None:
    varied = vary(DEMO, "wording")
    for at in range(0, len(varied.items), 4):
        made = varied.items[at : at + 4]
        assert len({item.question_with_instrs for item in made}) == 4
        assert len({item.constraints for item in made}) == 1


@pytest.mark.parametrize("kind", ["order", "wording"])
@pytest.mark.parametrize("wrong", [("no_such_id", {}), ("length_words", {"num_words": "many"})])
def test_constraints_that_can_not_be_worded_are_left_out(
    make_item: MakeItem, kind: Kind, wrong: tuple[str, dict[str, Any]]
) -> None:
    varied = vary([make_item(("format_json", {}), wrong)], kind)
    assert (varied.items, varied.left_out) == ((), {"a constraint of it can't be built": 1})


@pytest.mark.parametrize("kind", KINDS)
def test_items_without_a_question_are_left_out(make_item: MakeItem, kind: Kind) -> None:
    bare = make_item(("format_json", {}), ("structure_title", {}), question="")
    assert vary([bare], kind, (0,), POOL).items == ()


@pytest.mark.parametrize(
    ("kind", "levels"), [("passages", (-1, 3)), ("passages", ()), ("order", (0, 4))]
)
def test_levels_that_can_not_be_are_refused(kind: Kind, levels: Sequence[int]) -> None:
    with pytest.raises(InputError, match=kind):
        vary(DEMO[:1], kind, levels)


def test_a_set_of_one_level_can_be_varied_again_but_one_of_several_not() -> None:
    ten = vary(DEMO[:5], "passages", (10,), POOL).items
    assert {item.condition for item in vary(ten, "position").items} == {
        f"position={place}" for place in range(10)
    }
    with pytest.raises(InputError, match="is there at 2 levels already"):
        vary(vary(DEMO[:5], "passages", (3, 10), POOL).items, "position")
