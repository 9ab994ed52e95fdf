"""`followrag judge`, as typed, against a real server on loopback."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from followrag import ItemSet
from followrag.runs import read_metrics

Command = Callable[..., subprocess.CompletedProcess[str]]
MakeRun = Callable[[Sequence[str | None]], Path]
ChatServer = Callable[..., Any]

KEY = "sk-verysecret0123456789"
HEAVY = {"torch", "transformers", "lm_eval", "datasets", "nltk"}
RUN = ["manifest.json", "metrics.json", "rows.jsonl"]
REPLIES = {
    "azure": "Rating: [1]\nReason: it is",
    "beige": "**Rating:** 0.5\n**Reason:** half of it",
    "coral": "Rating: [0]\nReason: it isn't",
    "denim": "I would say 0 to 1.",
}


# One each that is rated 1, 0.5, 0 and not, one empty and one failed.
RESPONSES = ("azure", "beige", "coral", "denim", "<think>azure", None)


class Judged(NamedTuple):
    """A run that was judged, and what was there before."""

    run: Path
    ended: subprocess.CompletedProcess[str]
    before: dict[str, bytes]
    figures: dict[str, Any]


@pytest.fixture(scope="module")
def replies(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a judge that rates a response by the word in it answers."""
    path = tmp_path_factory.mktemp("judge") / "replies.json"
    path.write_text(json.dumps(REPLIES))
    return path


@pytest.fixture
def server(chat_server: ChatServer, replies: Path) -> Any:
    """A judge that rates a response by the word in it."""
    return chat_server("--replies", replies)


@pytest.fixture
def run(make_run: MakeRun) -> Path:
    """Six rows to judge."""
    return make_run(RESPONSES)


@pytest.fixture(scope="module")
def judged(
    command: Command, make_run: MakeRun, module_chat_server: ChatServer, replies: Path
) -> Judged:
    """The six rows, judged without further options; not to be changed."""
    run = make_run(RESPONSES)
    before, figures = files(run), read_metrics(run)["overall"]
    url = module_chat_server("--replies", replies).url
    ended = command("judge", run, "--model", "j", "--base-url", url)
    assert ended.returncode == 0, ended.stderr
    return Judged(run, ended, before, figures)


def files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def ratings(run: Path) -> dict[int, dict[str, Any]]:
    return {row["key"]: row for row in map(json.loads, (run / "ratings.jsonl").open())}


def manifest(run: Path) -> dict[str, Any]:
    told: dict[str, Any] = json.loads((run / "manifest.json").read_text())["judge"]
    return told


# Ratings, figures, files


def test_each_row_gets_its_rating_and_reason(judged: Judged) -> None:
    found = ratings(judged.run)
    assert [found[key]["rating"] for key in range(6)] == [1, 0.5, 0, None, 0, 0]
    assert found[1] == {
        "key": 1,
        "rating": 0.5,
        "votes": [0.5],
        "reason": "half of it",
        "error": None,
    }
    assert found[3]["error"] == "no clear rating in 'I would say 0 to 1.'"
    assert found[4]["reason"] == "not asked: the response is empty but unclosed reasoning"
    assert found[5]["reason"] == "not asked: no response (no response)"


def test_judge_errors_are_counted_apart_and_in_no_figure(judged: Judged) -> None:
    metrics, told = read_metrics(judged.run), judged.ended.stderr
    judge = metrics["overall"]["judge"]
    assert (judge["value"], judge["n"]) == (0.3, 5)
    assert (metrics["counts"]["judged"], metrics["counts"]["judge_errors"]) == (5, 1)
    assert "warning: 1 judge errors, left out of the figures:\n  no clear rating" in told


def test_the_figures_are_printed_with_standard_errors_by_dataset(judged: Judged) -> None:
    told = judged.ended.stdout
    assert "Rated by j" in told
    assert "judge            30.0±20.0\n" in told
    assert "kappa" in told
    assert "5 rows rated, 2 of them without a call, 1 judge errors\n" in told
    # Four rows were asked about, the unreadable one three times.
    assert "6 calls with" in told


