"""The page's drill-down in a real browser: choosing, searching, paging, links, and hostile text."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from report_browser import Browser, open_browser

from followrag import load_items
from followrag.baseline import oracle_answer
from followrag.runs import write_run
from followrag.scoring import error_row, score_item
from followrag.summary import summarise
from followrag.verifiers import Constraint, Response

HOSTILE = (
    "</script><script>window.harmed = 1</script><img src=x onerror='window.harmed = 1'>"
    "<!-- <b>needle</b> \u2028 \u202e \x00 \x1b[31m \ud800 &amp; {{ 7 * 7 }} pass\u200bword "
    "\ufeff\u200e\u061c\u2060\xad\u180e\u3164\ufff9\U000e0041 \u2764\ufe0f a\u200db"
)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with open_browser() as opened:
        yield opened


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A hostile run that follows next to nothing, and one that is wrapped, wrong or failed."""
    folder = tmp_path_factory.mktemp("runs")
    items = load_items("followrag_demo")
    hostile = [score_item(item, f"{HOSTILE} {item.key}") for item in items]
    mixed = [score_item(item, "Sure:\n" + oracle_answer(item)) for item in items]
    mixed[3] = error_row(mixed[3].item, "key 3: no response (HTTP 500)")
    for name, rows in (("<i>hostile</i>", hostile), ("mixed", mixed)):
        write_run(folder / str(len(name)), items, rows, summarise(rows), {"model": name})
    return folder


@pytest.fixture(scope="module")
def report(runs: Path, command: Callable[..., Any]) -> Path:
    out = runs.parent / "report.html"
    done = command("report", runs, "--rows", "all", "-o", out)
    assert (done.returncode, done.stderr) == (0, "")
    return out


@pytest.fixture
def page(browser: Browser, report: Path) -> Iterator[Any]:
    page = browser.open(report, viewport={"width": 1280, "height": 900})
    page.locator("#rows .rows > li h3").first.wait_for()
    yield page
    page.context.close()


def _choose(page: Any, **choices: str) -> None:
    for label, option in choices.items():
        page.locator("#rows").get_by_label(label, exact=True).select_option(label=option)


def _expect_status(page: Any, text: str) -> None:
    from playwright.sync_api import expect

    expect(page.locator("#rows [role=status]")).to_have_text(text)


def _failing(runs: Path, model: str, field: str) -> list[dict[str, Any]]:
    folder = next(
        f for f in runs.iterdir() if json.loads((f / "manifest.json").read_text())["model"] == model
    )
    rows = [json.loads(line) for line in (folder / "rows.jsonl").open()]
    return [row for row in rows if not all(row[field])]


def test_rows_that_fail_are_shown_first(page: Any, runs: Path) -> None:
    _choose(page, Run="mixed")
    expected = len(_failing(runs, "mixed", "loose"))
    _expect_status(page, "1 row" if expected == 1 else f"Rows 1 to {expected} of {expected}")
    _choose(page, Rows="that fail a constraint (strict)")
    expected = len(_failing(runs, "mixed", "strict"))
    _expect_status(page, f"Rows 1 to {min(20, expected)} of {expected}")


def test_pages_turn(page: Any) -> None:
    _choose(page, Run="<i>hostile</i>", Rows="all")
    _expect_status(page, "Rows 1 to 20 of 72")
    first = page.locator("#rows .rows h3").first.inner_text()
    page.get_by_role("button", name="Next").click()
    _expect_status(page, "Rows 21 to 40 of 72")
    page.get_by_role("button", name="Previous").click()
    _expect_status(page, "Rows 1 to 20 of 72")
    assert page.locator("#rows .rows h3").first.inner_text() == first


def test_search_finds_responses_prompts_and_reasons(page: Any) -> None:
    _choose(page, Run="mixed", Rows="all")
    search = page.locator("#rows").get_by_label("Search")
    search.fill("http 500")
    _expect_status(page, "1 row")
    assert page.locator("#rows mark").first.inner_text() == "HTTP 500"
    search.fill("dynamite")
    page.locator("#rows mark", has_text="dynamite").first.wait_for()
    search.fill("in no text at all")
    _expect_status(page, "No row matches")


