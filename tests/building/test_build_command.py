"""`followrag build` as a user meets it."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest
import yaml

Command = Callable[..., subprocess.CompletedProcess[str]]
Write = Callable[[str, Iterable[object]], Path]
Rows = list[dict[str, Any]]
FILES = ("items.jsonl", "rejected.jsonl", "README.md")


@pytest.fixture
def questions(plain_rows: Callable[[int], Rows], jsonl: Write) -> Path:
    return jsonl("bridges.jsonl", plain_rows(12))


def built(folder: Path) -> dict[str, bytes]:
    return {name: (folder / name).read_bytes() for name in FILES}


def items(folder: Path) -> Rows:
    return [json.loads(line) for line in (folder / "items.jsonl").read_text().splitlines()]


def test_the_same_bytes_whatever_the_hash_seed(
    command: Command, questions: Path, tmp_path: Path
) -> None:
    for seed in ("1", "2"):
        done = command("build", questions, "--out", tmp_path / seed, PYTHONHASHSEED=seed)
        assert done.returncode == 0, done.stderr
    assert built(tmp_path / "1") == built(tmp_path / "2")
    assert "12 items that can be followed in both modes" in done.stdout


def test_what_is_built_is_evaluated_and_scored(
    command: Command, questions: Path, tmp_path: Path
) -> None:
    out = tmp_path / "built"
    command("build", questions, "--out", out)
    oracle = ("--model", "followrag-baseline", "--model_args", "oracle=true")
    done = command(
        *(
            "eval",
            *oracle,
            "--tasks",
            "followrag",
            "--data",
            out,
            "--output_path",
            tmp_path / "runs",
        ),
        "--json",
    )
    assert done.returncode == 0, done.stderr
    figures = json.loads(done.stdout)["followrag"]["overall"]
    assert figures["prompt_level_strict_acc"]["value"] == 1.0
    assert figures["qa_acc"]["value"] == 1.0
    responses = tmp_path / "responses.jsonl"
    responses.write_text(
        "".join(json.dumps({"key": one["key"], "response": "x"}) + "\n" for one in items(out))
    )
    done = command("score", responses, "--items", out / "items.jsonl", "--json")
    assert json.loads(done.stdout)["counts"]["rows"] == 12


def test_bad_rows_are_refused_with_reasons(
    command: Command, plain_rows: Callable[[int], Rows], jsonl: Write, tmp_path: Path
) -> None:
    rows = plain_rows(3)
    del rows[0]["answers"]
    rows[1]["passages"][0]["content"] = ""
    done = command("build", jsonl("some.jsonl", rows), "--out", tmp_path / "out")
    assert done.returncode == 0
    refused = [json.loads(line) for line in (tmp_path / "out/rejected.jsonl").open()]
    assert [(one["where"], one["reason"]) for one in refused] == [
        ("some.jsonl, line 1", "has no answer"),
        ("some.jsonl, line 2", "has an empty passage: number 1"),
    ]
    assert "2 rows refused: has no answer (1), has an empty passage (1)" in done.stderr
    assert [one["key"] for one in items(tmp_path / "out")] == [0]


def test_broken_lines_are_one_reason(
    command: Command, plain_rows: Callable[[int], Rows], jsonl: Write, tmp_path: Path
) -> None:
    questions = jsonl("some.jsonl", plain_rows(1))
    questions.write_text(questions.read_text() + '{"question\n{"question": "x" y}\n')
    done = command("build", questions, "--out", tmp_path / "out")
    assert "2 rows refused: is not JSON (2)" in done.stderr


def test_nothing_left_is_an_error_and_writes_nothing(
    command: Command, jsonl: Write, tmp_path: Path
) -> None:
    done = command("build", jsonl("bad.jsonl", [{"question": "q"}]), "--out", tmp_path / "out")
    assert done.returncode == 2
    assert "no item can be made of it; 1 row refused: has no answer (1)" in done.stderr
    assert not (tmp_path / "out").exists()


def test_the_card_tells_how_to_build_it_again(
    command: Command, questions: Path, tmp_path: Path
) -> None:
    out = tmp_path / "built"
    options = ("--seed", "3", "--limit", "5", "--max-constraints", "2", "--passages-per-item", "1")
    command("build", questions, "--out", out, *options, "--type", "mine")
    card = (out / "README.md").read_text()
    said = (
        "followrag build bridges.jsonl --out FOLDER --seed 3 --limit 5 --max-constraints 2 "
        "--passages-per-item 1 --type mine"
    )
    assert f"    {said}\n" in card
    made = items(out)
    assert {one["type"] for one in made} == {"mine"}
    assert {len(one["passages"]) for one in made} == {1}
    assert len(made) == 5


def test_the_cards_front_matter_is_yaml_whatever_the_name(
    command: Command, plain_rows: Callable[[int], Rows], jsonl: Write, tmp_path: Path
) -> None:
    command("build", jsonl('my "own": set.jsonl', plain_rows(1)), "--out", tmp_path / "out")
    _, front, _ = (tmp_path / "out/README.md").read_text().split("---\n", 2)
    assert yaml.safe_load(front)["pretty_name"] == 'my "own": set, with constraints'


def test_passages_come_from_a_corpus(
    command: Command, plain_rows: Callable[[int], Rows], jsonl: Write, tmp_path: Path
) -> None:
    rows = plain_rows(2)
    corpus = jsonl("corpus.jsonl", [passage for row in rows for passage in row["passages"]])
    for one in rows:
        one["passages"] = [passage["id"] for passage in one["passages"]]
    questions = jsonl("ids.jsonl", rows)
    done = command("build", questions, "--passages", corpus, "--out", tmp_path / "out")
    assert done.returncode == 0, done.stderr
    assert items(tmp_path / "out")[1]["provenance"]["passages"] == ["1a", "1b", "1c"]
    refused = command("build", questions, "--out", tmp_path / "other")
    assert refused.returncode == 2
    assert "none is named; use --passages" in refused.stderr


def test_a_folder_of_something_else_is_left_alone(
    command: Command, questions: Path, tmp_path: Path
) -> None:
    (tmp_path / "README.md").write_text("mine")
    done = command("build", questions, "--out", tmp_path)
    assert done.returncode == 2
    assert "is not empty and was not built here" in done.stderr


def test_what_was_built_can_be_replaced(command: Command, questions: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    command("build", questions, "--out", out)
    before = built(out)
    assert command("build", questions, "--out", out, "--seed", "1").returncode == 0
    assert built(out) != before


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--min-constraints", "3", "--max-constraints", "2"), "is more than --max-constraints 2"),
        (("--constraints", "lenght_words"), "the nearest known one is 'length_words'"),
        (("--constraints", "keywords:letter_frequency"), "only IFEval has it"),
        (("--constraints", ","), "names none"),
        (("--base-url", "http://127.0.0.1:1"), "name a model with that too"),
        (("--passages", "nowhere.tsv"), "can't be read"),
        (("--passages", "."), "is no file"),
    ],
)
def test_wrong_options_are_told(
    options: tuple[str, ...], said: str, command: Command, questions: Path, tmp_path: Path
) -> None:
    done = command("build", questions, "--out", tmp_path / "out", *options)
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr


def test_ifevals_ids_are_taken(command: Command, questions: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    command("build", questions, "--out", out, "--constraints", "punctuation:no_comma")
    assert {id for one in items(out) for id in one["instruction_id_list"]} == {"format_no_commas"}
