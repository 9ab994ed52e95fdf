"""`followrag report`: the file, its rows, its images, and what can't be used."""

from __future__ import annotations

import base64
import gzip
import html
import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from followrag import load_items
from followrag.ratings import Rating
from followrag.reading import read_run
from followrag.runs import write_ratings, write_run
from followrag.scoring import error_row, score_item
from followrag.summary import summarise

Run = Callable[..., Any]
MakeRun = Callable[..., Path]


def _part(page: Path, id: str) -> str:
    [found] = re.findall(rf'<script type="[a-z/]+" id="{id}">(.*?)</script>', page.read_text())
    assert isinstance(found, str)
    return found


def _shard(page: Path, id: str) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(gzip.decompress(base64.b64decode(_part(page, id))))
    return content


def test_the_same_runs_give_the_same_bytes(
    write_demo_run: MakeRun, command: Run, tmp_path: Path
) -> None:
    write_demo_run(tmp_path / "runs" / "a", "a", 0.9)
    write_demo_run(tmp_path / "runs" / "b", "b", 0.4)
    pages = [tmp_path / "first.html", tmp_path / "second.html"]
    for page in pages:
        done = command("report", tmp_path / "runs", "-o", page)
        assert (done.returncode, done.stderr) == (0, "")
        assert done.stdout == f"{page}: 2 runs on 1 set of items, with their failing rows\n"
    assert pages[0].read_bytes() == pages[1].read_bytes()


def test_the_page_loads_nothing_and_runs_only_its_own_scripts(
    write_demo_run: MakeRun, command: Run, tmp_path: Path
) -> None:
    command("report", write_demo_run(tmp_path / "run"), "-o", tmp_path / "page.html")
    text = html.unescape((tmp_path / "page.html").read_text())
    [policy] = re.findall(r'Content-Security-Policy" content="(.*?)"', text)
    assert "default-src 'none'" in policy
    scripts = re.search(r"script-src (.*?);", policy)
    assert scripts is not None
    assert all(source.startswith("'sha256-") for source in scripts[1].split())
    head = text.partition('<script type="application/json"')[0]
    assert not re.search(r'(src|href)="(?!#)', head)


def test_failing_rows_are_those_that_fail_or_are_wrong(
    write_demo_run: MakeRun, command: Run, tmp_path: Path
) -> None:
    run = write_demo_run(tmp_path / "run", skill=0.5)
    rows = [json.loads(line) for line in (run / "rows.jsonl").open()]
    failing = {
        str(row["key"])
        for row in rows
        if not all(row["strict"]) or row["qa_acc"] == 0 or row["error"]
    }
    for kept, expected in (("failing", failing), ("all", {str(row["key"]) for row in rows})):
        command("report", run, "--rows", kept, "-o", tmp_path / "page.html")
        index = json.loads(_part(tmp_path / "page.html", "contents"))["boards"][0]["rows"]
        shard = _shard(tmp_path / "page.html", "rows-0-0")
        assert {index["keys"][int(place)] for place in shard} == expected


def test_rows_are_kept_as_they_were_recorded(
    write_demo_run: MakeRun, command: Run, tmp_path: Path
) -> None:
    for seed, name in enumerate("ab"):
        write_demo_run(tmp_path / "runs" / name, name, 0.5, seed)
    command("report", tmp_path / "runs", "--rows", "all", "-o", tmp_path / "page.html")
    board = json.loads(_part(tmp_path / "page.html", "contents"))["boards"][0]
    shard = _shard(tmp_path / "page.html", "rows-0-0")
    items = load_items("followrag_demo").by_key
    for run in board["rows"]["runs"]:
        marks = iter(run["marks"])
        for place, line in enumerate((tmp_path / "runs" / run["model"] / "rows.jsonl").open()):
            row = json.loads(line)
            kept = shard[str(place)]
            answer = kept["answers"][str(run["place"])]
            assert answer["response"] == row["response"]
            assert answer["reasons"] == [check["reason"] for check in row["constraints"]]
            assert kept["prompt"] == items[str(row["key"])].prompt
            assert [int(next(marks)) for _ in row["constraints"]] == [
                check["passed"] + 2 * check["loose"] for check in row["constraints"]
            ]


def test_ratings_are_shown_with_their_reasons(
    write_demo_run: MakeRun, command: Run, tmp_path: Path
) -> None:
    run = read_run(write_demo_run(tmp_path / "run", skill=1))
    first, second, *_ = (item.key for item in run.items)
    half = Rating(first, 0.5, (0.5,), "half right", None)
    write_ratings(run, [half, Rating(second, None, (), "", "no rating in it")], {})
    command("report", tmp_path / "run", "--rows", "all", "-o", tmp_path / "page.html")
    [place] = json.loads(_part(tmp_path / "page.html", "contents"))["boards"][0]["places"]
    assert place["judge_errors"] == [50, "50.0"]
    answers = [row["answers"]["0"] for row in _shard(tmp_path / "page.html", "rows-0-0").values()]
    assert (answers[0]["rating"], answers[0]["rating_reason"]) == (0.5, "half right")
    assert "rating" not in answers[1] and answers[1]["rating_reason"] == "no rating in it"
    assert "rating_reason" not in answers[2]


