"""Texts of any kind in tables of any format."""

from __future__ import annotations

import html
import math
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from followrag.estimates import Estimate
from followrag.leaderboard.tables.grids import Cell, Grid
from followrag.leaderboard.tables.markup import latex, latex_text, markdown, markdown_text
from followrag.leaderboard.texts import one_line

ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=30)
VISIBLE_TEXT = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=30)


def grid(*cells: Cell) -> Grid:
    return Grid("A title", ["name", "value"], [cells], ["What it is."], 1)


def shown_by_markdown(text: str) -> str:
    """Undo what Markdown takes for itself, as its specification has it."""
    unescaped = re.sub(r"\\([!-/:-@\[-`{-~])", r"\1", text)
    return html.unescape(unescaped)


@given(ANY_TEXT)
def test_a_line_is_one_printable_line(text: str) -> None:
    line = one_line(text)
    assert len(line.splitlines()) <= 1
    assert all(letter.isprintable() or letter in "‌‍" for letter in line)
    line.encode()


@given(VISIBLE_TEXT)
def test_printable_text_stays_as_it_is(text: str) -> None:
    assert one_line(text) == text


def test_what_cannot_be_printed_is_escaped() -> None:
    assert one_line("a\nb\t c") == "a b c"
    assert one_line("\x1b[0m\u202e\ud800") == r"\x1b[0m\u202e\ud800"
    assert one_line("👩‍🔬 名") == "👩‍🔬 名"


@given(VISIBLE_TEXT)
def test_markdown_shows_the_text(text: str) -> None:
    assert shown_by_markdown(markdown_text(text)) == html.unescape(html.escape(text, quote=False))


@given(ANY_TEXT)
def test_markdown_keeps_to_its_cell_and_makes_no_html(text: str) -> None:
    written = markdown_text(text)
    assert not re.search(r"(?<!\\)(\\\\)*[|<>]", written)


def test_markdown_keeps_names_readable() -> None:
    assert markdown_text("inst_level_loose_acc") == "inst_level_loose_acc"
    assert markdown_text("_em_ *b*") == r"\_em\_ \*b\*"


@given(ANY_TEXT)
def test_latex_uses_up_its_special_characters(text: str) -> None:
    written = latex_text(text)
    bare = re.sub(
        r"\\(textbackslash|textasciitilde|textasciicircum|textless|textgreater)\{\}", "", written
    )
    bare = re.sub(r"\\(textbar|textasciigrave)\{\}|\\[&%$#_{}]|\$\\pm\$|-\{\}-|\{\[\}", "", bare)
    assert not set(bare) & set(r"\&%$#{}~^<>|`")


@pytest.mark.parametrize("write", [markdown, latex])
@pytest.mark.parametrize(
    ("figure", "shown"),
    [
        (Estimate(0.5, 0.0123, 10), ("50.0", "1.2")),
        (Estimate(1.0, math.nan, 1), ("100.0",)),
        (Estimate(math.nan, math.nan, 0), ("-",)),
        (None, ("-",)),
    ],
)
def test_figures_are_percent(write, figure: Cell, shown: tuple[str, ...]) -> None:
    between = r" \pm " if write is latex else " ± "
    text = between.join(shown)
    if write is latex and len(shown) > 1:
        text = f"${text}$"
    assert re.search(rf"[&|] +{re.escape(text)} [|\\]", write(grid("model", figure)))


def test_a_table_of_no_rows_is_its_head() -> None:
    empty = Grid("A title", ["name", "value"], [], ["What it is."], 1)
    assert "| name" in markdown(empty)
    assert r"\bottomrule" in latex(empty)
