"""Chromium for the tests of the page, and what the page says and asks for meanwhile."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")


def find_chromium() -> str:
    """Name the browser of this machine; without one the test is skipped, but fails in CI."""
    found = next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        (pytest.fail if os.environ.get("CI") else pytest.skip)("no Chromium is installed")
    return found


@dataclass
class Browser:
    """A browser whose pages are watched.

    Attributes:
        browser: Playwright's.
        said: What pages wrote to the console, and errors in their scripts.
        asked: What pages asked for besides their own file.
    """

    browser: Any
    said: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    def open(self, path: Path, hash: str = "", **context: Any) -> Any:
        """Open a page in a context of its own."""
        page = self.browser.new_context(**context).new_page()
        page.set_default_timeout(30_000)
        page.on("console", lambda message: self.said.append(f"{message.type}: {message.text}"))
        page.on("pageerror", lambda error: self.said.append(str(error)))
        page.on("request", lambda request: self._note(request.url, path))
        page.goto(path.as_uri() + hash)
        page.wait_for_selector("#sections > *")
        return page

    def _note(self, url: str, path: Path) -> None:
        if url.partition("#")[0] != path.as_uri() and not url.startswith(("blob:", "data:")):
            self.asked.append(url)


@contextmanager
def open_browser() -> Iterator[Browser]:
    """Start Chromium; it may say nothing and ask for nothing until it ends."""
    from playwright.sync_api import sync_playwright

    executable = find_chromium()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=["--no-sandbox"])
        watched = Browser(browser)
        yield watched
        browser.close()
    assert (watched.said, watched.asked) == ([], [])