def test_many_runs_have_no_rows_unless_asked(
    write_demo_run: MakeRun, command: Run, tmp_path: Path
) -> None:
    for number in range(11):
        write_demo_run(tmp_path / "runs" / str(number), f"model {number}", 0.5, number)
    done = command("report", tmp_path / "runs", "-o", tmp_path / "page.html")
    assert "11 runs on 1 set of items, without rows (`--rows failing`" in done.stdout
    assert "rows-0-0" not in (tmp_path / "page.html").read_text()


def test_a_bad_run_is_told_and_the_good_one_shown(
    write_demo_run: MakeRun, command: Run, tmp_path: Path
) -> None:
    write_demo_run(tmp_path / "runs" / "good", "good")
    rows = write_demo_run(tmp_path / "runs" / "bad", "bad") / "rows.jsonl"
    rows.write_bytes(rows.read_bytes()[:-9])
    done = command("report", tmp_path / "runs", "-o", tmp_path / "page.html")
    assert done.returncode == 2
    assert re.fullmatch(r"error: \S*rows\.jsonl.*\n", done.stderr)
    shown = json.loads(_part(tmp_path / "page.html", "contents"))
    assert [place["model"] for place in shown["boards"][0]["places"]] == ["good"]
    [problem] = shown["problems"]
    assert problem["message"] in done.stderr


def test_nothing_usable_writes_no_page(command: Run, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    done = command("report", tmp_path / "empty", "-o", tmp_path / "page.html")
    assert done.returncode == 2
    assert done.stderr.startswith("error: ") and "Traceback" not in done.stderr
    assert not (tmp_path / "page.html").exists()


def test_published_tables_alone_make_a_page(command: Run, tmp_path: Path) -> None:
    done = command("report", "reported", "-o", tmp_path / "page.html")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == f"{tmp_path / 'page.html'}: 3 published tables\n"
    shown = json.loads(_part(tmp_path / "page.html", "contents"))
    assert shown["boards"] == []
    assert len(shown["reported"]["tables"]) == 3


def test_errors_only_and_one_row(command: Run, tmp_path: Path) -> None:
    items = load_items("followrag_demo")
    errors = [error_row(item, "no response") for item in items]
    write_run(tmp_path / "errors", items, errors, summarise(errors), {"model": "errors"})
    one = type(items)(items.name, tuple(items)[:1])
    [row] = rows = [score_item(item, "Oslo \ud800 \x00") for item in one]
    write_run(tmp_path / "one", one, rows, summarise([row]), {"model": "one"})
    done = command("report", tmp_path, "--rows", "all", "-o", tmp_path / "page.html")
    assert (done.returncode, done.stderr) == (0, "")
    assert "2 runs on 2 sets of items" in done.stdout


def test_a_place_that_cant_be_written_is_an_error(
    write_demo_run: MakeRun, command: Run, tmp_path: Path
) -> None:
    run = write_demo_run(tmp_path / "run")
    done = command("report", run, "-o", run / "rows.jsonl" / "page.html")
    assert done.returncode == 2
    assert done.stderr.startswith("error: ") and "can't be written" in done.stderr


@pytest.mark.parametrize("out", ["", "."])
def test_a_folder_is_no_place_for_a_page(command: Run, out: str) -> None:
    done = command("report", "no such run", "-o", out)
    assert done.returncode == 2
    assert done.stderr == (
        "error: .: can't be written to (Is a directory); name another file with --out\n"
    )


def test_a_full_standard_output_keeps_no_page_from_being_written(
    write_demo_run: MakeRun, tmp_path: Path
) -> None:
    run = write_demo_run(tmp_path / "run")
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "followrag", "report", run, "-o", tmp_path / "page.html"],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            timeout=60,
        )
    assert done.returncode == 0
    assert re.fullmatch(r"warning: standard output: can't be written to \(.*\n", done.stderr)
    assert (tmp_path / "page.html").exists()


def test_an_unknown_headline_is_an_error(
    write_demo_run: MakeRun, command: Run, tmp_path: Path
) -> None:
    done = command("report", write_demo_run(tmp_path / "run"), "--headline", "qa_ac")
    assert done.returncode == 2 and "did you mean 'qa_acc'?" in done.stderr
