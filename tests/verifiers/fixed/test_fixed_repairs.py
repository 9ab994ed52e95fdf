"""The repairs as a whole: registered, documented, and measured."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from followrag.verifiers import constraint_classes, get_constraint
from followrag.verifiers.cases import CasesUppercase
from followrag.verifiers.fixed import Repair, repaired, repairs
from followrag.verifiers.fixed.repair import repair

ROOT = Path(__file__).parents[3]
PAGE = ROOT / "docs/fixed.md"


def test_a_repaired_constraint_has_the_same_parameters_and_words() -> None:
    constraint = get_constraint("length_words", num_words=3, relation="at least")
    fixed = repaired(constraint)
    assert (constraint.mode, fixed.mode) == ("reference", "fixed")
    assert fixed.model_dump() == constraint.model_dump()
    assert (fixed.id, fixed.family, fixed.describe()) == (
        constraint.id,
        constraint.family,
        constraint.describe(),
    )


def test_what_nothing_repairs_decides_as_published() -> None:
    constraint = get_constraint("structure_title")
    assert repaired(constraint) is constraint


@pytest.mark.parametrize("found", repairs(), ids=lambda found: found.base.id)
def test_a_repair_is_of_a_registered_class_and_has_a_reason_and_a_source(found: Repair) -> None:
    assert found.base in constraint_classes()
    assert issubclass(found.cls, found.base)
    assert found.reason
    assert "instructions.py:" in found.source


def test_a_second_repair_is_refused() -> None:
    with pytest.raises(ValueError, match="CasesUppercase is repaired by FixedCasesUppercase"):

        @repair(reason="again", source="nowhere")
        class Again(CasesUppercase):
            """Another repair."""


@pytest.mark.parametrize("found", repairs(), ids=lambda found: found.base.id)
def test_the_page_has_a_row_for_every_repair(found: Repair) -> None:
    row = f"| `{found.base.id}` | {found.reason} | {found.source} |"
    assert row in PAGE.read_text().splitlines()


def test_the_page_has_the_tables_that_are_measured(shared: Path) -> None:
    script = ROOT / "benchmarks/fixed_differences.py"
    printed = subprocess.run(
        [sys.executable, script, "--shared", shared], capture_output=True, text=True, check=True
    ).stdout
    assert [table for table in printed.strip().split("\n\n") if table not in PAGE.read_text()] == []
