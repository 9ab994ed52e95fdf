"""Runs by the names that people give them."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from lm_eval_layouts import DATE, TASK, Pair, write_dated

from followrag.leaderboard.reading.finding import Found, find_runs

MakeRun = Callable[..., Path]


@pytest.fixture
def beside(evaluated: Path, tmp_path: Path) -> Path:
    """A folder that `followrag eval` has written: lm-eval's files, and a run folder of them."""
    return shutil.copytree(evaluated, tmp_path / "beside")


def find(*names: str | Path) -> Found:
    return find_runs([str(name) for name in names])


def models(*names: str | Path) -> list[str]:
    found = find(*names)
    assert not found.problems
    return [entry.model for entry in found.entries]


def problems(*names: str | Path) -> list[str]:
    return [str(problem) for problem in find(*names).problems]


def run_folder(beside: Path) -> Path:
    (found,) = (path for path in beside.iterdir() if path.is_dir())
    return found


def test_runs_come_in_the_order_of_names_and_sorted_within(
    write_demo_run: MakeRun, tmp_path: Path
) -> None:
    for name in ("b/deep/er", "b/a", "c"):
        write_demo_run(tmp_path / name, model=name)
    assert models(tmp_path / "c", tmp_path / "b") == ["c", "b/a", "b/deep/er"]


def test_a_run_folder_stands_for_lm_evals_files_beside_it(beside: Path) -> None:
    (entry,) = find(beside).entries
    assert entry.origin == "run folder"


@pytest.mark.parametrize("is_reversed", [True, False])
def test_all_files_of_a_run_named_one_by_one_are_one_run(beside: Path, is_reversed: bool) -> None:
    found = find(*sorted(beside.iterdir(), reverse=is_reversed))
    assert [entry.origin for entry in found.entries] == ["run folder"]
    assert not found.problems


def test_a_damaged_run_folder_is_one_problem(beside: Path) -> None:
    folder = run_folder(beside)
    (folder / "rows.jsonl").write_text("")
    found = find(beside)
    assert not found.entries
    (told,) = found.problems
    assert str(told).startswith(f"{folder / 'rows.jsonl'}: holds 0 of 72 rows")


def test_a_run_folder_without_a_manifest_is_one_problem(beside: Path) -> None:
    (run_folder(beside) / "manifest.json").unlink()
    assert len(problems(beside)) == 1


def test_a_renamed_run_folder_still_stands_for_its_files(beside: Path) -> None:
    run_folder(beside).rename(beside / "renamed")
    assert len(find(beside).entries) == 1


def test_a_run_folder_alone_tells_the_settings_that_it_has(beside: Path, tmp_path: Path) -> None:
    before = find(beside).entries[0].settings
    moved = shutil.move(run_folder(beside), tmp_path / "moved")
    assert find(moved).entries[0].settings.mismatches(before) == []


def test_a_limited_run_folder_is_told_by_its_results(beside: Path) -> None:
    (path,) = beside.glob("results_*.json")
    results = json.loads(path.read_text())
    results["n-samples"][TASK]["original"] = 100
    path.write_text(json.dumps(results))
    (told,) = problems(beside)
    assert told.startswith(
        f"{run_folder(beside)}: was made with --limit or --samples (72 of 100 items)"
    )


def test_a_limited_run_folder_alone_tells_that_it_is(beside: Path, tmp_path: Path) -> None:
    moved = Path(shutil.move(run_folder(beside), tmp_path / "moved"))
    manifest = json.loads((moved / "manifest.json").read_text())
    manifest["lm_eval"]["n_samples"]["original"] = 100
    (moved / "manifest.json").write_text(json.dumps(manifest))
    (told,) = problems(moved)
    assert told.startswith(f"{moved}: was made with --limit or --samples (72 of 100 items)")


def test_a_run_that_is_reached_twice_is_taken_once(write_demo_run: MakeRun, tmp_path: Path) -> None:
    run = write_demo_run(tmp_path / "runs" / "a")
    (tmp_path / "runs" / "link").symlink_to(run)
    (tmp_path / "runs" / "loop").symlink_to(tmp_path / "runs")
    assert models(tmp_path / "runs", run, tmp_path / "runs" / "link") == ["model"]


def test_journals_and_hidden_folders_are_no_runs(write_demo_run: MakeRun, tmp_path: Path) -> None:
    write_demo_run(tmp_path / "a")
    for name in ("unfinished", ".12.unfinished"):
        (tmp_path / name / "x").mkdir(parents=True)
        (tmp_path / name / "x" / "rows.jsonl").write_text("")
    assert models(tmp_path) == ["model"]


def test_a_name_can_be_given(write_demo_run: MakeRun, tmp_path: Path) -> None:
    write_demo_run(tmp_path / "a")
    assert models(f"名 前|=x={tmp_path}") == ["名 前|=x"]


def test_a_name_is_given_to_the_run_folder_of_named_results(beside: Path) -> None:
    (results,) = beside.glob("results_*.json")
    assert models(beside, f"mine={results}") == ["mine"]


def test_a_path_with_an_equals_sign_is_a_path(write_demo_run: MakeRun, tmp_path: Path) -> None:
    write_demo_run(tmp_path / "x=y")
    assert models(tmp_path / "x=y") == ["model"]


def test_a_name_for_several_runs_of_one_model(write_demo_run: MakeRun, tmp_path: Path) -> None:
    for seed in range(3):
        write_demo_run(tmp_path / str(seed), seed=seed)
    assert models(f"mine={tmp_path}") == ["mine"] * 3


