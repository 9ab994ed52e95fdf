"""The export to Every Eval Ever, against what its schema asks for."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import pytest
from made_entries import made_entry

from followrag import load_items
from followrag.cli import main
from followrag.estimates import Estimate
from followrag.leaderboard.outcomes import Outcomes
from followrag.leaderboard.reading.reported import NAMES, reported_table
from followrag.leaderboard.tables.board import make_boards
from followrag.leaderboard.tables.every_eval_ever import export

MakeRun = Callable[..., Path]
Check = Callable[[str, Any], None]

SCHEMA = json.loads(Path(__file__).with_name("every_eval_ever-0.3.0.json").read_text())


@pytest.fixture(scope="module")
def check() -> Check:
    """Hold a value to a part of the schema."""

    def hold(part: str, value: Any) -> None:
        schema = {**SCHEMA, "$ref": f"#/$defs/{part}"}
        jsonschema.Draft7Validator(schema).validate(value)

    return hold


@pytest.fixture(scope="module")
def run(write_demo_run: MakeRun, tmp_path_factory: pytest.TempPathFactory) -> Path:
    generation = {"temperature": 0.5, "max_gen_toks": 256, "until": ["\n"], "top_p": "0.9"}
    return write_demo_run(
        tmp_path_factory.mktemp("run") / "run",
        "org/a:model",
        backend="hf",
        generation_kwargs=generation,
    )


def export_runs(folder: Path, *names: object) -> list[Path]:
    """Export with the command; give the records."""
    arguments = ["--format", "every_eval_ever", "--out", folder]
    with pytest.raises(SystemExit) as ended:
        main(["leaderboard", *map(str, names), *map(str, arguments)])
    assert not ended.value.code
    return sorted(folder.rglob("*.json"))


def load(path: Path) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return loaded


def rows(path: Path) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8") as file:
        yield from map(json.loads, file)


def test_a_record_follows_the_schema_and_lies_where_the_datastore_asks(
    check: Check, run: Path, tmp_path: Path
) -> None:
    [path] = export_runs(tmp_path, run)
    record = load(path)
    check("record", record)
    assert path.relative_to(tmp_path).parts[:4] == ("data", "followrag_demo", "org", "a_model")
    assert record["model_info"]["id"] == "org/a_model"
    assert record["model_info"]["additional_details"]["deployment_type"] == "self_deployed"
    assert record["model_info"]["name"] == "org/a:model"


def test_figures_are_those_of_the_run(run: Path, tmp_path: Path) -> None:
    [path] = export_runs(tmp_path, run)
    found = {result["evaluation_result_id"]: result for result in load(path)["evaluation_results"]}
    metrics = json.loads((run / "metrics.json").read_text())
    for name in ("followrag", "inst_level_loose_acc", "qa_acc", "joint_acc"):
        groups = {name: metrics["overall"]}
        groups |= {f"{name}/{dataset}": part for dataset, part in metrics["by_dataset"].items()}
        for id, figures in groups.items():
            score = found[id]["score_details"]
            assert score["score"] == pytest.approx(figures[name]["value"])
            uncertainty = score["uncertainty"]
            assert uncertainty["standard_error"]["value"] == pytest.approx(figures[name]["stderr"])
            assert uncertainty["num_samples"] == figures[name]["n"]


def test_generation_settings_are_kept(run: Path, tmp_path: Path) -> None:
    [path] = export_runs(tmp_path, run)
    generation = load(path)["evaluation_results"][0]["generation_config"]
    assert generation["generation_args"] == {"temperature": 0.5, "max_tokens": 256}
    assert generation["additional_details"]["until"] == '["\\n"]'
    assert generation["additional_details"]["top_p"] == "0.9"


def test_rows_follow_the_schema_and_belong_to_their_record(
    check: Check, run: Path, tmp_path: Path
) -> None:
    [path] = export_runs(tmp_path, run)
    record = load(path)
    detailed = record["detailed_evaluation_results"]
    samples = tmp_path / detailed["file_path"]
    assert samples == path.with_name(f"{path.stem}_samples.jsonl")
    assert detailed["checksum"] == sha256(samples.read_bytes()).hexdigest()
    items = load_items("followrag_demo")
    written = list(rows(samples))
    assert len(written) == detailed["total_rows"] == len(items)
    for row, item in zip(written, items, strict=True):
        check("row", row)
        assert row["evaluation_id"] == record["evaluation_id"]
        assert row["model_id"] == record["model_info"]["id"]
        assert row["input"] == {"raw": item.prompt, "reference": list(item.golds)}
    scores = [row["evaluation"]["score"] for row in written]
    [result] = [
        found
        for found in record["evaluation_results"]
        if found["evaluation_result_id"] == written[0]["evaluation_result_id"]
    ]
    assert result["score_details"]["score"] == pytest.approx(sum(scores) / len(scores))


def test_the_same_run_gives_the_same_files(run: Path, tmp_path: Path) -> None:
    def files(folder: Path) -> dict[str, bytes]:
        export_runs(folder, run)
        found = (path for path in folder.rglob("*") if path.is_file())
        return {str(path.relative_to(folder)): path.read_bytes() for path in found}

    assert files(tmp_path / "one") == files(tmp_path / "two")


def test_another_run_of_a_model_is_another_record(
    run: Path, write_demo_run: MakeRun, tmp_path: Path
) -> None:
    export_runs(tmp_path / "out", run)
    other = write_demo_run(tmp_path / "other", "org/a:model", seed=5)
    assert len(export_runs(tmp_path / "out", other)) == 2


def test_published_lines_are_documentation(check: Check, tmp_path: Path) -> None:
    paths = export_runs(tmp_path, "reported")
    assert len(paths) == sum(len(reported_table(name).rows) for name in NAMES)
    for path in paths:
        record = load(path)
        check("record", record)
        assert record["source_metadata"]["source_type"] == "documentation"
        assert "detailed_evaluation_results" not in record
        for result in record["evaluation_results"]:
            assert result["metric_config"]["metric_unit"] == "percent"
            assert 0 <= result["score_details"]["score"] <= 100


@pytest.mark.parametrize(
    ("model", "folder"),
    [
        ("model", "unknown/model"),
        ("org/model", "org/model"),
        ("a/b/c", "a/b_c"),
        ("/models/x y/", "unknown/models_x y"),
        ('<a>:"|?*\\', "unknown/_a_______"),
        ("data/con.txt", "_data/_con.txt"),
        ("..", "unknown/unknown"),
        ("模型\n\x1b[1m", "unknown/模型 _x1b[1m"),
        ("", "unknown/unknown"),
    ],
)
def test_any_name_is_a_portable_path(
    check: Check,
    make_outcomes: Callable[..., Outcomes],
    tmp_path: Path,
    model: str,
    folder: str,
) -> None:
    given = {"qa_acc": Estimate(0.5, 0.1, 300)}
    boards, _ = make_boards([made_entry(model, None, given=given)])
    assert export(boards, [], tmp_path) == 1
    [path] = tmp_path.rglob("*.json")
    assert path.parent == tmp_path / "data" / "demo" / folder
    check("record", load(path))


def test_a_name_may_be_longer_than_a_file_system_takes(tmp_path: Path) -> None:
    boards, _ = make_boards([made_entry("名" * 999, None, given={"judge": Estimate(1, 0, 1)})])
    assert export(boards, [], tmp_path) == 1


def test_a_judge_is_described(
    check: Check, run: Path, make_outcomes: Callable[..., Outcomes], tmp_path: Path
) -> None:
    outcomes = make_outcomes(20)
    judged = replace(outcomes, rating=np.ones(20))
    judge = {"model": "org/judge", "prompt_version": "2", "votes": 1}
    entry = replace(made_entry("m", judged, judge=judge), origin="baseline")
    boards, _ = make_boards([entry])
    export(boards, [], tmp_path)
    [path] = tmp_path.rglob("*.json")
    record = load(path)
    check("record", record)
    [scoring] = {
        json.dumps(result["metric_config"]["llm_scoring"])
        for result in record["evaluation_results"]
        if result["metric_config"]["metric_name"] in ("judge", "followrag_judge")
    }
    assert json.loads(scoring)["judges"][0]["model_info"]["name"] == "org/judge"
