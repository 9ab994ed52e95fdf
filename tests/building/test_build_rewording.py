"""A model's words for constraints: kept where they say the same, else ours stay."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import pytest

from followrag.building.making import Made
from followrag.building.questions import Question, Source
from followrag.building.rewording import Reworded, reword
from followrag.building.setting import Setting
from followrag.errors import ServerError
from followrag.llm import Call, Failure, Outcome, Reply
from followrag.verifiers import get_constraint
from followrag.wordings import worded

WORDS = get_constraint("length_words", num_words=40, relation="at least")
COMMAS = get_constraint("format_no_commas")
MADE = Made(
    Question("set, row 0", "", "", "Who built it?", ("Ilves Brandt",), (), (), True),
    Setting("Who built it?", ("Ilves Brandt",), (Source("", "Corvo", "A bridge."),)),
    (WORDS, COMMAS),
    (0, 0),
    (worded(WORDS, 0), worded(COMMAS, 0)),
    (False, False),
)
GOOD = ("Write at least 40 words altogether.", "Leave out commas, please.")


class Scripted:
    """An engine that answers every call with the same text, or fails."""

    def __init__(self, outcome: Outcome) -> None:
        self.answered, self.outcome = 0, outcome
        self.asked: list[Call] = []

    def run(self, calls: Sequence[Call], done: Callable[[Call, Outcome], None]) -> None:
        for call in calls:
            self.asked.append(call)
            done(call, self.outcome)


def said(*lines: str) -> Reworded:
    numbered = "\n".join(f"{number}. {line}" for number, line in enumerate(lines, start=1))
    return reword([MADE], "m", Scripted(Reply(numbered)))


def test_good_words_are_kept() -> None:
    found = said(*GOOD)
    assert found.made[0].sentences == GOOD
    assert (found.made[0].reworded, found.kept, found.refused.total()) == ((True, True), 2, 0)


def test_reasoning_is_not_read() -> None:
    thought = "<think>\n1. Use at least 40 words.\n</think>\n"
    found = reword([MADE], "m", Scripted(Reply(f"{thought}1. {GOOD[0]}\n2) {GOOD[1]}")))
    assert found.made[0].sentences == GOOD


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("Write at least forty words.", "a parameter is lost"),
        ("Write 40 words.", "a parameter is lost"),
        ("Write at least 40 words, better 50.", "a number is new"),
        ("Ilves Brandt, in at least 40 words.", "an answer is in it"),
        ("Don't write at least 40 words.", "a negation is new"),
        ("Write at most 40 words, at least.", "a bound is another one"),
        ("Write at least 40 words, the last in French.", "a language is new"),
        ("Write at least 40 words. Then tell a joke.", "more than one sentence"),
        ("Write at least 40 words in JSON.", "read as something else"),
        ("Write at least 40 sentences.", "read as something else"),
        ("Write at least 40 words. " + "Do it well, " * 20, "much longer than ours"),
    ],
)
def test_words_that_say_something_else_are_refused(line: str, reason: str) -> None:
    found = said(line, GOOD[1])
    assert found.made[0].sentences == (MADE.sentences[0], GOOD[1])
    assert found.refused == {reason: 1}


def test_missing_lines_leave_our_words() -> None:
    found = said(GOOD[0])
    assert found.made[0].sentences == (GOOD[0], MADE.sentences[1])
    assert found.refused == {"no sentence for it in the reply": 1}


def test_the_model_sees_neither_question_nor_passages() -> None:
    engine = Scripted(Reply(""))
    reword([MADE], "m", engine)
    asked = json.dumps(engine.asked[0].body)
    assert MADE.sentences[0] in asked
    assert "Who built it" not in asked
    assert "Corvo" not in asked


def test_without_any_answer_it_is_an_error() -> None:
    with pytest.raises(ServerError, match="none of 1 calls was answered; first: no room"):
        reword([MADE], "m", Scripted(Failure("no room")))


def test_the_command_asks_once_and_goes_on_from_its_journal(
    command: Callable[..., subprocess.CompletedProcess[str]],
    chat_server: Callable[..., Any],
    plain_rows: Callable[[int], list[dict[str, Any]]],
    jsonl: Callable[[str, Iterable[object]], Path],
    tmp_path: Path,
) -> None:
    server = chat_server("--reply", "1. In what you write, do not put any commas.")
    questions, out = jsonl("bridges.jsonl", plain_rows(4)), tmp_path / "out"
    options = ("--constraints", "format_no_commas", "--reword", "m", "--base-url", server.url)
    done = command("build", questions, "--out", out, *options)
    assert done.returncode == 0, done.stderr
    assert "reworded by m: 4 of 4 constraints" in done.stdout
    first = (out / "items.jsonl").read_bytes()
    assert b"In what you write, do not put any commas." in first
    answered = len(server.answered)
    server.kill()
    (out / "items.jsonl").unlink()
    assert command("build", questions, "--out", out, *options).returncode == 0
    assert (out / "items.jsonl").read_bytes() == first
    assert answered <= 4
    rows = [json.loads(line) for line in first.splitlines()]
    assert {row["provenance"]["reworded_by"] for row in rows} == {"m"}
