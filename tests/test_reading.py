"""A run read back."""

from __future__ import annotations

import dataclasses
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from followrag import Item, ItemSet, Row, load_items, score_item
from followrag.baseline.answerer import oracle_answer
from followrag.errors import InputError
from followrag.reading import read_run
from followrag.records import Problem
from followrag.row_records import row_record
from followrag.runs import write_run
from followrag.scoring import error_row
from followrag.summary import summarise

MakeItem = Callable[..., Item]

texts = st.text(st.characters(exclude_categories=[])).filter(
    lambda text: json.loads(json.dumps(text)) == text
)
checks = st.sampled_from(
    [
        ("format_no_commas", {}),
        ("length_words", {"num_words": 3, "relation": "at least"}),
        ("length_words", {"num_words": "three"}),
        ("position_end_with", {"end_phrase": "Über."}),
        ("keywords_inclusion", {"keywords": ["(", "a"]}),
        ("keywords_frequency", {"keyword": "(a+)+$", "frequency": 2, "relation": "less than"}),
        ("structure_title", {"surplus": None}),
        ("nonsense", {"any": [1.5, {"thing": "\udc80"}]}),
    ]
)


def write(folder: Path, items: ItemSet, rows: list[Row], **settings: Any) -> Path:
    """Write a run and its items beside it, and name these."""
    write_run(folder, items, rows, summarise(rows), settings)
    path = folder.with_name("items.jsonl")
    path.write_text("".join(json.dumps(item.model_dump(mode="json")) + "\n" for item in items))
    return path


def lines(folder: Path) -> list[Any]:
    text = (folder / "rows.jsonl").read_text("utf-8")
    return [json.loads(line) for line in text.split("\n")[:-1]]


def as_json(rows: list[Row]) -> list[Any]:
    return [json.loads(json.dumps(row_record(row))) for row in rows]


@pytest.fixture
def demo_run(tmp_path: Path) -> Path:
    items = load_items("followrag_demo")
    rows = [score_item(item, oracle_answer(item)) for item in items]
    write(tmp_path / "run", items, rows, model="oracle")
    return tmp_path / "run"


# Nothing is lost


def test_the_demo_is_read_back_as_it_was_scored(demo_run: Path) -> None:
    run = read_run(demo_run)
    rows = [score_item(item, oracle_answer(item)) for item in run.items]
    assert as_json(run.rows) == lines(demo_run)
    assert summarise(run.rows) == summarise(rows)
    assert run.items == load_items("followrag_demo")
    assert (run.manifest["model"], run.ratings) == ("oracle", {})


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.lists(checks, min_size=1, max_size=3), st.none() | texts), min_size=1))
def test_any_row_is_read_back_as_it_was_written(
    tmp_path_factory: pytest.TempPathFactory,
    given: list[tuple[list[tuple[str, dict[str, Any]]], str | None]],
) -> None:
    rows = []
    for key, (constraints, response) in enumerate(given):
        item = Item.model_validate(
            {
                "key": str(key) if key % 2 else key,
                "prompt": "p",
                "answer_gold": ("", "a/b", "/")[key % 3],
                "instruction_id_list": [id for id, _ in constraints],
                "kwargs": [kwargs for _, kwargs in constraints],
            }
        )
        rows.append(error_row(item, "lost\n") if response is None else score_item(item, response))
    items = ItemSet("asked", tuple(row.item for row in rows if row.item))
    folder = tmp_path_factory.mktemp("runs") / "run"
    path = write(folder, items, rows)
    run = read_run(folder, str(path))
    assert as_json(run.rows) == lines(folder)
    assert summarise(run.rows) == summarise(rows)


@pytest.mark.parametrize(
    "response", ["<think>a</think>Paris", "<think>a", "\ud83d Paris \udcff", "", " \n", "\x00"]
)
def test_odd_responses_are_read_back(tmp_path: Path, make_item: MakeItem, response: str) -> None:
    item = make_item(("length_words", {"num_words": 1, "relation": "at least"}))
    row = score_item(item, response)
    path = write(tmp_path / "run", ItemSet("asked", (item,)), [row])
    (found,) = read_run(tmp_path / "run", str(path)).rows
    assert found == row
    assert (found.qa, found.qa_acc, found.thinking) == (row.qa, row.qa_acc, row.thinking)


