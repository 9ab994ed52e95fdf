"""What several processes and several kinds of requests share in a record."""

from __future__ import annotations

from pathlib import Path

from followrag.tasks.recording import Record


def test_a_process_without_answers_leaves_the_others_journals(tmp_path: Path) -> None:
    record = Record(tmp_path / "unfinished" / "run", own_tasks=())
    with record.journal(0) as journal:
        journal.add("key", {"text": "kept"})
        with record.journal(1):
            pass
    with record.journal(0) as journal:
        assert journal.get("key") == {"text": "kept"}


def test_finished_journals_are_removed_with_their_folder(tmp_path: Path) -> None:
    record = Record(tmp_path / "unfinished" / "run", own_tasks=())
    for rank in (0, 1):
        with record.journal(rank) as journal:
            journal.add("key", {"text": "kept"})
    record.discard()
    assert list(tmp_path.iterdir()) == []


def test_journals_of_other_runs_stay(tmp_path: Path) -> None:
    ours, other = (Record(tmp_path / "unfinished" / name, own_tasks=()) for name in ("a", "b"))
    for record in (ours, other):
        with record.journal(0) as journal:
            journal.add("key", {"text": "kept"})
    ours.discard()
    assert [path.name for path in (tmp_path / "unfinished").iterdir()] == ["b_rank0.jsonl"]
