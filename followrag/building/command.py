"""`followrag build`: a benchmark of any questions with answers and passages."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from followrag.building import folder
from followrag.building.card import Told, card
from followrag.building.corpus import Corpus, read_corpus
from followrag.building.making import Batch, Made, Recipe, make, row
from followrag.building.parameters import drawable
from followrag.building.questions import Question, Rejected, read_questions
from followrag.building.rewording import Reworded, reword
from followrag.errors import InputError
from followrag.files import json_line
from followrag.llm import Journal, Server, chat_url
from followrag.printing import printing_if_possible, tell
from followrag.verifiers import constraint_class
from followrag.verifiers.counting import counted

_OPENAI = "https://api.openai.com/v1"
_WARNINGS = 5  # refused rows that are shown


def build(
    questions: Annotated[
        Path, typer.Argument(help="KILT JSON Lines, DPR JSON, or rows of question and answers.")
    ],
    out: Annotated[Path, typer.Option(help="Folder to write: items, refused rows, a card.")],
    passages: Annotated[
        Path | None,
        typer.Option(help="Corpus that the rows refer to: JSON Lines or DPR's .tsv, or .gz."),
    ] = None,
    seed: Annotated[int, typer.Option(help="What chance is drawn from.")] = 0,
    limit: Annotated[int | None, typer.Option(min=1, help="Rows to read; all unless told.")] = None,
    min_constraints: Annotated[int, typer.Option(min=1, help="Least an item has.")] = 1,
    max_constraints: Annotated[int, typer.Option(min=1, help="Most an item has.")] = 4,
    passages_per_item: Annotated[int, typer.Option(min=1, help="Passages an item has.")] = 3,
    type: Annotated[
        str, typer.Option(help="Type of the items; else the row's own, else the file's name.")
    ] = "",
    constraints: Annotated[
        str, typer.Option(help="Ids to use, with commas between; all 22 unless told.")
    ] = "",
    reword: Annotated[
        str | None, typer.Option(help="Model that puts constraints in other words.")
    ] = None,
    base_url: Annotated[
        str | None,
        typer.Option(help=f"Its OpenAI-compatible server; else OPENAI_BASE_URL, else {_OPENAI}."),
    ] = None,
) -> None:
    """Make a benchmark like FollowRAG of a QA set, each item proven to be possible to follow.

    Rows that no item can be made of are refused, each with its reason. The same files, settings
    and seed give the same bytes. A key for --reword is read from OPENAI_API_KEY.
    """
    if min_constraints > max_constraints:
        raise InputError(
            f"--min-constraints {min_constraints} is more than --max-constraints {max_constraints}"
        )
    if base_url and not reword:
        raise InputError("--base-url: is the server of --reword; name a model with that too")
    ids = _ids(constraints)
    recipe = Recipe(seed, passages_per_item, min_constraints, max_constraints, ids, type)
    for path in filter(None, (questions, passages)):
        if path.exists() and not path.is_file():
            raise InputError(f"{path}: is no file; its checksum is taken, so save it as one")
    folder.check_folder(out)
    found = read_questions(questions, limit)
    corpus = _corpus(passages, found.good)
    server = _server(base_url) if reword else None
    batch = make(found, corpus, recipe)
    if not batch.made:
        raise InputError(f"{questions}: no item can be made of it; {_refused(batch.rejected)}")
    reworded = None
    if reword and server:
        reworded = _reworded(batch.made, reword, server, out / folder.CALLS)
        batch = Batch(reworded.made, batch.rejected)
    rows = [row(made, key, recipe, questions.name, reword) for key, made in enumerate(batch.made)]
    items = b"".join(map(json_line, rows))
    inputs = {path: folder.sha256(path) for path in (questions, passages) if path}
    told = Told(batch, items, recipe, inputs, limit, reword, reworded)
    folder.write_folder(out, items, batch.rejected, card(told))
    with printing_if_possible():
        print(_summary(out, told))
    _warn(batch.rejected, corpus, out)


def _ids(text: str) -> tuple[str, ...]:
    """Read --constraints; aliases of IFEval are taken too."""
    if not text:
        return drawable()
    given = [constraint_class(part.strip()).id for part in text.split(",") if part.strip()]
    for id in given:
        if id not in drawable():
            raise InputError(f"--constraints {id}: only IFEval has it; take some of FollowRAG's 22")
    if not given:
        raise InputError(f"--constraints {text!r}: names none")
    return tuple(id for id in drawable() if id in given)


def _corpus(path: Path | None, questions: Sequence[Question]) -> Corpus | None:
    if path is None:
        return None
    return read_corpus(path, (one for question in questions for one in question.references))


def _server(base_url: str | None) -> Server:
    return Server(chat_url(base_url or os.environ.get("OPENAI_BASE_URL") or _OPENAI))


def _reworded(made: Sequence[Made], model: str, server: Server, calls: Path) -> Reworded:
    with Journal(calls) as journal:
        try:
            return reword(made, model, server, journal)
        finally:
            if len(journal) == 0:
                calls.unlink(missing_ok=True)


def _summary(out: Path, told: Told) -> str:
    made = told.batch.made
    used = Counter(constraint.id for item in made for constraint in item.constraints)
    sizes = Counter(len(item.constraints) for item in made)
    by_size = ", ".join(f"{sizes[size]} of {size}" for size in sorted(sizes))
    lines = [
        f"{out / folder.ITEMS}: {counted(len(made), 'item')} that can be followed in both modes",
        f"constraints: {len(used)} different ones, each used {min(used.values())} to "
        f"{max(used.values())} times; items by their number of constraints: {by_size}",
    ]
    if told.reworded:
        kept, asked = told.reworded.kept, used.total()
        lines.append(f"reworded by {told.model}: {kept} of {asked} constraints; see {folder.CARD}")
    return "\n".join(lines)


def _refused(rejected: Sequence[Rejected]) -> str:
    reasons = folder.reasons(rejected).most_common()
    said = ", ".join(f"{reason} ({count})" for reason, count in reasons)
    return f"{counted(len(rejected), 'row')} refused: {said}"


def _warn(rejected: Sequence[Rejected], corpus: Corpus | None, out: Path) -> None:
    if corpus and corpus.unusable:
        unusable = counted(corpus.unusable, "row")
        tell(f"warning: {unusable} of the corpus can't be used: {corpus.first_unusable}")
    if not rejected:
        return
    for one in rejected[:_WARNINGS]:
        tell(f"warning: {one.where}: {one.reason}")
    tell(f"warning: {_refused(rejected)}; {out / folder.REJECTED} names each")
