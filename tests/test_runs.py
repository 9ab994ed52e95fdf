"""A run on disk."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from followrag import Item, ItemSet, score_item
from followrag.errors import InputError, OutputError
from followrag.responses import read_answers, score_answers
from followrag.row_records import row_record
from followrag.runs import check_folder, metrics_record, read_metrics, write_run
from followrag.scoring import error_row
from followrag.summary import summarise

MakeItem = Callable[..., Item]
Jsonl = Callable[[str, Iterable[object]], Path]

# Text as JSON can bring it: lone surrogates too, but no two that make a character.
json_texts = st.text(st.characters(exclude_categories=[])).filter(
    lambda text: json.loads(json.dumps(text)) == text
)


def write(
    folder: Path, *items: Item, responses: Iterable[str] = ("Paris",), **settings: Any
) -> None:
    rows = [score_item(item, response) for item, response in zip(items, responses, strict=True)]
    write_run(folder, ItemSet("asked", items), rows, summarise(rows), settings)


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def lines(folder: Path) -> list[Any]:
    return [
        json.loads(line) for line in (folder / "rows.jsonl").read_text("utf-8").split("\n")[:-1]
    ]


def test_a_run_is_three_files(tmp_path: Path, make_item: MakeItem) -> None:
    write(tmp_path / "new" / "run", make_item())
    assert sorted(contents(tmp_path / "new" / "run")) == [
        "manifest.json",
        "metrics.json",
        "rows.jsonl",
    ]


def test_rows_are_a_json_line_each_in_order(tmp_path: Path, make_item: MakeItem) -> None:
    items = make_item(key=1), make_item(key="b")
    write(tmp_path, *items, responses=["Paris\u2028\n", "Paris, France"])
    rows = [score_item(items[0], "Paris\u2028\n"), score_item(items[1], "Paris, France")]
    assert lines(tmp_path) == json.loads(json.dumps([row_record(row) for row in rows]))


def test_a_row_says_what_was_asked_measured_and_decided(make_item: MakeItem) -> None:
    item = make_item(("length_words", {"num_words": 3, "relation": "at least"}), key=7)
    record = row_record(score_item(item, "In Paris"))
    assert (record["key"], record["type"], record["response"]) == (7, "ifnq", "In Paris")
    assert (record["strict"], record["loose"], record["joint"]) == ([False], [False], False)
    assert record["constraints"] == [
        {
            "id": "length_words",
            "kwargs": {"num_words": 3, "relation": "at least"},
            "passed": False,
            "measured": 2,
            "reason": "2 words; at least 3 asked",
            "loose": False,
            "loose_reason": "2 words; at least 3 asked",
            "error": False,
        }
    ]


def test_a_constraint_followed_only_loosely_is_written_so(make_item: MakeItem) -> None:
    (constraint,) = row_record(score_item(make_item(), "Sure, here:\nParis"))["constraints"]
    assert (constraint["passed"], constraint["loose"]) == (False, True)


def test_a_row_whose_item_could_not_be_read_has_no_key() -> None:
    record = row_record(error_row(None, "unreadable"))
    assert (record["key"], record["error"], record["strict"]) == (None, "unreadable", [False])


def test_the_manifest_says_what_was_scored_and_with_what(
    tmp_path: Path, make_item: MakeItem
) -> None:
    item = make_item()
    write(tmp_path, item, model="mine")
    manifest = json.loads((tmp_path / "manifest.json").read_text())
    assert manifest["items"] == {
        "source": "asked",
        "count": 1,
        "sha256": ItemSet("asked", (item,)).sha256,
        "absent": [],
        "problems": [],
    }
    assert (manifest["mode"], manifest["model"]) == ("reference", "mine")
    assert {"followrag", "langdetect", "nltk"} <= manifest["packages"].keys()


def test_metrics_are_read_as_they_were_written(tmp_path: Path, make_item: MakeItem) -> None:
    items = make_item(key=1), make_item(key=2)
    write(tmp_path, *items, responses=["Paris", "Paris, France"])
    rows = [score_item(items[0], "Paris"), score_item(items[1], "Paris, France")]
    metrics = read_metrics(tmp_path)
    assert metrics == metrics_record(summarise(rows))
    assert metrics["overall"]["inst_level_strict_acc"] == {"value": 0.5, "stderr": 0.5, "n": 2}


def test_a_figure_without_a_number_is_null(tmp_path: Path, make_item: MakeItem) -> None:
    write(tmp_path, make_item())
    assert read_metrics(tmp_path)["overall"]["qa_acc"] == {"value": 1.0, "stderr": None, "n": 1}


def test_the_order_of_responses_does_not_change_a_byte(
    tmp_path: Path, jsonl: Jsonl, make_item: MakeItem
) -> None:
    items = ItemSet("asked", tuple(make_item(key=key) for key in range(50)))
    answers = [{"key": key, "response": f"Paris{',' * (key % 3)} {key}"} for key in range(50)]
    shuffled = random.Random(1).sample(answers, 50)
    for name, given_answers in (("a", answers), ("b", shuffled)):
        rows, _ = score_answers(items, read_answers(jsonl(f"{name}.jsonl", given_answers)))
        write_run(tmp_path / name, items, rows, summarise(rows), {})
    assert contents(tmp_path / "a") == contents(tmp_path / "b")


def test_writing_again_changes_no_byte(tmp_path: Path, make_item: MakeItem) -> None:
    write(tmp_path, make_item())
    first = contents(tmp_path)
    write(tmp_path, make_item())
    assert contents(tmp_path) == first


def test_writing_replaces_an_earlier_run(tmp_path: Path, make_item: MakeItem) -> None:
    write(tmp_path, make_item(key=1), make_item(key=2), responses=["Paris", "Rome"])
    write(tmp_path, make_item(key=3))
    assert [row["key"] for row in lines(tmp_path)] == [3]


@settings(max_examples=50, deadline=None)
@given(json_texts)
def test_any_response_survives_a_round_trip(
    tmp_path_factory: pytest.TempPathFactory, text: str
) -> None:
    item = Item.model_validate(
        {"key": 1, "prompt": "p", "instruction_id_list": ["format_no_commas"], "kwargs": [{}]}
    )
    folder = tmp_path_factory.mktemp("run")
    write(folder, item, responses=[text])
    (row,) = lines(folder)
    assert row["response"] == text


def test_lone_surrogates_survive_a_round_trip(tmp_path: Path, make_item: MakeItem) -> None:
    write(tmp_path, make_item(), responses=["\ud83d Paris \udcff"])
    assert lines(tmp_path)[0]["response"] == "\ud83d Paris \udcff"


def test_a_parameter_that_is_no_number_does_not_stop_the_run(
    tmp_path: Path, make_item: MakeItem
) -> None:
    """Tables with null-padded columns bring NaN, which Python's json reads and writes."""
    kwargs = {"num_words": float("nan"), "relation": "at least"}
    write(tmp_path, make_item(("length_words", kwargs)))
    assert lines(tmp_path)[0]["constraints"][0]["error"] is True


