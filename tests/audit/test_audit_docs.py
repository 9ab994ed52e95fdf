"""The documentation of audits names what there is."""

from pathlib import Path

from followrag.verifiers.conflicts import rules

PAGE = Path(__file__).parents[2] / "docs" / "audit.md"


def test_every_rule_is_listed() -> None:
    page = PAGE.read_text()
    names = [rule.name for rule in rules() if not rule.name.endswith(", fixed")]
    assert [name for name in names if name not in page] == []
