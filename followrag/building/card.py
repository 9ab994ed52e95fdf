"""The dataset card of what was built."""

from __future__ import annotations

import hashlib
import json
import shlex
from collections import Counter
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

from followrag.building.folder import BUILT_BY, ITEMS, REJECTED, reasons
from followrag.building.making import BUILDER_VERSION, Batch, Recipe
from followrag.building.parameters import drawable
from followrag.building.rewording import Reworded

_SIZES = (1_000, 10_000, 100_000, 1_000_000)
_SIZE_NAMES = ("n<1K", "1K<n<10K", "10K<n<100K", "100K<n<1M", "1M<n<10M")


class Told(NamedTuple):
    """What a card tells of.

    Attributes:
        batch: The items and the refused rows.
        items: The items as they are written.
        recipe: How they were made.
        inputs: Checksum of each file that was read, by its path; the questions come first.
        limit: How many rows were read at most.
        model: Who put constraints in other words.
        reworded: What came of that.
    """

    batch: Batch
    items: bytes
    recipe: Recipe
    inputs: Mapping[Path, str]
    limit: int | None
    model: str | None
    reworded: Reworded | None


def card(told: Told) -> str:
    """Write the card: Markdown with the front matter that Hugging Face reads."""
    made = told.batch.made
    name = next(iter(told.inputs)).name.partition(".")[0]
    sizes = Counter(len(item.constraints) for item in made)
    used = Counter(constraint.id for item in made for constraint in item.constraints)
    size_name = _SIZE_NAMES[sum(len(made) >= size for size in _SIZES)]
    sections = [
        _front_matter(name, size_name),
        f"# {name}, with constraints",
        f"{BUILT_BY} (followrag {version('followrag')}, builder {BUILDER_VERSION}): {len(made):,} "
        f"questions with {told.recipe.passages} passages each and checkable constraints on the "
        "answer, in the shape of FollowRAG's items (Dong et al., arXiv 2410.09584). `items.jsonl` "
        "holds an item a line.",
        "## How it was made",
        f"    {_command(told)}",
        _table(("file", "sha256"), [(path.name, sha) for path, sha in told.inputs.items()]),
        f"`{ITEMS}`: sha256 {hashlib.sha256(told.items).hexdigest()}. The same files and settings "
        "give the same bytes. `provenance` in each item names the row and the passages that it was "
        "made of, the seed, the builder's version and the number of each constraint's wording.",
        _words(told),
        "## Using it",
        "    followrag eval --tasks followrag --data FOLDER --model hf "
        "--model_args pretrained=MODEL\n"
        "    followrag score responses.jsonl --items FOLDER/items.jsonl",
        "## What it holds",
        _table(("constraints an item", "items"), sorted(sizes.items())),
        _table(("constraint", "items"), [(id, used[id]) for id in sorted(used)]),
        "## Audit",
        "Each item was proven by a text that follows all of its constraints strictly, under the "
        "published checks (`reference`) and under the repaired ones (`fixed`): the highest score "
        "that can be reached is 100 % in both modes. No constraint stands against every accepted "
        "answer, and none but a repeated question gives an answer away.",
        _refused(told),
        "## Limits",
        "The answers, passages and questions are as good as their source: nobody has checked that "
        "a passage holds the answer. The constraints are sampled, not taken from what users ask "
        "for, and worded from a few sentences each. A constraint on the language asks for an "
        "answer that may not match the accepted ones letter by letter.",
        "## Licence",
        "The questions, answers and passages keep the licence of their source, which you must "
        "know before you pass this set on: correct `license` and `language` above. The words of "
        "the constraints come with followrag (Apache 2.0).",
        "## Citing it",
        "Cite the source of the questions, that of the passages, and FollowRAG (arXiv 2410.09584), "
        f"whose constraints and prompt these are; name followrag {version('followrag')} and the "
        "checksum of the items, so that others know which set it was.",
    ]
    return "\n\n".join(filter(None, sections)) + "\n"


def _front_matter(name: str, size: str) -> str:
    return f"""---
license: other
language: [en]
pretty_name: {json.dumps(f"{name}, with constraints")}
task_categories: [question-answering]
tags: [followrag, instruction-following, retrieval-augmented-generation]
size_categories: ["{size}"]
configs:
- config_name: default
  data_files: [{{split: test, path: {ITEMS}}}]
---"""


def _command(told: Told) -> str:
    """Write the command line with the settings that are not the usual ones."""
    usual, recipe = Recipe(), told.recipe
    questions, *corpus = (path.name for path in told.inputs)
    ids = ",".join(recipe.constraints)
    given = {
        "--passages": corpus[0] if corpus else None,
        "--seed": recipe.seed,
        "--limit": told.limit,
        "--min-constraints": recipe.least if recipe.least != usual.least else None,
        "--max-constraints": recipe.most if recipe.most != usual.most else None,
        "--passages-per-item": recipe.passages if recipe.passages != usual.passages else None,
        "--type": recipe.type or None,
        "--constraints": ids if recipe.constraints != drawable() else None,
        "--reword": told.model,
    }
    options = [str(part) for pair in given.items() if pair[1] is not None for part in pair]
    return shlex.join(["followrag", "build", questions, "--out", "FOLDER", *options])


def _words(told: Told) -> str:
    if told.reworded is None:
        return ""
    asked = sum(len(item.constraints) for item in told.reworded.made)
    text = (
        f"{told.model} put {told.reworded.kept:,} of {asked:,} constraints in other words, kept "
        "where every parameter is in them literally and rules read the same constraint from them; "
        "the others are in our own."
    )
    if not told.reworded.refused:
        return text
    refused = _table(("why ours were kept", "constraints"), told.reworded.refused.most_common())
    return f"{text}\n\n{refused}"


def _refused(told: Told) -> str:
    if not told.batch.rejected:
        return "No row was refused."
    counted = reasons(told.batch.rejected).most_common()
    return f"{len(told.batch.rejected):,} rows were refused; `{REJECTED}` names each.\n\n" + _table(
        ("reason", "rows"), counted
    )


def _table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(map(str, cells))} |" for cells in lines)
