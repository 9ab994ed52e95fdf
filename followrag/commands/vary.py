"""`followrag vary`: robustness sets of any items, as a file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated

import typer

from followrag.errors import InputError
from followrag.files import json_line, require_no_folder, write_whole, writing_to
from followrag.items import Item, Passage
from followrag.printing import printing_if_possible, tell
from followrag.prompts import build_prompt
from followrag.records import Problem
from followrag.robustness.corpus import read_corpus
from followrag.robustness.distractors import Distractors
from followrag.robustness.varying import KINDS, Kind, Varied, vary
from followrag.sources import ItemSet, load_items
from followrag.tables import Table, show

_REMEDY = "name another file with --out"
_SHOWN = 10
_OURS = "order and wording are in our own words at every level, the first one included."


def vary_items(
    items: Annotated[str, typer.Argument(help="Name of a source, or a file or folder of items.")],
    by: Annotated[
        str, typer.Option(help=f"What to vary, separated by commas: {', '.join(KINDS)}.")
    ],
    out: Annotated[Path, typer.Option("--out", "-o", help="JSON Lines file to write.")],
    levels: Annotated[
        str, typer.Option(help="Levels, separated by commas, where one thing is varied.")
    ] = "",
    corpus: Annotated[
        Path | None,
        typer.Option(
            help="JSON Lines with title and content (or text) to draw distractors from; the "
            "passages of the other items where it is missing."
        ),
    ] = None,
    seed: Annotated[int, typer.Option(help="Another one draws other distractors and orders.")] = 0,
    limit: Annotated[int | None, typer.Option(min=1, help="Vary the first items only.")] = None,
    data: Annotated[
        str | None, typer.Option(help="Where a published source lies; else FOLLOWRAG_DATA.")
    ] = None,
) -> None:
    """Make a robustness set: each item at several levels of one thing.

    `followrag eval --tasks followrag --data FILE` asks its questions, `followrag leaderboard RUNS
    --by condition` and `followrag report RUNS` show what came of it.
    """
    with writing_to(out, _REMEDY):
        require_no_folder(out)
    _require_another(out, [Path(items), *([corpus] if corpus else [])])
    kinds = _kinds(by)
    asked = _levels(levels, kinds)
    given = load_items(items, data)
    _warn("items", given.problems)
    pool = Distractors(_passages(given, corpus), seed)
    chosen = given[:limit]
    varied = {kind: vary(chosen, kind, asked, pool) for kind in kinds}
    made = [item for each in varied.values() for item in each.items]
    if not made:
        raise InputError(f"{items}: no item can be varied so ({'; '.join(_left_out(varied))})")
    with writing_to(out, _REMEDY):
        write_whole(out, (json_line(item.model_dump(mode="json")) for item in made))
    with printing_if_possible():
        show(_table(out, varied, len(made)))
    for line in _left_out(varied):
        tell(f"left out: {line}")
    foreign = sum(item.prompt != _published(item) for item in chosen)
    if foreign:
        tell(
            f"note: {foreign} of {len(chosen)} items had another prompt than the published one, "
            "into which all are put here"
        )


def _require_another(out: Path, read: Sequence[Path]) -> None:
    for path in read:
        if out.exists() and path.exists() and out.samefile(path):
            raise InputError(f"{out}: is read from; {_REMEDY}")


def _kinds(by: str) -> list[Kind]:
    named = [name.strip() for name in by.split(",")]
    for name in named:
        if name not in KINDS:
            raise InputError(f"--by {name}: can't be varied; name some of {', '.join(KINDS)}")
    return [kind for kind in KINDS if kind in named]


def _levels(levels: str, kinds: list[Kind]) -> list[int] | None:
    if not levels:
        return None
    if len(kinds) > 1:
        raise InputError("--levels: belong to one thing; name one with --by, or leave them out")
    try:
        return [int(level) for level in levels.split(",")]
    except ValueError as error:
        raise InputError(f"--levels {levels}: are numbers with commas, such as 0,3,10") from error


def _passages(items: ItemSet, corpus: Path | None) -> Sequence[Passage]:
    if corpus is None:
        return [passage for item in items for passage in item.passages]
    passages, problems = read_corpus(corpus)
    _warn("passages", problems)
    return passages


def _published(item: Item) -> str:
    return build_prompt(item.passages, item.question_with_instrs)


def _table(out: Path, varied: Mapping[Kind, Varied], made: int) -> Table:
    rows = [
        [kind, ", ".join(map(str, each.levels)), f"{len(each.items) // len(each.levels)}"]
        for kind, each in varied.items()
    ]
    title = f"{made} items written to {out}"
    columns = ["varied", "levels", "items at each level"]
    return Table(title, columns, rows, _OURS if {"order", "wording"} & {*varied} else "", 2)


def _left_out(varied: Mapping[Kind, Varied]) -> list[str]:
    return [
        f"{kind}: {times} of the items: {reason}"
        for kind, each in varied.items()
        for reason, times in each.left_out.items()
    ]


def _warn(what: str, problems: Sequence[Problem]) -> None:
    if problems:
        tell(f"warning: {len(problems)} rows of {what} can't be used and are left out:")
    for problem in problems[:_SHOWN]:
        tell(f"  {problem}")
    if len(problems) > _SHOWN:
        tell(f"  and {len(problems) - _SHOWN} more")
