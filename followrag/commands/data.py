"""`followrag data`: where items come from, and what a set of items holds."""

from __future__ import annotations

import json as jsonlib
import os
import sys
from collections import Counter
from typing import Annotated

import typer

from followrag import download
from followrag.sources import SOURCES, ItemSet, load_items
from followrag.tables import Table, show


def data(
    source: Annotated[
        str | None, typer.Argument(help="A source, or a file or folder of items, to describe.")
    ] = None,
    folder: Annotated[
        str | None,
        typer.Option("--data", help="Where a published source lies; else FOLLOWRAG_DATA."),
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print as JSON.")] = False,
) -> None:
    """Show where items come from; with a source, load it (fetching it once) and describe it."""
    if source is None:
        return _list_sources(json)
    items = load_items(source, folder)
    for problem in items.problems:
        print(f"warning: {problem}", file=sys.stderr)
    if json:
        print(jsonlib.dumps(_description(items), indent=2))
        return
    print(f"{items.name}: {len(items)} items, sha256 {items.sha256}")
    if items.absent:
        print(f"datasets not there: {', '.join(items.absent)}")
    for what, counts in _counts(items).items():
        rows = [[name, str(count)] for name, count in sorted(counts.items())]
        show(Table(f"By {what}", [what, "n"], rows, text_columns=1))


def _list_sources(json: bool) -> None:
    places = {
        "FOLLOWRAG_DATA": os.environ.get("FOLLOWRAG_DATA", ""),
        "cache": str(download.cache_folder()),
    }
    files = {
        file.name: "fetched" if file.cached.exists() else "not fetched yet"
        for file in (*download.FOLLOWRAG_FILES, download.IFEVAL_FILE)
    }
    if json:
        print(jsonlib.dumps({"sources": SOURCES, "places": places, "files": files}, indent=2))
        return
    show(Table("Sources", ["name", "items"], [[*pair] for pair in SOURCES.items()]))
    show(Table("Published files", ["file", "state"], [[*pair] for pair in files.items()]))
    show(Table("Places", ["name", "folder"], [[*pair] for pair in places.items()]))


def _counts(items: ItemSet) -> dict[str, Counter[str]]:
    return {
        "dataset": Counter(item.dataset for item in items),
        "number of constraints": Counter(str(len(item.instruction_id_list)) for item in items),
        "constraint": Counter(id for item in items for id in item.instruction_id_list),
    }


def _description(items: ItemSet) -> dict[str, object]:
    return {
        "source": items.name,
        "count": len(items),
        "sha256": items.sha256,
        "absent": items.absent,
        "problems": [str(problem) for problem in items.problems],
        **_counts(items),
    }
