"""Runs that meet failing servers, killed servers and their own end."""

from __future__ import annotations

import json
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from followrag.llm import Journal

SCRIPT = Path(__file__).with_name("ask_many.py")


def start(url: str, journal: Path, count: int, concurrency: int) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, SCRIPT, url, journal, str(count), str(concurrency)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        # A shell starts background jobs with the signal ignored, and children inherit that.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )


def finish(process: subprocess.Popen[str]) -> dict[str, Any]:
    output, errors = process.communicate(timeout=60)
    assert process.returncode == 0, errors
    told: dict[str, Any] = json.loads(output)
    return told


def wait_until(true: Callable[[], bool], process: subprocess.Popen[str]) -> None:
    end = time.monotonic() + 60
    while not true():
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < end
        time.sleep(0.005)


def keys(journal: Path) -> list[str]:
    """The keys of the whole lines of a journal that may be in use."""
    lines = journal.read_bytes().splitlines(keepends=True) if journal.exists() else []
    return [json.loads(line)["key"] for line in lines if line.endswith(b"\n")]


def prompts(server: Any) -> list[str]:
    return [request["body"]["messages"][0]["content"] for request in server.answered]


def test_a_thousand_calls_survive_a_failing_server_that_is_killed_twice(
    chat_server: Callable[..., Any], tmp_path: Path
) -> None:
    server, journal, at_once = (
        chat_server("--fail", 0.2, "--seed", 7, "--delay", 0.05),
        tmp_path / "j",
        32,
    )
    process = start(server.url, journal, 1000, at_once)
    for enough in (250, 600):
        wait_until(lambda enough=enough: len(keys(journal)) >= enough, process)  # type: ignore[misc]
        server.kill()
        server.start()
    told = finish(process)
    assert (told["right"], told["kept"], told["failures"]) == (1000, 1000, [])
    assert told["retries"] > 100
    assert told["peak_mb"] < 300
    assert told["heavy"] == []
    assert len(keys(journal)) == len(set(keys(journal))) == 1000
    # Only replies that a killed server was sending are paid for twice.
    paid = prompts(server)
    assert len(set(paid)) == 1000
    assert len(paid) <= 1000 + 2 * at_once

    again = finish(start(server.url, journal, 1000, at_once))
    assert (again["right"], len(server.answered)) == (1000, len(paid))


@pytest.mark.parametrize("seed", range(3))
def test_an_asker_killed_at_any_moment_goes_on(
    chat_server: Callable[..., Any], tmp_path: Path, seed: int
) -> None:
    server, journal, at_once = chat_server("--delay", 0.01), tmp_path / "j", 8
    drawn = random.Random(seed)
    for moment in sorted(drawn.sample(range(300), 3)):
        process = start(server.url, journal, 300, at_once)
        wait_until(lambda moment=moment: len(keys(journal)) >= moment, process)  # type: ignore[misc]
        time.sleep(drawn.uniform(0, 0.02))
        process.kill()
        process.communicate(timeout=10)
        kept, before = set(keys(journal)), len(server.answered)
    told = finish(start(server.url, journal, 300, at_once))
    assert (told["right"], told["kept"]) == (300, 300)
    assert len(keys(journal)) == len(set(keys(journal))) == 300
    assert kept <= set(keys(journal))
    # Each kill may cost what was in work, and no more.
    paid = prompts(server)
    assert set(paid) == {f"question {number}" for number in range(300)}
    assert len(paid) <= 300 + 3 * at_once
    assert len(paid) - before <= 300 - len(kept) + at_once


def test_ctrl_c_leaves_a_valid_journal_at_once(
    chat_server: Callable[..., Any], tmp_path: Path
) -> None:
    quick, journal = chat_server(), tmp_path / "j"
    finish(start(quick.url, journal, 20, 4))
    hung = chat_server("--mode", "hang")
    process = start(hung.url, journal, 40, 4)
    with pytest.raises(subprocess.TimeoutExpired):
        process.wait(timeout=2)
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=5)
    assert process.returncode != 0
    with Journal(journal) as kept:
        assert len(kept) == 20


def test_a_second_asker_is_told_that_the_journal_is_in_use(
    chat_server: Callable[..., Any], tmp_path: Path
) -> None:
    server, journal = chat_server("--mode", "hang"), tmp_path / "j"
    first = start(server.url, journal, 5, 2)
    wait_until(journal.exists, first)
    second = start(server.url, journal, 5, 2)
    _, errors = second.communicate(timeout=30)
    first.kill()
    first.communicate(timeout=10)
    assert second.returncode == 1
    assert errors.startswith(f"{journal}: another process is writing to it")
    assert errors.count("\n") == 1


def test_a_server_that_turns_bad_costs_nothing_that_it_answered(
    chat_server: Callable[..., Any], tmp_path: Path
) -> None:
    server, journal = chat_server("--delay", 0.02), tmp_path / "j"
    process = start(server.url, journal, 400, 4)
    wait_until(lambda: len(keys(journal)) >= 50, process)
    server.kill()
    good, server.options = server.options, ("--mode", "401")
    server.start()
    _, errors = process.communicate(timeout=60)
    kept = len(keys(journal))
    assert process.returncode == 1
    assert errors.endswith(
        f"; {kept} of 400 replies are kept in {journal}, and the same command goes on from there\n"
    )
    assert errors.count("\n") == 1
    server.kill()
    server.options = good
    server.start()
    assert finish(start(server.url, journal, 400, 4))["right"] == 400
    assert len(server.answered) <= 400 + 4
