"""Where items come from, and what is said of what can't be used."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from followrag import ItemSet, load_items
from followrag.errors import InputError
from followrag.verifiers import constraint_classes

Jsonl = Callable[[str, Iterable[object]], Path]

NO_COMMAS = {"instruction_id_list": ["format_no_commas"], "kwargs": [{}]}
FILE_OF_TYPE = {
    "ifnq": "followRAG_ifnq.json",
    "iftq": "followRAG_iftq.json",
    "ifhq": "followRAG_ifhq.json",
}


def row(key: object, /, **fields: Any) -> dict[str, Any]:
    return {"key": key, "type": "ifnq", "prompt": f"Question {key}?", **NO_COMMAS, **fields}


def keys(items: ItemSet) -> list[int | str]:
    return [item.key for item in items]


@pytest.fixture
def published(tmp_path: Path) -> Path:
    """A folder with three of the four published names, two items each."""
    for place, (type, name) in enumerate(FILE_OF_TYPE.items()):
        rows = [row(700 * place + offset, type=type) for offset in (6, 25)]
        (tmp_path / name).write_text(json.dumps(rows))
    return tmp_path


# Files and folders of the user's


def test_a_file_of_items_is_loaded_in_file_order(jsonl: Jsonl) -> None:
    assert keys(load_items(jsonl("my.jsonl", [row("b"), row("a"), row(3)]))) == ["b", "a", 3]


def test_a_set_is_named_after_its_file(jsonl: Jsonl) -> None:
    path = jsonl("my.jsonl", [row(1)])
    assert load_items(path).name == str(path)


def test_a_folder_without_published_names_gives_the_items_of_all_its_json_files(
    jsonl: Jsonl, tmp_path: Path
) -> None:
    jsonl("b.jsonl", [row(2)])
    (tmp_path / "a.json").write_text(json.dumps([row(1)]))
    (tmp_path / "notes.txt").write_text("not items")
    assert keys(load_items(tmp_path)) == [1, 2]


def test_a_folder_with_published_names_gives_the_items_of_these_only(
    published: Path, jsonl: Jsonl
) -> None:
    jsonl("atom_instruction.json", [{"not": "an item"}])
    items = load_items(published)
    assert keys(items) == [6, 25, 706, 725, 1406, 1425]
    assert items.problems == ()


def test_a_folder_with_the_full_file_only_gives_its_items(jsonl: Jsonl, tmp_path: Path) -> None:
    jsonl("followRAG_full.json", [row(1), row(2)])
    jsonl("atom_instruction.json", [{"not": "an item"}])
    items = load_items(tmp_path)
    assert keys(items) == [1, 2]
    assert items.problems == ()


def test_a_folder_without_json_files_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"holds no followRAG_ifnq\.json nor any other"):
        load_items(tmp_path)


def test_a_missing_path_is_refused_with_the_nearest_source() -> None:
    with pytest.raises(InputError, match=r"folowrag_mini: .*did you mean 'followrag_mini'"):
        load_items("folowrag_mini")


def test_a_missing_path_like_no_source_is_refused_with_all_sources() -> None:
    with pytest.raises(InputError, match=r"known names: followrag, .*, followrag_ifeval"):
        load_items("xyz")


def test_an_item_is_found_by_its_key_as_text(jsonl: Jsonl) -> None:
    items = load_items(jsonl("my.jsonl", [row(7), row("a")]))
    assert [items.by_key["7"], items.by_key["a"]] == list(items)


def test_a_slice_of_a_set_is_its_items_by_position(jsonl: Jsonl) -> None:
    items = load_items(jsonl("my.jsonl", [row(7), row(8), row(9)]))
    assert [item.key for item in items[1:]] == [8, 9]


# Rows that can't be used


def test_a_bad_row_is_flagged_by_place_and_the_others_load(jsonl: Jsonl) -> None:
    path = jsonl("my.jsonl", [row(1), row(2, kwargs=[]), row(3)])
    items = load_items(path)
    assert keys(items) == [1, 3]
    (problem,) = items.problems
    assert problem.where == f"{path}, line 2"
    assert "instruction_id_list has 1 entries but kwargs has 0" in problem.message


def test_a_bad_row_is_flagged_by_the_field(jsonl: Jsonl) -> None:
    (problem,) = load_items(jsonl("my.jsonl", [row(1), row(2, prompt=5)])).problems
    assert "prompt: Input should be a valid string" in problem.message


def test_kwargs_nested_too_deep_are_one_bad_row(jsonl: Jsonl) -> None:
    items = load_items(jsonl("my.jsonl", [row(1), row(2, kwargs=["[" * 100_000])]))
    assert (keys(items), len(items.problems)) == ([1], 1)


def test_a_broken_line_is_flagged_and_the_others_load(tmp_path: Path) -> None:
    path = tmp_path / "my.jsonl"
    path.write_text(f"{json.dumps(row(1))}\n{{\n{json.dumps(row(2))}\n")
    items = load_items(path)
    assert keys(items) == [1, 2]
    assert [problem.where for problem in items.problems] == [f"{path}, line 2"]


@pytest.mark.parametrize("again", [7, "7"])
def test_a_repeated_key_is_flagged_with_both_places(jsonl: Jsonl, again: int | str) -> None:
    path = jsonl("my.jsonl", [row(7), row(8), row(again, prompt="Another?")])
    items = load_items(path)
    assert [item.prompt for item in items] == ["Question 7?", "Question 8?"]
    assert [str(problem) for problem in items.problems] == [
        f"{path}, line 3: key 7 was used at {path}, line 1; give it another"
    ]


def test_a_key_repeated_in_another_file_is_flagged(jsonl: Jsonl, tmp_path: Path) -> None:
    jsonl("a.jsonl", [row(1)])
    jsonl("b.jsonl", [row(1)])
    (problem,) = load_items(tmp_path).problems
    assert problem.where == f"{tmp_path / 'b.jsonl'}, line 1"
    assert f"{tmp_path / 'a.jsonl'}, line 1" in problem.message


def test_a_file_without_any_item_is_refused_with_the_first_problem(jsonl: Jsonl) -> None:
    path = jsonl("my.jsonl", [{"question": "who?"}])
    with pytest.raises(InputError, match=r"no usable item; first problem: .*line 1.*key"):
        load_items(path)


# Published sources


def test_datasets_that_are_not_in_the_folder_are_absent(published: Path) -> None:
    assert load_items("followrag", str(published)).absent == ("webq",)


def test_a_complete_folder_has_nothing_absent(published: Path) -> None:
    (published / "followRAG_ifwebq.json").write_text(json.dumps([row(2100, type="ifwebq")]))
    assert load_items("followrag", str(published)).absent == ()


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("followrag_nq", [6, 25]),
        ("followrag_tqa", [706, 725]),
        ("followrag_hotpotqa", [1406, 1425]),
    ],
)
def test_a_datasets_source_gives_its_items_only(
    published: Path, source: str, found: list[int]
) -> None:
    items = load_items(source, str(published))
    assert (items.name, keys(items), items.absent) == (source, found, ())


def test_a_datasets_source_without_items_is_refused_with_what_is_there(published: Path) -> None:
    with pytest.raises(InputError, match="none of its items; they hold ifhq, ifnq, iftq"):
        load_items("followrag_webq", str(published))


@pytest.mark.parametrize("source", ["followrag_nq", "followrag_mini"])
def test_a_bad_row_of_another_dataset_is_no_problem_of_this_source(
    published: Path, source: str
) -> None:
    rows = [row(706, type="iftq"), row(707, type="iftq", prompt=None)]
    (published / FILE_OF_TYPE["iftq"]).write_text(json.dumps(rows))
    assert load_items(source, str(published)).problems == ()


def test_followrag_data_names_the_folder(published: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FOLLOWRAG_DATA", str(published))
    assert len(load_items("followrag")) == 6


def test_the_data_argument_beats_followrag_data(
    published: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FOLLOWRAG_DATA", str(published))
    assert len(load_items("followrag", str(published / "followRAG_ifnq.json"))) == 2


def test_followrag_data_does_not_touch_a_named_file(
    published: Path, jsonl: Jsonl, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = jsonl("my.jsonl", [row("mine")])
    monkeypatch.setenv("FOLLOWRAG_DATA", str(published))
    assert keys(load_items(path)) == ["mine"]


@pytest.mark.parametrize("source", ["followrag", "followrag_mini", "followrag_ifeval"])
def test_a_missing_data_folder_is_refused(source: str, tmp_path: Path) -> None:
    missing = str(tmp_path / "missing")
    with pytest.raises(InputError, match=f"{missing}: no such file or folder"):
        load_items(source, missing)


def test_all_public_items_load_without_problems(shared: Path) -> None:
    items = load_items("followrag", str(shared / "data/followrag"))
    assert (keys(items), items.problems) == (list(range(2100)), ())


def test_mini_is_the_300_public_ones_of_its_400_keys(shared: Path) -> None:
    mini = json.loads((shared / "data/followrag_mini_keys.json").read_text())["keys"]
    items = load_items("followrag_mini", str(shared / "data/followrag"))
    assert len(mini) == 400
    assert keys(items) == [key for key in mini if key < 2100]
    assert len(items) == 300


def test_mini_selects_by_key_in_any_order_of_rows(published: Path) -> None:
    path = published / FILE_OF_TYPE["ifnq"]
    path.write_text(json.dumps([row(25), row(7), row(6)]))
    assert keys(load_items("followrag_mini", str(path))) == [25, 6]


def test_mini_selects_by_key_as_text(published: Path) -> None:
    path = published / FILE_OF_TYPE["ifnq"]
    path.write_text(json.dumps([row("6"), row("7")]))
    assert keys(load_items("followrag_mini", str(path))) == ["6"]


@pytest.mark.parametrize("place", ["data/ifeval", "data/ifeval/input_data.jsonl"])
def test_ifeval_is_loaded_from_a_folder_or_file(shared: Path, place: str) -> None:
    items = load_items("followrag_ifeval", str(shared / place))
    assert (len(items), items.problems) == (540, ())


# The demo


def test_the_demo_has_72_items_and_no_problems() -> None:
    items = load_items("followrag_demo")
    assert (len(items), items.problems, items.absent) == (72, (), ())


def test_the_demo_asks_for_all_22_followrag_constraints() -> None:
    asked = {id for item in load_items("followrag_demo") for id in item.instruction_id_list}
    assert asked == {cls.id for cls in constraint_classes() if ":" not in cls.id}
    assert len(asked) == 22


def test_every_demo_item_can_be_built_and_answered() -> None:
    for item in load_items("followrag_demo"):
        assert item.golds
        assert len(item.passages) == 3
        assert not any(getattr(built, "error", False) for built in item.constraints)


# The checksum


def test_the_checksum_does_not_depend_on_the_layout_of_files(jsonl: Jsonl, tmp_path: Path) -> None:
    rows = [row(number, answer_gold="ü/\u2028") for number in range(6)]
    (tmp_path / "split").mkdir()
    jsonl("split/a.jsonl", rows[:2])
    (tmp_path / "split/b.json").write_text(json.dumps(rows[2:], ensure_ascii=False, indent=4))
    whole = load_items(jsonl("whole.jsonl", rows))
    assert load_items(tmp_path / "split").sha256 == whole.sha256


@given(st.permutations(list(row(1, type="x", question="q"))), st.booleans())
def test_the_checksum_does_not_depend_on_how_a_row_is_written(
    tmp_path_factory: pytest.TempPathFactory, names: list[str], padded: bool
) -> None:
    written = row(1, type="x", question="q", kwargs=[{"a": 1, "b": 2}])
    path = tmp_path_factory.mktemp("written") / "my.json"
    path.write_text(json.dumps([written]))
    expected = load_items(path).sha256
    kwargs = [{"b": 2, "a": 1} | ({"c": None} if padded else {})]
    path.write_text(json.dumps([{name: (written | {"kwargs": kwargs})[name] for name in names}]))
    assert load_items(path).sha256 == expected


@pytest.mark.parametrize(
    "changed",
    [{"prompt": "Question 1"}, {"kwargs": [{"a": 1}]}, {"answer_gold": "x"}, {"key": "1"}],
)
def test_the_checksum_depends_on_what_an_item_says(jsonl: Jsonl, changed: dict[str, Any]) -> None:
    before = load_items(jsonl("a.jsonl", [row(1)])).sha256
    assert load_items(jsonl("b.jsonl", [row(1, **changed)])).sha256 != before


def test_the_checksum_depends_on_which_items_there_are(jsonl: Jsonl) -> None:
    before = load_items(jsonl("a.jsonl", [row(1), row(2)])).sha256
    assert load_items(jsonl("b.jsonl", [row(1)])).sha256 != before