def test_the_rows_and_other_figures_stay(judged: Judged) -> None:
    after, now = read_metrics(judged.run)["overall"], files(judged.run)
    assert now["rows.jsonl"] == judged.before["rows.jsonl"]
    assert {name: after[name] for name in judged.figures} == judged.figures
    (journal,) = (name for name in now if name.startswith("judge_calls_"))
    assert sorted(now) == sorted([*RUN, "ratings.jsonl", journal])


def test_the_manifest_says_how_it_was_judged(command: Command, run: Path, server: Any) -> None:
    prices = ("--input-price", 1, "--output-price", 10)
    url = server.url.replace("http://", "http://me:hidden@")
    ended = command("judge", run, "--model", "j", "--base-url", url, *prices)
    told = manifest(run)
    usage = told.pop("usage")
    assert told == {
        "model": "j",
        "engine": "server",
        "base_url": f"{server.url}/chat/completions",
        "prompt_version": "1",
        "rows": "all",
        "votes": 1,
        "temperature": 0.0,
        "max_tokens": 1024,
        "extra_body": {},
        "counts": {"rated": 5, "without_call": 2, "errors": 1, "without_gold": 0},
        "cost": (usage["prompt_tokens"] + 10 * usage["completion_tokens"]) / 1e6,
    }
    assert usage["calls"] == 6
    assert "hidden" not in ended.stdout + ended.stderr + str(files(run))


def test_json_is_one_object_with_everything(command: Command, run: Path, server: Any) -> None:
    ended = command("judge", run, "--model", "j", "--base-url", server.url, "--json")
    told = json.loads(ended.stdout)
    assert told["judge"] == manifest(run)
    assert told["figures"]["all"]["judge"] == read_metrics(run)["overall"]["judge"]
    assert set(told["figures"]["all"]) == {"judge", "followrag_judge"}
    assert told["errors"] == [{"key": 3, "error": "no clear rating in 'I would say 0 to 1.'"}]
    substring = told["agreement"]["acc_substring"]
    assert substring["table"] == [
        {"rating": 0.0, "score": 0.0, "rows": 3},
        {"rating": 0.5, "score": 0.0, "rows": 1},
        {"rating": 1.0, "score": 0.0, "rows": 1},
    ]
    assert substring["agreement"]["value"] == 0.6
    assert substring["kappa"]["value"] == 0
    assert substring["says"] == "unknown"


def test_a_judge_that_never_says_a_rating_changes_nothing(
    command: Command, make_run: MakeRun, server: Any
) -> None:
    run = make_run(["azure", "denim"])
    options = ("--model", "j", "--base-url", server.url)
    command("judge", run, *options)
    before = files(run)
    ended = command(
        "judge", run, *options, "--extra-body", '{"stop": ["Rating"]}', "--max-tokens", 1
    )
    assert (ended.returncode, ended.stdout) == (2, "")
    assert "none of 2 replies is a rating" in ended.stderr
    assert {name: files(run)[name] for name in ("ratings.jsonl", "metrics.json")} == {
        name: before[name] for name in ("ratings.jsonl", "metrics.json")
    }


def test_where_all_agree_on_one_rating_kappa_is_a_dash(
    command: Command, make_run: MakeRun, demo: ItemSet, server: Any
) -> None:
    run = make_run([f"azure {item.golds[0]}" for item in demo[:3]])
    ended = command("judge", run, "--model", "j", "--base-url", server.url)
    (line,) = [line for line in ended.stdout.splitlines() if line.startswith("kappa")]
    assert line.split() == ["kappa", "-", "-"]
    assert "Too few rows to say" in ended.stdout


def test_a_judge_that_differs_from_the_score_is_told(
    command: Command, make_run: MakeRun, server: Any
) -> None:
    ended = command("judge", make_run(["azure"] * 9), "--model", "j", "--base-url", server.url)
    assert "+100.0 points (judge minus score), beyond chance" in ended.stdout


def test_fail_on_error_ends_with_2_where_there_are_judge_errors(
    command: Command, run: Path, make_run: MakeRun, server: Any
) -> None:
    options = ("--model", "j", "--base-url", server.url, "--fail-on-error")
    assert command("judge", run, *options).returncode == 2
    assert (run / "ratings.jsonl").exists()
    assert command("judge", make_run(["azure"]), *options).returncode == 0


# What is asked


