"""`followrag vary`, and its file as items of the other commands."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

from followrag import load_items
from followrag.commands.vary import vary_items

Command = Callable[..., subprocess.CompletedProcess[str]]
Jsonl = Callable[[str, Iterable[object]], Path]


def passage(name: str) -> dict[str, str]:
    return {"title": name, "content": f"words of {name}"}


def row(key: int, **fields: Any) -> dict[str, Any]:
    return {
        "key": key,
        "type": "mine",
        "prompt": "a prompt of my own",
        "question": "who",
        "answer_gold": "me",
        "question_with_instrs": "Who? Use no commas.",
        "instruction_id_list": ["format_no_commas"],
        "kwargs": [{}],
        "passages": [passage(f"{key}-{n}") for n in range(3)],
        **fields,
    }


def run(items: object, by: str, out: Path, **options: Any) -> None:
    told = {"levels": "", "corpus": None, "seed": 0, "limit": None, "data": None}
    vary_items(str(items), by, out, **told | options)


def test_the_file_holds_items_and_the_same_ones_each_time(tmp_path: Path) -> None:
    first, second = tmp_path / "a.jsonl", tmp_path / "b.jsonl"
    for path in (first, second):
        run("followrag_demo", "distractors,passages", path, limit=3)
    assert first.read_bytes() == second.read_bytes()
    items = load_items(first)
    assert [item.condition for item in items][:7] == [
        *(f"passages={level}" for level in (0, 1, 2, 3, 5, 10)),
        "passages=0",
    ]
    assert len(items) == 3 * (6 + 4)
    assert {item.origin for item in items} == {0, 1, 2}


def test_another_seed_gives_another_file(tmp_path: Path) -> None:
    for seed in (0, 1):
        run("followrag_demo", "distractors", tmp_path / str(seed), limit=3, seed=seed)
    assert (tmp_path / "0").read_bytes() != (tmp_path / "1").read_bytes()


def test_levels_and_a_corpus_can_be_named(jsonl: Jsonl, tmp_path: Path) -> None:
    corpus = jsonl(
        "corpus.jsonl",
        [{"title": "far", "text": "away"}, {"id": 7, "title": "off", "content": "topic"}],
    )
    run(jsonl("items.jsonl", [row(1)]), "passages", tmp_path / "x", levels="5,0", corpus=corpus)
    none, five = load_items(tmp_path / "x")
    assert (none.condition, five.condition) == ("passages=0", "passages=5")
    assert {passage.title for passage in five.passages[3:]} == {"far", "off"}


def test_it_tells_what_was_left_out_and_what_was_replaced(
    jsonl: Jsonl, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    gold = [passage("x"), {"title": "y", "content": "it was me"}]
    items = jsonl("items.jsonl", [row(1), row(2, passages=gold), {"key": 3}])
    corpus = jsonl("corpus.jsonl", [passage("z"), {"title": "no content"}])
    run(items, "position", tmp_path / "x.jsonl", corpus=corpus)
    told = capsys.readouterr()
    assert "2 items written" in told.out
    assert "position  0, 1" in told.out
    assert "left out: position: 1 of the items: none of its passages hold a gold" in told.err
    assert "1 rows of items can't be used" in told.err
    assert "corpus.jsonl, line 2: is no passage" in told.err
    assert "note: 2 of 2 items had another prompt than the published one" in told.err


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        (["--by", "size"], "--by size: can't be varied; name some of passages, position"),
        (["--by", "passages,order", "--levels", "1"], "--levels: belong to one thing"),
        (["--by", "passages", "--levels", "some"], "are numbers with commas, such as 0,3,10"),
        (["--by", "order", "--levels", "9"], "order: has the levels 0 to 3, not 9"),
        (["--by", "passages", "--levels", "9999"], "no item can be varied so (passages: 72 of"),
        (["--by", "passages", "--corpus", "missing"], "missing: can't be read"),
    ],
)
def test_what_can_not_be_done_is_refused_and_nothing_written(
    command: Command, tmp_path: Path, options: list[str], reason: str
) -> None:
    out = tmp_path / "x.jsonl"
    done = command("vary", "followrag_demo", "--out", out, *options)
    assert done.returncode == 2
    assert reason in done.stderr
    assert not out.exists()


def test_items_are_not_written_over(command: Command, jsonl: Jsonl) -> None:
    items = jsonl("items.jsonl", [row(1)])
    before = items.read_bytes()
    done = command("vary", items, "--by", "passages", "--levels", "1", "--out", items)
    assert (done.returncode, "is read from" in done.stderr) == (2, True)
    assert items.read_bytes() == before


def test_a_made_set_is_scored_by_condition(command: Command, tmp_path: Path) -> None:
    run("followrag_demo", "passages", tmp_path / "set.jsonl", levels="0,3", limit=4)
    items = load_items(tmp_path / "set.jsonl")
    answers = [{"key": item.key, "response": item.golds[0]} for item in items]
    (tmp_path / "answers.jsonl").write_text("".join(json.dumps(one) + "\n" for one in answers))
    options = ["--items", tmp_path / "set.jsonl", "--out", tmp_path / "run"]
    done = command("score", tmp_path / "answers.jsonl", *options)
    assert done.returncode == 0
    assert "By condition" in done.stdout
    metrics = json.loads((tmp_path / "run" / "metrics.json").read_text())
    assert [*metrics["by_condition"]] == ["passages=0", "passages=3"]
    assert metrics["by_condition"]["passages=0"]["qa_acc"]["n"] == 4
    rows = [json.loads(line) for line in (tmp_path / "run" / "rows.jsonl").open()]
    assert [(one["condition"], one["origin"]) for one in rows[:2]] == [
        ("passages=0", 0),
        ("passages=3", 0),
    ]
    again = command("rescore", tmp_path / "run", "--items", tmp_path / "set.jsonl")
    assert (again.returncode, "nothing changed" in again.stdout) == (0, True)
