"""A run goes on with the same command after a kill or a dead server, and pays for nothing twice."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from followrag.runs import read_metrics

ITEMS = 72
# The waits between retries add up to about 45 s; what is tested is what comes after them.
IMPATIENT = (
    "import followrag.llm.server as server; server._LONGEST_BACKOFF = 0.2; "
    "from followrag.cli import main; main()"
)


def command(server: Any, out: Path, *options: str) -> list[str]:
    return [
        *(sys.executable, "-m", "followrag", "eval", "--model", "local-chat-completions"),
        *("--model_args", f"model=m,base_url={server.url},num_concurrent=4"),
        *("--tasks", "followrag_demo", "--output_path", str(out), *options),
    ]


def run(command: list[str], **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command,
        env=os.environ | variables,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def started(command: list[str]) -> subprocess.Popen[str]:
    return subprocess.Popen(
        command,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        # A shell starts background jobs with the signal ignored, and children inherit that.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )


def wait_for(count: int, server: Any) -> None:
    """Wait until a server has answered so many requests."""
    end = time.monotonic() + 60
    while len(server.answered) < count:
        assert time.monotonic() < end, f"{len(server.answered)} answers only"
        time.sleep(0.02)


def asked(server: Any) -> Counter[str]:
    return Counter(json.dumps(request["body"]["messages"]) for request in server.answered)


def manifest(out: Path) -> dict[str, Any]:
    (found,) = out.rglob("manifest.json")
    return {**json.loads(found.read_text()), "folder": found.parent}


@pytest.mark.parametrize("sign", [signal.SIGKILL, signal.SIGINT])
def test_a_run_that_is_ended_goes_on(
    chat_server: Callable[..., Any], tmp_path: Path, sign: signal.Signals
) -> None:
    server = chat_server("--delay", 0.05)
    process = started(command(server, tmp_path / "runs"))
    wait_for(20, server)
    process.send_signal(sign)
    _, errors = process.communicate(timeout=30)
    assert "Traceback" not in errors
    assert ("the same command goes on" in errors) == (sign == signal.SIGINT)
    assert not list(tmp_path.rglob("manifest.json"))
    done = run(command(server, tmp_path / "runs"))
    assert done.returncode == 0, done.stderr
    assert "goes on with" in done.stderr
    counts = read_metrics(manifest(tmp_path)["folder"])["counts"]
    assert (counts["rows"], counts["errors"]) == (ITEMS, 0)
    times = asked(server)
    assert len(times) == ITEMS
    # What was in work when the run was ended is asked again: 4 requests at a time.
    assert sum(times.values()) <= ITEMS + 4
    assert not (tmp_path / "runs" / "unfinished").exists()


def test_a_dead_server_costs_none_of_the_finished_rows(
    chat_server: Callable[..., Any], tmp_path: Path
) -> None:
    server = chat_server("--delay", 0.05)
    arguments = command(server, tmp_path / "runs")[3:]
    process = started([sys.executable, "-c", IMPATIENT, *arguments])
    wait_for(20, server)
    server.kill()
    _, errors = process.communicate(timeout=120)
    assert process.returncode == 2
    (line,) = [line for line in errors.splitlines() if line.startswith("error:")]
    assert "same command" in line
    assert "Traceback" not in errors
    assert not list(tmp_path.rglob("results_*.json"))
    server.start()
    done = run(command(server, tmp_path / "runs"))
    assert done.returncode == 0, done.stderr
    assert sum(asked(server).values()) <= ITEMS + 4


def test_failing_requests_are_sent_again(chat_server: Callable[..., Any], tmp_path: Path) -> None:
    server = chat_server("--fail", 0.2, "--seed", 1)
    done = run(command(server, tmp_path / "runs"))
    assert done.returncode == 0, done.stderr
    assert read_metrics(manifest(tmp_path)["folder"])["counts"]["errors"] == 0
    assert asked(server).total() == ITEMS


def test_requests_that_fail_for_good_are_errors_and_not_answers(
    chat_server: Callable[..., Any], tmp_path: Path
) -> None:
    server = chat_server("--mode", "context", "--context", 530)
    done = run(command(server, tmp_path / "runs"))
    assert done.returncode == 0, done.stderr
    found = manifest(tmp_path)
    failed = found["generation"]["failed"]
    assert 0 < failed < ITEMS
    assert read_metrics(found["folder"])["counts"]["errors"] == failed
    rows = [json.loads(line) for line in (found["folder"] / "rows.jsonl").open()]
    errors = [row for row in rows if row["error"]]
    assert all(row["response"] is None and not any(row["loose"]) for row in errors)
    assert "context" in errors[0]["error"]
    assert "the same command asks for the missing answers only" in done.stderr
    assert len(list((tmp_path / "runs" / "unfinished").iterdir())) == 1


def test_lm_evals_samples_tell_what_failed(chat_server: Callable[..., Any], tmp_path: Path) -> None:
    server = chat_server("--mode", "context", "--context", 530)
    run(command(server, tmp_path / "runs"))
    folder = manifest(tmp_path)["folder"]
    (samples,) = tmp_path.rglob("samples_*.jsonl")
    score = [sys.executable, "-m", "followrag", "score", str(samples), "--out"]
    assert run([*score, str(tmp_path / "scored")]).returncode == 0
    for name in ("rows.jsonl", "metrics.json"):
        assert (tmp_path / "scored" / name).read_bytes() == (folder / name).read_bytes()


def test_a_server_that_answers_none_of_few_requests_gives_no_figures(
    chat_server: Callable[..., Any], tmp_path: Path
) -> None:
    done = run(command(chat_server("--mode", "400"), tmp_path / "runs", "--limit", "3"))
    assert done.returncode == 2
    assert "none of 3 requests was answered" in done.stderr
    assert not list(tmp_path.rglob("results_*"))


def test_the_same_command_asks_for_what_failed_only(
    chat_server: Callable[..., Any], tmp_path: Path
) -> None:
    server = chat_server("--mode", "context", "--context", 530)
    run(command(server, tmp_path / "runs"))
    before = asked(server).total()
    server.kill()
    server.options = ()
    server.start()
    done = run(command(server, tmp_path / "runs"))
    assert done.returncode == 0, done.stderr
    assert asked(server).total() == ITEMS
    assert before < ITEMS
    assert not (tmp_path / "runs" / "unfinished").exists()


def test_another_command_does_not_take_the_answers(
    chat_server: Callable[..., Any], tmp_path: Path
) -> None:
    server = chat_server("--delay", 0.05)
    process = started(command(server, tmp_path / "runs"))
    wait_for(10, server)
    process.kill()
    process.communicate(timeout=30)
    server.kill()  # with what it had in work, so that nothing of the first run is answered later
    before = asked(server)
    server.start()
    options = ("--limit", "3", "--metadata", '{"note": 1}')
    done = run(command(server, tmp_path / "runs", *options))
    assert done.returncode == 0, done.stderr
    again = asked(server) - before
    assert (len(again), again.total()) == (3, 3)
    assert again.keys() <= before.keys()


def test_the_same_command_twice_at_once_is_refused(
    chat_server: Callable[..., Any], tmp_path: Path
) -> None:
    server = chat_server("--delay", 0.2)
    process = started(command(server, tmp_path / "runs"))
    wait_for(1, server)
    process.send_signal(signal.SIGSTOP)  # else it may be done before the other has begun
    done = run(command(server, tmp_path / "runs"))
    process.kill()
    process.communicate(timeout=30)
    assert done.returncode == 2
    assert "another process" in done.stderr


def test_an_in_process_run_that_is_killed_goes_on(tiny_model: Path, tmp_path: Path) -> None:
    asking = [
        *(sys.executable, "-m", "followrag", "eval", "--model", "hf", "--device", "cpu"),
        *("--model_args", f"pretrained={tiny_model}", "--limit", "24", "--batch_size", "2"),
        *("--gen_kwargs", "max_gen_toks=96", "--output_path", str(tmp_path / "runs")),
    ]
    process = started(asking)
    journal = tmp_path / "runs" / "unfinished"
    end = time.monotonic() + 90
    while not any(len(path.read_bytes().splitlines()) > 3 for path in journal.glob("*.jsonl")):
        assert time.monotonic() < end
        assert process.poll() is None
        time.sleep(0.02)
    process.kill()
    process.communicate(timeout=30)
    done = run(asking)
    assert done.returncode == 0, done.stderr
    assert "goes on with" in done.stderr
    assert read_metrics(manifest(tmp_path)["folder"])["counts"]["rows"] == 24


def test_results_that_lm_eval_could_not_save_are_an_error(tmp_path: Path) -> None:
    (tmp_path / "followrag-baseline").write_text("a file where lm-eval wants a folder")
    done = run([sys.executable, "-m", "followrag", "eval", "--output_path", str(tmp_path)])
    assert done.returncode == 2
    assert "saved nothing" in done.stderr