def test_error_rows_with_and_without_an_item_are_read_back(
    tmp_path: Path, make_item: MakeItem
) -> None:
    item = make_item(("format_json", {}), ("format_no_commas", {}))
    problem = Problem("file, row 3", "is not an item: gone; mend or remove it")
    items = ItemSet("asked", (item,), (problem,), ("webq",))
    rows = [error_row(item, "key 1: the server died"), error_row(None, str(problem))]
    path = write(tmp_path / "run", items, rows)
    run = read_run(tmp_path / "run", str(path))
    assert run.rows == rows
    assert run.items == items


def test_what_is_recorded_is_taken_and_not_computed_again(demo_run: Path) -> None:
    rows = lines(demo_run)
    rows[0]["qa"]["acc_substring"] = rows[0]["qa_acc"] = 0.25
    rows[0]["constraints"][0].update(passed=False, reason="of old")
    (demo_run / "rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    first = read_run(demo_run).rows[0]
    assert (first.qa_acc, first.verdicts[0].reason) == (0.25, "of old")


# Where the items are


def sample(item: Item) -> dict[str, Any]:
    return {"doc": item.model_dump(mode="json"), "resps": [["Paris"]], "filter": "none"}


@pytest.fixture
def items(make_item: MakeItem) -> ItemSet:
    return ItemSet("gone.json", tuple(make_item(key=key) for key in (3, "b", 1)))


@pytest.fixture
def run_folder(tmp_path: Path, items: ItemSet) -> Path:
    folder = tmp_path / "asked_2026"
    rows = [score_item(item, "Paris") for item in items]
    write_run(folder, items, rows, summarise(rows), {})
    return folder


def write_samples(path: Path, items: list[Item], times: int = 1) -> None:
    path.write_text("".join(json.dumps(sample(item)) + "\n" for item in items * times))


def test_items_are_those_of_the_samples_file_beside_the_run(
    run_folder: Path, items: ItemSet
) -> None:
    write_samples(run_folder.with_name("samples_asked_2026.jsonl"), list(items)[::-1], times=2)
    assert read_run(run_folder).items == items


def test_the_manifest_may_name_the_samples_file(run_folder: Path, items: ItemSet) -> None:
    manifest = json.loads((run_folder / "manifest.json").read_text())
    (run_folder / "manifest.json").write_text(json.dumps({**manifest, "samples": "saved.jsonl"}))
    write_samples(run_folder.with_name("saved.jsonl"), list(items))
    assert read_run(run_folder).items == items


def test_items_may_be_named_as_a_samples_file_elsewhere(
    run_folder: Path, items: ItemSet, tmp_path: Path
) -> None:
    write_samples(tmp_path / "elsewhere.jsonl", list(items))
    assert read_run(run_folder, str(tmp_path / "elsewhere.jsonl")).items == items


def test_of_more_items_those_of_the_run_are_taken(tmp_path: Path) -> None:
    items = load_items("followrag_demo")
    some = ItemSet(items.name, items.items[5:8])
    write_run(tmp_path, some, [], summarise([]), {})
    rows = [score_item(item, "Paris") for item in some]
    write_run(tmp_path, some, rows, summarise(rows), {})
    assert read_run(tmp_path).items == some


def test_items_that_cant_be_found_are_said_to_be_named(run_folder: Path) -> None:
    with pytest.raises(InputError, match=r"asked_2026: its items can't be found .*--items"):
        read_run(run_folder)


def test_other_items_under_the_same_keys_are_refused(
    run_folder: Path, items: ItemSet, tmp_path: Path
) -> None:
    others = [item.model_copy(update={"answer_gold": "Rome"}) for item in items]
    write_samples(tmp_path / "others.jsonl", others)
    with pytest.raises(InputError, match="was scored with other items than those of others"):
        read_run(run_folder, str(tmp_path / "others.jsonl"))


def test_a_missing_item_is_refused(run_folder: Path, items: ItemSet, tmp_path: Path) -> None:
    write_samples(tmp_path / "fewer.jsonl", list(items)[1:])
    with pytest.raises(InputError, match="was scored with other items"):
        read_run(run_folder, str(tmp_path / "fewer.jsonl"))


def test_items_none_of_which_was_asked_are_refused(
    run_folder: Path, make_item: MakeItem, tmp_path: Path
) -> None:
    write_samples(tmp_path / "others.jsonl", [make_item(key=7)])
    with pytest.raises(InputError, match=r"others: has none of the items of .*asked_2026"):
        read_run(run_folder, str(tmp_path / "others.jsonl"))


# Folders that are no finished run


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("manifest.json", None, "holds no manifest.json"),
        ("manifest.json", "{", "is not the manifest of a run"),
        ("manifest.json", "[]", "is not the manifest of a run"),
        ("manifest.json", '{"items": 3}', "is not the manifest of a run"),
        ("rows.jsonl", None, "can't be read"),
        ("rows.jsonl", "", "holds 0 of 72 rows"),
        ("rows.jsonl", '{"key": 0, "resp', "line 1: is damaged"),
        ("rows.jsonl", "[]\n", "line 1: is damaged"),
        ("rows.jsonl", '{"key": 0}\n', "line 1: is damaged (response: Field required)"),
        ("rows.jsonl", "\udcff\n", "line 1: is damaged"),
    ],
)
def test_a_damaged_folder_is_named_in_one_line(
    demo_run: Path, name: str, text: str | None, said: str
) -> None:
    if text is None:
        (demo_run / name).unlink()
    else:
        (demo_run / name).write_bytes(text.encode(errors="surrogateescape"))
    with pytest.raises(InputError) as raised:
        read_run(demo_run)
    assert said in str(raised.value)
    assert "\n" not in str(raised.value)


