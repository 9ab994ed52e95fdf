"""Files that appear whole or not at all."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from followrag.files import settle, write_together


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
