"""The documentation says what the program does."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from followrag.cli import COMMANDS
from followrag.sources import SOURCES
from followrag.tasks.registration import task_names
from followrag.verifiers import Constraint, constraint_classes

DOCS = Path(__file__).parents[1] / "docs"


@pytest.mark.parametrize("cls", constraint_classes(), ids=lambda cls: cls.id)
def test_every_constraint_is_listed_with_its_ids_and_parameters(cls: type[Constraint]) -> None:
    rows = (DOCS / "constraints.md").read_text().splitlines()
    (row,) = [row for row in rows if row.startswith(f"| `{cls.id}`")]
    cells = row.split(" | ")
    assert cls.ifeval_id is not None
    assert f"`{cls.ifeval_id}`" in cells[0]
    assert set(re.findall(r"`(\w+)`", cells[1])) == set(cls.model_fields)


def test_every_task_is_listed() -> None:
    page = (DOCS / "evaluate.md").read_text()
    assert [name for name in task_names() if f"`{name}`" not in page] == []
    assert set(task_names()) == set(SOURCES)


def test_every_command_is_in_the_readme() -> None:
    readme = (DOCS.parent / "README.md").read_text()
    assert [name for name in COMMANDS if f"followrag {name}" not in readme] == []


@pytest.mark.parametrize("page", [*DOCS.glob("*.md"), DOCS.parent / "README.md"], ids=str)
def test_every_link_leads_somewhere(page: Path) -> None:
    targets = re.findall(r"\]\(([^)#]+?)(?:#[^)]*)?\)", page.read_text())
    assert [t for t in targets if "://" not in t and not (page.parent / t).exists()] == []


def test_the_readmes_python_example_gives_what_it_says() -> None:
    (code,) = re.findall(r"```python\n(.*?)```", (DOCS.parent / "README.md").read_text(), re.DOTALL)
    setting, *shown = code.partition("row.strict, row.loose")
    known: dict[str, object] = {}
    exec(setting, known)
    for line in "".join(shown).splitlines():
        expression, _, said = line.partition("  # ")
        assert str(eval(expression, known)).strip("()") == said.strip()