def test_a_torn_last_row_is_found(demo_run: Path) -> None:
    path = demo_run / "rows.jsonl"
    path.write_bytes(path.read_bytes()[:-40])
    with pytest.raises(InputError, match=r"rows\.jsonl, line 72: is damaged"):
        read_run(demo_run)


def test_a_missing_last_row_is_found(demo_run: Path) -> None:
    path = demo_run / "rows.jsonl"
    path.write_text("".join(path.read_text().splitlines(keepends=True)[:-1]))
    with pytest.raises(InputError, match="holds 71 of 72 rows"):
        read_run(demo_run)


@pytest.mark.parametrize(
    "rating", ['{"key": 1}', '{"key":1,"rating":2,"votes":[],"reason":"","error":null}', "{"]
)
def test_damaged_ratings_are_found(demo_run: Path, rating: str) -> None:
    manifest = json.loads((demo_run / "manifest.json").read_text())
    (demo_run / "manifest.json").write_text(json.dumps({**manifest, "judge": {}}))
    (demo_run / "ratings.jsonl").write_text(rating + "\n")
    with pytest.raises(InputError, match=r"ratings\.jsonl, line 1: is damaged"):
        read_run(demo_run)


def test_a_folder_that_isnt_there_is_no_run(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"nowhere: holds no manifest\.json"):
        read_run(tmp_path / "nowhere")


# Cost


@pytest.mark.skipif(sys.platform != "linux", reason="peak memory is read from /proc")
def test_a_thousand_rows_are_read_in_little_memory(tmp_path: Path) -> None:
    demo = load_items("followrag_demo")
    asked = (demo[n % 72].model_copy(update={"key": n}) for n in range(1_000))
    items = ItemSet("many", tuple(asked))
    rows = [dataclasses.replace(error_row(item, ""), response="Paris. " * 150) for item in items]
    path = write(tmp_path / "run", items, rows)
    code = """
import sys
from pathlib import Path
from followrag.reading import read_run
assert len(read_run(Path(sys.argv[1]), sys.argv[2]).rows) == 1000
(peak,) = (line for line in Path("/proc/self/status").open() if line.startswith("VmHWM"))
print(peak.split()[1], *{"nltk", "lm_eval", "datasets", "transformers"} & sys.modules.keys())
"""
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "run"), str(path)],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    kilobytes, *heavy = done.stdout.split()
    assert heavy == []
    assert int(kilobytes) < 120_000
