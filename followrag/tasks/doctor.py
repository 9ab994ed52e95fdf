"""`followrag doctor`: what is installed, what works, and what to install for what doesn't."""

from __future__ import annotations

import json as jsonlib
import os
import platform
import shutil
import sys
from collections.abc import Callable, Iterator
from functools import partial
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, NamedTuple

import typer

from followrag import download
from followrag.errors import FollowragError
from followrag.progress import working
from followrag.sources import load_items
from followrag.tables import Table, show
from followrag.tasks.registration import registration
from followrag.verifiers import Response, get_constraint


class Finding(NamedTuple):
    """One line of the report.

    Attributes:
        what: What was looked at.
        state: `ok`, `absent` (an optional part) or `broken`.
        detail: What was found, or what to do.
    """

    what: str
    state: str
    detail: str


_EXTRAS = {
    "hf": ("transformers on CPU or GPU", ("torch", "transformers", "accelerate")),
    "vllm": ("vLLM in process", ("vllm",)),
    "sglang": ("SGLang in process", ("sglang",)),
    "api": ("OpenAI-compatible servers", ("openai", "requests", "aiohttp", "tenacity", "tiktoken")),
    "images": ("charts as SVG and PNG", ("kaleido",)),
}


def doctor(
    json: Annotated[bool, typer.Option("--json", help="Print as JSON.")] = False,
) -> None:
    """Say what is installed and what works; ends with exit code 1 if a needed part is broken."""
    with working("looking at what is installed"):
        findings = [*_core(), *_data(), *_extras()]
    if json:
        print(jsonlib.dumps([finding._asdict() for finding in findings], indent=2))
    else:
        show(Table("followrag doctor", ["part", "state", "detail"], findings))
    if any(finding.state == "broken" for finding in findings):
        raise typer.Exit(1)


def _core() -> Iterator[Finding]:
    yield Finding("Python", "ok", platform.python_version())
    for package in ("followrag", "lm-eval", "datasets", "langdetect", "nltk"):
        yield _checked(package, partial(version, package))
    yield _checked("verifiers", _check_verifiers)
    yield _checked("lm-eval tasks", _check_registration)
    command = shutil.which("lm_eval") or shutil.which("lm_eval", path=Path(sys.executable).parent)
    yield Finding(
        "lm_eval command", "ok" if command else "absent", command or "use `followrag eval`"
    )


def _check_verifiers() -> str:
    text = Response("THE ANSWER TO THIS QUESTION STANDS IN THE FIRST PASSAGE. IT IS PARIS.")
    for id, parameters in (
        ("cases_uppercase", {}),
        ("keywords_inclusion", {"keywords": ["par(is)+"]}),
        ("length_sentence", {"num_sentences": 2, "relation": "at least"}),
        ("cases_capital_words", {"capital_frequency": 9, "capital_relation": "at least"}),
    ):
        verdict = get_constraint(id, **parameters).check(text)
        if not verdict.passed:
            raise FollowragError(f"{id}: {verdict.reason}; reinstall followrag")
    return "language detection, sentences and words work without any download"


def _check_registration() -> str:
    folder, state = registration()
    if state == "absent":
        return "work with `followrag eval`; for plain lm_eval run `followrag register`"
    if state == "outdated":
        raise FollowragError(f"{folder} is of another version; run `followrag register`")
    return f"registered in {folder}"


def _data() -> Iterator[Finding]:
    yield _checked("followrag_demo", lambda: f"{len(load_items('followrag_demo'))} items, built in")
    if folder := os.environ.get("FOLLOWRAG_DATA"):
        yield _checked("FOLLOWRAG_DATA", lambda: _describe_folder(folder))
        return
    for file in (*download.FOLLOWRAG_FILES, download.IFEVAL_FILE):
        there = file.cached.exists()
        yield Finding(
            file.name,
            "ok" if there else "absent",
            str(file.cached) if there else "fetched at first use, or name a folder: FOLLOWRAG_DATA",
        )


def _describe_folder(folder: str) -> str:
    items = load_items("followrag", folder)
    absent = f"; not there: {', '.join(items.absent)}" if items.absent else ""
    problems = f"; {len(items.problems)} rows can't be used" if items.problems else ""
    return f"{len(items)} items in {folder}{absent}{problems}"


def _extras() -> Iterator[Finding]:
    for extra, (purpose, modules) in _EXTRAS.items():
        missing = [module for module in modules if find_spec(module) is None]
        detail = f"pip install 'followrag[{extra}]' (missing: {', '.join(missing)})"
        yield Finding(purpose, "absent" if missing else "ok", detail if missing else "installed")


def _checked(what: str, check: Callable[[], str]) -> Finding:
    try:
        return Finding(what, "ok", check())
    except PackageNotFoundError:
        return Finding(what, "broken", f"not installed; run `pip install {what}`")
    except FollowragError as error:
        return Finding(what, "broken", str(error))
    except Exception as error:
        return Finding(what, "broken", f"{type(error).__name__}: {error}; reinstall followrag")
