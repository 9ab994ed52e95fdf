"""Each chart as an image for a paper, drawn by kaleido in a browser of this machine."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Literal

from followrag.errors import InputError, OutputError
from followrag.files import write_whole
from followrag.leaderboard.report.contents import Drawn
from followrag.leaderboard.report.themes import LIGHT

Format = Literal["svg", "png"]

_WIDTH = 900
_SCALE = {"svg": 1, "png": 3}


def require_kaleido() -> None:
    """Make sure that images can be drawn, before anything else is done.

    Raises:
        InputError: kaleido is not installed, or there is no browser.
    """
    if find_spec("kaleido") is None:
        raise InputError(
            "--images: needs kaleido; install it with `pip install 'followrag[images]'`"
        )
    from choreographer.browsers.chromium import Chromium

    browser = Chromium.find_browser(skip_local=False)
    if browser is None or not Path(browser).is_file():
        found = "finds no browser" if browser is None else f"finds no file {browser}"
        raise InputError(
            f"--images: kaleido {found}; install Chrome or Chromium, or name one in BROWSER_PATH"
        )


def write_images(boards: Sequence[Drawn], folder: Path, format: Format) -> list[Path]:
    """Draw every chart, light and on white, and write it to a file of its own.

    Returns:
        The files.

    Raises:
        InputError: The browser fails.
        OutputError: A file can't be written.
    """
    import asyncio

    figures = {folder / f"{name}.{format}": figure for name, figure in _figures(boards)}
    images = asyncio.run(_draw(list(figures.values()), format)) if figures else []
    try:
        for path, image in zip(figures, images, strict=True):
            write_whole(path, [image])
    except OSError as error:
        raise OutputError(f"{folder}: can't be written to ({error.strerror})") from error
    return list(figures)


def _figures(boards: Sequence[Drawn]) -> Iterator[tuple[str, dict[str, Any]]]:
    for number, (board, charts) in enumerate(boards, start=1):
        title = re.sub(r"[^A-Za-z0-9]+", "-", board.title).strip("-").lower()
        parts = [title or "board", *([str(number)] if len(boards) > 1 else [])]
        for chart in charts:
            figure = chart.drawn(LIGHT)
            figure["layout"]["width"] = max(_WIDTH, chart.width)
            yield "-".join([*parts, chart.name]), figure


async def _draw(figures: Sequence[dict[str, Any]], format: Format) -> list[bytes]:
    from kaleido import Kaleido, errors

    options = {"format": format, "scale": _SCALE[format]}
    try:
        # MathJax would be fetched from the network.
        async with Kaleido(mathjax=False) as browser:
            return [await browser.calc_fig(figure, options) for figure in figures]
    except (
        errors.BrowserClosedError,
        errors.BrowserFailedError,
        errors.JavascriptError,
        errors.KaleidoError,
        TimeoutError,
    ) as error:
        raise InputError(
            f"--images: the browser that kaleido starts fails ({type(error).__name__}); "
            "name another one in BROWSER_PATH"
        ) from error
