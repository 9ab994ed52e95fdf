"""Tables for people: drawn by rich in a terminal, plain text where output is piped."""

from __future__ import annotations

import math
import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import Literal, NamedTuple

from followrag.estimates import Estimate
from followrag.summary import Figures, Summary, family_of

_HEADLINES = (
    "followrag",
    "followrag_judge",
    "inst_level_loose_acc",
    "inst_level_strict_acc",
    "prompt_level_loose_acc",
    "prompt_level_strict_acc",
    "qa_acc",
    "judge",
    "joint_acc",
)
_DEFINITIONS = {
    "followrag": "followrag: mean of inst_level_loose_acc and qa_acc.",
    "followrag_judge": "followrag_judge: mean of inst_level_loose_acc and judge.",
    "inst_level_loose_acc": "inst_level: all constraints pooled.",
    "prompt_level_loose_acc": "prompt_level: prompts whose constraints are all followed.",
    "qa_acc": "qa_acc: a normalised gold answer is in the response.",
    "judge": "judge: mean rating over the prompts that a model has rated.",
    "joint_acc": "joint_acc: all strictly followed, and qa_acc.",
}


class Table(NamedTuple):
    """A table to print.

    Attributes:
        title: Heading.
        columns: Column names.
        rows: Cells as text.
        caption: What the figures mean.
        text_columns: How many columns hold text; the others hold figures, right-aligned.
    """

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    caption: str = ""
    text_columns: int = 100

    @property
    def alignment(self) -> list[Literal["left", "right"]]:
        """How each column is aligned."""
        return [
            "left" if place < self.text_columns else "right" for place in range(len(self.columns))
        ]


def show(table: Table) -> None:
    """Print a table to standard output."""
    if not table.rows:
        return
    if sys.stdout.isatty():
        _draw(table)
    else:
        from tabulate import tabulate

        body = tabulate(
            table.rows, headers=table.columns, colalign=table.alignment, disable_numparse=True
        )
        print(f"{table.title}\n{body}\n{table.caption}".rstrip(), end="\n\n")


def _draw(table: Table) -> None:
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table as RichTable
    from rich.text import Text

    drawn = RichTable(
        title=table.title,
        caption=table.caption or None,
        title_justify="left",
        caption_justify="left",
        box=SIMPLE_HEAD,
    )
    for column, alignment in zip(table.columns, table.alignment, strict=True):
        drawn.add_column(column, justify=alignment)
    for row in table.rows:
        drawn.add_row(*map(Text, row))
    Console().print(drawn)


def percent(figure: Estimate | None) -> str:
    """Write a figure as percent ± standard error."""
    if figure is None or math.isnan(figure.value):
        return "-"
    if math.isnan(figure.stderr):
        return f"{100 * figure.value:.1f}"
    return f"{100 * figure.value:.1f}±{100 * figure.stderr:.1f}"


def summary_tables(title: str, summary: Summary) -> Iterator[Table]:
    """Lay a run's figures out: by dataset, by number of constraints, by constraint."""
    answers = [name for name in summary.overall if name not in _HEADLINES]
    datasets = summary.by_dataset if len(summary.by_dataset) > 1 else {}
    groups = {**datasets, "all": summary.overall}
    defined = [text for name, text in _DEFINITIONS.items() if name in summary.overall]
    caption = " ".join(["Percent ± standard error.", *defined])
    yield _figures_table(title, "figure", groups, [*_HEADLINES, *answers], caption)
    counts = summary.by_constraint_count
    yield _figures_table("By number of constraints", "constraints", counts, _HEADLINES)
    yield _constraint_table(summary)


def _figures_table(
    title: str,
    corner: str,
    groups: Mapping[str, Figures],
    names: Sequence[str],
    caption: str = "",
) -> Table:
    """Lay figures out with a row for each and a column for each group."""
    sizes = [["prompts", *(str(_prompts(figures)) for figures in groups.values())]]
    if any("judge" in figures for figures in groups.values()):
        sizes.append(["rated", *(str(_rated(figures)) for figures in groups.values())])
    rows = [
        [name, *(percent(figures.get(name)) for figures in groups.values())]
        for name in names
        if any(name in figures for figures in groups.values())
    ]
    return Table(title, [corner, *groups], [*sizes, *rows], caption, text_columns=1)


def _constraint_table(summary: Summary) -> Table:
    rows = []
    for family, family_figures in summary.by_family.items():
        rows.append([family, "all", *_followed(family_figures)])
        rows += [
            ["", id, *_followed(figures)]
            for id, figures in summary.by_constraint.items()
            if family_of(id) == family
        ]
    columns = ["family", "constraint", "prompts", "loose", "strict"]
    return Table("By family and constraint", columns, rows, text_columns=2)


def _followed(figures: Figures) -> list[str]:
    loose, strict = figures["inst_level_loose_acc"], figures["inst_level_strict_acc"]
    return [str(loose.n), percent(loose), percent(strict)]


def _prompts(figures: Figures) -> int:
    return figures["prompt_level_loose_acc"].n


def _rated(figures: Figures) -> int:
    return figures["judge"].n if "judge" in figures else 0
