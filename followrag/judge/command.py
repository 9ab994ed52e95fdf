"""`followrag judge`: let an LLM rate the answers of a run."""

from __future__ import annotations

import hashlib
import json as jsonlib
import math
import os
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from followrag.errors import InputError, ServerError
from followrag.judge import report
from followrag.judge.plan import plan, plan_text
from followrag.judge.prompt import PROMPT_VERSION
from followrag.judge.rating import Asked, Judge, Selection, Which, ask_judge, rate, select
from followrag.llm import (
    Engine,
    Failure,
    InProcess,
    Journal,
    Prices,
    Server,
    Usage,
    bare_url,
    chat_url,
)
from followrag.llm.secret_args import split_secrets
from followrag.ratings import Rating
from followrag.reading import read_run
from followrag.runs import SCORER_VERSION, Run, write_ratings

_OPENAI = "https://api.openai.com/v1"


def judge(
    run: Annotated[Path, typer.Argument(help="Run folder, as eval or score wrote it.")],
    model: Annotated[str, typer.Option(help="The judge model.")],
    base_url: Annotated[
        str | None,
        typer.Option(help=f"An OpenAI-compatible server; else OPENAI_BASE_URL, else {_OPENAI}."),
    ] = None,
    engine: Annotated[
        Literal["server", "hf", "vllm", "sglang"],
        typer.Option(help="A server, or lm-eval's name of an engine for this process."),
    ] = "server",
    model_args: Annotated[
        str, typer.Option(help="Settings of such an engine: device=cpu,batch_size=8, ...")
    ] = "",
    rows: Annotated[
        Which | None,
        typer.Option(help="Mini set or all rows; by default mini for the published items."),
    ] = None,
    votes: Annotated[int, typer.Option(min=1, help="Ratings a row, odd; their median counts.")] = 1,
    temperature: Annotated[float, typer.Option(min=0, help="Of the judge's sampling.")] = 0.0,
    max_tokens: Annotated[int, typer.Option(min=1, help="Room for a reply.")] = 1024,
    extra_body: Annotated[
        str, typer.Option(help="JSON object: more fields for each request; null takes one out.")
    ] = "{}",
    concurrency: Annotated[int, typer.Option(min=1, help="Requests at a time.")] = 8,
    input_price: Annotated[
        float | None, typer.Option(min=0, help="US dollars a million prompt tokens.")
    ] = None,
    output_price: Annotated[
        float | None, typer.Option(min=0, help="US dollars a million completion tokens.")
    ] = None,
    items: Annotated[
        str | None, typer.Option(help="The run's items, where they can't be found.")
    ] = None,
    data: Annotated[
        str | None, typer.Option(help="Where a published source lies; else FOLLOWRAG_DATA.")
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only say how many calls and tokens it takes.")
    ] = False,
    json: Annotated[bool, typer.Option("--json", help="Print everything as JSON.")] = False,
    fail_on_error: Annotated[
        bool, typer.Option("--fail-on-error", help="End with exit code 2 on any judge error.")
    ] = False,
) -> None:
    """Rate a run's answers with 0, 0.5 or 1, as FollowRAG's judge does, and add the figures to it.

    The key is read from OPENAI_API_KEY. Every reply is kept in the run folder: the same command
    goes on where it was stopped, and nothing is paid for twice.
    """
    extra = _extra(extra_body)
    fields = {"temperature": temperature, "max_tokens": max_tokens, **extra}
    body = {name: value for name, value in fields.items() if value is not None}
    asked_of = Judge(model, _odd(votes), body)
    prices = _prices(input_price, output_price)
    judged = _read(run, items, data)
    chosen = select(judged.rows, rows)
    if votes > 1 and body.get("temperature") == 0:
        print("note: at temperature 0 the votes on a row hardly differ", file=sys.stderr)
    url = _url(base_url) if engine == "server" else None
    journal = run / f"judge_calls_{_digest(engine, url, model_args)}.jsonl"
    if dry_run:
        planned = plan(asked_of, chosen, journal, prices)
        print(jsonlib.dumps(planned, indent=2) if json else plan_text(planned))
        return
    answering = (
        Server(url, concurrency=concurrency) if url else _in_process(engine, model, model_args)
    )
    print(_beginning(chosen, judged), file=sys.stderr)
    asked = _ask(asked_of, chosen, answering, journal)
    _require_an_answer(asked, bare_url(url) if url else engine)
    ratings = _ratings(chosen, asked)
    errors = sum(rating.error is not None for rating in ratings)
    usage = Usage.of(asked.outcomes.values())
    settings = {
        "model": model,
        "engine": engine,
        "base_url": bare_url(url) if url else None,
        "prompt_version": PROMPT_VERSION,
        "rows": chosen.which,
        "votes": votes,
        "temperature": body.get("temperature"),
        "max_tokens": body.get("max_tokens"),
        "extra_body": extra,
        "counts": {
            "rated": len(ratings) - errors,
            "without_call": len(chosen.unanswered),
            "errors": errors,
            "without_gold": chosen.without_gold,
        },
        "usage": asdict(usage),
        "cost": usage.cost(prices) if prices else None,
    }
    summary = write_ratings(judged, ratings, settings)
    found = report.agreements(judged.rows, ratings)
    if json:
        print(jsonlib.dumps(report.record(settings, summary, found, ratings), indent=2))
    else:
        report.print_report(settings, summary, found)
    report.print_judge_errors(ratings)
    if fail_on_error and errors:
        raise typer.Exit(2)


