"""The page as one file: everything is inside, and nothing is loaded from anywhere.

Texts of runs stand in the file only as JSON or packed, and the page's script writes them as text.
A content security policy lets nothing but that script and plotly run, each named by its hash.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path
from typing import Any

from followrag.errors import InputError
from followrag.leaderboard.report.rows import packed
from followrag.leaderboard.report.themes import DARK, DASHES, LIGHT, SYMBOLS

_FOLDER = Path(__file__).parent / "assets"
_IN_MARKUP = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026"}


def page(title: str, contents: Mapping[str, Any], shards: Sequence[Sequence[str]]) -> bytes:
    """Write the page.

    Args:
        title: Its heading.
        contents: What it shows (`followrag.leaderboard.report.contents.contents`).
        shards: Per board, the packed texts of its rows.

    Raises:
        InputError: The installed plotly lacks its script.
    """
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(_FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        keep_trailing_newline=True,
    )
    plotly, script = _plotly(), _script()
    shown = {
        **contents,
        "themes": {"light": LIGHT, "dark": DARK},
        "dashes": DASHES,
        "symbols": SYMBOLS,
    }
    text = environment.get_template("page.html.j2").render(
        title=title,
        version=version("followrag"),
        policy=_policy(script.encode(), plotly),
        css=(_FOLDER / "page.css").read_text(encoding="utf-8"),
        light=LIGHT,
        dark=DARK,
        contents=_inert(shown),
        boards=shards,
        plotly=packed(plotly),
        script=script,
    )
    return text.encode("utf-8", errors="replace")


def _policy(*scripts: bytes) -> str:
    digests = [base64.b64encode(hashlib.sha256(script).digest()).decode() for script in scripts]
    allowed = " ".join(f"'sha256-{digest}'" for digest in digests)
    return (
        f"default-src 'none'; script-src {allowed}; style-src 'unsafe-inline'; "
        "img-src data: blob:; base-uri 'none'; form-action 'none'"
    )


def _inert(value: Any) -> str:
    """Write JSON, in ASCII, that holds nothing that markup could end or begin with."""
    text = json.dumps(value, allow_nan=False, separators=(",", ":"))
    return "".join(_IN_MARKUP.get(letter, letter) for letter in text)


def _script() -> str:
    parts = [
        path.read_text(encoding="utf-8") for path in sorted((_FOLDER / "scripts").glob("*.js"))
    ]
    return "\n".join(['"use strict";', "(() => {", *parts, "})();", ""])


def _plotly() -> bytes:
    path = Path(str(files("plotly") / "package_data" / "plotly.min.js"))
    try:
        return path.read_bytes()
    except OSError as error:
        raise InputError(f"{path}: can't be read ({error.strerror}); reinstall plotly") from error
