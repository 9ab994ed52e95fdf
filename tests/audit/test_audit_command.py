"""`followrag audit` from end to end."""

import json
import shlex
import subprocess
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

Command = Callable[..., subprocess.CompletedProcess[str]]
WriteJsonl = Callable[[str, Iterable[object]], Path]


def row(key: object, *asked: tuple[str, dict[str, Any]], gold: str = "Paris") -> dict[str, Any]:
    return {
        "key": key,
        "type": "ifnq",
        "prompt": "Where is it?",
        "question": "where is it",
        "question_with_instrs": "Where is it? Use no commas and a title.",
        "answer_gold": gold,
        "instruction_id_list": [id for id, _ in asked],
        "kwargs": [given for _, given in asked],
    }


UPPER, LOWER, COMMAS = ("cases_uppercase", {}), ("cases_lowercase", {}), ("format_no_commas", {})
FIRST = ("position_first_word", {"first_word": "a b", "num_paragraphs": 2, "nth_paragraph": 1})
ROWS = [
    row(1, COMMAS, ("structure_title", {})),
    row("two", UPPER, LOWER, COMMAS),
    row(3, FIRST, COMMAS, gold="Paris, France"),
    row(4, ("format_json", {}), ("structure_bullets", {"num_bullets": 2})),
    row(5, ("format_yaml", {}), COMMAS),
]


@pytest.fixture
def items(jsonl: WriteJsonl) -> Path:
    path = jsonl("items.jsonl", ROWS)
    path.write_text(path.read_text() + "{\n")
    return path


def test_the_tables_tell_what_was_found(command: Command, items: Path) -> None:
    done = command("audit", items)
    assert done.returncode == 0
    for said in ("satisfiable", "uppercase and lowercase", "json and bullets", "format_yaml"):
        assert said in done.stdout
    assert "2 of the items are errors" in done.stderr


def test_json_is_one_object(command: Command, items: Path) -> None:
    record = json.loads(command("audit", items, "--json").stdout)
    assert record["satisfiable"] == [1, 4]
    assert record["undecided"] == []
    assert record["contradictory"]["two"] == {
        "constraints": ["cases_uppercase", "cases_lowercase"],
        "parameters": [{}, {}],
        "rule": "uppercase and lowercase",
        "reason": "no text is all in capital and all in small letters",
        "rules": ["uppercase and lowercase"],
    }
    assert record["contradictory"]["3"]["parameters"] == [FIRST[1]]
    assert list(record["errors"]["items"]) == ["5"]
    assert "line 6" in record["errors"]["rows"][0]
    assert list(record["loose"]["contradictory"]) == ["3"]
    assert list(record["degenerate"]) == ["4"]
    assert record["answers"]["3"][0]["kind"] == "comma in every gold"
    assert record["ceilings"]["overall"]["prompts"] == 6


@pytest.mark.parametrize(
    ("file", "reading"), [("strict.jsonl", "strict"), ("loose.jsonl", "loose")]
)
def test_scoring_the_texts_gives_the_ceilings(
    command: Command, items: Path, tmp_path: Path, file: str, reading: str
) -> None:
    texts = tmp_path / "texts"
    record = json.loads(command("audit", items, "--json", "--witnesses", texts).stdout)
    scored = json.loads(command("score", texts / file, "--items", items, "--json").stdout)
    for level in ("prompt", "inst"):
        name = f"{level}_level_{reading}_acc"
        assert scored["overall"][name]["value"] == pytest.approx(
            record["ceilings"]["overall"][name]
        )


def test_the_report_names_every_contradiction(
    command: Command, items: Path, tmp_path: Path
) -> None:
    report = tmp_path / "report.md"
    assert command("audit", items, "--report", report).returncode == 0
    text = report.read_text()
    assert "### uppercase and lowercase (1)" in text
    assert "“Answer in English, in capital letters only.”" in text
    assert "`two`" in text and "`3`" in text


def test_the_commands_in_the_report_check_it_again(
    command: Command, jsonl: WriteJsonl, tmp_path: Path
) -> None:
    report = tmp_path / "report.md"
    items = jsonl("my items.jsonl", ROWS[:4])
    command("audit", items, "--mode", "fixed", "--report", report)
    text = report.read_text().replace("FOLDER", str(tmp_path / "texts"))
    given = [shlex.split(line)[1:] for line in text.splitlines() if line.startswith("    follow")]
    audited, scored = (command(*arguments) for arguments in given)
    assert (audited.returncode, scored.returncode) == (0, 0)
    assert "my items.jsonl, fixed mode" in scored.stdout


def test_errors_can_end_with_2(command: Command, items: Path, jsonl: WriteJsonl) -> None:
    assert command("audit", items, "--fail-on-error").returncode == 2
    assert command("audit", jsonl("good.jsonl", ROWS[:4]), "--fail-on-error").returncode == 0


def test_a_source_that_is_not_there_ends_with_2(command: Command) -> None:
    done = command("audit", "followrag_dmeo")
    assert done.returncode == 2
    assert "did you mean 'followrag_demo'" in done.stderr


def test_a_report_that_cannot_be_written_ends_with_2(command: Command, tmp_path: Path) -> None:
    done = command("audit", "followrag_demo", "--report", tmp_path)
    assert done.returncode == 2
    assert "name another file with --report" in done.stderr


def test_the_demo_is_sound(command: Command) -> None:
    record = json.loads(command("audit", "followrag_demo", "--json").stdout)
    assert record["contradictory"] == record["degenerate"] == record["mismatches"] == {}
    assert record["undecided"] == []