def _digest(engine: str, url: str | None, model_args: str) -> str:
    """Tell journals of equal names at other servers apart, without showing what may be secret."""
    return hashlib.sha256(jsonlib.dumps([engine, url, model_args]).encode()).hexdigest()[:8]


def _odd(votes: int) -> int:
    if votes % 2 == 0:
        raise InputError(f"--votes {votes}: give an odd number, so that the median is a vote")
    return votes


def _prices(input: float | None, output: float | None) -> Prices | None:
    if input is None and output is None:
        return None
    if input is None or output is None:
        raise InputError("give both --input-price and --output-price, or neither")
    if not math.isfinite(input + output):
        raise InputError("--input-price and --output-price: give numbers")
    return Prices(input, output)


def _extra(text: str) -> dict[str, Any]:
    try:
        extra = jsonlib.loads(text)
    except ValueError as error:
        raise InputError(f"--extra-body {text!r}: is not JSON ({error})") from None
    if not isinstance(extra, dict):
        raise InputError(f"--extra-body {text!r}: is not a JSON object")
    if ours := extra.keys() & {"model", "messages", "seed", "stream", "n"}:
        raise InputError(f"--extra-body: {sorted(ours)[0]} is not for you to set; leave it out")
    if secret := split_secrets(extra).secret:
        raise InputError(
            f"--extra-body {next(iter(secret))}: would be written into the run; set OPENAI_API_KEY"
        )
    return extra


def _in_process(engine: str, model: str, model_args: str) -> InProcess:
    from lm_eval.utils import simple_parse_args_string

    settings = {"pretrained": model, **simple_parse_args_string(model_args)}
    return InProcess(engine, settings)


def _read(folder: Path, items: str | None, data: str | None) -> Run:
    run = read_run(folder, items, data)
    version = run.manifest["scorer_version"]
    if version != SCORER_VERSION:
        raise InputError(
            f"{folder}: was scored by version {version} of the scorer, not {SCORER_VERSION}; run "
            f"`followrag rescore {folder}` first"
        )
    return run


def _url(base: str | None) -> str:
    return chat_url(base or os.environ.get("OPENAI_BASE_URL") or _OPENAI)


def _beginning(chosen: Selection, run: Run) -> str:
    which = "the mini set, by key" if chosen.which == "mini" else "all with gold answers"
    count = len(chosen.to_ask) + len(chosen.unanswered)
    return f"rating {count} of {len(run.rows)} rows: {which}"


def _ask(judge: Judge, chosen: Selection, engine: Engine, path: Path) -> Asked:
    with Journal(path) as journal:
        try:
            return ask_judge(judge, chosen.to_ask, engine, journal)
        finally:
            if len(journal) == 0:
                path.unlink(missing_ok=True)


def _require_an_answer(asked: Asked, server: str) -> None:
    """Make sure that ratings don't replace earlier ones where every call has failed."""
    failures = [found for found in asked.outcomes.values() if isinstance(found, Failure)]
    if failures and len(failures) == len(asked.outcomes):
        raise ServerError(
            f"{server}: answered none of {len(failures)} calls; first: {failures[0].reason}"
        )
    votes = [vote for given in asked.votes.values() for vote in given]
    if votes and all(vote.rating is None for vote in votes):
        raise ServerError(
            f"{server}: none of {len(votes)} replies is a rating; take another judge; first: "
            f"{votes[0].reason}"
        )


def _ratings(chosen: Selection, asked: Asked) -> list[Rating]:
    unasked = [Rating(key, 0.0, (), why, None) for key, why in chosen.unanswered]
    return unasked + [rate(key, votes) for key, votes in asked.votes.items()]
