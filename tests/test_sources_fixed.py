"""The sources of `fixed` mode: items that can be satisfied in both modes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from followrag import load_items
from followrag.errors import InputError
from followrag.verifiers import Constraint, Response, compose
from followrag.verifiers.conflicts import conflicts
from followrag.verifiers.conflicts.degenerate import degeneracies

SMALL, CAPITALS = "cases_lowercase", "cases_uppercase"


def written(folder: Path, *ids: tuple[str, ...]) -> str:
    rows = [
        {
            "key": key,
            "type": "ifnq",
            "prompt": "?",
            "instruction_id_list": asked,
            "kwargs": [{}] * len(asked),
        }
        for key, asked in enumerate(ids)
    ]
    (folder / "followRAG_ifnq.json").write_text(json.dumps(rows))
    return str(folder)


def test_items_in_conflict_are_left_out(tmp_path: Path) -> None:
    data = written(tmp_path, (SMALL,), (SMALL, CAPITALS), (CAPITALS,))
    items = load_items("followrag_fixed", data)
    assert ([item.key for item in items], items.name) == ([0, 2], "followrag_fixed")
    assert (items.mode, items.absent) == ("fixed", ("tqa", "hotpotqa", "webq"))
    assert load_items("followrag", data).mode == "reference"


def test_a_set_without_satisfiable_items_is_refused(tmp_path: Path) -> None:
    data = written(tmp_path, (SMALL, CAPITALS))
    with pytest.raises(
        InputError, match="each of the 1 items asks for what no good text can follow"
    ):
        load_items("followrag_fixed", data)


def test_every_public_item_that_is_left_out_has_a_reason(shared: Path) -> None:
    data = str(shared / "data/followrag")
    kept = {item.key for item in load_items("followrag_fixed", data)}
    for item in load_items("followrag", data):
        has_conflict = any(map(conflicts, (item.constraints, item.fixed_constraints)))
        is_degenerate = bool(degeneracies(item.fixed_constraints))
        assert (item.key in kept) != (has_conflict or is_degenerate)
    assert len(kept) == 1938


def test_mini_fixed_holds_the_mini_items_of_fixed(shared: Path) -> None:
    data = str(shared / "data/followrag")
    mini, fixed, both = (
        {item.key for item in load_items(f"followrag_{name}", data)}
        for name in ("mini", "fixed", "mini_fixed")
    )
    assert both == mini & fixed
    assert len(both) == 276


def test_every_public_item_is_composed_or_in_conflict_in_fixed_mode(shared: Path) -> None:
    """But for those that ask for English letters of one case in another language."""
    undecided = []
    for item in load_items("followrag", str(shared / "data/followrag")):
        rules = [rule for rule in item.fixed_constraints if isinstance(rule, Constraint)]
        response = Response(compose(rules, item.golds[0]))
        is_followed = all(rule.check(response).passed for rule in rules)
        assert not (is_followed and conflicts(rules))
        if not is_followed and not conflicts(rules):
            undecided.append({rule.id for rule in rules})
    assert len(undecided) == 22
    assert all({CAPITALS, "format_language"} <= ids for ids in undecided)
