"""Baselines: the file, and the command that writes it."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from gate_sides import SETTINGS, prompt_outcomes
from hypothesis import given, settings
from hypothesis import strategies as st
from made_entries import made_entry

from followrag import load_items
from followrag.errors import InputError
from followrag.leaderboard.gate import compare_runs
from followrag.leaderboard.outcomes import Check, Outcomes, RowOutcome
from followrag.leaderboard.reading.baseline_file import baseline_bytes, is_baseline, read_baseline
from followrag.leaderboard.reading.finding import find_runs
from followrag.runs import write_run
from followrag.scoring import error_row, score_item
from followrag.summary import summarise

Command = Callable[..., subprocess.CompletedProcess[str]]
MakeRun = Callable[..., Path]

shares = st.none() | st.sampled_from([0.0, 0.5, 1.0])
checks = st.builds(Check, st.text(), st.booleans(), st.booleans(), st.booleans())
row_lists = st.lists(
    st.builds(
        RowOutcome,
        key=st.text(st.characters()),
        dataset=st.sampled_from(["nq", "tqa", ""]),
        checks=st.lists(checks, min_size=1, max_size=3),
        qa_acc=shares,
        rating=shares,
        judge_error=st.booleans(),
        error=st.booleans(),
        length=st.integers(0, 10**6),
        digest=st.integers(0, 2**64 - 1),
        qa_acc_unwrapped=shares,
        qa_acc_other_language=shares,
        condition=st.sampled_from(["", "passages=0", "passages=10"]),
        origin=st.text(max_size=2),
    ),
    min_size=1,
    max_size=5,
    unique_by=lambda row: row.key,
)


@pytest.fixture
def run(tmp_path: Path, write_demo_run: MakeRun) -> Path:
    return write_demo_run(tmp_path / "run")


@pytest.fixture
def baseline(tmp_path: Path, run: Path) -> Path:
    path = tmp_path / "baseline.json"
    path.write_bytes(baseline_bytes(find_runs([str(run)]).entries))
    return path


# The file


@settings(deadline=None)
@given(rows=row_lists, model=st.text(), second=row_lists)
def test_what_is_written_is_read_again(
    tmp_path_factory: pytest.TempPathFactory,
    rows: list[RowOutcome],
    second: list[RowOutcome],
    model: str,
) -> None:
    runs = (Outcomes.of(each) for each in (rows, second))
    entries = [made_entry(f"m {model}", run, **SETTINGS) for run in runs]
    path = tmp_path_factory.getbasetemp() / "written.json"
    path.write_bytes(baseline_bytes(entries))
    read = read_baseline(path)
    assert [entry.model for entry in read] == [entry.model for entry in entries]
    for entry, again in zip(entries, read, strict=True):
        assert entry.settings.mismatches(again.settings) == []
        assert again.outcomes is not None
        assert entry.outcomes is not None
        assert again.outcomes.keys == entry.outcomes.keys
        for name in ("dataset", "qa_acc", "rating", "judge_error", "error", "length", "digest"):
            np.testing.assert_array_equal(
                getattr(again.outcomes, name), getattr(entry.outcomes, name)
            )
        for name in ("condition", "origin", "row", "id", "strict", "loose", "unchecked"):
            np.testing.assert_array_equal(
                getattr(again.outcomes, name), getattr(entry.outcomes, name)
            )


def test_a_row_is_a_line_and_a_row_that_is_decided_otherwise_changes_one() -> None:
    before = prompt_outcomes([True] * 50)
    after = prompt_outcomes([True] * 49 + [False])
    old, new = (baseline_bytes([made_entry("m", run)]).splitlines() for run in (before, after))
    assert len(old) == len(new)
    changed = [line for line, other in zip(old, new, strict=True) if line != other]
    assert changed[-1].startswith(b'{"key": "49", ')
    assert all(re.match(rb'"\w+": \{"value": ', line) for line in changed[:-1])


def test_it_holds_no_text_path_or_secret(run: Path, baseline: Path, tmp_path: Path) -> None:
    content = baseline.read_text()
    rows = [json.loads(line) for line in (run / "rows.jsonl").read_text().splitlines()]
    for row in rows:
        assert row["question"] not in content
        assert row["response"] not in content
    assert str(tmp_path) not in content
    details = {"model_args": {"api_key": "s3c"}}
    entry = made_entry("/home/me/models/mine", prompt_outcomes([True]), details=details)
    written = baseline_bytes([entry]).decode()
    assert '"model": "mine"' in written
    assert "s3c" not in written


def test_a_run_and_its_baseline_are_the_same(run: Path, baseline: Path) -> None:
    comparison = compare_runs(baseline, run)
    assert comparison.decision.identical
    assert comparison.notes == ()


def test_a_baseline_is_told_from_other_files(baseline: Path, tmp_path: Path) -> None:
    assert is_baseline(baseline)
    marked = tmp_path / "marked.json"
    marked.write_bytes(b"\xef\xbb\xbf" + baseline.read_bytes())
    assert is_baseline(marked)
    assert read_baseline(marked)
    reordered = json.dumps({"runs": [], "schema": "followrag.baseline/1"})
    for content in (reordered, "<<<<<<< HEAD\n" + baseline.read_text()):
        marked.write_text(content)
        assert is_baseline(marked)
    for content in ("", "[]", '{"results": {}}', '{"schema": "other"}'):
        marked.write_text(content)
        assert not is_baseline(marked)
    assert not is_baseline(tmp_path)
    assert not is_baseline(tmp_path / "missing")


def edited(baseline: Path, edit: Callable[[dict[str, Any]], None]) -> Path:
    content = json.loads(baseline.read_text())
    edit(content)
    baseline.write_text(json.dumps(content))
    return baseline


def repeat_a_row(content: dict[str, Any]) -> None:
    rows = content["runs"][0]["rows"]
    rows[1]["key"] = rows[0]["key"]


def flip_a_verdict(content: dict[str, Any]) -> None:
    check = content["runs"][0]["rows"][0]["checks"][0]
    check[1] = "no" if check[1] == "strict" else "strict"


@pytest.mark.parametrize(
    ("edit", "said"),
    [
        (lambda content: content.update(schema="followrag.baseline/9"), "is not of schema"),
        (lambda content: content.update(runs=[]), "is damaged"),
        (lambda content: content["runs"][0].pop("settings"), "is damaged"),
        (lambda content: content["runs"][0]["rows"][3].update(qa_acc=2), r"rows\[3\].qa_acc"),
        (lambda content: content["runs"][0]["rows"][3].update(checks=[]), r"rows\[3\].checks"),
        (
            lambda content: content["runs"][0]["rows"][0]["checks"][0].__setitem__(1, "yes"),
            "run 0, row 0: 'yes' is no verdict; one of strict, loose, no, error",
        ),
        (lambda content: content["runs"][0]["rows"][3].update(length=2**63), r"rows\[3\].length"),
        (lambda content: content.update(more=1), "unknown field `more`"),
        (lambda content: content["runs"][0].update(more=1), "unknown field `more`"),
        (
            lambda content: content["runs"][0].update(date="2026-13-45"),
            r"run 0: its date is no date \(",
        ),
        (lambda content: content["runs"][0].update(figures={}), "figures are not those that"),
        (
            lambda content: content["runs"][0]["figures"].pop("qa_acc"),
            r"run 0: its figures are not those that its rows give \(qa_acc\); restore it",
        ),
        (repeat_a_row, "run 0, row 1: key '0' is there twice"),
        (flip_a_verdict, "is not what its rows give"),
        (lambda content: content["runs"][0]["rows"].pop(), "is not what its rows give"),
    ],
)
def test_what_is_wrong_with_a_baseline_is_named(
    baseline: Path, edit: Callable[[dict[str, Any]], None], said: str
) -> None:
    with pytest.raises(InputError, match=said) as raised:
        read_baseline(edited(baseline, edit))
    assert str(raised.value).startswith(str(baseline))


@pytest.mark.parametrize(
    "change",
    [
        lambda content: content[: len(content) // 2],
        lambda content: b"<<<<<<< HEAD\n" + content,
        lambda content: content.replace(b'{"key": "3"', b"<<<<<<< HEAD\n", 1),
        lambda content: content.replace(b"followrag_demo", b"\xff", 1),
    ],
)
def test_a_file_that_is_cut_or_merged_is_refused(
    baseline: Path, change: Callable[[bytes], bytes]
) -> None:
    baseline.write_bytes(change(baseline.read_bytes()))
    said = r"is a damaged baseline: not JSON .* write it again with `followrag baseline"
    with pytest.raises(InputError, match=said):
        compare_runs(baseline, baseline)


def test_a_figure_that_only_later_versions_know_may_be_missing(baseline: Path) -> None:
    read = read_baseline(
        edited(baseline, lambda content: content["runs"][0]["figures"].pop("joint_acc"))
    )
    assert read[0].figure("joint_acc") is not None


# The command


def test_the_first_update_writes_the_file_and_the_next_finds_it_current(
    command: Command, run: Path, tmp_path: Path
) -> None:
    path = tmp_path / "new" / "baseline.json"
    first = command("baseline", "update", path, run)
    assert (first.returncode, first.stderr) == (0, "")
    assert re.search(r"^inst_level_loose_acc +- +\d+\.\d$", first.stdout, re.MULTILINE)
    assert path.read_bytes() == baseline_bytes(find_runs([str(run)]).entries)
    second = command("baseline", "update", path, run)
    assert second.stdout == f"{path}: holds this run already\n"


def test_a_change_is_shown_before_it_is_written(
    command: Command, baseline: Path, tmp_path: Path, write_demo_run: MakeRun
) -> None:
    other = write_demo_run(
        tmp_path / "other", model="new\x1b[31m", skill=0.9, seed=1, generation_kwargs={}
    )
    before = baseline.read_bytes()
    shown = command("baseline", "update", baseline, other, "--check")
    assert (shown.returncode, baseline.read_bytes()) == (1, before)
    assert "model: model before, new\\x1b[31m after\n" in shown.stdout
    assert "generation: temperature is 0.0 and not recorded\n" in shown.stdout
    flipped = {flip.key for flip in compare_runs(baseline, other, allow=["generation"]).flips}
    assert f"{len(flipped)} of 72 rows are decided otherwise\n" in shown.stdout
    listed = re.findall(r"^  (\d+): .* -> ", shown.stdout, re.MULTILINE)
    assert len(listed) == 10
    assert set(listed) <= flipped
    written = command("baseline", "update", baseline, other)
    assert (written.returncode, written.stderr) == (0, "")
    assert read_baseline(baseline)[0].model == "new\x1b[31m"
    assert command("baseline", "update", baseline, other, "--check").returncode == 0


def test_several_seeds_are_kept(command: Command, tmp_path: Path, write_demo_run: MakeRun) -> None:
    for seed in (1, 2):
        write_demo_run(tmp_path / "seeds" / str(seed), seed=seed)
    path = tmp_path / "baseline.json"
    assert command("baseline", "update", path, tmp_path / "seeds").returncode == 0
    assert len(read_baseline(path)) == 2
    assert compare_runs(path, tmp_path / "seeds").decision.identical


def test_a_damaged_baseline_is_replaced(command: Command, run: Path, baseline: Path) -> None:
    sound = baseline.read_bytes()
    baseline.write_bytes(sound[:-50])
    ended = command("baseline", "update", baseline, run)
    assert ended.returncode == 0
    said = f"can't be compared with what is there: {baseline}: is a damaged baseline: not JSON ("
    assert ended.stdout.startswith(said)
    assert baseline.read_bytes() == sound


def test_another_file_is_not_replaced(command: Command, run: Path, tmp_path: Path) -> None:
    path = tmp_path / "package.json"
    path.write_text("{}")
    ended = command("baseline", "update", path, run)
    assert (ended.returncode, path.read_text()) == (2, "{}")
    assert (
        ended.stderr == f"error: {path}: is no baseline, so it is not replaced; name another file\n"
    )


@pytest.mark.parametrize("place", ["folder", "file/below.json"])
def test_a_place_that_can_not_be_written_to_is_named(
    command: Command, run: Path, tmp_path: Path, place: str
) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").touch()
    ended = command("baseline", "update", tmp_path / place, run)
    assert ended.returncode == 2
    assert ended.stderr.startswith(f"error: {tmp_path / place}: can't be ")


def test_rows_that_could_not_be_scored_or_rated_are_counted(
    command: Command, tmp_path: Path
) -> None:
    items = load_items("followrag_demo")
    rows = [error_row(item, "no response") for item in items][:3]
    rows += [score_item(item, "Paris") for item in items][3:]
    write_run(tmp_path / "run", items, rows, summarise(rows), {"model": "model"})
    ended = command("baseline", "update", tmp_path / "baseline.json", tmp_path / "run")
    assert ended.returncode == 0
    said = f"warning: {tmp_path / 'run'}: 3 rows could not be scored, and count as not followed\n"
    assert ended.stderr == said


def test_a_full_disk_behind_the_output_does_not_change_the_exit_code(
    run: Path, baseline: Path, tmp_path: Path, write_demo_run: MakeRun
) -> None:
    other = write_demo_run(tmp_path / "other", seed=1)
    for candidate, options, code in ((run, [], 0), (other, ["--check"], 1), (other, [], 0)):
        words = [sys.executable, "-m", "followrag", "baseline", "update", baseline, candidate]
        with Path("/dev/full").open("w") as full:
            ended = subprocess.run(
                [*map(str, words), *options],
                stdout=full,
                stderr=subprocess.PIPE,
                text=True,
                timeout=60,
            )
        assert ended.returncode == code
        assert set(ended.stderr.splitlines()) == {
            "warning: standard output: can't be written to (No space left on device); send it "
            "elsewhere"
        }
    assert baseline.read_bytes() == baseline_bytes(find_runs([str(other)]).entries)
