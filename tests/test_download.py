"""Fetching the published files, from a real server on this machine."""

from __future__ import annotations

import json
import socket
import subprocess
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from followrag import load_items
from followrag.download import FOLLOWRAG_FILES, PublishedFile, cache_folder, fetch
from followrag.errors import InputError

NQ, WEBQ = FOLLOWRAG_FILES[0], FOLLOWRAG_FILES[3]
NQ_BYTES = 3_836_321


@dataclass
class Mirror:
    """A server of the published files, and what was asked of it.

    `headers` replace the Content-Length that it sends else.
    """

    files: dict[str, bytes] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    status: int = 200
    requests: list[str] = field(default_factory=list)

    def add(self, file: PublishedFile, content: bytes) -> None:
        self.files[f"/{file.folder}/{file.name}"] = content


@pytest.fixture
def mirror(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Mirror]:
    served = Mirror()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            served.requests.append(Path(self.path).name)
            content = served.files.get(self.path)
            self.send_response(404 if content is None else served.status)
            content = content or b""
            headers = served.headers or {"Content-Length": str(len(content))}
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        monkeypatch.setenv("FOLLOWRAG_MIRROR", f"http://127.0.0.1:{server.server_port}/")
        monkeypatch.setenv("FOLLOWRAG_CACHE", str(tmp_path / "cache"))
        yield served
        server.shutdown()
        thread.join()


@pytest.fixture
def published(mirror: Mirror, shared: Path) -> Mirror:
    """A mirror of the three public files."""
    for file in FOLLOWRAG_FILES[:3]:
        mirror.add(file, (shared / "data/followrag" / file.name).read_bytes())
    return mirror


def cached() -> list[str]:
    return [path.name for path in cache_folder().rglob("*") if path.is_file()]


def test_files_are_fetched_once(published: Mirror) -> None:
    row = {"key": 2100, "type": "ifwebq", "prompt": "p", "instruction_id_list": ["format_json"]}
    published.add(WEBQ, json.dumps([row | {"kwargs": [{}]}]).encode())
    first = load_items("followrag")
    assert published.requests == [file.name for file in FOLLOWRAG_FILES]
    second = load_items("followrag")
    assert len(published.requests) == 4
    assert second == first


def test_fetched_items_are_those_of_the_files(published: Mirror, shared: Path) -> None:
    local = load_items("followrag", str(shared / "data/followrag"))
    assert load_items("followrag").sha256 == local.sha256


def test_a_file_that_is_not_published_is_reported_absent(published: Mirror) -> None:
    items = load_items("followrag")
    assert (len(items), items.absent, items.problems) == (2100, ("webq",), ())


def test_a_file_that_is_not_published_is_asked_for_once(published: Mirror) -> None:
    first = load_items("followrag")
    published.requests.clear()
    assert load_items("followrag").sha256 == first.sha256
    assert published.requests == []


def test_another_mirror_is_asked_for_what_one_did_not_have(
    published: Mirror, monkeypatch: pytest.MonkeyPatch
) -> None:
    load_items("followrag")
    monkeypatch.setenv("FOLLOWRAG_MIRROR", "http://127.0.0.1:9")
    with pytest.raises(InputError, match=r"followRAG_ifwebq\.json: can't be fetched"):
        load_items("followrag")


def test_a_page_that_is_no_json_is_refused_and_not_cached(mirror: Mirror) -> None:
    mirror.add(WEBQ, b"<html>please log in</html>")
    with pytest.raises(InputError, match="sent no JSON"):
        fetch(WEBQ)
    assert cached() == []


def test_one_datasets_items_need_one_file(published: Mirror) -> None:
    load_items("followrag_nq")
    assert published.requests == ["followRAG_ifnq.json"]


def test_a_server_without_any_of_the_files_is_an_error(mirror: Mirror) -> None:
    with pytest.raises(InputError, match=r"not among the published files; .*FOLLOWRAG_DATA"):
        load_items("followrag")


