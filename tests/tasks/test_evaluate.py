"""`followrag eval` as a user runs it: a process of its own, in an empty folder, offline."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from followrag.cli import main
from followrag.runs import read_metrics


def evaluate(folder: Path, *options: str, **variables: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if name != "FOLLOWRAG_DATA"}
    return subprocess.run(
        [sys.executable, "-m", "followrag", "eval", *options],
        cwd=folder,
        env=kept | variables,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def run_folder(folder: Path) -> Path:
    (found,) = folder.rglob("manifest.json")
    return found.parent


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A run of the defaults: where, and what was printed."""
    folder = tmp_path_factory.mktemp("demo")
    done = evaluate(folder)
    assert done.returncode == 0, done.stderr
    return folder, done.stdout


def test_without_options_the_baseline_answers_the_demo(demo: tuple[Path, str]) -> None:
    manifest = json.loads((run_folder(demo[0]) / "manifest.json").read_text())
    assert manifest["backend"] == manifest["model"] == "followrag-baseline"
    assert manifest["items"]["source"] == "followrag_demo"
    assert manifest["items"]["count"] == 72


def test_the_run_holds_a_row_per_item_with_reasons(demo: tuple[Path, str]) -> None:
    lines = (run_folder(demo[0]) / "rows.jsonl").read_text().splitlines()
    rows = [json.loads(line) for line in lines]
    assert len(rows) == 72
    assert all(check["reason"] for row in rows for check in row["constraints"])


def test_lm_evals_table_and_ours_show_the_same_headline(demo: tuple[Path, str]) -> None:
    folder, printed = demo
    value = read_metrics(run_folder(folder))["overall"]["followrag"]["value"]
    (line,) = re.findall(r"\|followrag +\|↑ +\|([\d.]+)\|", printed)
    assert float(line) == pytest.approx(value, abs=5e-5)
    assert f"{100 * value:.1f}±" in printed


def test_two_runs_give_the_same_rows(demo: tuple[Path, str], tmp_path: Path) -> None:
    evaluate(tmp_path)
    for name in ("rows.jsonl", "metrics.json"):
        assert (run_folder(tmp_path) / name).read_bytes() == (
            run_folder(demo[0]) / name
        ).read_bytes()


def test_scoring_the_samples_file_gives_the_same_rows(
    demo: tuple[Path, str], tmp_path: Path
) -> None:
    (samples,) = demo[0].rglob("samples_*.jsonl")
    subprocess.run(
        [sys.executable, "-m", "followrag", "score", str(samples), "--out", str(tmp_path)],
        check=True,
        capture_output=True,
    )
    for name in ("rows.jsonl", "metrics.json"):
        assert (tmp_path / name).read_bytes() == (run_folder(demo[0]) / name).read_bytes()


def test_the_oracle_follows_every_demo_constraint_and_answers(tmp_path: Path) -> None:
    done = evaluate(tmp_path, "--model_args", "oracle=true", "--json")
    figures: dict[str, Any] = json.loads(done.stdout)["followrag_demo"]["overall"]
    assert figures["prompt_level_strict_acc"]["value"] == 1.0
    assert figures["joint_acc"]["value"] == 1.0
    assert run_folder(tmp_path).parent.name == "followrag-oracle"


