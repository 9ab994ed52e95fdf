"""What many tests need: the data beside the checkout, and small items."""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from followrag import Item

# In CI the same examples each time: what it says of a change is then about the change.
settings.register_profile("ci", derandomize=True)
if os.environ.get("CI"):
    settings.load_profile("ci")

SHARED = Path(__file__).parents[1].parent / "shared"


@pytest.fixture(scope="session", autouse=True)
def _isolated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep every test off the network and away from the user's own data and cache."""
    with pytest.MonkeyPatch.context() as environment:
        environment.delenv("FOLLOWRAG_DATA", raising=False)
        environment.setenv("FOLLOWRAG_MIRROR", "http://127.0.0.1:9")
        environment.setenv("FOLLOWRAG_CACHE", str(tmp_path_factory.mktemp("cache")))
        environment.setenv("no_proxy", "127.0.0.1")
        yield


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder with the published data and verdicts, which are not part of the project."""
    if not SHARED.exists():
        if os.environ.get("CI"):
            pytest.fail(f"CI must have {SHARED}")
        pytest.skip(f"{SHARED} with the published data and verdicts is not here")
    return SHARED


@pytest.fixture(scope="session")
def oracle(shared: Path) -> Callable[[str], list[dict[str, Any]]]:
    """Read a file of published verdicts by name."""

    def read(name: str) -> list[dict[str, Any]]:
        with gzip.open(shared / "oracles" / name, "rt", encoding="utf-8") as file:
            return [json.loads(line) for line in file]

    return read


@pytest.fixture
def make_item() -> Callable[..., Item]:
    """Build an item from what a test cares about."""

    def make(*constraints: tuple[str, dict[str, Any]], **fields: Any) -> Item:
        chosen = constraints or (("format_no_commas", {}),)
        row = {
            "key": 1,
            "type": "ifnq",
            "prompt": "Where is the Eiffel Tower?",
            "question": "where is the eiffel tower",
            "answer_gold": "Paris/City of Light",
            "instruction_id_list": [id for id, _ in chosen],
            "kwargs": [kwargs for _, kwargs in chosen],
            "passages": [{"title": "Paris", "content": "The Eiffel Tower stands in Paris."}],
        }
        return Item.model_validate(row | fields)

    return make


@pytest.fixture
def jsonl(tmp_path: Path) -> Callable[[str, Iterable[object]], Path]:
    """Write rows to a JSON Lines file of this name."""

    def write(name: str, rows: Iterable[object]) -> Path:
        path = tmp_path / name
        path.write_text("".join(json.dumps(row) + "\n" for row in rows))
        return path

    return write


@pytest.fixture(scope="session")
def command(
    tmp_path_factory: pytest.TempPathFactory,
) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run the real `followrag` in an empty folder, its output piped."""

    def run(
        *arguments: object, input: str = "", **environment: str
    ) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "followrag", *map(str, arguments)],
            cwd=tmp_path_factory.mktemp("empty"),
            env={**os.environ, **environment},
            input=input,
            capture_output=True,
            encoding="utf-8",
            errors="surrogateescape",
            timeout=120,
        )

    return run
