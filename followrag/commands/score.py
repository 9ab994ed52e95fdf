"""`followrag score`: from responses to a run folder."""

from __future__ import annotations

import hashlib
import json as jsonlib
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from followrag.commands.outcome import has_errors, print_figures, print_warnings
from followrag.records import Records
from followrag.responses import read_answers, score_answers
from followrag.runs import check_folder, metrics_record, write_run
from followrag.sources import items_from, load_items
from followrag.summary import summarise
from followrag.verifiers import Mode


def score(
    responses: Annotated[
        Path, typer.Argument(help="JSON Lines with key and response, or an lm-eval samples file.")
    ],
    items: Annotated[
        str | None,
        typer.Option(
            help="Name of a source, or a file or folder of items; followrag where it is missing, "
            "or the documents in an lm-eval samples file."
        ),
    ] = None,
    data: Annotated[
        str | None, typer.Option(help="Where a published source lies; else FOLLOWRAG_DATA.")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Run folder to write.")] = None,
    mode: Annotated[
        Mode | None,
        typer.Option(
            help="reference, as published, or fixed, with the checks repaired and both figures "
            "shown; the items' own where it is missing."
        ),
    ] = None,
    model: Annotated[str, typer.Option(help="The model's name, for the manifest.")] = "",
    json: Annotated[bool, typer.Option("--json", help="Print the figures as JSON.")] = False,
    fail_on_error: Annotated[
        bool,
        typer.Option("--fail-on-error", help="End with exit code 2 if any row could not be used."),
    ] = False,
) -> None:
    """Score responses that you already have and write a run folder.

    A row that can't be used is shown, counted apart and counts as not followed.
    """
    answers = read_answers(responses)
    title = model or responses.name
    if items is None and answers.documents:
        asked = items_from(responses.stem, Records(list(answers.documents), list(answers.problems)))
        known = {key: given for key, given in answers.found.items() if key in asked.by_key}
        answers = replace(answers, problems=(), found=known)
    else:
        asked = load_items(items or "followrag", data)
        title += f" on {asked.name}"
    if out is not None:
        check_folder(out)
    asked = replace(asked, mode=mode or asked.mode)
    rows, problems = score_answers(asked, answers)
    summary = summarise(rows)
    if out is not None:
        settings = {
            "model": model or responses.stem,
            "responses": {
                "file": responses.name,
                # A pipe can't be read again.
                "sha256": hashlib.sha256(responses.read_bytes()).hexdigest()
                if responses.is_file()
                else None,
            },
        }
        write_run(out, asked, rows, summary, settings)
    if json:
        print(jsonlib.dumps(metrics_record(summary), indent=2))
    else:
        print_figures(title, summary)
    print_warnings(rows, problems)
    if fail_on_error and has_errors(summary, problems):
        raise typer.Exit(2)
