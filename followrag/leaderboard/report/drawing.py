"""Draws figures in a browser: a program of its own, so that it can be ended with all it starts.

Standard input holds `{"figures": [...], "options": {...}}`, as kaleido takes them. Standard output
gets `{"images": [...]}` in base64, or `{"failed": NAME}` where the browser or kaleido fails.
"""

from __future__ import annotations

import asyncio
import base64
import json
import sys
from collections.abc import Mapping
from typing import Any


async def draw(asked: Mapping[str, Any]) -> list[bytes]:
    """Draw figures one after another."""
    from choreographer.browsers import Chromium
    from kaleido import Kaleido

    class Grouped(Chromium):  # type: ignore[misc]
        """A browser in the process group of this program, which ends with it."""

        def get_popen_args(self) -> dict[str, Any]:
            return {**super().get_popen_args(), "start_new_session": False}

    # MathJax would be fetched from the network.
    async with Kaleido(mathjax=False, browser_cls=Grouped) as browser:
        return [await browser.calc_fig(figure, asked["options"]) for figure in asked["figures"]]


def _main() -> None:
    from kaleido import errors

    told: dict[str, Any]
    try:
        images = asyncio.run(draw(json.load(sys.stdin)))
        told = {"images": [base64.b64encode(image).decode() for image in images]}
    except (
        errors.BrowserClosedError,
        errors.BrowserFailedError,
        errors.JavascriptError,
        errors.KaleidoError,
        TimeoutError,
    ) as error:
        told = {"failed": type(error).__name__}
    json.dump(told, sys.stdout)


if __name__ == "__main__":
    _main()
