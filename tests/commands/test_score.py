"""`followrag score`, as typed."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from followrag import load_items
from followrag.runs import read_metrics

Command = Callable[..., subprocess.CompletedProcess[str]]
Jsonl = Callable[[str, Iterable[object]], Path]

RUN = ["manifest.json", "metrics.json", "rows.jsonl"]
# A shell shows both as 130. Python ends itself by the signal if that met a string being executed.
INTERRUPTED = (130, -signal.SIGINT)
ITEM = {"prompt": "Where?", "instruction_id_list": ["format_no_commas"], "kwargs": [{}]}


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.fixture
def items(jsonl: Jsonl) -> Path:
    """Three items, the last of which is none."""
    return jsonl("items.jsonl", [{"key": 1, **ITEM}, {"key": 2, **ITEM}, {"key": 3}])


@pytest.fixture
def flawed(jsonl: Jsonl) -> Path:
    """Responses of which one row of three can be used."""
    return jsonl(
        "mine.jsonl", [{"key": 1, "response": "a"}, {"key": 2}, {"key": 9, "response": ""}]
    )


@pytest.fixture
def sound(jsonl: Jsonl) -> Path:
    """An lm-eval samples file without any flaw."""
    docs = [{"key": key, **ITEM} for key in (1, 2)]
    return jsonl("samples.jsonl", [{"doc": doc, "resps": [["Paris"]]} for doc in docs])


# What is printed and written


def test_a_run_is_printed_as_plain_tables_and_written(
    command: Command, jsonl: Jsonl, tmp_path: Path
) -> None:
    answers = [
        {"key": item.key, "response": item.golds[0]} for item in load_items("followrag_demo")
    ]
    responses = jsonl("mine.jsonl", answers)
    ended = command("score", responses, "--items", "followrag_demo", "--out", tmp_path / "run")
    assert (ended.returncode, ended.stderr) == (0, "")
    title, head, rule, *_ = ended.stdout.splitlines()
    assert title == "mine.jsonl on followrag_demo"
    assert head.split() == ["figure", "hotpotqa", "nq", "tqa", "webq", "all"]
    assert set(rule) == {"-", " "}
    assert re.search(r"^prompts( +18){4} +72$", ended.stdout, re.MULTILINE)
    assert re.search(r"^followrag( +\d+\.\d±\d+\.\d){5}$", ended.stdout, re.MULTILINE)
    assert ended.stdout.endswith("\n72 rows\n")
    assert not set(ended.stdout) & set("\x1b│┃━─")
    assert names(tmp_path / "run") == RUN


def test_json_output_is_the_metrics_file(command: Command, sound: Path, tmp_path: Path) -> None:
    ended = command("score", sound, "--out", tmp_path / "run", "--json")
    assert (ended.returncode, ended.stderr) == (0, "")
    assert json.loads(ended.stdout) == read_metrics(tmp_path / "run")


def test_the_manifest_names_model_and_responses(
    command: Command, sound: Path, tmp_path: Path
) -> None:
    command("score", sound, "--out", tmp_path / "run", "--model", "my-model")
    manifest = json.loads((tmp_path / "run" / "manifest.json").read_text())
    assert (manifest["model"], manifest["items"]["source"]) == ("my-model", "samples")
    assert manifest["responses"] == {
        "file": "samples.jsonl",
        "sha256": hashlib.sha256(sound.read_bytes()).hexdigest(),
    }


def test_responses_from_a_pipe_have_their_own_checksum_or_none(
    command: Command, sound: Path, tmp_path: Path
) -> None:
    text = sound.read_text()
    ended = command("score", "/dev/stdin", "--out", tmp_path / "run", input=text)
    assert ended.returncode == 0
    manifest = json.loads((tmp_path / "run" / "manifest.json").read_text())
    own = hashlib.sha256(text.encode()).hexdigest()
    assert manifest["responses"]["sha256"] in (own, None)


def test_without_out_nothing_is_written(command: Command, sound: Path, tmp_path: Path) -> None:
    assert command("score", sound).returncode == 0
    assert names(tmp_path) == ["samples.jsonl"]


def test_an_lm_eval_samples_file_brings_its_own_items(command: Command, sound: Path) -> None:
    ended = command("score", sound)
    assert ended.returncode == 0
    assert ended.stdout.startswith("samples.jsonl\n")
    assert ended.stdout.endswith("\n2 rows\n")


def test_items_are_the_published_ones_where_none_are_named(
    command: Command, jsonl: Jsonl, tmp_path: Path
) -> None:
    (tmp_path / "data").mkdir()
    jsonl("data/followRAG_ifnq.json", [{"key": 1, "type": "ifnq", **ITEM}])
    path = jsonl("mine.jsonl", [{"key": 1, "response": "Paris"}])
    ended = command("score", path, FOLLOWRAG_DATA=str(tmp_path / "data"))
    assert (ended.returncode, ended.stderr) == (0, "")
    assert ended.stdout.startswith("mine.jsonl on followrag\n")


# Rows that can't be used


def test_rows_that_cant_be_used_are_shown_and_counted_and_end_well(
    command: Command, flawed: Path, items: Path
) -> None:
    ended = command("score", flawed, "--items", items)
    assert ended.returncode == 0
    assert ended.stdout.endswith("\n3 rows, 2 error rows\n")
    for said in (
        "key 2: no response; generate it and score again",
        f"{items}, line 3: is not an item",
        f"{flawed}, line 2: has no 'response'",
        f"{flawed}, line 3: key 9 is not an item",
    ):
        assert said in ended.stderr


def test_fail_on_error_ends_with_2_and_writes_the_whole_run(
    command: Command, flawed: Path, items: Path, tmp_path: Path
) -> None:
    ended = command(
        *("score", flawed, "--items", items, "--out", tmp_path / "run"), "--fail-on-error"
    )
    assert ended.returncode == 2
    assert "all" in ended.stdout
    assert names(tmp_path / "run") == RUN
    assert len((tmp_path / "run" / "rows.jsonl").read_text().splitlines()) == 3


def test_fail_on_error_ends_well_without_errors(command: Command, sound: Path) -> None:
    assert command("score", sound, "--fail-on-error").returncode == 0


def test_of_many_problems_ten_are_shown_and_the_rest_counted(
    command: Command, jsonl: Jsonl
) -> None:
    path = jsonl("mine.jsonl", [{"key": 0, "response": "a"}])
    ended = command("score", path, "--items", "followrag_demo")
    warning, *lines = ended.stderr.splitlines()
    assert warning.startswith("warning: 71 rows or constraints could not be checked")
    assert len(lines) == 11
    assert lines[-1] == "  and 61 more"


def test_with_json_the_problems_go_to_standard_error(
    command: Command, flawed: Path, items: Path
) -> None:
    ended = command("score", flawed, "--items", items, "--json")
    assert json.loads(ended.stdout)["counts"]["errors"] == 2
    assert "key 2: no response" in ended.stderr


# Input that can't be used


class Unusable(NamedTuple):
    responses: str | None
    items: str
    out: str
    said: str


@pytest.mark.parametrize(
    "given",
    [
        Unusable(None, "followrag_demo", "run", "mine.jsonl: can't be read"),
        Unusable("", "followrag_demo", "run", "mine.jsonl: holds no JSON object"),
        Unusable("[{", "followrag_demo", "run", "mine.jsonl: is not JSON"),
        Unusable('{"key": 0}', "followrag_demo", "run", "mine.jsonl: no usable row"),
        Unusable('{"key": 0, "response": ""}', "followrag_dem", "run", "'followrag_demo'"),
        Unusable('{"key": "x", "response": ""}', "followrag_demo", "run", "none of the 1 response"),
        Unusable('{"key": 0, "response": ""}', "followrag_demo", "mine.jsonl", "is a file"),
        Unusable('{"key": 0, "response": ""}', "followrag_demo", "mine.jsonl/run", "is a file"),
    ],
    ids=lambda given: given.said,
)
def test_input_that_cant_be_used_ends_with_2_one_line_and_nothing_written(
    command: Command, tmp_path: Path, given: Unusable
) -> None:
    path = tmp_path / "mine.jsonl"
    if given.responses is not None:
        path.write_text(given.responses)
    before = names(tmp_path)
    ended = command("score", path, "--items", given.items, "--out", tmp_path / given.out)
    assert (ended.returncode, ended.stdout) == (2, "")
    (line,) = ended.stderr.splitlines()
    assert line.startswith("error: ")
    assert given.said in line
    assert names(tmp_path) == before


# Ctrl-C


@contextlib.contextmanager
def running(*arguments: object) -> Iterator[subprocess.Popen[str]]:
    """Start the command, heeding Ctrl-C even where the shell that started pytest ignores it."""
    process = subprocess.Popen(
        [sys.executable, "-m", "followrag", *map(str, arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def interrupted(process: subprocess.Popen[str]) -> subprocess.CompletedProcess[str]:
    process.send_signal(signal.SIGINT)
    stdout, stderr = process.communicate(timeout=30)
    return subprocess.CompletedProcess(process.args, process.returncode, stdout, stderr)


def long_answers(count: int) -> Iterator[dict[str, Any]]:
    for key in range(count):
        yield {"key": key, "response": "The answer is Paris. " * 20_000}


def test_ctrl_c_while_scoring_ends_with_130_and_writes_nothing(tmp_path: Path) -> None:
    pipe = tmp_path / "responses"
    os.mkfifo(pipe)
    arguments = ("score", pipe, "--items", "followrag_demo", "--out", tmp_path / "run")
    with running(*arguments) as process:
        with pipe.open("w") as file:  # waits until the command reads
            file.writelines(json.dumps(row) + "\n" for row in long_answers(72))
        time.sleep(0.3)
        assert process.poll() is None
        ended = interrupted(process)
    assert ended.returncode in INTERRUPTED
    assert ended.stdout == ""
    assert "Traceback" not in ended.stderr
    assert not (tmp_path / "run").exists() or names(tmp_path / "run") == []


def test_ctrl_c_while_writing_ends_with_130_and_leaves_no_half_written_file(
    tmp_path: Path, jsonl: Jsonl
) -> None:
    items = jsonl("items.jsonl", [{"key": key, **ITEM} for key in range(100)])
    responses, run = jsonl("mine.jsonl", long_answers(100)), tmp_path / "run"
    with running("score", responses, "--items", items, "--out", run) as process:
        while process.poll() is None and not (run.exists() and names(run)):
            time.sleep(0.001)
        ended = interrupted(process)
    assert ended.returncode in INTERRUPTED
    assert "Traceback" not in ended.stderr
    assert [name for name in names(run) if name not in RUN] == []


def test_fixed_mode_shows_reference_beside_it(command: Command, jsonl: Jsonl, items: Path) -> None:
    path = jsonl("r.jsonl", [{"key": key, "response": "Paris"} for key in (1, 2)])
    ended = command("score", path, "--items", items, "--mode", "fixed")
    assert "fixed mode" in ended.stdout
    assert "- in reference mode" in ended.stdout
    told = json.loads(command("score", path, "--items", items, "--mode", "fixed", "--json").stdout)
    assert set(told["reference"]) == set(told["difference"])


def test_an_unknown_mode_is_refused(command: Command, sound: Path) -> None:
    assert command("score", sound, "--mode", "lenient").returncode == 2
