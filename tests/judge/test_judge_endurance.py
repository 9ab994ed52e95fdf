"""`followrag judge` against servers that fail, are killed or are wrong, and its own end."""

from __future__ import annotations

import json
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from followrag.llm import Journal

Command = Callable[..., subprocess.CompletedProcess[str]]
MakeRun = Callable[[Sequence[str | None]], Path]
ChatServer = Callable[..., Any]

RATINGS = {"azure": 1.0, "beige": 0.5, "coral": 0.0}
# The peak of the process of its own: what a child has inherited from a large test process, before
# it became another program, counts as its peak too.
MEASURED = """
import resource, signal, subprocess, sys
signal.signal(signal.SIGINT, signal.SIG_DFL)
code = subprocess.run([sys.executable, "-m", "followrag", *sys.argv[1:]]).returncode
print("peak", resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024, file=sys.stderr)
sys.exit(code)
"""


@pytest.fixture
def replies(tmp_path: Path) -> Path:
    """What a judge that rates a response by the word in it answers."""
    path = tmp_path / "replies.json"
    told = {word: f"Rating: [{value:g}]\nReason: {word}" for word, value in RATINGS.items()}
    path.write_text(json.dumps(told))
    return path


def responses(count: int) -> list[str | None]:
    """Each other than the others, so that each is asked about."""
    words = list(RATINGS)
    return [f"{words[number % 3]} {number}" for number in range(count)]


def start(run: Path, url: str, *options: object) -> subprocess.Popen[str]:
    told = ["judge", run, "--model", "j", "--base-url", url, *options]
    return subprocess.Popen(
        [sys.executable, "-m", "followrag", *map(str, told)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        # A shell starts background jobs with the signal ignored, and children inherit that.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )


def journalled(run: Path) -> list[str]:
    """The keys of the whole lines of a journal that may be in use."""
    journals = run.glob("judge_calls_*.jsonl")
    lines = [line for path in journals for line in path.read_bytes().splitlines(keepends=True)]
    return [json.loads(line)["key"] for line in lines if line.endswith(b"\n")]


def wait_for(run: Path, count: int, process: subprocess.Popen[str]) -> None:
    end = time.monotonic() + 60
    while len(journalled(run)) < count:
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < end
        time.sleep(0.01)


def assert_rated_once_each(run: Path, count: int) -> None:
    found = [json.loads(line) for line in (run / "ratings.jsonl").open()]
    assert [row["key"] for row in found] == list(range(count))
    ratings = list(RATINGS.values())
    assert [row["rating"] for row in found] == [ratings[key % 3] for key in range(count)]
    assert len(journalled(run)) == len(set(journalled(run))) == count


def files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_a_thousand_rows_survive_a_failing_server_that_is_killed_twice(
    make_run: MakeRun, chat_server: ChatServer, replies: Path
) -> None:
    run = make_run(responses(1000))
    server = chat_server("--fail", 0.2, "--delay", 0.05, "--replies", replies)
    told = ["judge", run, "--model", "j", "--base-url", server.url, "--concurrency", 16]
    process = subprocess.Popen(
        [sys.executable, "-c", MEASURED, *map(str, told)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    for enough in (250, 600):
        wait_for(run, enough, process)
        server.kill()
        server.start()
    output, errors = process.communicate(timeout=120)
    assert process.returncode == 0, errors
    assert "1000 rows rated\n1000 calls" in output
    assert_rated_once_each(run, 1000)
    assert int(errors.split("peak")[1]) < 300
    # Only replies that a killed server was sending are paid for twice.
    paid = [json.dumps(request["body"], sort_keys=True) for request in server.answered]
    assert len(set(paid)) == 1000
    assert len(paid) <= 1000 + 2 * 16


def test_a_judge_killed_at_any_moment_goes_on(
    make_run: MakeRun, chat_server: ChatServer, replies: Path
) -> None:
    run, drawn = make_run(responses(100)), random.Random(0)
    server = chat_server("--delay", 0.02, "--replies", replies)
    for moment in sorted(drawn.sample(range(70), 3)):
        process = start(run, server.url)
        wait_for(run, moment, process)
        time.sleep(drawn.uniform(0, 0.02))
        process.kill()
        process.communicate(timeout=10)
        assert not (run / "ratings.jsonl").exists()
    output, errors = start(run, server.url).communicate(timeout=60)
    assert "100 rows rated\n100 calls" in output, errors
    assert_rated_once_each(run, 100)
    assert len(server.answered) <= 100 + 3 * 8


def test_ctrl_c_ends_with_130_and_a_valid_journal(
    make_run: MakeRun, chat_server: ChatServer, replies: Path
) -> None:
    run = make_run(responses(200))
    before = files(run)
    server = chat_server("--delay", 0.1, "--replies", replies)
    process = start(run, server.url)
    wait_for(run, 10, process)
    process.send_signal(signal.SIGINT)
    output, errors = process.communicate(timeout=20)
    assert (process.returncode, output) == (130, "")
    assert "Traceback" not in errors
    (path,) = run.glob("judge_calls_*.jsonl")
    with Journal(path) as journal:
        assert 10 <= len(journal) < 200
    after = files(run)
    del after[path.name]
    assert after == before


# A server is given up after 8 failures in a row; fewer rows come to the same end another way.
@pytest.mark.parametrize(
    ("options", "path", "said", "rows"),
    [
        (None, "", "can't be reached", 20),
        ([], "/nonsense", "the path is wrong", 20),
        (["--mode", "401"], "", "OPENAI_API_KEY", 20),
        (["--mode", "401"], "", "OPENAI_API_KEY", 2),
        (["--model", "other"], "", "has no model 'j'", 20),
        (["--mode", "context", "--context", 300], "", "context", 20),
        (["--mode", "empty"], "", "an answer that is not JSON", 20),
        (["--mode", "html"], "", "It works!", 20),
        (["--mode", "shapeless"], "", "no choices", 20),
        (["--mode", "shapeless"], "", "no choices", 2),
    ],
    ids=[
        *("unreachable", "path", "401", "401, few rows", "no model", "context", "empty", "html"),
        *("shapeless", "shapeless, few rows"),
    ],
)
def test_a_server_that_is_no_use_is_one_clear_line_and_changes_nothing(
    command: Command,
    make_run: MakeRun,
    chat_server: ChatServer,
    options: list[object] | None,
    path: str,
    said: str,
    rows: int,
) -> None:
    run = make_run(responses(rows))
    before = files(run)
    base = "http://127.0.0.1:9/v1" if options is None else chat_server(*options).url + path
    ended = command("judge", run, "--model", "j", "--base-url", base, OPENAI_API_KEY="sk-secret1")
    assert (ended.returncode, ended.stdout) == (2, "")
    announced, line = ended.stderr.splitlines()
    assert announced == f"rating {rows} of {rows} rows: all with gold answers"
    assert line.startswith("error: ")
    assert said in line
    assert "secret1" not in ended.stderr
    assert files(run) == before