def test_the_same_command_pays_for_nothing_twice(command: Command, run: Path, server: Any) -> None:
    options = ("--model", "j", "--base-url", server.url)
    first = command("judge", run, *options)
    kept, asked = files(run), len(server.answered)
    assert command("judge", run, *options).stdout == first.stdout
    assert (files(run), len(server.answered), asked) == (kept, 6, 6)


def test_another_judge_makes_its_own_calls_and_its_ratings_stay(
    command: Command, run: Path, server: Any
) -> None:
    for model in ("j", "other"):
        command("judge", run, "--model", model, "--base-url", server.url)
    asked = [request["body"]["model"] for request in server.answered]
    assert asked == ["j"] * 6 + ["other"] * 6
    assert manifest(run)["model"] == "other"
    assert len(ratings(run)) == 6


def test_several_votes_are_several_samples(command: Command, run: Path, server: Any) -> None:
    options = ("--votes", 3, "--temperature", 0.7, "--concurrency", 1)
    ended = command("judge", run, "--model", "j", "--base-url", server.url, *options)
    assert "temperature 0" not in ended.stderr
    assert ratings(run)[0]["votes"] == [1, 1, 1]
    bodies = [request["body"] for request in server.answered]
    assert [body.get("seed") for body in bodies[:3]] == [None, 1, 2]
    assert {body["temperature"] for body in bodies} == {0.7}


def test_votes_without_a_temperature_get_a_note(command: Command, run: Path, server: Any) -> None:
    ended = command("judge", run, "--model", "j", "--base-url", server.url, "--votes", 3)
    assert "note: at temperature 0 the votes on a row hardly differ" in ended.stderr


def test_more_fields_go_into_the_body_and_null_takes_one_out(
    command: Command, run: Path, server: Any
) -> None:
    extra = '{"max_tokens": null, "max_completion_tokens": 99, "reasoning_effort": "low"}'
    command("judge", run, "--model", "j", "--base-url", server.url, "--extra-body", extra)
    body = server.answered[0]["body"]
    del body["messages"]
    assert body == {
        "model": "j",
        "temperature": 0.0,
        "max_completion_tokens": 99,
        "reasoning_effort": "low",
    }


@pytest.mark.parametrize("path", ["", "/", "/v1", "/v1/", "/v1/chat/completions"])
def test_a_base_url_may_stop_anywhere(
    command: Command, make_run: MakeRun, server: Any, path: str
) -> None:
    base = server.url.removesuffix("/v1") + path
    run = make_run(["azure"])
    assert command("judge", run, "--model", "j", OPENAI_BASE_URL=base).returncode == 0
    assert ratings(run)[0]["rating"] == 1


def test_the_published_items_are_judged_by_the_mini_set(
    command: Command, shared: Path, tmp_path: Path, server: Any
) -> None:
    data = shared / "data" / "followrag"
    responses = tmp_path / "mine.jsonl"
    rows = [{"key": key, "response": "azure"} for key in (27, 25, 6, 0)]
    responses.write_text("".join(json.dumps(row) + "\n" for row in rows))
    run = tmp_path / "run"
    command("score", responses, "--items", data / "followRAG_ifnq.json", "--out", run)
    ended = command("judge", run, "--model", "j", "--base-url", server.url)
    assert "rating 100 of 700 rows: the mini set, by key" in ended.stderr
    rated = ratings(run)
    assert len(rated) == 100
    assert {key for key, row in rated.items() if row["rating"] == 1} == {6, 25, 27}
    assert len(server.answered) == 3


def test_a_judge_may_run_in_this_process(
    command: Command, make_run: MakeRun, tiny_model: Path
) -> None:
    run = make_run(["azure", None])
    options = ("--engine", "hf", "--model-args", "device=cpu,batch_size=1", "--max-tokens", 4)
    ended = command("judge", run, "--model", tiny_model, *options)
    # A random model says nothing clear.
    assert ended.returncode == 2
    assert "hf: none of 1 replies is a rating" in ended.stderr
    (journal,) = run.glob("judge_calls_*.jsonl")
    assert len(journal.read_text().splitlines()) == 3


# A plan