@pytest.fixture(scope="module")
def limited(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A run of three items, with a wildcard as its task: where, and what was printed."""
    folder = tmp_path_factory.mktemp("limited")
    done = evaluate(folder, "--tasks", "followrag_dem?", "--limit", "3", "--json")
    assert done.returncode == 0, done.stderr
    return folder, done.stdout


def test_json_is_all_that_is_printed(limited: tuple[Path, str]) -> None:
    assert json.loads(limited[1])["followrag_demo"]["counts"]["rows"] == 3


def test_wildcards_name_our_tasks(limited: tuple[Path, str]) -> None:
    assert list(json.loads(limited[1])) == ["followrag_demo"]


def test_a_limited_run_is_recorded_as_such(limited: tuple[Path, str]) -> None:
    manifest = json.loads((run_folder(limited[0]) / "manifest.json").read_text())
    assert manifest["lm_eval"]["limit"] == 3
    assert manifest["lm_eval"]["n_samples"] == {"original": 72, "effective": 3}
    assert manifest["lm_eval"]["num_fewshot"] == 0


def test_a_results_file_can_be_named(tmp_path: Path) -> None:
    done = evaluate(tmp_path, "--limit", "2", "--output_path", "out/mine.json")
    assert done.returncode == 0, done.stderr
    assert "2 rows" in done.stdout
    manifest = json.loads((run_folder(tmp_path) / "manifest.json").read_text())
    assert (tmp_path / "out" / manifest["results"]).exists()


def test_two_runs_at_once_into_one_folder_are_kept_apart(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "followrag", "eval", "--json", "--limit"]
    first, second = (
        subprocess.Popen(
            [*command, limit], cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        for limit in ("2", "3")
    )
    for process, rows in ((first, 2), (second, 3)):
        figures = json.loads(process.communicate(timeout=120)[0])
        assert figures["followrag_demo"]["counts"]["rows"] == rows


def test_an_absent_backend_names_its_extra(tmp_path: Path) -> None:
    if find_spec("vllm"):
        pytest.skip("vLLM is installed")
    done = evaluate(tmp_path, "--model", "vllm", "--model_args", "pretrained=x", "--limit", "2")
    assert done.returncode == 2
    assert "pip install 'followrag[vllm]'" in done.stderr
    assert "Traceback" not in done.stderr


def test_no_secret_reaches_the_run_folder(tmp_path: Path) -> None:
    arguments = "api_key=S3CRET,auth_token=S3CRET,pretrained=x"
    done = evaluate(tmp_path, "--model", "dummy", "--model_args", arguments, "--limit", "2")
    assert done.returncode == 0, done.stderr
    folder = run_folder(tmp_path)
    assert "pretrained" in (folder / "manifest.json").read_text()
    assert not [path for path in folder.iterdir() if "S3CRET" in path.read_text()]


def test_followrag_data_makes_the_published_items_the_default(shared: Path, tmp_path: Path) -> None:
    data = str(shared / "data/followrag")
    done = evaluate(tmp_path, "--limit", "2", FOLLOWRAG_DATA=data)
    assert done.returncode == 0, done.stderr
    manifest = json.loads((run_folder(tmp_path) / "manifest.json").read_text())
    assert manifest["items"]["source"] == "followrag"
    assert manifest["items"]["absent"] == ["webq"]


def test_naming_data_makes_its_items_the_default(shared: Path, tmp_path: Path) -> None:
    done = evaluate(tmp_path, "--limit", "2", "--data", str(shared / "data/followrag"))
    assert done.returncode == 0, done.stderr
    manifest = json.loads((run_folder(tmp_path) / "manifest.json").read_text())
    assert manifest["items"]["source"] == "followrag"


def test_the_model_arguments_of_a_config_file_are_kept(tmp_path: Path) -> None:
    (tmp_path / "run.yaml").write_text("model_args: oracle=true\nlimit: 2\n")
    done = evaluate(tmp_path, "--config", "run.yaml")
    assert done.returncode == 0, done.stderr
    assert run_folder(tmp_path).parent.name == "followrag-oracle"


def test_options_can_come_from_a_config_file(tmp_path: Path) -> None:
    (tmp_path / "run.yaml").write_text("model: dummy\ntasks: followrag_demo\nlimit: 2\n")
    done = evaluate(tmp_path, "--config", "run.yaml")
    assert done.returncode == 0, done.stderr
    assert json.loads((run_folder(tmp_path) / "manifest.json").read_text())["backend"] == "dummy"
    counts = read_metrics(run_folder(tmp_path))["counts"]
    assert (counts["rows"], counts["errors"]) == (2, 0)


@pytest.mark.parametrize(
    ("options", "named"),
    [
        (["--tasks", "followrag_dmeo"], "followrag_dmeo"),
        (["--model", "no-such-model"], "no-such-model"),
        (["--model_args", "orcale=true"], "orcale"),
    ],
)
def test_what_lm_eval_cant_use_ends_with_2_and_is_named(
    tmp_path: Path, options: list[str], named: str
) -> None:
    done = evaluate(tmp_path, *options)
    assert done.returncode == 2, done.stderr
    assert named in done.stderr
    assert "Traceback" not in done.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("options", "named"),
    [
        (["--tasks", "followrag", "--data", "no/such/folder"], "no/such/folder"),
        (["--no_such_option"], "--no_such_option"),
        (["--output_path", "a-file/runs"], "a-file"),
        (["--config", "a-file"], "a-file"),
        (["--config", "nowhere.yaml"], "nowhere.yaml"),
        (["--samples", "no-json"], "no-json"),
        (["--metadata", '{"data": 3}', "--tasks", "followrag"], "data=3"),
    ],
)
def test_unusable_input_ends_with_2_and_names_it(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    options: list[str],
    named: str,
) -> None:
    (tmp_path / "a-file").write_text("")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit) as ended:
        main(["eval", *options])
    assert ended.value.code == 2
    assert named in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["a-file"]


def test_a_bad_item_row_is_counted_and_the_others_are_run(tmp_path: Path) -> None:
    good = {
        "key": 1,
        "type": "ifnq",
        "prompt": "Question: Who? Use no commas.",
        "question": "Who?",
        "answer_gold": "He",
        "instruction_id_list": ["format_no_commas"],
        "kwargs": [{}],
    }
    rows = [good, good | {"key": 2, "kwargs": []}, good | {"key": 3, "instruction_id_list": ["x"]}]
    items = tmp_path / "followRAG_ifnq.json"
    items.write_text(json.dumps(rows))
    done = evaluate(tmp_path, "--tasks", "followrag", "--data", str(items), "--fail-on-error")
    assert done.returncode == 2
    assert "row 1" in done.stderr
    counts = read_metrics(run_folder(tmp_path))["counts"]
    assert (counts["rows"], counts["errors"], counts["constraint_errors"]) == (3, 1, 1)


def test_an_interrupted_run_leaves_no_half_written_file(tmp_path: Path, shared: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "followrag", "eval", "--model_args", "oracle=true"],
        cwd=tmp_path,
        env=os.environ | {"FOLLOWRAG_DATA": str(shared / "data/followrag")},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        # A shell starts background jobs with the signal ignored, and children inherit that.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    assert process.stderr is not None
    for line in process.stderr:
        if "generate_until" in line:
            break
    time.sleep(0.3)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=120)
    # CPython ends by the signal itself if that came while it ran code by exec: 130 in a shell too.
    assert process.returncode in (130, -signal.SIGINT), errors
    assert "Traceback" not in errors
    assert not list(tmp_path.rglob("*.tmp"))
    assert not list(tmp_path.rglob("manifest.json"))