# Folders that can't be used


def test_a_folder_below_a_file_is_refused_before_and_at_writing(
    tmp_path: Path, make_item: MakeItem
) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match="file: is a file; name a folder"):
        check_folder(tmp_path / "file" / "run")
    with pytest.raises(OutputError, match="can't be written to"):
        write(tmp_path / "file" / "run", make_item())


def test_a_file_in_place_of_the_folder_is_refused(tmp_path: Path, make_item: MakeItem) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match="file: is a file"):
        check_folder(tmp_path / "file")
    with pytest.raises(OutputError, match="can't be written to"):
        write(tmp_path / "file", make_item())


def test_checking_a_folder_makes_nothing(tmp_path: Path) -> None:
    check_folder(tmp_path / "new" / "run")
    assert list(tmp_path.iterdir()) == []


def test_a_run_that_cant_be_finished_leaves_no_part_of_a_file(
    tmp_path: Path, make_item: MakeItem
) -> None:
    (tmp_path / "rows.jsonl").mkdir()
    with pytest.raises(OutputError):
        write(tmp_path, make_item())
    assert [path.name for path in tmp_path.iterdir()] == ["rows.jsonl"]


@pytest.mark.parametrize("text", [None, "", "{", "\x00", "[]", "3"])
def test_a_folder_without_figures_is_no_run(tmp_path: Path, text: str | None) -> None:
    if text is not None:
        (tmp_path / "metrics.json").write_text(text)
    with pytest.raises(InputError, match=r"holds no readable metrics\.json; is it a run folder"):
        read_metrics(tmp_path)
