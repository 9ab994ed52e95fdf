"""The journal's promises: whole lines, one writer, nothing lost."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from followrag.errors import OutputError
from followrag.llm import Journal

VALUES = st.dictionaries(
    st.text(max_size=5), st.none() | st.integers() | st.text(st.characters(exclude_categories=()))
)


def filled(path: Path) -> Path:
    with Journal(path) as journal:
        journal.add("a", {"text": "one"})
        journal.add("b", {"text": "two"})
    return path


def test_values_are_there_after_opening_again(tmp_path: Path) -> None:
    with Journal(filled(tmp_path / "new folder" / "j.jsonl")) as journal:
        assert journal.get("a") == {"text": "one"}
        assert journal.get("c") is None
        assert len(journal) == 2
        assert "b" in journal


def test_a_line_is_in_the_file_as_soon_as_it_is_added(tmp_path: Path) -> None:
    with Journal(tmp_path / "j") as journal:
        journal.add("a", {"text": "one"})
        assert json.loads(journal.path.read_text()) == {"key": "a", "value": {"text": "one"}}
        assert journal.get("a") == {"text": "one"}


def test_a_key_keeps_its_first_value(tmp_path: Path) -> None:
    with Journal(filled(tmp_path / "j")) as journal:
        journal.add("a", {"text": "other"})
        assert journal.get("a") == {"text": "one"}
    assert filled(tmp_path / "j").read_text().count("\n") == 2


@given(st.lists(VALUES, max_size=5), st.data())
def test_a_file_cut_anywhere_keeps_its_whole_lines(
    tmp_path_factory: pytest.TempPathFactory, values: list[dict[str, object]], data: st.DataObject
) -> None:
    path = tmp_path_factory.mktemp("cut") / "j"
    with Journal(path) as journal:
        for number, value in enumerate(values):
            journal.add(str(number), value)
    whole = path.read_bytes()
    cut = whole[: data.draw(st.integers(0, len(whole)))]
    path.write_bytes(cut)
    with Journal(path) as journal:
        assert len(journal) == cut.count(b"\n")
        for number in range(len(journal)):
            assert journal.get(str(number)) == values[number]
        for number, value in enumerate(values):
            journal.add(str(number), value)
    assert path.read_bytes() == whole


def test_a_file_that_is_no_journal_stays_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "items.jsonl"
    path.write_text('{"key": 1, "prompt": "where"}\n{"key": 2')
    with pytest.raises(OutputError, match=r"items\.jsonl, line 1: is not a journal's; remove"):
        Journal(path)
    path.write_text("no line end")
    with pytest.raises(OutputError, match="line 1"):
        Journal(path)
    assert path.read_text() == "no line end"


def test_one_process_at_a_time(tmp_path: Path) -> None:
    code = "import sys; from pathlib import Path; from followrag.llm import Journal\n"
    code += "Journal(Path(sys.argv[1]))"
    with Journal(tmp_path / "j") as journal:
        second = subprocess.run(
            [sys.executable, "-c", code, journal.path], capture_output=True, text=True, timeout=60
        )
        assert f"OutputError: {journal.path}: another process is writing to it" in second.stderr
    with Journal(tmp_path / "j"):
        pass


def test_a_folder_that_cannot_be_written_to_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match=r"file/j: can't be written to \(.+\)"):
        Journal(tmp_path / "file" / "j")


def test_a_file_that_may_not_grow_keeps_no_torn_line(tmp_path: Path) -> None:
    code = (
        "import resource, signal, sys; from pathlib import Path\n"
        "from followrag.errors import OutputError; from followrag.llm import Journal\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))\n"
        "with Journal(Path(sys.argv[1])) as journal:\n"
        "    journal.add('a', {'text': 'short'})\n"
        "    try: journal.add('b', {'text': 'long' * 100})\n"
        "    except OutputError as error: print(error)\n"
        "    journal.add('c', {'text': 'short'})\n"
    )
    told = subprocess.run(
        [sys.executable, "-c", code, tmp_path / "j"], capture_output=True, text=True, timeout=60
    )
    assert told.stdout.startswith(f"{tmp_path / 'j'}: can't be written to ("), told.stderr
    with Journal(tmp_path / "j") as journal:
        assert (len(journal), journal.get("b")) == (2, None)
