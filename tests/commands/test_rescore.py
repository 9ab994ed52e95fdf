"""`followrag rescore`, as typed."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from followrag.reading import read_recorded, read_run
from followrag.runs import read_metrics

Command = Callable[..., subprocess.CompletedProcess[str]]

ROW = {
    "type": "ifnq",
    "prompt": "Where is the Eiffel Tower? Use at least 3 words.",
    "question": "Where is the Eiffel Tower?",
    "answer_gold": "Paris",
    "instruction_id_list": ["length_words"],
    "kwargs": [{"num_words": 3, "relation": "at least"}],
}
TEXTS = ("In Paris, France", "Rome", "\ud83d Paris")


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def rewrite(path: Path, change: Callable[[Any], Any]) -> None:
    """Change the JSON objects of a file, in place or by giving others."""
    values = [json.loads(line) for line in path.read_text().splitlines()]
    changed = [change(value) or value for value in values]
    path.write_text("".join(json.dumps(value) + "\n" for value in changed))


@pytest.fixture
def items(tmp_path: Path) -> Path:
    path = tmp_path / "items.jsonl"
    path.write_text("".join(json.dumps({"key": key, **ROW}) + "\n" for key in range(4)))
    return path


@pytest.fixture
def run(command: Command, items: Path, tmp_path: Path) -> Path:
    """A run of three answers and an error row."""
    responses = tmp_path / "responses.jsonl"
    rows = [{"key": key, "response": text} for key, text in enumerate(TEXTS)]
    responses.write_text("".join(json.dumps(row) + "\n" for row in rows))
    ended = command("score", responses, "--items", items, "--out", tmp_path / "run")
    assert ended.returncode == 0, ended.stderr
    return tmp_path / "run"


@pytest.fixture
def old_run(run: Path) -> Path:
    """The same run as an older scorer might have left it."""
    manifest = json.loads((run / "manifest.json").read_text())
    manifest["scorer_version"] = "0"
    manifest["packages"]["nltk"] = "3.8"
    (run / "manifest.json").write_text(json.dumps(manifest))

    def misjudged(row: dict[str, Any]) -> None:
        if row["key"] == 0:
            row["constraints"][0].update(passed=False, reason="2 words, said the old scorer")

    rewrite(run / "rows.jsonl", misjudged)
    metrics = read_metrics(run)
    metrics["overall"]["inst_level_strict_acc"]["value"] = 0.0
    (run / "metrics.json").write_text(json.dumps(metrics))
    return run


def test_a_run_of_this_scorer_does_not_change(command: Command, run: Path) -> None:
    before = contents(run)
    ended = command("rescore", run)
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "nothing changed\n", "")
    assert contents(run) == before


def test_what_changed_is_printed_and_the_run_is_as_if_scored_now(
    command: Command, old_run: Path, items: Path, tmp_path: Path
) -> None:
    command("score", tmp_path / "responses.jsonl", "--items", items, "--out", tmp_path / "new")
    ended = command("rescore", old_run)
    assert ended.returncode == 0, ended.stderr
    lines = ended.stdout.splitlines()
    assert lines[0] == "scorer version: 0 -> 1"
    assert lines[1].startswith("nltk: 3.8 -> ")
    (figure,) = [line for line in lines if "inst_level_strict_acc" in line]
    assert figure.split() == [
        *("overall", "inst_level_strict_acc"),
        *("0.00±25.00", "(n=4)", "25.00±25.00", "(n=4)"),
    ]
    assert lines[-1] == (
        "key 0, length_words: failed -> passed: 3 words; at least 3 asked "
        "(was: 2 words, said the old scorer)"
    )
    for name in ("rows.jsonl", "metrics.json"):
        assert (old_run / name).read_bytes() == (tmp_path / "new" / name).read_bytes()


def test_changes_and_what_was_before_are_kept(command: Command, old_run: Path) -> None:
    before = json.loads((old_run / "manifest.json").read_text())
    command("rescore", old_run)
    (line,) = (old_run / "changes.jsonl").read_text().splitlines()
    assert json.loads(line)["what"] == "length_words"
    manifest = json.loads((old_run / "manifest.json").read_text())
    assert manifest["scorer_version"] == "1"
    (kept,) = manifest.pop("rescored")
    assert kept == {name: before[name] for name in ("items", "mode", "scorer_version", "packages")}
    assert manifest["model"] == before["model"]
    first = contents(old_run)
    assert command("rescore", old_run).stdout == "nothing changed\n"
    assert contents(old_run) == first


def test_with_out_the_run_itself_is_left_alone(
    command: Command, old_run: Path, tmp_path: Path
) -> None:
    before = contents(old_run)
    ended = command("rescore", old_run, "--out", tmp_path / "again")
    assert ended.returncode == 0, ended.stderr
    assert contents(old_run) == before
    assert sorted(contents(tmp_path / "again")) == [
        *("changes.jsonl", "manifest.json", "metrics.json", "rows.jsonl")
    ]
    command("rescore", old_run)
    assert contents(old_run) == contents(tmp_path / "again")


def test_a_dry_run_prints_the_same_and_writes_nothing(command: Command, old_run: Path) -> None:
    before = contents(old_run)
    dry = command("rescore", old_run, "--dry-run")
    assert (dry.returncode, dry.stderr) == (0, "")
    assert contents(old_run) == before
    assert dry.stdout == command("rescore", old_run).stdout


def test_json_is_all_that_is_printed(command: Command, old_run: Path) -> None:
    printed = json.loads(command("rescore", old_run, "--json").stdout)
    assert [change["what"] for change in printed["changes"]] == ["length_words"]
    assert [change["figure"] for change in printed["figures"]] == ["inst_level_strict_acc"]
    assert (printed["before"]["scorer_version"], printed["now"]["scorer_version"]) == ("0", "1")


def test_a_run_of_eval_needs_nothing_but_its_folder(command: Command, tmp_path: Path) -> None:
    ended = command("eval", "--limit", "3", "--output_path", tmp_path / "runs", "--json")
    assert ended.returncode == 0, ended.stderr
    (manifest,) = (tmp_path / "runs").rglob("manifest.json")
    before = contents(manifest.parent)
    ended = command("rescore", manifest.parent)
    assert (ended.returncode, ended.stdout) == (0, "nothing changed\n")
    assert contents(manifest.parent) == before
    command("rescore", manifest.parent, "--out", tmp_path / "elsewhere" / "again")
    beside = (
        tmp_path
        / "elsewhere"
        / json.loads((tmp_path / "elsewhere" / "again" / "manifest.json").read_text())["samples"]
    )
    assert beside.samefile(next(manifest.parents[1].glob("samples_*.jsonl")))


# Items that are others now


def test_items_that_changed_are_refused_unless_named(
    command: Command, run: Path, items: Path
) -> None:
    rewrite(items, lambda row: {**row, "answer_gold": "Rome"})
    before = contents(run)
    ended = command("rescore", run)
    assert (ended.returncode, ended.stdout) == (2, "")
    (line,) = ended.stderr.splitlines()
    assert "was scored with other items" in line
    assert "--items" in line
    assert contents(run) == before


def test_a_changed_gold_answer_explains_its_row_and_figures(
    command: Command, run: Path, items: Path
) -> None:
    rewrite(items, lambda row: {**row, "answer_gold": "Rome"} if row["key"] == 1 else None)
    ended = command("rescore", run, "--items", items)
    assert ended.returncode == 0, ended.stderr
    assert ended.stdout.startswith("items: ")
    assert "key 1, answer_gold: Paris -> Rome\n" in ended.stdout
    assert "key 1, qa_acc: 0.0 -> 1.0\n" in ended.stdout
    figures = [line.split() for line in ended.stdout.splitlines()]
    assert ["overall", "qa_acc", "50.00±28.87", "(n=4)", "75.00±25.00", "(n=4)"] in figures
    assert read_run(run).items[1].answer_gold == "Rome"


def test_ratings_of_other_answers_are_warned_of(command: Command, run: Path, items: Path) -> None:
    manifest = json.loads((run / "manifest.json").read_text())
    (run / "manifest.json").write_text(json.dumps({**manifest, "judge": {"model": "j"}}))
    rating = {"key": 1, "rating": 0.0, "votes": [0.0], "reason": "", "error": None}
    (run / "ratings.jsonl").write_text(json.dumps(rating) + "\n")
    rewrite(items, lambda row: {**row, "answer_gold": "Rome"})
    ended = command("rescore", run, "--items", items)
    assert "warning: 1 ratings are of another question, gold answer" in ended.stderr
    assert (run / "ratings.jsonl").read_text() == json.dumps(rating) + "\n"
    assert read_metrics(run)["overall"]["judge"]["value"] == 0.0


# Folders that can't be used


@pytest.mark.parametrize("case", ["missing", "unfinished", "torn", "no figures", "a file"])
def test_what_is_no_run_ends_with_2_and_one_line(command: Command, run: Path, case: str) -> None:
    match case:
        case "missing":
            shutil.rmtree(run)
        case "unfinished":
            (run / "manifest.json").unlink()
        case "torn":
            (run / "rows.jsonl").write_bytes((run / "rows.jsonl").read_bytes()[:-20])
        case "no figures":
            (run / "metrics.json").write_text("{")
        case "a file":
            shutil.rmtree(run)
            run.write_text("")
    ended = command("rescore", run)
    assert (ended.returncode, ended.stdout) == (2, "")
    (line,) = ended.stderr.splitlines()
    assert line.startswith("error: ")
    assert str(run) in line


def test_a_folder_that_cant_be_written_to_is_refused_before_scoring(
    command: Command, old_run: Path, items: Path
) -> None:
    ended = command("rescore", old_run, "--out", items / "run")
    assert (ended.returncode, ended.stdout) == (2, "")
    assert "is a file; name a folder" in ended.stderr


# Killed

# Rescores a copy of a run for every step that a write takes, and kills it there.
KILLED_AT_EVERY_STEP = """
import os, shutil, signal, sys
from pathlib import Path
from followrag.commands.rescore import rescore

