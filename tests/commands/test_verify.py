"""`followrag verify`, as typed."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from followrag import load_items
from followrag.verifiers import constraint_classes

Command = Callable[..., subprocess.CompletedProcess[str]]
Jsonl = Callable[[str, Iterable[object]], Path]

NO_COMMAS = ("-c", "format_no_commas")
AT_LEAST_3_WORDS = ("-c", 'length_words {"num_words": 3, "relation": "at least"}')


def test_a_text_that_follows_ends_with_0_and_plain_verdicts(command: Command) -> None:
    ended = command("verify", "In Paris", *NO_COMMAS)
    assert (ended.returncode, ended.stderr) == (0, "")
    title, head, _, verdict = ended.stdout.rstrip().splitlines()
    assert (title, head.split()) == ("Verdicts", ["constraint", "strict", "loose", "reason"])
    assert verdict.split(maxsplit=3) == [
        "format_no_commas",
        "followed",
        "followed",
        "0 commas; none asked",
    ]


def test_a_text_that_does_not_follow_ends_with_1_and_the_reason(command: Command) -> None:
    ended = command("verify", "In Paris", *NO_COMMAS, *AT_LEAST_3_WORDS)
    assert (ended.returncode, ended.stderr) == (1, "")
    assert "2 words; at least 3 asked" in ended.stdout


def test_a_text_that_follows_only_loosely_ends_with_1(command: Command) -> None:
    ended = command("verify", "Sure, here:\nParis", *NO_COMMAS, "--json")
    assert ended.returncode == 1
    assert json.loads(ended.stdout) == [
        {
            "id": "format_no_commas",
            "passed": False,
            "measured": 1,
            "reason": "1 comma; none asked",
            "error": False,
            "loose": True,
        }
    ]


@pytest.mark.parametrize("arguments", [(), ("-",)])
def test_the_text_comes_from_standard_input_where_it_is_missing(
    command: Command, arguments: tuple[str, ...]
) -> None:
    assert command("verify", *arguments, *NO_COMMAS, input="Paris, France").returncode == 1


def test_the_text_comes_from_a_file(command: Command, tmp_path: Path) -> None:
    path = tmp_path / "text"
    path.write_text("Paris, France")
    assert command("verify", "--file", path, *NO_COMMAS).returncode == 1


def test_standard_input_that_is_no_utf8_is_an_error_without_traceback(command: Command) -> None:
    ended = command("verify", *NO_COMMAS, input="Paris \udcff", PYTHONIOENCODING="utf-8:strict")
    assert ended.returncode == 2
    assert ended.stderr.startswith("error: ")
    assert "UTF-8" in ended.stderr


def test_reasoning_is_removed_first(command: Command) -> None:
    assert command("verify", "<think>Well, well</think>Paris", *NO_COMMAS).returncode == 0


def test_an_empty_text_follows_nothing(command: Command) -> None:
    ended = command("verify", "", *NO_COMMAS)
    assert ended.returncode == 1
    assert "the response is empty" in ended.stdout


def test_the_constraints_of_an_item_are_checked(command: Command) -> None:
    item = load_items("followrag_demo")[1]
    ended = command("verify", "Paris", "--key", item.key, "--json")
    assert [verdict["id"] for verdict in json.loads(ended.stdout)] == [*item.instruction_id_list]


def test_an_item_is_looked_up_in_the_users_file(command: Command, jsonl: Jsonl) -> None:
    item = {"key": "x", "prompt": "?", "instruction_id_list": ["format_no_commas"], "kwargs": [{}]}
    path = jsonl("items.jsonl", [item])
    assert command("verify", "Paris, France", "--key", "x", "--items", path).returncode == 1


def test_an_items_constraint_that_cant_be_built_ends_with_2_and_shows_the_others(
    command: Command, jsonl: Jsonl
) -> None:
    ids = ["nonsense", "format_no_commas"]
    item = {"key": 1, "prompt": "?", "instruction_id_list": ids, "kwargs": [{}, {}]}
    ended = command("verify", "Paris", "--key", 1, "--items", jsonl("items.jsonl", [item]))
    assert ended.returncode == 2
    assert "unknown constraint id 'nonsense'" in ended.stdout
    assert "0 commas; none asked" in ended.stdout


def test_all_constraints_are_listed(command: Command) -> None:
    ended = command("verify", "--list")
    assert ended.returncode == 0
    listed = {line.split()[0] for line in ended.stdout.splitlines()[3:] if line}
    assert listed == {cls.id for cls in constraint_classes()}
    assert "num_words, relation" in ended.stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "nothing to check: name an item with --key or constraints with -c"),
        (("-c", "format_no_comma"), "the nearest known one is 'format_no_commas'"),
        (("-c", "length_words"), "length_words: num_words is missing"),
        (("-c", "length_words {"), "the parameters are not JSON"),
        (("-c", "length_words [3]"), "the parameters are not a JSON object"),
        (("-c", ""), "unknown constraint id ''"),
        (("--key", "99999"), "followrag_demo: has no item with key 99999"),
        (("--key", "1", "--items", "folowrag_demo"), "did you mean 'followrag_demo'?"),
        ((*NO_COMMAS, "--file", "missing"), "missing: can't be read"),
        (("text", *NO_COMMAS, "--file", "text"), "not both"),
    ],
)
def test_what_cant_be_checked_ends_with_2_and_one_line(
    command: Command, arguments: tuple[str, ...], said: str
) -> None:
    ended = command("verify", *arguments, input="Paris")
    assert (ended.returncode, ended.stdout) == (2, "")
    (line,) = ended.stderr.splitlines()
    assert line.startswith("error: ")
    assert said in line


def test_fixed_mode_shows_both_verdicts(command: Command) -> None:
    end = ("-c", 'position_end_with {"end_phrase": "Good luck"}')
    ended = command("verify", "Paris. **Good luck**", *end, "--mode", "fixed")
    assert ended.returncode == 0
    *_, fixed, published = ended.stdout.rstrip().splitlines()
    assert fixed.split()[1] == "followed"
    assert published.startswith("- in reference mode  not followed")


def test_fixed_mode_as_json_holds_both(command: Command) -> None:
    ended = command("verify", "Paris", *NO_COMMAS, "--mode", "fixed", "--json")
    [told] = json.loads(ended.stdout)
    assert (told["passed"], told["reference"]["passed"]) == (True, True)
