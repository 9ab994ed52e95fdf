"""`followrag data`, as typed."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Iterable
from pathlib import Path

from followrag import load_items
from followrag.sources import SOURCES

Command = Callable[..., subprocess.CompletedProcess[str]]
Jsonl = Callable[[str, Iterable[object]], Path]

ROW = {"type": "ifnq", "prompt": "?", "instruction_id_list": ["format_no_commas"], "kwargs": [{}]}


def test_sources_files_and_places_are_listed_without_fetching(
    command: Command, tmp_path: Path
) -> None:
    ended = command("data", FOLLOWRAG_CACHE=str(tmp_path), FOLLOWRAG_DATA="/my/data")
    assert (ended.returncode, ended.stderr) == (0, "")
    for said in (*SOURCES, "followRAG_ifwebq.json", "not fetched yet", str(tmp_path), "/my/data"):
        assert said in ended.stdout
    assert list(tmp_path.iterdir()) == []


def test_the_list_is_given_as_json(command: Command, tmp_path: Path) -> None:
    listed = json.loads(command("data", "--json", FOLLOWRAG_CACHE=str(tmp_path)).stdout)
    assert listed["sources"] == SOURCES
    assert listed["places"] == {"FOLLOWRAG_DATA": "", "cache": str(tmp_path)}
    assert set(listed["files"].values()) == {"not fetched yet"}


def test_a_set_is_described_in_plain_tables(command: Command) -> None:
    ended = command("data", "followrag_demo")
    assert (ended.returncode, ended.stderr) == (0, "")
    items = load_items("followrag_demo")
    first, *lines = ended.stdout.splitlines()
    assert first == f"followrag_demo: 72 items, sha256 {items.sha256}"
    for heading in ("By dataset", "By number of constraints", "By constraint"):
        assert heading in lines


def test_a_set_is_described_as_json(command: Command) -> None:
    described = json.loads(command("data", "followrag_demo", "--json").stdout)
    items = load_items("followrag_demo")
    assert (described["source"], described["count"]) == ("followrag_demo", 72)
    assert described["sha256"] == items.sha256
    assert sum(described["dataset"].values()) == 72
    assert sum(described["constraint"].values()) == sum(len(item.kwargs) for item in items)


def test_absent_datasets_are_named(command: Command, jsonl: Jsonl, tmp_path: Path) -> None:
    jsonl("followRAG_ifnq.json", [{"key": 1, **ROW}])
    ended = command("data", "followrag", "--data", tmp_path)
    assert "datasets not there: tqa, hotpotqa, webq" in ended.stdout.splitlines()


def test_rows_that_cant_be_used_are_warned_of(command: Command, jsonl: Jsonl) -> None:
    path = jsonl("items.jsonl", [{"key": 1, **ROW}, {"key": 1, **ROW}])
    ended = command("data", path)
    assert ended.returncode == 0
    assert ended.stderr == (
        f"warning: {path}, line 2: key 1 was used at {path}, line 1; give it another\n"
    )


def test_an_unknown_source_ends_with_2_and_the_nearest_name(command: Command) -> None:
    ended = command("data", "followrag_dmo")
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr.startswith("error: followrag_dmo: is neither")
    assert "'followrag_demo'" in ended.stderr


def test_a_reader_that_stops_early_is_no_error(command: Command) -> None:
    script = 'set -o pipefail; "$0" -m followrag data followrag_demo | true; echo $?'
    program = command("--version").args[0]
    ended = subprocess.run(
        ["bash", "-c", script, program], capture_output=True, text=True, timeout=60
    )
    assert "Traceback" not in ended.stderr
    assert "Exception ignored" not in ended.stderr
