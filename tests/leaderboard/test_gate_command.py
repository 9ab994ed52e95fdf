"""`followrag compare`, as typed."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from followrag import load_items
from followrag.baseline import oracle_answer
from followrag.cli import main
from followrag.leaderboard.reading.baseline_file import baseline_bytes
from followrag.leaderboard.reading.finding import find_runs
from followrag.runs import write_run
from followrag.scoring import error_row, score_item
from followrag.sources import ItemSet
from followrag.summary import summarise

Command = Callable[..., subprocess.CompletedProcess[str]]
MakeRun = Callable[..., Path]


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory, write_demo_run: MakeRun) -> Path:
    folder = tmp_path_factory.mktemp("runs")
    write_demo_run(folder / "old", model="old", skill=0.95)
    write_demo_run(folder / "new", model="new", skill=0.5, seed=1)
    write_demo_run(folder / "alike", model="alike", skill=0.95, seed=2)
    return folder


@pytest.mark.parametrize(
    ("candidate", "options", "code", "answer"),
    [
        ("new", (), 1, "REGRESSED"),
        ("old", (), 0, "PASS"),
        ("alike", ("--margin", 30), 0, "PASS"),
        ("alike", (), 3, "INCONCLUSIVE"),
    ],
)
def test_the_exit_code_is_that_of_the_answer(
    command: Command,
    runs: Path,
    candidate: str,
    options: tuple[object, ...],
    code: int,
    answer: str,
) -> None:
    ended = command("compare", runs / "old", runs / candidate, *options)
    assert (ended.returncode, ended.stderr) == (code, "")
    lines = ended.stdout.splitlines()
    assert lines[0] == lines[-1]
    assert lines[0].startswith(f"{answer}: ")
    assert lines[0].endswith(", on 72 prompts of followrag_demo")


def test_a_policy_may_let_doubt_pass(command: Command, runs: Path, tmp_path: Path) -> None:
    policy = tmp_path / "gate.toml"
    policy.write_text('inconclusive = "pass"\n[gates.followrag]\nmargin = 1.5\n')
    ended = command("compare", runs / "old", runs / "alike", "--policy", policy)
    assert ended.returncode == 0
    assert re.search(r"^followrag +72 .* 1\.5 +INCONCLUSIVE$", ended.stdout, re.MULTILINE)


def test_every_format_says_the_same(command: Command, runs: Path, tmp_path: Path) -> None:
    files = [tmp_path / f"out/compare.{ending}" for ending in ("md", "json", "xml")]
    wanted = [word for file in files for word in ("--out", file)]
    ended = command("compare", runs / "old", runs / "new", "--format", "json", *wanted)
    assert (ended.returncode, ended.stderr) == (1, "")
    record = json.loads(ended.stdout)
    assert (record["answer"], record["exit_code"]) == ("REGRESSED", 1)
    written = [file.read_text() for file in files]
    assert written[0].startswith("## followrag compare: REGRESSED")
    assert json.loads(written[1]) == record
    assert "REGRESSED" in written[2]
    for format, text in (("markdown", written[0]), ("junit", written[2])):
        again = command("compare", runs / "old", runs / "new", "--format", format)
        assert (again.returncode, again.stdout) == (1, text)


def test_input_that_can_not_be_compared_ends_with_2_in_every_format(
    command: Command, runs: Path, tmp_path: Path, write_demo_run: MakeRun
) -> None:
    hot = write_demo_run(tmp_path / "hot", generation_kwargs={"temperature": 0.7})
    stale = tmp_path / "compare.json"
    stale.write_text('{"answer": "PASS"}')
    ended = command("compare", runs / "old", hot, "--format", "json", "--out", stale)
    assert ended.returncode == 2
    assert ended.stderr.startswith(f"error: {runs / 'old'} and {hot}: can't be compared, since")
    assert "\n  generation: temperature is 0.0 and 0.7\n" in ended.stderr
    assert json.loads(ended.stdout) == json.loads(stale.read_text())
    assert json.loads(ended.stdout)["exit_code"] == 2
    allowed = command("compare", runs / "old", hot, "--allow", "generation")
    assert allowed.returncode in (0, 1, 3)
    assert "Differs, as allowed: generation: temperature is 0.0 and 0.7\n" in allowed.stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("old", "missing"), "missing: no such file or folder"),
        (("old", "."), ".: has runs of several models; name one of them:\n  "),
        (("old", "empty"), "empty: holds no run"),
        (("old", "new", "--task", "nq"), "old: holds no run on nq; there are runs on followrag"),
        (("old", "new", "--allow", "all"), "--allow all: is no kind of setting; one of dataset, "),
        (("old", "new", "--margin", "-1"), "a margin of -1: is not from 0 to 100 percent points"),
        (("old", "new", "--policy", "missing"), "missing: can't be read (No such file"),
        (("old", "new", "--out", "a.txt"), "a.txt: ends in none of .md, .json and .xml"),
        (("old", "new", "--out", "empty/file/a.md"), "empty/file/a.md: can't be written to"),
    ],
)
def test_what_can_not_be_used_is_named(runs: Path, arguments: tuple[str, ...], said: str) -> None:
    (runs / "empty").mkdir(exist_ok=True)
    (runs / "empty" / "file").touch()
    ended = subprocess.run(
        [sys.executable, "-m", "followrag", "compare", *arguments],
        cwd=runs,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert ended.returncode == 2
    assert ended.stderr.startswith(f"error: {said}")
    assert "Traceback" not in ended.stderr


# What it prints and writes


@pytest.fixture
def ends_with(capfd: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str, str]]:
    """Compare in this process; gives the exit code and what is printed."""

    def run(*arguments: object) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as ended:
            main(["compare", *map(str, arguments)])
        assert isinstance(ended.value.code, int)
        return ended.value.code, *capfd.readouterr()

    return run


@pytest.mark.parametrize(("candidate", "code"), [("new", 1), ("old", 0), ("alike", 3)])
@pytest.mark.parametrize("options", [("--format", "json"), ("--github",)])
@pytest.mark.parametrize("to", [">/dev/full", "2>/dev/full >/dev/full", ">&-", ">&- 2>&-"])
def test_output_that_can_not_be_written_leaves_the_verdict(
    runs: Path, tmp_path: Path, candidate: str, code: int, options: tuple[str, ...], to: str
) -> None:
    file = tmp_path / "compare.json"
    words = [sys.executable, "-m", "followrag", "compare", runs / "old", runs / candidate]
    ended = subprocess.run(
        ["sh", "-c", f'"$@" {to}', "sh", *map(str, words), *options, "--out", file],
        stderr=subprocess.PIPE,
        text=True,
        timeout=60,
    )
    assert ended.returncode == code
    assert json.loads(file.read_text())["exit_code"] == code
    full = to == ">/dev/full"
    assert ended.stderr.startswith("warning: standard output: can't be written to") == full
    assert "Traceback" not in ended.stderr


@pytest.mark.parametrize("options", [(), ("--format", "markdown")])
def test_whoever_stops_reading_does_not_change_the_verdict(
    runs: Path, options: tuple[str, ...]
) -> None:
    read, write = os.pipe()
    os.close(read)
    ended = subprocess.run(
        [sys.executable, "-m", "followrag", "compare", runs / "old", runs / "old", *options],
        stdout=write,
        stderr=subprocess.PIPE,
        timeout=60,
    )
    os.close(write)
    assert (ended.returncode, ended.stderr) == (0, b"")


def test_where_a_file_can_not_be_written_none_is_left_that_tells_a_verdict(
    ends_with: Callable[..., tuple[int, str, str]], runs: Path, tmp_path: Path
) -> None:
    stale, blocked = tmp_path / "compare.json", tmp_path / "file" / "compare.xml"
    stale.write_text('{"answer": "PASS"}')
    (tmp_path / "file").touch()
    code, _, said = ends_with(runs / "old", runs / "old", "--out", stale, "--out", blocked)
    assert (code, stale.exists()) == (2, False)
    assert said.startswith(f"error: {blocked}: can't be written to (Not a directory)")


def test_the_verdict_is_printed_also_where_a_file_can_not_be_written(
    ends_with: Callable[..., tuple[int, str, str]], runs: Path, tmp_path: Path
) -> None:
    long = tmp_path / ("x" * 250 + ".json")  # its unfinished part has a longer name
    other = tmp_path / "compare.md"
    options = ("--out", other, "--out", long)
    code, printed, said = ends_with(runs / "old", runs / "new", *options)
    assert (code, other.exists()) == (2, False)
    assert printed.startswith("REGRESSED: ")
    assert said.startswith(f"error: {long}: can't be written to (File name too long)")
    code, printed, _ = ends_with(runs / "old", runs / "new", *options, "--format", "json")
    assert (code, json.loads(printed)["exit_code"]) == (2, 2)


@pytest.mark.parametrize(
    ("base", "candidate", "out"),
    [
        ("baseline.json", "new", "baseline.json"),
        ("old", "baseline.json", "link.json"),
        ("b=baseline.json", "new", "../{here}/baseline.json"),
        ("baseline.json", "new", "new/sub/compare.json"),
        ("old", "new", "policy.json"),
    ],
)
def test_what_is_compared_is_not_written_over(
    ends_with: Callable[..., tuple[int, str, str]],
    monkeypatch: pytest.MonkeyPatch,
    runs: Path,
    base: str,
    candidate: str,
    out: str,
) -> None:
    monkeypatch.chdir(runs)
    Path("policy.json").write_text("margin = 1.0")
    Path("baseline.json").write_bytes(baseline_bytes(find_runs(["old"]).entries))
    Path("link.json").unlink(missing_ok=True)
    Path("link.json").symlink_to("baseline.json")
    before = {path: path.read_bytes() for path in runs.rglob("*") if path.is_file()}
    named = out.format(here=runs.name)
    code, _, said = ends_with(base, candidate, "--policy", "policy.json", "--out", named)
    assert code == 2
    assert said.startswith(f"error: {named}: is part of what is compared, or the policy; write")
    assert before == {path: path.read_bytes() for path in runs.rglob("*") if path.is_file()}


def test_a_link_is_written_through_and_stays(
    ends_with: Callable[..., tuple[int, str, str]], runs: Path, tmp_path: Path
) -> None:
    link, target = tmp_path / "latest.json", tmp_path / "kept.json"
    link.symlink_to(target)
    assert ends_with(runs / "old", runs / "old", "--out", link)[0] == 0
    assert link.is_symlink()
    assert json.loads(target.read_text())["exit_code"] == 0


def test_a_summary_that_can_not_be_written_is_a_warning(
    command: Command, runs: Path, tmp_path: Path
) -> None:
    github = {"GITHUB_ACTIONS": "true", "GITHUB_STEP_SUMMARY": str(tmp_path)}
    ended = command("compare", runs / "old", runs / "new", **github)
    assert ended.returncode == 1
    assert ended.stderr.startswith(f"warning: {tmp_path}: can't be written to (Is a directory)")


def test_no_error_is_a_command_to_githubs_runner(
    ends_with: Callable[..., tuple[int, str, str]], tmp_path: Path, write_demo_run: MakeRun
) -> None:
    for place, model in enumerate(("::stop-commands::\x07zz", "##[stop-commands]zz")):
        write_demo_run(tmp_path / str(place), model=model)
    code, _, said = ends_with(tmp_path, tmp_path)
    assert code == 2
    assert "\n  \\x3a:stop-commands::\\x07zz: " in said
    assert "\n  ##\\x5bstop-commands]zz: " in said


def test_a_task_and_a_model_that_are_paths_match_those_in_a_baseline(
    ends_with: Callable[..., tuple[int, str, str]], tmp_path: Path, write_demo_run: MakeRun
) -> None:
    run = write_demo_run(tmp_path / "run", model="/models/release-7/ckpt")
    manifest = json.loads((run / "manifest.json").read_text())
    manifest["items"]["source"] = "/data/night/items.jsonl"
    (run / "manifest.json").write_text(json.dumps(manifest))
    baseline = tmp_path / "baseline.json"
    baseline.write_bytes(baseline_bytes(find_runs([str(run)]).entries))
    for task in ("items.jsonl", "/data/night/items.jsonl"):
        code, printed, said = ends_with(baseline, run, "--task", task)
        assert (code, said) == (0, "")
        assert printed.splitlines()[0] == (
            f"PASS: {run} is not worse than {baseline}, on 72 prompts of items.jsonl"
        )


# GitHub


def test_in_a_github_workflow_it_annotates_and_adds_to_the_summary(
    command: Command, runs: Path, tmp_path: Path
) -> None:
    summary = tmp_path / "summary.md"
    github = {"GITHUB_ACTIONS": "true", "GITHUB_STEP_SUMMARY": str(summary)}
    ended = command("compare", runs / "old", runs / "new", **github)
    assert ended.returncode == 1
    assert re.search(r"^::error title=followrag%3A REGRESSED::", ended.stdout, re.MULTILINE)
    unusable = command("compare", runs / "old", runs / "missing", **github)
    assert unusable.returncode == 2
    assert unusable.stdout.startswith("::error title=followrag compare::")
    headings = re.findall(r"^## .*$", summary.read_text(), re.MULTILINE)
    assert headings == ["## followrag compare: REGRESSED", "## followrag compare: unusable input"]
    as_json = command("compare", runs / "old", runs / "new", "--format", "json", **github)
    assert json.loads(as_json.stdout)["answer"] == "REGRESSED"


def test_a_run_of_one_row_is_compared(command: Command, tmp_path: Path) -> None:
    items = load_items("followrag_demo")
    one = ItemSet("followrag_demo", items.items[:1])
    for name, response in (("good", oracle_answer(one[0])), ("bad", "no")):
        rows = [score_item(one[0], response)]
        write_run(tmp_path / name, one, rows, summarise(rows), {"model": "模型\n<b>"})
    ended = command("compare", tmp_path / "good", tmp_path / "bad")
    assert (ended.returncode, ended.stderr) == (3, "")
    assert "-100.0 to +100.0" in ended.stdout
    assert command("compare", tmp_path / "good", tmp_path / "good").returncode == 0


def test_a_run_with_errors_only_is_refused(command: Command, runs: Path, tmp_path: Path) -> None:
    items = load_items("followrag_demo")
    rows = [error_row(item, "no response") for item in items]
    write_run(tmp_path / "failed", items, rows, summarise(rows), {"model": "failed"})
    ended = command("compare", runs / "old", tmp_path / "failed", "--allow", "generation")
    assert ended.returncode == 2
    assert ended.stderr.startswith(f"error: {tmp_path / 'failed'}: has no row that could be scored")
