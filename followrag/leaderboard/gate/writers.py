"""A comparison as plain text and as markdown."""

from __future__ import annotations

import re
from collections.abc import Iterator

from followrag.leaderboard.gate.comparison import Comparison
from followrag.leaderboard.gate.github import shown
from followrag.leaderboard.gate.layout import (
    detail_tables,
    gate_reasons,
    gate_tables,
    remarks,
    verdict_line,
)
from followrag.tables import Table, show


def print_text(comparison: Comparison) -> None:
    """Print everything to standard output, the answer first and last."""
    print(verdict_line(comparison, shown), end="\n\n")
    for table in gate_tables(comparison):
        show(_plain(table))
    for reason in gate_reasons(comparison, shown):
        print(reason)
    print()
    for table in detail_tables(comparison):
        show(_plain(table))
    for remark in remarks(comparison, shown):
        print(remark)
    print(verdict_line(comparison, shown))


def markdown(comparison: Comparison) -> str:
    """Write everything as GitHub's markdown."""
    return "\n\n".join(_blocks(comparison)) + "\n"


def markdown_unusable(message: str) -> str:
    """Write why nothing could be compared."""
    head, *lines = message.splitlines()
    listed = "\n".join(f"- {code(line.strip())}" for line in lines)
    return (
        "\n\n".join(
            ["## followrag compare: unusable input", code(head), *([listed] if lines else [])]
        )
        + "\n"
    )


def code(text: str) -> str:
    """Write a name as code: no markup, link or mention in it takes effect."""
    written = shown(text) or " "
    fence = "`" * (1 + max(map(len, re.findall("`+", written)), default=0))
    space = " " if "`" in (written[0], written[-1]) else ""
    return f"{fence}{space}{written}{space}{fence}"


def _blocks(comparison: Comparison) -> Iterator[str]:
    answer, _, says = verdict_line(comparison, code).partition(": ")
    yield f"## followrag compare: {answer}"
    yield says[0].upper() + says[1:] + "."
    for table in gate_tables(comparison):
        yield _pipe_table(table)
        yield table.caption
    yield "\n".join(f"- {reason}" for reason in gate_reasons(comparison, code))
    for table in detail_tables(comparison):
        if table.rows:
            yield f"<details><summary>{table.title}</summary>"
            yield _pipe_table(table)
            yield table.caption
            yield "</details>"
    if lines := [f"- {remark}" for remark in remarks(comparison, code)]:
        yield "\n".join(lines)


def _pipe_table(table: Table) -> str:
    rule = ["---:" if side == "right" else "---" for side in table.alignment]
    rows = [
        [
            code(cell).replace("|", "\\|") if place < table.text_columns else cell
            for place, cell in enumerate(row)
        ]
        for row in table.rows
    ]
    return "\n".join(f"| {' | '.join(row)} |" for row in (list(table.columns), rule, *rows))


def _plain(table: Table) -> Table:
    return table._replace(rows=[[shown(cell) for cell in row] for row in table.rows])
