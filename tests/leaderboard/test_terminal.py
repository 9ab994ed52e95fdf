"""Tables in a terminal, which may be narrow."""

from __future__ import annotations

import os
import pty
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from rich.cells import cell_len
from rich.text import Text

MakeRun = Callable[..., Path]


def in_terminal(columns: int, *arguments: object) -> list[str]:
    """Run the command in a terminal of this width; give what is seen."""
    ours, theirs = pty.openpty()
    environment = {**os.environ, "COLUMNS": str(columns), "LINES": "50", "TERM": "xterm"}
    command = [sys.executable, "-m", "followrag", "leaderboard", *map(str, arguments)]
    process = subprocess.Popen(command, stdout=theirs, env=environment)
    os.close(theirs)
    shown = b""
    while True:
        try:
            part = os.read(ours, 65536)
        except OSError:  # nothing more: the terminal's other end is closed
            break
        if not part:
            break
        shown += part
    assert process.wait(timeout=60) == 0
    os.close(ours)
    return Text.from_ansi(shown.decode().replace("\r\n", "\n")).plain.splitlines()


@pytest.fixture(scope="module")
def runs(write_demo_run: MakeRun, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("runs")
    for place, model in enumerate(("模型" * 30, "organisation/a-model")):
        write_demo_run(folder / str(place), model, seed=place)
    return folder


def test_a_narrow_terminal_gets_several_tables(runs: Path) -> None:
    lines = in_terminal(80, runs)
    assert max(map(cell_len, lines)) <= 80
    parts = [
        found for line in lines if (found := re.match(r"followrag_demo \((\d) of (\d)\)", line))
    ]
    assert len(parts) == int(parts[0][2]) > 1
    assert sum("organisation/a-model" in line for line in lines) == len(parts)
    assert not any("…" in line for line in lines)
    for name in ("followrag", "qa_acc", "joint", "length", "errors"):
        assert sum(name in line.split() for line in lines) == 1


def test_a_wide_terminal_gets_one_table(runs: Path) -> None:
    lines = in_terminal(250, runs)
    assert not any("(1 of " in line for line in lines)
    assert sum("organisation/a-model" in line for line in lines) == 1
