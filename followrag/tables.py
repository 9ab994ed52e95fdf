"""Tables for people: drawn by rich in a terminal, plain text where output is piped."""

from __future__ import annotations

import math
import sys
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from typing import Literal, NamedTuple

from followrag.estimates import Estimate
from followrag.figures import Figures
from followrag.pif import Pif, pif_named, pifs
from followrag.summary import Summary, family_of

_HEADLINES = (
    "followrag",
    "followrag_judge",
    "inst_level_loose_acc",
    "inst_level_strict_acc",
    "prompt_level_loose_acc",
    "prompt_level_strict_acc",
    "qa_acc",
    "qa_acc_unwrapped",
    "judge",
    "joint_acc",
)
_DEFINITIONS = {
    "followrag": "followrag: mean of inst_level_loose_acc and qa_acc.",
    "followrag_judge": "followrag_judge: mean of inst_level_loose_acc and judge.",
    "inst_level_loose_acc": "inst_level: all constraints pooled.",
    "prompt_level_loose_acc": "prompt_level: prompts whose constraints are all followed.",
    "qa_acc": "qa_acc: a normalised gold answer is in the response.",
    "qa_acc_unwrapped": "qa_acc_unwrapped: the same, seen through what constraints force; prompts "
    "for answers in English.",
    "qa_unwrapping_differs": "qa_unwrapping_differs: prompts on which the two differ.",
    "qa_acc_other_language": "qa_acc_other_language: qa_acc where another language is "
    "asked for (prompts: {n}).",
    "judge": "judge: mean rating over the prompts that a model has rated.",
    "joint_acc": "joint_acc: all strictly followed, and qa_acc.",
}
_BY_CONDITION = (
    "followrag",
    "inst_level_loose_acc",
    "prompt_level_loose_acc",
    "qa_acc",
    "judge",
)
_ROBUSTNESS = (
    "The other tables pool all conditions; their numbers of prompts and standard errors count what "
    "was made of one item as one."
)
_LOOSE, _STRICT = "inst_level_loose_acc", "inst_level_strict_acc"
_IN_REFERENCE, _DIFFERENCE = "- in reference mode", "- difference"
_FIXED = (
    "Fixed mode: what is provably wrong in the published checks is repaired, and one loose reading "
    "must follow all constraints of a prompt. difference: fixed minus reference mode, in percent "
    "points, paired."
)


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

    drawn = RichTable(box=SIMPLE_HEAD, show_edge=False, pad_edge=False)
    for column, alignment in zip(table.columns, table.alignment, strict=True):
        drawn.add_column(column, justify=alignment, overflow="fold")
    for row in table.rows:
        drawn.add_row(*map(Text, row))
    console = Console()
    for part in (Text(table.title, "table.title"), drawn, Text(table.caption, "table.caption")):
        if part:
            console.print(part)
    console.print()


def percent(figure: Estimate | None) -> str:
    """Write a figure as percent ± standard error."""
    if figure is None or math.isnan(figure.value):
        return "-"
    if math.isnan(figure.stderr):
        return f"{100 * figure.value:.1f}"
    return f"{100 * figure.value:.1f}±{100 * figure.stderr:.1f}"


def points(difference: Estimate | None) -> str:
    """Write a difference as percent points ± standard error, with its sign."""
    if difference is None or math.isnan(difference.value):
        return "-"
    sign = "-" if difference.value < 0 else "+"
    return sign + percent(difference._replace(value=abs(difference.value)))


def summary_tables(title: str, summary: Summary) -> Iterator[Table]:
    """Lay a run's figures out: by dataset, by number of constraints, by constraint.

    Those of `fixed` mode stand beside what they are in `reference` mode, and the difference.
    """
    overall, published, change = summary.overall, summary.reference, summary.difference
    parts = [_Part(overall, published and published.overall, change and change.overall)]
    answers = [name for name in overall if name not in _HEADLINES and pif_named(name) is None]
    by_dataset = _parts(summary, "by_dataset") if len(summary.by_dataset) > 1 else {}
    groups = {**by_dataset, "all": parts[0]}
    defined = [
        text.format(n=overall[name].n) for name, text in _DEFINITIONS.items() if name in overall
    ]
    caption = ["Percent ± standard error.", *defined, *([_FIXED] if published else [])]
    yield _figures_table(title, "figure", groups, [*_HEADLINES, *answers], " ".join(caption))
    counts = _parts(summary, "by_constraint_count")
    yield _figures_table("By number of constraints", "constraints", counts, _HEADLINES)
    yield _condition_table(summary)
    yield _pif_table(summary.counts.samples, parts[0])
    yield from _constraint_tables(summary)


