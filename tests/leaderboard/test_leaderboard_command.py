"""`followrag leaderboard`, as typed."""

from __future__ import annotations

import csv
import io
import json
import math
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from followrag.cli import main
from followrag.leaderboard.metrics import METRICS
from followrag.runs import SCORER_VERSION
from followrag.summary import family_of

Command = Callable[..., subprocess.CompletedProcess[str]]
MakeRun = Callable[..., Path]


class Ended(NamedTuple):
    code: int
    out: str
    err: str


Board = Callable[..., Ended]


@pytest.fixture
def board(capfdbinary: pytest.CaptureFixture[bytes]) -> Board:
    """Run the command in this process, its output piped."""

    def run(*arguments: object) -> Ended:
        with pytest.raises(SystemExit) as ended:
            main(["leaderboard", *map(str, arguments)])
        out, err = capfdbinary.readouterr()
        return Ended(int(ended.value.code or 0), out.decode(), err.decode())

    return run


@pytest.fixture(scope="module")
def runs(write_demo_run: MakeRun, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three runs of the demo, one far below the others."""
    folder = tmp_path_factory.mktemp("runs")
    for place, (model, skill) in enumerate((("poor", 0.1), ("org/good", 0.9), ("fine", 0.9))):
        write_demo_run(folder / str(place), model, skill, seed=place)
    return folder


def rows_of(run: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (run / "rows.jsonl").open(encoding="utf-8")]


def computed(rows: list[dict[str, Any]]) -> dict[str, float]:
    """Compute the figures from a run's rows, and no other way than by hand."""
    constraints = [check for row in rows for check in row["constraints"]]

    def share(hits: list[bool]) -> float:
        return sum(hits) / len(hits)

    figures = {
        "inst_level_loose_acc": share([check["loose"] for check in constraints]),
        "inst_level_strict_acc": share([check["passed"] for check in constraints]),
        "prompt_level_loose_acc": share(
            [all(check["loose"] for check in row["constraints"]) for row in rows]
        ),
        "prompt_level_strict_acc": share(
            [all(check["passed"] for check in row["constraints"]) for row in rows]
        ),
        "qa_acc": share([row["qa_acc"] == 1 for row in rows]),
        "joint_acc": share(
            [
                row["qa_acc"] == 1 and all(check["passed"] for check in row["constraints"])
                for row in rows
            ]
        ),
    }
    return figures | {"followrag": (figures["inst_level_loose_acc"] + figures["qa_acc"]) / 2}


def read_csv(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


# Figures


def test_csv_holds_the_figures_of_the_rows(board: Board, runs: Path) -> None:
    ended = board(runs, "--format", "csv")
    assert (ended.code, ended.err) == (0, "")
    shown = read_csv(ended.out)
    assert [(row["rank"], row["model"]) for row in shown] == [
        ("1", "fine"),
        ("1", "org/good"),
        ("3", "poor"),
    ]
    for row, folder in zip(shown, (runs / "2", runs / "1", runs / "0"), strict=True):
        rows = rows_of(folder)
        for name, value in computed(rows).items():
            assert float(row[name]) == pytest.approx(value)
        hits = [computed([one])["prompt_level_loose_acc"] for one in rows]
        mean = sum(hits) / len(hits)
        spread = math.sqrt(sum((hit - mean) ** 2 for hit in hits) / (len(hits) - 1))
        stderr = float(row["prompt_level_loose_acc_stderr"])
        assert stderr == pytest.approx(spread / math.sqrt(len(hits)))
        assert (row["n"], row["error_share"], row["kind"]) == ("72", "0.0", "measured")
        lengths = [len(one["response"]) for one in rows]
        assert float(row["length"]) == pytest.approx(sum(lengths) / len(lengths))


def test_the_table_shows_percent_in_the_order_of_the_ranks(board: Board, runs: Path) -> None:
    ended = board(runs)
    assert ended.code == 0
    title, head, rule, *lines = ended.out.splitlines()
    assert title == "followrag_demo"
    assert head.split()[:3] == ["rank", "model", "followrag"]
    assert set(rule) == {"-", " "}
    best = computed(rows_of(runs / "2"))["followrag"]
    assert lines[0].split()[:2] == ["1", "fine"]
    assert lines[0].split()[2].startswith(f"{100 * best:.1f}±")
    assert lines[2].split()[:2] == ["3", "poor"]
    assert lines[3].startswith("Ranked by followrag: mean of inst_level_loose_acc and qa_acc.")
    assert not set(ended.out) & set("\x1b│┃━─")


def test_markdown_is_a_pipe_table_with_its_definitions(board: Board, runs: Path) -> None:
    ended = board(runs, "--format", "markdown")
    heading, blank, head, rule, *lines = ended.out.splitlines()
    assert (heading, blank) == ("### followrag_demo", "")
    width = head.count("|")
    assert {line.count("|") for line in (rule, *lines[:3])} == {width}
    poor = computed(rows_of(runs / "0"))
    assert re.search(rf"\| {100 * poor['qa_acc']:.1f} ± \d\.\d \|", lines[2])
    assert lines[4].startswith("Ranked by followrag: mean of")


def test_latex_is_a_float_with_booktabs(board: Board, runs: Path) -> None:
    lines = board(runs, "--format", "latex").out.splitlines()
    assert lines[0] == r"\begin{table}"
    assert lines[-1] == r"\end{table}"
    assert lines[3] == r"\label{tab:followrag-demo}"
    body = [line for line in lines if line.endswith(r" \\")]
    assert len({line.count(" & ") for line in body}) == 1
    assert len(body) == 4
    assert body[1].startswith(r"1 & fine & $")


def test_json_holds_everything(board: Board, runs: Path) -> None:
    record = json.loads(board(runs, "--format", "json", "--by", "count").out)
    assert record["schema"] == "followrag.leaderboard/1"
    assert (record["problems"], record["reported"]) == ([], [])
    [shown] = record["boards"]
    assert shown["headline"] == "followrag"
    assert shown["scorer"] == {"mode": "reference", "version": SCORER_VERSION}
    assert [run["rank"] for run in shown["runs"]] == [1, 1, 3]
    assert shown["runs"][0]["p_next"] >= 0.05 > shown["runs"][1]["p_next"]
    assert shown["runs"][2]["p_next"] is None
    for run, folder in zip(shown["runs"], ("2", "1", "0"), strict=True):
        rows = rows_of(runs / folder)
        for name, value in computed(rows).items():
            assert run["figures"][name]["value"] == pytest.approx(value)
        for count, figure in run["groups"].items():
            part = [row for row in rows if len(row["constraints"]) == int(count)]
            assert figure["value"] == pytest.approx(computed(part)["followrag"])
            assert figure["n"] == len(part)
    assert set(shown["metrics"]) <= METRICS.keys()


@pytest.mark.parametrize("by", ["family", "constraint"])
def test_constraints_are_shown_by_group(board: Board, runs: Path, by: str) -> None:
    shown = read_csv(board(runs, "--format", "csv", "--by", by).out)
    rows = rows_of(runs / "0")
    found = {row[by]: row for row in shown if row["model"] == "poor"}
    name = family_of if by == "family" else str
    assert found.keys() == {name(check["id"]) for one in rows for check in one["constraints"]}
    for group, row in found.items():
        passed = [
            check["loose"]
            for one in rows
            for check in one["constraints"]
            if name(check["id"]) == group
        ]
        assert row["metric"] == "inst_level_loose_acc"
        assert float(row["value"]) == pytest.approx(sum(passed) / len(passed))


def test_the_metric_of_groups_can_be_chosen(board: Board, runs: Path) -> None:
    shown = read_csv(board(runs, "--format", "csv", "--by", "dataset", "--headline", "qa_acc").out)
    of_nq = next(row for row in shown if row["model"] == "poor" and row["dataset"] == "nq")
    part = [row for row in rows_of(runs / "0") if row["type"] == "ifnq"]
    assert float(of_nq["value"]) == pytest.approx(computed(part)["qa_acc"])


def test_constraints_are_rows_where_they_are_more_than_models(board: Board, runs: Path) -> None:
    lines = board(runs, "--by", "constraint").out.splitlines()
    assert lines[1].split() == ["family", "constraint", "n", "fine", "org/good", "poor"]
    asked = [{check["id"] for check in row["constraints"]} for row in rows_of(runs / "0")]
    first = min(set.union(*asked), key=lambda id: (family_of(id), id))
    prompts = str(sum(first in ids for ids in asked))
    assert lines[3].split()[:3] == [family_of(first), first, prompts]


def test_reported_figures_are_marked_and_not_ranked(board: Board, runs: Path) -> None:
    ended = board(runs, "reported:instruct_rag")
    assert ended.code == 0
    first, second = ended.out.rstrip().split("\n\n")
    assert "reported by the papers (not measured here, not ranked)" in second
    assert "InstructRAG-FT" in second
    assert "InstructRAG" not in first
    rows = read_csv(board(runs, "reported:instruct_rag", "--format", "csv").out)
    reported = [row for row in rows if row["kind"] == "reported"]
    assert [(row["rank"], row["popqa"]) for row in reported] == [("", "0.642"), ("", "0.662")]
    record = json.loads(board("reported:instruct_rag", "--format", "json").out)
    assert record["boards"] == []
    assert record["reported"][0]["unit"] == "percent"
    assert record["reported"][0]["rows"][1]["values"][0] == 66.2


# Where it goes


def test_out_is_written_whole_and_nothing_is_printed(
    board: Board, runs: Path, tmp_path: Path
) -> None:
    for format in ("table", "markdown", "csv", "latex", "json"):
        printed = board(runs, "--format", format).out
        ended = board(runs, "--format", format, "--out", tmp_path / format)
        assert (ended.code, ended.out) == (0, "")
        assert (tmp_path / format).read_text(encoding="utf-8").rstrip() == printed.rstrip()


def test_out_that_cannot_be_written_is_named(board: Board, runs: Path, tmp_path: Path) -> None:
    ended = board(runs, "--format", "csv", "--out", tmp_path)
    assert ended.code == 2
    assert re.match(r"error: .*: can't be written to \(", ended.err)


@pytest.mark.parametrize("format", ["table", "csv"])
def test_output_that_cannot_be_written_is_an_error(runs: Path, format: str) -> None:
    words = [sys.executable, "-m", "followrag", "leaderboard", str(runs), "--format", format]
    with Path("/dev/full").open("w") as full:
        ended = subprocess.run(words, stdout=full, stderr=subprocess.PIPE, text=True, timeout=60)
    assert ended.returncode == 2
    assert ended.stderr == (
        "error: standard output: can't be written to (No space left on device); send it elsewhere\n"
    )


def test_the_same_runs_give_the_same_bytes(board: Board, runs: Path) -> None:
    names = sorted(runs.iterdir())
    assert board(*names, "--format", "json") == board(*names[::-1], "--format", "json")


# What can't be used


def test_good_runs_are_shown_and_bad_ones_named(
    board: Board, runs: Path, write_demo_run: MakeRun, tmp_path: Path
) -> None:
    cut = write_demo_run(tmp_path / "cut", "cut")
    manifest = (cut / "manifest.json").read_bytes()
    (cut / "manifest.json").write_bytes(manifest[:200])
    ended = board(runs, cut)
    assert ended.code == 2
    assert "org/good" in ended.out
    assert re.fullmatch(rf"error: {re.escape(str(cut))}[^\n]*\n", ended.err)
    record = json.loads(board(runs, cut, "--format", "json").out)
    assert str(cut) in record["problems"][0]["where"]
    assert len(record["boards"][0]["runs"]) == 3


def test_a_duplicate_model_is_named(
    board: Board, runs: Path, write_demo_run: MakeRun, tmp_path: Path
) -> None:
    again = write_demo_run(tmp_path / "again", "fine")
    ended = board(runs, again)
    assert ended.code == 2
    assert "duplicate" in ended.err
    renamed = board(runs, f"fine again={again}")
    assert (renamed.code, renamed.err) == (0, "")
    assert "fine again" in renamed.out


def test_a_run_of_an_old_scorer_is_named(
    board: Board, runs: Path, write_demo_run: MakeRun, tmp_path: Path
) -> None:
    old = write_demo_run(tmp_path / "old", "old", scorer_version="0")
    ended = board(runs, old)
    assert ended.code == 2
    assert f"followrag rescore {old}" in ended.err


def test_nothing_usable_ends_with_the_problems(board: Board, tmp_path: Path) -> None:
    ended = board(tmp_path)
    assert (ended.code, ended.out) == (2, "")
    assert ended.err.startswith(f"error: {tmp_path}")


def test_a_wrong_headline_is_refused(board: Board, runs: Path) -> None:
    ended = board(runs, "--headline", "qa_ac")
    assert (ended.code, ended.out) == (2, "")
    assert ended.err == "error: qa_ac: is no metric; did you mean 'qa_acc'?\n"


def test_a_mistyped_name_hides_no_good_run(board: Board, runs: Path) -> None:
    ended = board("nope", runs, "nor this")
    assert ended.code == 2
    assert "org/good" in ended.out
    assert [line.partition(";")[0] for line in ended.err.splitlines()] == [
        "error: nope: no such file or folder",
        "error: nor this: no such file or folder",
    ]


def test_every_eval_ever_has_no_groups(board: Board, runs: Path, tmp_path: Path) -> None:
    format = ("--format", "every_eval_ever", "--out", tmp_path / "export")
    ended = board(runs, *format, "--by", "family")
    assert (ended.code, ended.out) == (2, "")
    assert ended.err.startswith("error: --by family: every_eval_ever has no such groups")


def test_a_date_that_no_calendar_has_is_exported_as_none(
    board: Board, write_demo_run: MakeRun, tmp_path: Path
) -> None:
    samples = "samples_followrag_demo_2026-13-45T99-99-99.jsonl"
    run = write_demo_run(tmp_path / "run", samples=samples)
    ended = board(run, "--format", "every_eval_ever", "--out", tmp_path / "export")
    assert (ended.code, ended.err) == (0, "")
    [record] = (tmp_path / "export").rglob("*.json")
    assert json.loads(record.read_text())["evaluation_timestamp"] == "0"


@pytest.mark.parametrize(
    ("redirection", "told"),
    [
        (">&-", ""),
        ("--format every_eval_ever --out export > /dev/full", "warning: standard output: "),
    ],
)
def test_standard_output_that_is_not_needed_may_take_nothing(
    runs: Path, tmp_path: Path, redirection: str, told: str
) -> None:
    line = f'"$0" -m followrag leaderboard "$1" {redirection}'
    ended = subprocess.run(
        ["sh", "-c", line, sys.executable, runs],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert ended.returncode == 0
    assert ended.stderr.startswith(told) and ended.stderr.count("\n") == bool(told)


def test_every_eval_ever_needs_a_folder(board: Board, runs: Path) -> None:
    ended = board(runs, "--format", "every_eval_ever")
    assert ended.code == 2
    assert "--out" in ended.err


def test_the_real_command_shows_its_help(command: Command) -> None:
    ended = command("leaderboard", "--help", COLUMNS="200")
    assert ended.returncode == 0
    assert "every_eval_ever" in ended.stdout


# Names


NAMES = ("=1+1", "a|b", "<script>alert(1)</script>", "\x1b[31mred\nline", "模型 & 50% _x_ \\", "")


@pytest.fixture(scope="module")
def odd_names(write_demo_run: MakeRun, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("odd")
    for place, name in enumerate(NAMES):
        write_demo_run(folder / f"run{place}", name, seed=place)
    return folder


@pytest.mark.parametrize("format", ["table", "markdown", "csv", "latex"])
def test_odd_names_break_no_format(board: Board, odd_names: Path, format: str) -> None:
    ended = board(odd_names, "--format", format)
    assert ended.code == 0
    assert "\x1b" not in ended.out
    rows = {"table": r"^1 ", "markdown": r"^\| 1 ", "csv": r"measured,1", "latex": r"^1 & .*\\\\$"}
    assert len(re.findall(rows[format], ended.out, re.MULTILINE)) == len(NAMES)


def test_csv_names_are_no_formulas(board: Board, odd_names: Path) -> None:
    shown = {row["model"] for row in read_csv(board(odd_names, "--format", "csv").out)}
    assert {"'=1+1", "a|b", r"\x1b[31mred line"} <= shown


def test_200_models_stay_readable(board: Board, write_demo_run: MakeRun, tmp_path: Path) -> None:
    for number in range(200):
        name = f"model-{number:03} of a long name 名前 {'x' * 60}"
        target = tmp_path / str(number)
        if number:
            target.mkdir()
            for file in (tmp_path / "0").iterdir():
                (target / file.name).write_bytes(file.read_bytes())
            manifest = json.loads((target / "manifest.json").read_text())
            (target / "manifest.json").write_text(json.dumps(manifest | {"model": name}))
        else:
            write_demo_run(target, name)
    ended = board(tmp_path)
    assert ended.code == 0
    assert len(re.findall(r"^1 +model-\d{3}", ended.out, re.MULTILINE)) == 200
    table = ended.out.split("Ranked by")[0]
    assert max(map(len, table.splitlines())) < 210
