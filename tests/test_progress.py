"""Lines where there is no terminal, a bar where there is one."""

from __future__ import annotations

import os
import pty
import subprocess
import sys

import pytest

from followrag.progress import counting, tracked


def test_work_shorter_than_the_time_between_lines_shows_none(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert list(tracked([1, 2, 3], "counting")) == [1, 2, 3]
    assert capsys.readouterr() == ("", "")


def test_lines_say_how_far_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    with counting(10, "asking", already=7, every=0) as count:
        count()
        count(failed=True)
    output, errors = capsys.readouterr()
    first, second = errors.splitlines()
    assert output == ""
    assert first.startswith("asking: 8 of 10, ")
    assert first.endswith(" min left")
    assert second.startswith("asking: 9 of 10, ")
    assert second.endswith(" left, 1 failed")


def test_a_terminal_shows_a_bar() -> None:
    code = (
        "import time; from followrag.progress import counting\n"
        "with counting(3, 'asking') as count: count(); count(failed=True); time.sleep(0.3)"
    )
    ours, theirs = pty.openpty()
    environment = {**os.environ, "TERM": "xterm", "COLUMNS": "120"}
    done = subprocess.run(
        [sys.executable, "-c", code],
        stdout=subprocess.PIPE,
        stderr=theirs,
        env=environment,
        timeout=60,
    )
    os.close(theirs)
    shown = os.read(ours, 100_000).decode()
    os.close(ours)
    assert (done.returncode, done.stdout) == (0, b"")
    assert "asking" in shown
    assert "2/3" in shown
    assert "1 failed" in shown
