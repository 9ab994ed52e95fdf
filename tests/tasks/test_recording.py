"""What several processes and several kinds of requests share in a record."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from lm_eval.api.instance import Instance
from lm_eval.api.model import LM

from followrag.llm import Reply
from followrag.tasks.notes import Note
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


class Echo(LM):  # type: ignore[misc]  # lm_eval is untyped
    """A model that repeats its prompt; a second process has answered `elsewhere`."""

    def __init__(self, elsewhere: Sequence[Note] = ()) -> None:
        super().__init__()
        self.elsewhere = elsewhere
        self._world_size = 2 if elsewhere else 1

    def generate_until(self, requests: Sequence[Instance], disable_tqdm: bool = False) -> list[str]:
        return [request.args[0] for request in requests]

    def gather_object(self, thing: object, dst: int = 0) -> list[object]:
        return [thing, self.elsewhere]

    def loglikelihood(self, requests: Sequence[Instance]) -> NoReturn:
        raise NotImplementedError

    loglikelihood_rolling = loglikelihood


def asked(prompt: str, repeats: int = 1) -> Instance:
    settings = {"until": [], "max_gen_toks": 4}
    metadata = ("followrag_demo", 0, repeats)
    return Instance("generate_until", {"key": prompt}, (prompt, settings), 0, metadata)


def test_a_request_that_is_repeated_to_keep_processes_busy_is_one_answer(tmp_path: Path) -> None:
    record = Record(tmp_path / "run", own_tasks=["followrag_demo"])
    first, last = asked("a"), asked("b")
    assert record.recorded(Echo()).generate_until([first, last, last]) == ["a", "b", "b"]
    assert [note.key for note in record.notes] == ["a", "b"]


def test_the_answers_of_all_processes_are_noted(tmp_path: Path) -> None:
    elsewhere = Note("followrag_demo", "z", Reply("z"), None, None)
    record = Record(tmp_path / "run", own_tasks=["followrag_demo"])
    record.recorded(Echo([elsewhere])).generate_until([asked("a")])
    assert [note.key for note in record.notes] == ["a", "z"]


def test_answers_of_an_earlier_run_are_told_from_new_ones(tmp_path: Path) -> None:
    for prompts in (["a"], ["a", "b"]):
        record = Record(tmp_path / "run", own_tasks=["followrag_demo"])
        record.recorded(Echo()).generate_until([asked(prompt) for prompt in prompts])
    assert [note.kept for note in record.notes] == [True, False]


def test_several_answers_to_a_prompt_have_a_note_each(tmp_path: Path) -> None:
    record = Record(tmp_path / "run", own_tasks=["followrag_demo"])
    first, last = asked("a", repeats=2), asked("b", repeats=2)
    record.recorded(Echo()).generate_until([first, first, last, last, last, last])
    assert [(note.key, note.sample) for note in record.notes] == [
        ("a", 0),
        ("a", 1),
        ("b", 0),
        ("b", 1),
    ]
