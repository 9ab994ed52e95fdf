"""Reading rows: two formats, and bad rows kept apart from good ones."""

from __future__ import annotations

import json
import os
import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from followrag.errors import InputError
from followrag.records import read_records

rows = st.lists(st.dictionaries(st.text(), st.integers() | st.text(), max_size=3), min_size=1)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "rows.json"


def values(path: Path) -> list[dict[str, object]]:
    records = read_records(path)
    assert records.bad == []
    return [record.value for record in records.good]


def test_a_json_array_is_read(path: Path) -> None:
    path.write_text('[{"a": 1},\n {"a": 2}]\n')
    assert values(path) == [{"a": 1}, {"a": 2}]


def test_json_lines_are_read(path: Path) -> None:
    path.write_text('{"a": 1}\n{"a": 2}')
    assert values(path) == [{"a": 1}, {"a": 2}]


@pytest.mark.parametrize("text", ['\n[{"a": 1}]', '\n{"a": 1}\n'])
def test_a_pipe_is_read(tmp_path: Path, text: str) -> None:
    """A shell makes one of `<(zcat responses.jsonl.gz)`."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = threading.Thread(target=pipe.write_text, args=[text])
    writer.start()
    assert values(pipe) == [{"a": 1}]
    writer.join()


@pytest.mark.parametrize("text", ['[{"a": 1}]', '{"a": 1}\n'])
def test_a_byte_order_mark_is_passed_over(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8-sig")
    assert values(path) == [{"a": 1}]


def test_windows_line_ends_and_blank_lines_are_passed_over(path: Path) -> None:
    path.write_bytes(b'\r\n{"a": 1}\r\n\r\n   \n{"a": 2}\r\n\r\n')
    assert values(path) == [{"a": 1}, {"a": 2}]


@pytest.mark.parametrize("separator", ["\u2028", "\u2029", "\x85"])
def test_only_newlines_end_a_line(path: Path, separator: str) -> None:
    row = {"a": f"one{separator}two"}
    path.write_text(json.dumps(row, ensure_ascii=False), "utf-8")
    assert values(path) == [row]


def test_a_broken_line_is_kept_apart_with_its_line_number(path: Path) -> None:
    path.write_text('{"a": 1}\n\n{"a": \n{"a": 2}\n')
    records = read_records(path)
    assert [record.value for record in records.good] == [{"a": 1}, {"a": 2}]
    (problem,) = records.bad
    assert problem.where == f"{path}, line 3"
    assert "is not JSON" in problem.message


def test_a_good_line_knows_its_line_number(path: Path) -> None:
    path.write_text('\n{"a": 1}\n')
    assert read_records(path).good[0].where == f"{path}, line 2"


@pytest.mark.parametrize(("line", "kind"), [("3", "int"), ("[]", "list"), ("null", "NoneType")])
def test_a_line_that_is_no_object_is_kept_apart(path: Path, line: str, kind: str) -> None:
    path.write_text('{"a": 1}\n' + line)
    (problem,) = read_records(path).bad
    assert str(problem) == f"{path}, line 2: is a JSON {kind}, not an object"


def test_an_array_entry_that_is_no_object_is_kept_apart_with_its_row_number(path: Path) -> None:
    path.write_text('[{"a": 1}, "b"]')
    (problem,) = read_records(path).bad
    assert str(problem) == f"{path}, row 1: is a JSON str, not an object"


def test_a_line_nested_too_deep_is_kept_apart(path: Path) -> None:
    path.write_text('{"a": 1}\n{"a": ' + "[" * 100_000)
    records = read_records(path)
    assert (len(records.good), len(records.bad)) == (1, 1)


def test_a_truncated_array_is_refused_with_the_file_and_the_remedy(path: Path) -> None:
    path.write_text('[{"a": 1}, {"a": ')
    with pytest.raises(InputError, match=r"rows\.json: is not JSON .* fetch it again"):
        read_records(path)


@pytest.mark.parametrize("text", ["", "\n \n", "[]", "[1, 2]", "not JSON"])
def test_a_file_without_any_object_is_refused(path: Path, text: str) -> None:
    path.write_text(text)
    with pytest.raises(InputError, match="holds no JSON object"):
        read_records(path)


def test_a_file_of_broken_lines_is_refused_with_the_first_problem(path: Path) -> None:
    path.write_text("{\n{\n")
    with pytest.raises(InputError, match=r"first problem: .*line 1"):
        read_records(path)


def test_a_missing_file_is_refused(path: Path) -> None:
    with pytest.raises(InputError, match="No such file"):
        read_records(path)


def test_a_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="can't be read"):
        read_records(tmp_path)


def test_a_compressed_file_is_refused_with_a_hint(path: Path) -> None:
    path.write_bytes(b"\x1f\x8b\x08\x00\xff\xff")
    with pytest.raises(InputError, match="decompress it"):
        read_records(path)


@given(rows)
def test_lines_and_array_hold_the_same(
    tmp_path_factory: pytest.TempPathFactory, rows: list[dict[str, object]]
) -> None:
    folder = tmp_path_factory.mktemp("both")
    lines, array = folder / "lines.jsonl", folder / "array.json"
    lines.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows), "utf-8")
    array.write_text(json.dumps(rows, indent=1), "utf-8")
    assert values(lines) == values(array) == rows