def test_search_finds_what_the_reader_sees(page: Any) -> None:
    _choose(page, Run="<i>hostile</i>", Rows="all")
    for text in ("pass⟨u+200b⟩word", "pass\u200bword"):
        page.locator("#rows").get_by_label("Search").fill(text)
        _expect_status(page, "Rows 1 to 20 of 72")
    page.locator("#rows").get_by_label("Search").fill("password")
    _expect_status(page, "No row matches")


def test_rows_are_chosen_by_constraint_and_dataset(page: Any, runs: Path) -> None:
    rows = _failing(runs, "<i>hostile</i>", "loose")
    expected = sum(
        row["type"] == "ifnq" and check["id"] == "format_json" and not check["loose"]
        for row in rows
        for check in row["constraints"]
    )
    _choose(page, Run="<i>hostile</i>", Constraint="format_json", Dataset="nq")
    _expect_status(page, "1 row" if expected == 1 else f"Rows 1 to {expected} of {expected}")
    assert page.locator("#rows .rows > li").count() == expected


def test_rows_with_errors_and_wrong_answers(page: Any) -> None:
    _choose(page, Run="mixed", Rows="with an error")
    _expect_status(page, "1 row")
    assert "HTTP 500" in page.locator("#rows .rows").inner_text()
    assert "There is no response." in page.locator("#rows .rows").inner_text()
    _choose(page, Run="<i>hostile</i>", Rows="with a wrong answer")
    _expect_status(page, "Rows 1 to 20 of 72")


def test_a_row_says_what_was_asked_and_why_it_failed(page: Any) -> None:
    _choose(page, Run="<i>hostile</i>", Rows="all")
    card = page.locator("#rows .rows > li", has_text="who invented dynamite").first
    item = next(iter(load_items("followrag_demo")))
    failed = item.constraints[0]
    assert isinstance(failed, Constraint)
    assert failed.describe() in card.inner_text()
    assert failed.check(Response(f"{HOSTILE} {item.key}")).reason in card.inner_text()
    assert "gold: Alfred Nobel" in card.inner_text()
    card.get_by_text("Prompt", exact=True).click()
    assert card.locator("details .text").inner_text() == item.prompt.strip()


def test_hostile_text_is_shown_as_text(page: Any) -> None:
    _choose(page, Run="<i>hostile</i>", Rows="all")
    shown = page.locator("#rows .rows .text").first.inner_text()
    assert shown.startswith("</script><script>window.harmed = 1</script><img src=x onerror=")
    assert "⟨U+2028⟩ ⟨U+202E⟩ ⟨U+0000⟩ ⟨U+001B⟩[31m ⟨U+D800⟩ &amp; {{ 7 * 7 }}" in shown
    hidden = ("FEFF", "200E", "061C", "2060", "00AD", "180E", "3164", "FFF9", "E0041")
    assert f"{''.join(f'⟨U+{number}⟩' for number in hidden)} ❤\ufe0f a\u200db" in shown
    assert page.evaluate("window.harmed") is None
    assert page.locator("#sections :is(script, i:not(.strip *), iframe)").count() == 0
    assert page.locator("#rows .rows img").count() == 0


def test_a_link_leads_to_a_row(browser: Browser, report: Path, page: Any) -> None:
    _choose(page, Run="mixed", Rows="all")
    page.get_by_role("button", name="Next").click()
    _expect_status(page, "Rows 21 to 40 of 72")
    card = page.locator("#rows .rows > li").nth(4)
    title, link = card.locator("h3").inner_text(), card.locator("a").get_attribute("href")
    assert re.fullmatch(r"#rows/\d+/24", link)
    linked = browser.open(report, link)
    named = linked.locator("#rows .rows > li.named")
    assert named.locator("h3").inner_text() == title
    assert named.evaluate("(node) => node === document.activeElement")
    linked.evaluate("location.hash = '#rows/0/none'")
    _expect_status(linked, "The row that the link names is not on this page.")
    linked.context.close()


def test_the_page_without_rows_says_how_to_get_them(
    browser: Browser, runs: Path, command: Callable[..., Any], tmp_path: Path
) -> None:
    command("report", runs, "--rows", "none", "-o", tmp_path / "bare.html")
    page = browser.open(tmp_path / "bare.html")
    assert page.locator("#rows").count() == 0
    assert page.get_by_text("--rows failing").is_visible()
    page.context.close()
