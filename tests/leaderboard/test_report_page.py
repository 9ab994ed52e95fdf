"""The page in a real browser: tables, charts, colours, narrow screens, keyboard, structure."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from report_browser import Browser, open_browser

from followrag.leaderboard.report.themes import DARK, LIGHT

NAMES = ["alpha", "beta", "gamma", "<b>délta</b> & =1+1"]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with open_browser() as opened:
        yield opened


@pytest.fixture(scope="module")
def report(
    write_demo_run: Callable[..., Path],
    command: Callable[..., Any],
    tmp_path_factory: pytest.TempPathFactory,
) -> Path:
    folder = tmp_path_factory.mktemp("report")
    for number, name in enumerate(NAMES):
        write_demo_run(folder / "runs" / str(number), name, 0.9 - 0.2 * number, number)
    cut = write_demo_run(folder / "runs" / "cut", "cut") / "rows.jsonl"
    cut.write_bytes(cut.read_bytes()[:-100])
    out = folder / "report.html"
    done = command("report", folder / "runs", "reported:followrag", "--out", out)
    assert done.returncode == 2
    return out


@pytest.fixture(scope="module")
def page(browser: Browser, report: Path) -> Any:
    return browser.open(report, viewport={"width": 1280, "height": 900})


def _models(page: Any) -> list[str]:
    names: list[str] = page.locator("table.models tbody th").all_inner_texts()
    return names


def _chart(page: Any, title: str) -> Any:
    card = page.locator("section.card", has=page.get_by_role("heading", name=title))
    card.scroll_into_view_if_needed()
    card.locator(".main-svg").first.wait_for()
    return card


def test_models_stand_by_rank_at_first(page: Any) -> None:
    assert _models(page) == NAMES
    sorted_by = page.locator("table.models thead th[aria-sort=ascending]")
    assert sorted_by.inner_text().startswith("rank")


def test_a_column_sorts_both_ways(page: Any) -> None:
    head = page.locator("table.models thead th", has_text="qa_acc").first
    column = page.locator("table.models thead th").all_inner_texts().index("qa_acc")
    orders = []
    for direction in ("descending", "ascending"):
        head.get_by_role("button").click()
        assert head.get_attribute("aria-sort") == direction
        cells = page.locator(f"table.models tbody td:nth-child({column + 1})").all_inner_texts()
        orders.append([float(cell.split()[0]) for cell in cells])
    assert orders[0] == sorted(orders[0], reverse=True) and orders[1] == sorted(orders[1])
    page.get_by_role("button", name="rank").click()


def test_models_are_filtered_by_name(page: Any) -> None:
    box = page.get_by_label("Filter models")
    box.fill("ALPH")
    assert _models(page) == ["alpha"]
    assert page.get_by_text("1 of 4 models").is_visible()
    box.fill("nothing like it")
    assert _models(page) == []
    box.fill("")
    assert len(_models(page)) == 4


def test_figures_are_those_of_the_run(page: Any, report: Path) -> None:
    metrics = json.loads((report.parent / "runs" / "0" / "metrics.json").read_text())["overall"]
    row = page.locator("table.models tbody tr", has_text="alpha")
    value, stderr = metrics["followrag"]["value"], metrics["followrag"]["stderr"]
    assert row.locator("td.headline").inner_text() == f"{100 * value:.1f} ± {100 * stderr:.1f}"


def test_each_chart_is_drawn_and_told_in_words(page: Any) -> None:
    titles = [
        "More constraints at once",
        "Following and answering",
        "Each constraint",
        "Paired differences",
        "Strict and loose",
    ]
    for title in titles:
        card = _chart(page, title)
        assert len(card.locator(".plot").get_attribute("aria-label")) > 20
        card.get_by_text("Data as a table").click()
        card.locator("details table tbody tr").nth(2).wait_for()
        card.get_by_text("Data as a table").click()


def test_names_in_charts_are_no_markup(page: Any) -> None:
    ticks = _chart(page, "Strict and loose").locator(".ytick text").all_text_contents()
    assert ticks == NAMES


def test_differences_are_to_the_base_that_is_chosen(page: Any) -> None:
    card = _chart(page, "Paired differences")
    card.get_by_label("Compared with", exact=True).select_option(label="gamma")
    assert card.locator(".plot").get_attribute("aria-label").startswith("Compared with gamma")
    card.get_by_text("Data as a table").click()
    card.locator("details table tbody th").first.wait_for()
    models = card.locator("details table tbody th").all_inner_texts()
    assert models == ["alpha", "beta", NAMES[3]]
    first = card.locator("details tbody tr").first.locator("td").first.inner_text()
    assert first.startswith("+")


def test_a_model_that_is_not_picked_leaves_the_lines(page: Any) -> None:
    legend = _chart(page, "More constraints at once").locator(".legendtext")
    assert legend.all_text_contents() == NAMES
    page.get_by_label("Pick out beta in the charts").uncheck()
    page.wait_for_selector(".legendtext >> text=beta", state="detached")
    assert legend.all_text_contents() == [NAMES[0], *NAMES[2:]]
    page.get_by_label("Pick out beta in the charts").check()


def test_a_chart_is_saved_as_svg(page: Any, tmp_path: Path) -> None:
    with page.expect_download() as download:
        _chart(page, "Each constraint").get_by_role("button", name="Save SVG").click()
    download.value.save_as(tmp_path / "chart.svg")
    assert (tmp_path / "chart.svg").read_text().startswith("<svg")


def test_problems_are_on_the_page(page: Any) -> None:
    section = page.locator("#problems")
    assert section.get_by_role("heading").inner_text() == "1 problem"
    assert "rows.jsonl" in section.inner_text()


def test_published_figures_are_marked_as_reported(page: Any) -> None:
    section = page.locator("#reported")
    assert section.get_by_role("heading", level=2).inner_text().startswith("Reported by the papers")
    row = section.locator("tbody tr", has_text="Llama3-8B-base").inner_text()
    assert row.split()[1:4] == ["3.2", "5.7", "4.4"]


def _background(page: Any) -> str:
    found = page.evaluate(
        "[getComputedStyle(document.body).backgroundColor,"
        " document.querySelector('.plot .main-svg').style.background]"
    )
    return " ".join(found)


def _rgb(colour: str) -> str:
    return f"rgb({', '.join(str(int(colour[at : at + 2], 16)) for at in (1, 3, 5))})"


@pytest.mark.parametrize(
    ("scheme", "theme", "other"), [("light", LIGHT, DARK), ("dark", DARK, LIGHT)]
)
def test_colours_follow_the_system_until_they_are_chosen(
    browser: Browser, report: Path, scheme: str, theme: Any, other: Any
) -> None:
    page = browser.open(report, color_scheme=scheme)
    _chart(page, "More constraints at once")
    assert _background(page) == f"{_rgb(theme['page'])} {_rgb(theme['card'])}"
    button = page.get_by_role("button", name="Dark colours")
    pressed = button.get_attribute("aria-pressed")
    button.click()
    assert button.get_attribute("aria-pressed") != pressed
    page.locator(f".plot .main-svg[style*='{_rgb(other['card'])}']").first.wait_for()
    assert _background(page) == f"{_rgb(other['page'])} {_rgb(other['card'])}"
    page.context.close()


def test_the_page_is_no_wider_than_a_phone(browser: Browser, report: Path) -> None:
    page = browser.open(report, viewport={"width": 360, "height": 800})
    for title in ("More constraints at once", "Each constraint", "Paired differences"):
        _chart(page, title).locator("details > summary").click()
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    page.context.close()


def test_the_keyboard_reaches_what_matters(browser: Browser, report: Path) -> None:
    page = browser.open(report, viewport={"width": 1280, "height": 900})
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the results"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    reached = []
    for _ in range(60):
        page.keyboard.press("Tab")
        reached.append(
            page.evaluate(
                "((at) => at.getAttribute('aria-label') || at.labels?.[0]?.textContent"
                " || at.textContent)(document.activeElement)"
            )
        )
        if reached[-1].startswith("length"):
            page.keyboard.press("Enter")
    controls = {"Filter models", "Pick out alpha in the charts", "Save SVG", "Compared with"}
    assert controls <= {*reached}
    assert page.locator("th[aria-sort=descending]").inner_text().startswith("length")
    page.context.close()


def test_the_structure_is_fit_for_screen_readers(page: Any) -> None:
    levels = page.evaluate("[...document.querySelectorAll('h1,h2,h3,h4')].map(h => +h.tagName[1])")
    assert levels.count(1) == 1 and levels[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    for role in ("banner", "navigation", "main", "contentinfo"):
        assert page.get_by_role(role).count() == 1
    unnamed = page.evaluate(
        """[...document.querySelectorAll(
             '#sections :is(input, select, button, [role=img], [role=region])')]
           .filter((node) => !(node.getAttribute('aria-label') || node.labels?.length
             || (node.tagName === 'BUTTON' && node.textContent.trim())))
           .map((node) => node.outerHTML.slice(0, 100))"""
    )
    assert unnamed == []
    assert page.evaluate(
        "[...document.querySelectorAll('table')]"
        ".every((table) => table.caption && table.querySelector('th[scope]'))"
    )
    ids = page.evaluate("[...document.querySelectorAll('[id]:not(svg *)')].map((node) => node.id)")
    assert len(ids) == len(set(ids))


def test_print_shows_whole_tables_on_white(browser: Browser, report: Path) -> None:
    page = browser.open(report, color_scheme="dark")
    _chart(page, "More constraints at once")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    page.locator(f".plot .main-svg[style*='{_rgb(LIGHT['card'])}']").nth(4).wait_for()
    page.emulate_media(media="print")
    assert (
        page.evaluate("getComputedStyle(document.querySelector('.scroll')).overflow") == "visible"
    )
    assert page.evaluate("getComputedStyle(document.body).color") == _rgb(LIGHT["ink"])
    page.context.close()
