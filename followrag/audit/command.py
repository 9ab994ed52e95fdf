"""`followrag audit`: prove which items can be satisfied."""

from __future__ import annotations

import json as jsonlib
from pathlib import Path
from typing import Annotated

import typer

from followrag.audit.itemset import Audit, audit_items
from followrag.audit.layout import audit_tables
from followrag.audit.records import audit_record
from followrag.audit.report import report_markdown
from followrag.files import json_line, write_together, write_whole, writing_to
from followrag.printing import tell
from followrag.sources import load_items
from followrag.tables import show
from followrag.verifiers import Mode


def audit(
    items: Annotated[str, typer.Argument(help="Name of a source, or a file or folder of items.")],
    data: Annotated[
        str | None, typer.Option(help="Where a published source lies; else FOLLOWRAG_DATA.")
    ] = None,
    mode: Annotated[
        Mode | None, typer.Option(help="Which checks decide; the source's own where it is missing.")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print everything as JSON.")] = False,
    report: Annotated[
        Path | None, typer.Option(help="Markdown file to write, for whoever keeps the items.")
    ] = None,
    witnesses: Annotated[
        Path | None,
        typer.Option(help="Folder for strict.jsonl and loose.jsonl: the texts that prove it all."),
    ] = None,
    fail_on_error: Annotated[
        bool,
        typer.Option("--fail-on-error", help="End with exit code 2 if any item is an error."),
    ] = False,
) -> None:
    """Prove for each item that it can be satisfied, by a text, or that it can't, by a rule.

    The texts are responses: `followrag score FOLDER/strict.jsonl --items ITEMS` checks them.
    """
    examined = audit_items(load_items(items, data), mode)
    if witnesses is not None:
        with writing_to(witnesses, "name another folder with --witnesses"):
            write_together(witnesses, _texts(examined))
    if report is not None:
        with writing_to(report, "name another file with --report"):
            write_whole(report, [report_markdown(examined).encode()])
    if json:
        print(jsonlib.dumps(audit_record(examined), indent=2))
    else:
        for table in audit_tables(examined):
            show(table)
    failed = len(examined.errors) + len(examined.problems)
    if failed:
        tell(f"warning: {failed} of the items are errors; mend or remove them")
    if failed and fail_on_error:
        raise typer.Exit(2)


def _texts(examined: Audit) -> dict[str, list[bytes]]:
    return {
        f"{reading}.jsonl": [
            json_line({"key": each.item.key, "response": getattr(each, reading).witness.text})
            for each in examined.audited
        ]
        for reading in ("strict", "loose")
    }
