"""`followrag report --images`: charts drawn in a browser, which never outlives the command."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from report_browser import find_chromium

from followrag.leaderboard.report.themes import LIGHT

Run = Callable[..., Any]
MakeRun = Callable[..., Path]


@pytest.fixture
def kaleido() -> None:
    if find_spec("kaleido") is None:
        (pytest.fail if os.environ.get("CI") else pytest.skip)("kaleido is not installed")
    find_chromium()


@pytest.mark.usefixtures("kaleido")
@pytest.mark.parametrize("format", ["svg", "png"])
def test_each_chart_becomes_an_image(
    write_demo_run: MakeRun, command: Run, tmp_path: Path, format: str
) -> None:
    for name, skill in (("ab <i>c</i>", 0.9), ("d", 0.4)):
        write_demo_run(tmp_path / "runs" / name[0], name, skill)
    images = ["--images", tmp_path / "images", "--image-format", format]
    done = command("report", tmp_path / "runs", "-o", tmp_path / "page.html", *images)
    assert (done.returncode, done.stderr) == (0, "")
    names = ["constraints", "counts", "differences", "gaps", "tradeoff"]
    paths = sorted((tmp_path / "images").iterdir())
    assert [path.name for path in paths] == [f"followrag-demo-{name}.{format}" for name in names]
    if format == "png":
        assert all(path.read_bytes().startswith(b"\x89PNG\r\n") for path in paths)
        return
    for path in paths:
        text = " ".join(ElementTree.fromstring(path.read_text()).itertext())
        assert "ab <i>c</i>" in text
        assert LIGHT["card"] == "#ffffff" and "rgb(255, 255, 255)" in path.read_text()


@pytest.mark.usefixtures("kaleido")
def test_images_without_a_browser_are_an_error(
    write_demo_run: MakeRun, command: Run, tmp_path: Path
) -> None:
    run = write_demo_run(tmp_path / "run")
    out = ["-o", tmp_path / "page.html", "--images", tmp_path / "images"]
    for browser, told in (("/no/such/browser", "finds no file"), ("/bin/false", "fails")):
        done = command("report", run, *out, BROWSER_PATH=browser)
        assert done.returncode == 2
        assert "error: --images: " in done.stderr and told in done.stderr


def _waits(met: Callable[[], bool], seconds: float = 60) -> bool:
    end = time.monotonic() + seconds
    while not (is_met := met()) and time.monotonic() < end:
        time.sleep(0.05)
    return is_met


def _processes(mark: str) -> list[str]:
    """List the processes that have a text in their environment."""
    found = []
    for path in Path("/proc").glob("[0-9]*/environ"):
        try:
            if mark.encode() in path.read_bytes():
                found.append(path.parent.name)
        except OSError:  # it has ended, or is another user's
            continue
    return found


@pytest.mark.usefixtures("kaleido")
@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="needs Linux's /proc")
@pytest.mark.parametrize("is_browser_stuck", [True, False])
@pytest.mark.parametrize("interrupt", [os.kill, os.killpg])
def test_ctrl_c_ends_the_browser_as_well(
    write_demo_run: MakeRun,
    tmp_path: Path,
    interrupt: Callable[[int, int], None],
    is_browser_stuck: bool,
) -> None:
    run = write_demo_run(tmp_path / "run")
    started, browser, temporary = (tmp_path / name for name in ("started", "browser", "tmp"))
    temporary.mkdir()
    program = f"{shutil.which('sleep')} 600" if is_browser_stuck else f'{find_chromium()} "$@"'
    browser.write_text(f"#!/bin/sh\ntouch {started}\nexec {program}\n")
    browser.chmod(0o755)
    command = ["report", run, "-o", tmp_path / "page.html", "--images", tmp_path / "images"]
    process = subprocess.Popen(
        [sys.executable, "-m", "followrag", *map(str, command)],
        env={**os.environ, "BROWSER_PATH": str(browser), "TMPDIR": str(temporary)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        assert _waits(started.exists)
        interrupt(process.pid, signal.SIGINT)
        _, complaints = process.communicate(timeout=30)
    finally:
        process.kill()
    assert process.returncode == 130
    assert "Traceback" not in complaints and "browser" not in complaints
    assert _waits(lambda: not _processes(f"TMPDIR={temporary}"), 10)
    assert not list(temporary.iterdir())
