"""Files that appear whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from followrag.files import settle, write_together, write_whole


def contents(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text() if path.is_file() else "" for path in folder.iterdir()}


def stuck() -> Iterator[bytes]:
    yield b"half"
    raise KeyboardInterrupt


def test_files_are_replaced_together_and_others_stay(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("old")
    (tmp_path / "other").write_text("kept")
    write_together(tmp_path, {"a": [b"n", b"ew"], "b-c": [b"too"]})
    assert contents(tmp_path) == {"a": "new", "b-c": "too", "other": "kept"}


def test_the_folder_is_made(tmp_path: Path) -> None:
    write_together(tmp_path / "new" / "run", {"a": [b"1"]})
    assert contents(tmp_path / "new" / "run") == {"a": "1"}


def test_an_interruption_leaves_everything_as_it_was(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("old")
    with pytest.raises(KeyboardInterrupt):
        write_together(tmp_path, {"a": [b"new"], "b": stuck()})
    assert contents(tmp_path) == {"a": "old"}


def test_a_folder_in_the_place_of_a_file_leaves_everything_as_it_was(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("old")
    (tmp_path / "b").mkdir()
    with pytest.raises(IsADirectoryError):
        write_together(tmp_path, {"a": [b"new"], "b": [b"new"]})
    assert contents(tmp_path) == {"a": "old", "b": ""}


def test_what_a_kill_has_left_unfinished_goes_with_the_next_write(tmp_path: Path) -> None:
    (tmp_path / ".123.unfinished").mkdir()
    (tmp_path / ".123.unfinished" / "000-a").write_text("half")
    write_together(tmp_path, {"b": [b"new"]})
    assert contents(tmp_path) == {"b": "new"}


def test_what_a_kill_has_left_complete_is_put_in_place(tmp_path: Path) -> None:
    (tmp_path / ".ready").mkdir()
    (tmp_path / ".ready" / "001-b").write_text("new")
    (tmp_path / "a").write_text("new")
    (tmp_path / "b").write_text("old")
    settle(tmp_path)
    assert contents(tmp_path) == {"a": "new", "b": "new"}


def test_where_nothing_was_left_nothing_is_done(tmp_path: Path) -> None:
    settle(tmp_path / "nowhere")
    settle(tmp_path)
    assert contents(tmp_path) == {}


def test_a_link_is_followed_and_stays(tmp_path: Path) -> None:
    for there in ("old", None):
        target = tmp_path / f"{there}.txt"
        if there:
            target.write_text(there)
        link = tmp_path / f"link to {there}"
        link.symlink_to(target.name)
        write_whole(link, [b"new"])
        assert link.is_symlink()
        assert target.read_text() == "new"


def test_a_pipe_is_written_to(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    write_whole(pipe, [b"n", b"ew"])
    assert os.read(reader, 10) == b"new"
    os.close(reader)
    assert pipe.is_fifo()


def test_a_device_stays_a_device() -> None:
    write_whole(Path("/dev/null"), [b"gone"])
    assert Path("/dev/null").is_char_device()


def test_nothing_is_made_where_a_folder_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for path in (tmp_path, Path()):
        with pytest.raises(IsADirectoryError):
            write_whole(path, [b"new"])
    assert contents(tmp_path) == {}


def test_links_that_lead_in_a_circle_are_an_error(tmp_path: Path) -> None:
    (tmp_path / "a").symlink_to("b")
    (tmp_path / "b").symlink_to("a")
    with pytest.raises(OSError, match="symbolic links"):
        write_whole(tmp_path / "a", [b"new"])
    assert (tmp_path / "a").is_symlink()