run, copies = map(Path, sys.argv[1:])
for step in range(1, 100):
    copy = copies / f"{step:02}"
    shutil.copytree(run, copy)
    if not (child := os.fork()):
        left = step
        def hook(event, args):
            global left
            changes = event in ("os.mkdir", "os.rename", "os.remove", "os.rmdir") or (
                event == "open" and args[2] & (os.O_WRONLY | os.O_RDWR)
            )
            if changes and str(copy) in str(args[0]):
                left -= 1
                if not left:
                    os.kill(os.getpid(), signal.SIGKILL)
        sys.addaudithook(hook)
        sys.stdout = sys.stderr = open(os.devnull, "w")
        rescore(copy, items=None, data=None, out=None, dry_run=False, json=True)
        os._exit(0)
    if os.waitpid(child, 0)[1] == 0:
        break
"""


@pytest.mark.skipif(sys.platform == "win32", reason="kills forked processes")
def test_killed_at_any_step_the_run_is_as_before_or_as_after(old_run: Path, tmp_path: Path) -> None:
    (tmp_path / "copies").mkdir()
    subprocess.run(
        [sys.executable, "-c", KILLED_AT_EVERY_STEP, str(old_run), str(tmp_path / "copies")],
        check=True,
        timeout=120,
    )
    before = read_recorded(old_run)[1:], read_metrics(old_run)
    *killed, whole = sorted((tmp_path / "copies").iterdir())
    after = read_recorded(whole)[1:], read_metrics(whole)
    assert before[0] != after[0]
    found = [(read_recorded(copy)[1:], read_metrics(copy)) for copy in killed]
    moved = found.index(after)
    assert moved > 4
    assert found == [before] * moved + [after] * (len(found) - moved)
    assert sorted(contents(killed[-1])) == sorted(contents(whole))


def test_a_run_can_be_scored_again_in_the_other_mode(
    command: Command, run: Path, items: Path, tmp_path: Path
) -> None:
    for mode, source in (("fixed", run), ("reference", tmp_path / "fixed")):
        out = tmp_path / mode
        ended = command("rescore", source, "--items", items, "--mode", mode, "--out", out)
        assert ended.returncode == 0, ended.stderr
        assert f"-> {mode}" in ended.stdout
        assert json.loads((out / "manifest.json").read_text())["mode"] == mode
        assert ("reference" in read_metrics(out)) == (mode == "fixed")
    assert (tmp_path / "reference" / "rows.jsonl").read_bytes() == (run / "rows.jsonl").read_bytes()


def test_a_run_keeps_its_mode(command: Command, run: Path, items: Path, tmp_path: Path) -> None:
    out = tmp_path / "fixed"
    command("rescore", run, "--items", items, "--mode", "fixed", "--out", out)
    assert "nothing changed" in command("rescore", out, "--items", items).stdout
    assert json.loads((out / "manifest.json").read_text())["mode"] == "fixed"
