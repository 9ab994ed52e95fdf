"""What many tests need: the data beside the checkout, and small items."""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from model_server import ModelServer, serving
from tiny_llama import build_model

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
        environment.delenv("OPENAI_API_KEY", raising=False)
        environment.setenv("HF_HUB_OFFLINE", "1")
        # torch's threads wait for each other: on busy cores, two are thirty times as slow as one.
        environment.setenv("OMP_NUM_THREADS", "1")
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
        *arguments: object, input: str = "", timeout: float = 120, **environment: str
    ) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "followrag", *map(str, arguments)],
            cwd=tmp_path_factory.mktemp("empty"),
            env={**os.environ, **environment},
            input=input,
            capture_output=True,
            encoding="utf-8",
            errors="surrogateescape",
            timeout=timeout,
        )

    return run


class ChatServer:
    """`tests/chat_server.py` with these options, as a process of its own."""

    def __init__(self, log: Path, options: tuple[object, ...]) -> None:
        self.log, self.options, self.port = log, options, 0
        self.start()

    def start(self) -> None:
        """Start it, on the port that it had before if it had one."""
        script = Path(__file__).with_name("chat_server.py")
        told = ["--port", self.port, "--log", self.log, *self.options]
        self.process = subprocess.Popen(
            [sys.executable, script, *map(str, told)], stdout=subprocess.PIPE, text=True
        )
        assert self.process.stdout is not None
        self.port = int(self.process.stdout.readline())

    def kill(self) -> None:
        """End it at once, whatever it is doing."""
        self.process.kill()
        self.process.communicate(timeout=10)

    @property
    def url(self) -> str:
        """The base URL, ending in /v1."""
        return f"http://127.0.0.1:{self.port}/v1"

    @property
    def answered(self) -> list[dict[str, Any]]:
        """What it answered so far; see the script's --log."""
        return [json.loads(line) for line in self.log.open()] if self.log.exists() else []


@contextmanager
def _chat_servers(folder: Path) -> Iterator[Callable[..., ChatServer]]:
    servers: list[ChatServer] = []

    def start(*options: object) -> ChatServer:
        servers.append(ChatServer(folder / f"answered{len(servers)}.jsonl", options))
        return servers[-1]

    try:
        yield start
    finally:
        for server in servers:
            server.kill()


@pytest.fixture
def chat_server(tmp_path: Path) -> Iterator[Callable[..., ChatServer]]:
    """Start an OpenAI-compatible server, which fails as `tests/chat_server.py` is told."""
    with _chat_servers(tmp_path) as start:
        yield start


@pytest.fixture(scope="module")
def module_chat_server(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Callable[..., ChatServer]]:
    """As `chat_server`, for what the tests of a module share."""
    with _chat_servers(tmp_path_factory.mktemp("servers")) as start:
        yield start


@pytest.fixture(scope="session")
def make_model(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """Build a tiny Llama with `tests/tiny_llama.py`'s settings, once for each of them."""
    missing = [name for name in ("torch", "transformers") if find_spec(name) is None]
    if missing:
        reason = f"{' and '.join(missing)} not installed; run `make test`"
        (pytest.fail if os.environ.get("CI") else pytest.skip)(reason)

    @cache
    def make(**settings: Any) -> Path:
        return build_model(tmp_path_factory.mktemp("tiny-llama"), **settings)

    return make


@pytest.fixture(scope="session")
def tiny_model(make_model: Callable[..., Path]) -> Path:
    """A tiny Llama with a chat template and room for 4,096 tokens."""
    return make_model()


@pytest.fixture(scope="session")
def transformers_server(
    tiny_model: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[ModelServer]:
    """`transformers serve` with the tiny model."""
    program = Path(sys.executable).with_name("transformers")
    command = [program, "serve", tiny_model, "--device", "cpu"]
    log = tmp_path_factory.mktemp("transformers-serve") / "log"
    with serving(command, str(tiny_model), log, within=120) as server:
        yield server