def test_a_body_shorter_than_announced_is_refused_and_not_cached(published: Mirror) -> None:
    published.headers["Content-Length"] = str(NQ_BYTES + 1)
    with pytest.raises(InputError, match=f"cut short .{NQ_BYTES} of {NQ_BYTES + 1} bytes"):
        fetch(NQ)
    assert cached() == []


def test_a_chunked_body_that_ends_early_is_refused_and_not_cached(mirror: Mirror) -> None:
    mirror.add(WEBQ, b"10\r\n[{")
    mirror.headers["Transfer-Encoding"] = "chunked"
    with pytest.raises(InputError, match=WEBQ.name):
        fetch(WEBQ)
    assert cached() == []


def test_a_file_that_arrives_after_a_failed_download_is_fetched(published: Mirror) -> None:
    published.headers["Content-Length"] = str(NQ_BYTES + 1)
    with pytest.raises(InputError):
        fetch(NQ)
    published.headers.clear()
    assert fetch(NQ).stat().st_size == NQ_BYTES


def test_another_checksum_is_refused_and_not_cached(mirror: Mirror) -> None:
    mirror.add(NQ, b'{"key": 1}')
    with pytest.raises(InputError, match=f"sha256 is [0-9a-f]{{64}}, not {NQ.sha256}"):
        fetch(NQ)
    assert cached() == []


def test_a_server_error_is_refused_with_its_code(published: Mirror) -> None:
    published.status = 503
    with pytest.raises(InputError, match=r"followRAG_ifnq\.json: the server answers 503"):
        fetch(NQ)


def test_an_unreachable_server_is_one_error_with_the_remedy(
    command: Callable[..., subprocess.CompletedProcess[str]],
) -> None:
    ended = command("data", "followrag")
    assert (ended.returncode, ended.stdout) == (2, "")
    (line,) = ended.stderr.splitlines()
    assert line.startswith("error: http://127.0.0.1:9/dongguanting/FollowRAG/")
    assert "FOLLOWRAG_DATA" in line
    assert "followrag_demo" in line


def test_a_server_that_speaks_no_http_is_an_input_error(monkeypatch: pytest.MonkeyPatch) -> None:
    def greet() -> None:
        connection, _ = server.accept()
        with connection:
            connection.recv(1 << 16)
            connection.sendall(b"220 mail.example.org ESMTP\r\n")

    with socket.create_server(("127.0.0.1", 0)) as server:
        monkeypatch.setenv("FOLLOWRAG_MIRROR", f"http://127.0.0.1:{server.getsockname()[1]}")
        thread = threading.Thread(target=greet)
        thread.start()
        with pytest.raises(InputError, match="can't be fetched"):
            fetch(NQ)
        thread.join()


@pytest.mark.parametrize("address", ["127.0.0.1:9", "http://127.0.0.1:9/a b", "http://[::1"])
def test_an_address_that_is_none_is_an_input_error(
    monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    monkeypatch.setenv("FOLLOWRAG_MIRROR", address)
    with pytest.raises(InputError, match="can't be fetched"):
        fetch(NQ)


def test_a_cache_that_cant_be_written_is_refused_with_the_remedy(
    published: Mirror, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("FOLLOWRAG_CACHE", str(tmp_path / "file" / "cache"))
    with pytest.raises(InputError, match="name a writable folder in FOLLOWRAG_CACHE"):
        fetch(NQ)


def test_fetching_puts_nothing_but_the_answer_on_standard_output(
    published: Mirror, command: Callable[..., subprocess.CompletedProcess[str]]
) -> None:
    ended = command("data", "followrag", "--json")
    assert ended.stdout.startswith("{")
    assert json.loads(ended.stdout)["count"] == 2100


def test_the_cache_is_in_the_users_cache_folder_unless_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("FOLLOWRAG_CACHE")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert cache_folder() == tmp_path / "followrag"