def test_a_dry_run_needs_no_key_and_no_network_and_writes_nothing(
    command: Command, run: Path
) -> None:
    before = files(run)
    ended = command(
        "judge", run, "--model", "j", "--dry-run", "--base-url", "http://127.0.0.1:9/v1"
    )
    assert (ended.returncode, ended.stderr) == (0, "")
    assert "rows to rate: 6 (all), of them 2 without a call" in ended.stdout
    assert "calls: 4; 0 more are in the journal" in ended.stdout
    assert "completion tokens: at most 4,096" in ended.stdout
    assert "cost" not in ended.stdout
    assert files(run) == before


def test_a_dry_run_tells_what_is_kept_apart(
    command: Command, make_run: MakeRun, server: Any
) -> None:
    run = make_run(["azure", "beige"])
    command("judge", run, "--model", "j", "--base-url", server.url)
    before = files(run)
    options = ("--votes", 3, "--max-tokens", 1024, "--input-price", 1, "--output-price", 2)
    asked = ("--model", "j", "--base-url", server.url)
    ended = command("judge", run, *asked, "--dry-run", "--json", *options)
    told = json.loads(ended.stdout)
    assert (told["calls"], told["journalled"], told["completion_tokens"]) == (4, 2, 4096)
    assert told["cost"] == (told["prompt_tokens"] + 2 * told["completion_tokens"]) / 1e6
    assert files(run) == before


# What can't be used


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--votes", 2], "--votes 2: give an odd number"),
        (["--input-price", 1], "give both --input-price and --output-price"),
        (["--input-price", "inf", "--output-price", 1], "--output-price: give numbers"),
        (["--extra-body", "{"], "--extra-body '{': is not JSON"),
        (["--extra-body", "[1]"], "--extra-body '[1]': is not a JSON object"),
        (["--extra-body", '{"model": "x"}'], "--extra-body: model is not for you to set"),
        (["--rows", "mini"], "have a mini set; use --rows all"),
        (["--extra-body", '{"api_key": "x"}'], "--extra-body api_key: would be written"),
        (["--base-url", "localhost"], "is no URL of a server"),
        (["--items", "nowhere"], "nowhere: is neither a file or folder"),
        (["--engine", "nonsense"], "nonsense"),
    ],
)
def test_bad_options_end_with_2_and_change_nothing(
    command: Command, make_run: MakeRun, options: list[Any], said: str
) -> None:
    run = make_run(["azure"])
    before = files(run)
    ended = command("judge", run, "--model", "j", *options)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert said in ended.stderr
    assert files(run) == before


def test_a_folder_that_is_no_run_is_an_error(command: Command, tmp_path: Path) -> None:
    ended = command("judge", tmp_path, "--model", "j")
    assert (ended.returncode, ended.stdout) == (2, "")
    assert str(tmp_path) in ended.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("more", [[], ["--dry-run"]])
def test_a_run_of_another_scorer_version_is_to_be_rescored_first(
    command: Command, run: Path, more: list[str]
) -> None:
    described = json.loads((run / "manifest.json").read_text())
    (run / "manifest.json").write_text(json.dumps({**described, "scorer_version": "0"}))
    ended = command("judge", run, "--model", "j", *more)
    assert ended.returncode == 2
    assert f"run `followrag rescore {run}` first" in ended.stderr


# Lightness and secrets


def test_no_heavy_package_is_imported(command: Command, run: Path, server: Any) -> None:
    ended = command(
        "judge", run, "--model", "j", "--base-url", server.url, PYTHONPROFILEIMPORTTIME="1"
    )
    imported = {line.rpartition("|")[2].strip() for line in ended.stderr.splitlines()}
    assert "openai" in imported
    assert imported & HEAVY == set()


@pytest.mark.parametrize("options", [["--key", KEY], ["--mode", "401"], ["--mode", "400"]])
def test_the_key_is_sent_and_in_no_file_or_output(
    command: Command, run: Path, chat_server: ChatServer, options: list[str]
) -> None:
    server = chat_server(*options, "--reply", "Rating: [1]")
    ended = command("judge", run, "--model", "j", "--base-url", server.url, OPENAI_API_KEY=KEY)
    assert ended.returncode == (0 if "--key" in options else 2)
    assert KEY[3:] not in ended.stdout + ended.stderr
    assert all(KEY[3:].encode() not in content for content in files(run).values())