class _Part(NamedTuple):
    """The figures of some rows; in `fixed` mode also those of `reference`, and the differences."""

    figures: Figures
    reference: Figures | None
    difference: Figures | None

    def cells(self, name: str) -> list[str]:
        """Write a figure, and beside it what it is in `reference` mode and the difference."""
        cells = [percent(self.figures.get(name))]
        if self.reference is not None and self.difference is not None:
            cells += [percent(self.reference.get(name)), points(self.difference.get(name))]
        return cells


def _parts(summary: Summary, grouping: str) -> dict[str, _Part]:
    published = getattr(summary.reference, grouping, {})
    change = getattr(summary.difference, grouping, {})
    return {
        name: _Part(figures, published.get(name), change.get(name))
        for name, figures in getattr(summary, grouping).items()
    }


def _figures_table(
    title: str,
    corner: str,
    groups: Mapping[str, _Part],
    names: Sequence[str],
    caption: str = "",
) -> Table:
    """Lay figures out with a row for each and a column for each group."""
    parts = groups.values()
    rows = [["prompts", *(str(_prompts(part.figures)) for part in parts)]]
    if any("judge" in part.figures for part in parts):
        rows.append(["rated", *(str(_rated(part.figures)) for part in parts)])
    for name in names:
        if not any(name in part.figures for part in parts):
            continue
        rows.append([name, *(percent(part.figures.get(name)) for part in parts)])
        if any(name in (part.reference or ()) for part in parts):
            compared = [part.cells(name) for part in parts]
            rows.append([_IN_REFERENCE, *(published for _, published, _ in compared)])
            rows.append([_DIFFERENCE, *(change for _, _, change in compared)])
    return Table(title, [corner, *groups], rows, caption, text_columns=1)


def _condition_table(summary: Summary) -> Table:
    """Lay out what a robustness set varies, a row for each condition."""
    shown = [name for name in _BY_CONDITION if name in summary.overall]
    rows: list[list[str]] = []
    for name, part in (_parts(summary, "by_condition") if summary.by_condition else {}).items():
        start = [name, str(_prompts(part.figures))]
        rows += _stacked(start, [part.cells(figure) for figure in shown])
    return Table("By condition", ["condition", "prompts", *shown], rows, _ROBUSTNESS, 1)


def _pif_table(samples: int, part: _Part) -> Table:
    """Say how many of several responses to a prompt follow everything."""
    rows: list[list[str]] = []
    for least in dict.fromkeys(pif.least for pif in pifs(samples)):
        names = [Pif(least, samples, loose).name for loose in (False, True)]
        said = "mean share" if least is None else f"at least {least}"
        start = [said, str(part.figures[names[0]].n)]
        rows += _stacked(start, [part.cells(name) for name in names])
    title = f"Prompts of whose {samples} responses so many follow everything (PIF)"
    return Table(title, ["responses", "prompts", "strict", "loose"], rows, text_columns=1)


def _stacked(start: Sequence[str], figures: Sequence[Sequence[str]]) -> Iterator[list[str]]:
    """Lay figures out side by side, and in the rows below what else their cells hold."""
    starts = [start, *([name, *[""] * (len(start) - 1)] for name in (_IN_REFERENCE, _DIFFERENCE))]
    for first, cells in zip(starts, zip(*figures, strict=True), strict=False):
        yield [*first, *cells]


def _constraint_tables(summary: Summary) -> Iterator[Table]:
    """Lay out families and their constraints; in `fixed` mode a table for each reading."""
    title, columns = "By family and constraint", ["family", "constraint", "prompts"]
    if summary.reference is None:
        rows = _constraint_rows(summary, _LOOSE, _STRICT)
        yield Table(title, [*columns, "loose", "strict"], rows, text_columns=2)
        return
    for reading, figure in (("loose", _LOOSE), ("strict", _STRICT)):
        shown = [*columns, "fixed", "reference", "difference"]
        yield Table(f"{title}, {reading}", shown, _constraint_rows(summary, figure), "", 2)


def _constraint_rows(summary: Summary, *figures: str) -> list[list[str]]:
    constraints = _parts(summary, "by_constraint")
    rows = []
    for family, part in _parts(summary, "by_family").items():
        found = {id: one for id, one in constraints.items() if family_of(id) == family}
        for name, one in {"all": part, **found}.items():
            start = [family if name == "all" else "", name, str(one.figures[_LOOSE].n)]
            rows.append([*start, *chain.from_iterable(map(one.cells, figures))])
    return rows


def _prompts(figures: Figures) -> int:
    return figures["prompt_level_loose_acc"].n


def _rated(figures: Figures) -> int:
    return figures["judge"].n if "judge" in figures else 0
