"""`followrag doctor`, as typed."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

Command = Callable[..., subprocess.CompletedProcess[str]]
Jsonl = Callable[[str, Iterable[object]], Path]
Findings = dict[str, dict[str, str]]


def findings(ended: subprocess.CompletedProcess[str]) -> Findings:
    return {finding["what"]: finding for finding in json.loads(ended.stdout)}


@pytest.fixture(scope="module")
def healthy(command: Command) -> Findings:
    ended = command("doctor", "--json")
    assert ended.stderr == ""
    return findings(ended)


@pytest.mark.parametrize(
    "part", ["Python", "followrag", "lm-eval", "langdetect", "nltk", "verifiers", "followrag_demo"]
)
def test_every_needed_part_works_offline(healthy: Findings, part: str) -> None:
    assert healthy[part]["state"] == "ok"


def test_files_that_are_not_fetched_yet_are_absent_and_not_broken(healthy: Findings) -> None:
    assert healthy["followRAG_ifnq.json"]["state"] == "absent"
    assert "FOLLOWRAG_DATA" in healthy["followRAG_ifnq.json"]["detail"]


def test_an_absent_extra_names_what_to_install(healthy: Findings) -> None:
    vllm = healthy["vLLM in process"]
    if vllm["state"] == "ok":
        pytest.skip("vLLM is installed")
    assert vllm["detail"] == "pip install 'followrag[vllm]' (missing: vllm)"


def test_a_folder_that_is_not_there_is_broken_and_ends_with_1(
    command: Command, tmp_path: Path
) -> None:
    ended = command("doctor", "--json", FOLLOWRAG_DATA=str(tmp_path / "missing"))
    assert ended.returncode == 1
    assert findings(ended)["FOLLOWRAG_DATA"]["state"] == "broken"


def test_a_folder_of_items_is_described_in_a_plain_table(
    command: Command, jsonl: Jsonl, tmp_path: Path
) -> None:
    row = {"key": 1, "type": "ifnq", "prompt": "?", "instruction_id_list": ["format_json"]}
    jsonl("followRAG_ifnq.json", [row | {"kwargs": [{}]}])
    ended = command("doctor", FOLLOWRAG_DATA=str(tmp_path))
    assert ended.stdout.startswith("followrag doctor\npart ")
    assert f"1 items in {tmp_path}; not there: tqa, hotpotqa, webq" in ended.stdout
    assert "\x1b" not in ended.stdout