def test_a_name_for_several_models_is_a_problem(write_demo_run: MakeRun, tmp_path: Path) -> None:
    for model in "ab":
        write_demo_run(tmp_path / model, model=model)
    found = find(f"mine={tmp_path}")
    assert [entry.model for entry in found.entries] == ["a", "b"]
    (told,) = map(str, found.problems)
    assert told == f"mine={tmp_path}: holds runs of 2 models (a, b); name one of them"


@pytest.mark.parametrize(
    "name", ["nowhere", "x=nowhere", "", pytest.param("a" * 5000, id="long"), "x="]
)
def test_a_name_of_nothing_is_a_problem(name: str) -> None:
    (told,) = problems(name)
    assert "no such file or folder" in told


def test_an_empty_name_for_a_path_is_a_problem(tmp_path: Path) -> None:
    (told,) = problems(f"={tmp_path}")
    assert told.startswith(f"={tmp_path}: gives no name")


def test_an_empty_folder_is_a_problem(tmp_path: Path) -> None:
    (told,) = problems(tmp_path)
    assert told.startswith(f"{tmp_path}: holds no run: no run folder")


@pytest.mark.parametrize("name", ["notes.txt", "rows.jsonl", "results.json", "other.json"])
def test_a_file_that_is_no_run_is_a_problem(name: str, tmp_path: Path) -> None:
    (tmp_path / "x").mkdir()
    file = tmp_path / "x" / name
    file.write_text('{"key": 1, "response": "a"}\n')
    (told,) = problems(file)
    assert told.startswith(str(file))


def test_good_runs_come_beside_bad_ones(
    write_demo_run: MakeRun, pair: Pair, tmp_path: Path
) -> None:
    write_demo_run(tmp_path / "good")
    write_dated(tmp_path / "lm", pair).write_text("{")
    (write_demo_run(tmp_path / "bad") / "rows.jsonl").write_text("{}\n")
    found = find(tmp_path)
    assert [entry.model for entry in found.entries] == ["model"]
    assert len(found.problems) == 2


def test_samples_alone_bring_their_results(pair: Pair, tmp_path: Path) -> None:
    other = pair.copy()
    other.results["model_name"] = "other"
    write_dated(tmp_path, other, date="2026-01-01T00-00-00.1")
    write_dated(tmp_path, pair)
    assert models(tmp_path / f"samples_{TASK}_{DATE}.jsonl") == ["followrag-baseline"]


def test_several_runs_lie_in_one_folder(pair: Pair, tmp_path: Path) -> None:
    for day in range(1, 4):
        write_dated(tmp_path, pair, date=f"2026-01-0{day}T00-00-00.123")
    assert len(models(tmp_path)) == 3


# Root reads everything; without these capabilities it is as others are.
AS_OTHERS = ["setpriv", "--bounding-set", "-dac_override,-dac_read_search", "--inh-caps", "-all"]


@pytest.mark.parametrize("mode", [0, 0o444])
def test_a_folder_that_can_not_be_read_is_a_problem(
    mode: int, write_demo_run: MakeRun, tmp_path: Path
) -> None:
    write_demo_run(tmp_path / "good")
    locked = tmp_path / "locked"
    locked.mkdir()
    (locked / "results.json").write_text("{}")
    locked.chmod(mode)
    ended = subprocess.run(
        [
            *(AS_OTHERS if os.geteuid() == 0 else []),
            *(sys.executable, "-m", "followrag", "leaderboard", tmp_path, "--format", "json"),
        ],
        capture_output=True,
        text=True,
        timeout=60,
    )
    locked.chmod(0o755)
    assert ended.returncode == 2
    assert ended.stderr.startswith(f"error: {locked}")
    assert "can't be read (Permission denied)" in ended.stderr
    (board,) = json.loads(ended.stdout)["boards"]
    assert [run["model"] for run in board["runs"]] == ["model"]


def test_published_tables_are_found_by_name() -> None:
    assert [table.name for table in find("reported").reported] == [
        "followrag",
        "ragqa",
        "instruct_rag",
    ]
    found = find("reported:ragqa", "reported:ragqa")
    assert [table.name for table in found.reported] == ["ragqa"]
    assert not found.entries
    assert not found.problems


def test_names_of_nothing_are_problems_and_the_rest_is_found(
    write_demo_run: MakeRun, tmp_path: Path
) -> None:
    run = write_demo_run(tmp_path / "run")
    found = find(tmp_path / "nope", run, "reported:nothing", "")
    assert [entry.model for entry in found.entries] == ["model"]
    assert [str(problem).partition(";")[0] for problem in found.problems] == [
        f"{tmp_path / 'nope'}: no such file or folder",
        "reported:nothing: no such published table",
        "an empty name: no such file or folder",
    ]


def test_a_run_under_two_names_is_a_problem_that_names_both(
    write_demo_run: MakeRun, tmp_path: Path
) -> None:
    run = write_demo_run(tmp_path / "run")
    found = find(f"a={run}", f"b={tmp_path}", f"a={run}")
    assert [entry.model for entry in found.entries] == ["a"]
    (problem,) = found.problems
    assert problem.where == f"b={tmp_path}"
    assert problem.message.startswith(f"is the same run as a={run}, under which it is shown")


def test_a_folder_called_reported_is_a_folder(
    write_demo_run: MakeRun, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_demo_run(tmp_path / "reported")
    monkeypatch.chdir(tmp_path)
    found = find("reported")
    assert len(found.entries) == 1
    assert not found.reported
