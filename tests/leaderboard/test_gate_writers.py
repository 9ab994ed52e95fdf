"""A comparison as markdown, JSON, JUnit XML and workflow commands."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from gate_sides import make_side
from jsonschema import Draft202012Validator
from lxml import etree

from followrag.files import json_line
from followrag.leaderboard.gate import Comparison, Policy
from followrag.leaderboard.gate.comparison import compare_sides
from followrag.leaderboard.gate.github import annotation_lines, append_summary, unusable_annotation
from followrag.leaderboard.gate.junit import junit, junit_unusable
from followrag.leaderboard.gate.record import comparison_record, json_schema, unusable_record
from followrag.leaderboard.gate.writers import code, markdown, markdown_unusable, print_text
from followrag.leaderboard.outcomes import Check, Outcomes, RowOutcome

MakeOutcomes = Callable[..., Outcomes]

HERE = Path(__file__).parent
SCHEMA = HERE.parents[1] / "docs" / "schemas" / "compare-1.json"
HOSTILE = "a|b\n`c` <script>alert(1)</script> @all [x](y) \x1b[31m\x00\ud800 %0A::error::x 模型"


def hostile_outcomes(good: bool) -> Outcomes:
    """Rows whose keys, datasets and constraints are hostile, and whose ids are many."""
    return Outcomes.of(
        RowOutcome(
            f"{HOSTILE}{place}",
            HOSTILE,
            [Check(f"{HOSTILE}{place % 12}", good, good, False)],
            float(good),
            error=not good and place == 0,
            digest=int(good),
        )
        for place in range(240)
    )


def compared(answer: str, policy: Policy | None = None) -> Comparison:
    """Make a comparison that ends with this answer, all names in it hostile."""
    good, bad = hostile_outcomes(True), hostile_outcomes(False)
    if answer == "INCONCLUSIVE":
        good, bad = (run.rows(np.array([0, 1])) for run in (good, bad))
    sides = {"REGRESSED": (good, bad), "PASS": (good, good), "INCONCLUSIVE": (bad, good)}[answer]
    base, candidate = (
        make_side([run], f"{HOSTILE}{place}", task=HOSTILE) for place, run in enumerate(sides)
    )
    comparison = compare_sides(base, candidate, policy or Policy())
    assert comparison.decision.answer == answer
    return comparison


@pytest.fixture(scope="module", params=["REGRESSED", "PASS", "INCONCLUSIVE"])
def comparison(request: pytest.FixtureRequest) -> Comparison:
    return compared(request.param)


# JSON


def test_the_schema_file_is_current() -> None:
    remedy = f"write json_schema() of followrag.leaderboard.gate.record to {SCHEMA}"
    assert json.loads(SCHEMA.read_text()) == json_schema(), remedy


def test_what_is_written_follows_the_schema(comparison: Comparison) -> None:
    record = json.loads(json_line(comparison_record(comparison)))
    Draft202012Validator(json.loads(SCHEMA.read_text())).validate(record)
    assert record["answer"] == comparison.decision.answer
    assert record["exit_code"] == comparison.decision.exit_code
    assert [flip["key"] for flip in record["flips"]] == [flip.key for flip in comparison.flips]


def test_unusable_input_follows_the_schema_too() -> None:
    record = unusable_record(HOSTILE)
    Draft202012Validator(json.loads(SCHEMA.read_text())).validate(record)


# JUnit


@pytest.fixture(scope="module")
def xsd() -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(HERE / "junit-10.xsd"))


def test_junit_follows_jenkins_schema(comparison: Comparison, xsd: etree.XMLSchema) -> None:
    xsd.assertValid(etree.fromstring(junit(comparison)))


def test_junit_of_unusable_input_is_an_error(xsd: etree.XMLSchema) -> None:
    document = etree.fromstring(junit_unusable(HOSTILE))
    xsd.assertValid(document)
    assert (document.get("tests"), document.get("errors")) == ("1", "1")


def test_junit_has_a_test_for_each_gate_family_and_constraint(comparison: Comparison) -> None:
    root = ElementTree.fromstring(junit(comparison))
    cases = root.findall("testsuite/testcase")
    assert root.get("tests") == str(len(cases))
    groups = [case.get("classname") for case in cases]
    assert groups.count("followrag.gates") == len(comparison.decision.gates)
    assert groups.count("followrag.constraints") == len(comparison.constraints)
    assert groups.count("followrag.families") == len(comparison.families)


@pytest.mark.parametrize("answer", ["REGRESSED", "PASS", "INCONCLUSIVE"])
@pytest.mark.parametrize("inconclusive", ["pass", "fail", "inconclusive"])
def test_junit_fails_exactly_where_the_exit_code_does(answer: str, inconclusive: str) -> None:
    policy = Policy.model_validate({"inconclusive": inconclusive})
    comparison = compared(answer, policy)
    root = ElementTree.fromstring(junit(comparison))
    failed = root.findall(".//failure") + root.findall(".//error")
    assert bool(failed) == (comparison.decision.exit_code != 0)
    counted = int(root.get("failures", 0)) + int(root.get("errors", 0))
    assert counted == len(failed)


def test_rows_that_could_not_be_scored_are_errors_not_failures() -> None:
    root = ElementTree.fromstring(junit(compared("REGRESSED")))
    (case,) = [case for case in root.iter("testcase") if case.find("error") is not None]
    assert case.get("name") == "every row of the candidate is scored"


# Markdown


def test_no_name_has_an_effect_in_markdown(comparison: Comparison) -> None:
    for line in markdown(comparison).splitlines():
        assert not set(line) & set("\x00\x1b\ud800")
        outside = re.sub(r"(`+)(?!`).*?(?<!`)\1(?!`)", "", line)
        assert not re.search(r"script|@all|\[x\]|模型", outside)


def test_the_cells_of_a_row_are_as_many_as_the_columns(comparison: Comparison) -> None:
    for block in markdown(comparison).split("\n\n"):
        rows = [line for line in block.splitlines() if line.startswith("| ")]
        assert len({len(re.findall(r"(?<!\\)\|", row)) for row in rows}) <= 1


def test_markdown_names_the_answer_and_every_constraint() -> None:
    text = markdown(compared("REGRESSED"))
    assert text.startswith("## followrag compare: REGRESSED\n\n")
    assert text.count(" | worse |") >= 12


def test_unusable_input_is_listed_in_markdown() -> None:
    text = markdown_unusable("a and b: differ:\n  scorer: x\n  prompt: y\nmake them alike")
    assert text == (
        "## followrag compare: unusable input\n\n`a and b: differ:`\n\n"
        "- `scorer: x`\n- `prompt: y`\n- `make them alike`\n"
    )


@pytest.mark.parametrize(
    ("name", "written"), [("a", "`a`"), ("`", "`` ` ``"), ("a``b", "```a``b```"), ("", "` `")]
)
def test_a_name_as_code(name: str, written: str) -> None:
    assert code(name) == written


# GitHub


def test_workflow_commands_are_single_lines_and_at_most_ten() -> None:
    lines = annotation_lines(compared("REGRESSED"))
    assert len(lines) == 10
    for line in lines:
        assert re.fullmatch(r"::error title=[^:,\n]+::[^\n]+", line)


def test_doubt_under_exit_code_0_is_a_warning() -> None:
    lines = annotation_lines(compared("INCONCLUSIVE", Policy(inconclusive="pass")))
    assert {line.partition(" ")[0] for line in lines} == {"::warning"}


def test_a_pass_needs_no_annotation() -> None:
    assert annotation_lines(compared("PASS")) == []


def test_unusable_input_is_one_escaped_line() -> None:
    assert unusable_annotation("50%\nx") == "::error title=followrag compare::50%25%0Ax"


def test_annotations_hold_no_control_characters() -> None:
    lines = [unusable_annotation(f"{HOSTILE}\n\x07x"), *annotation_lines(compared("REGRESSED"))]
    assert all(line.isprintable() for line in lines)


@pytest.mark.parametrize("begin", ["::", " \u200d:\ufe0f: ", "a ##[", "#\u200d#["])
def test_no_printed_line_is_a_workflow_command(
    begin: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """The runner compares as .NET does, which passes over invisible letters."""
    runs = [
        Outcomes.of(
            RowOutcome(
                f"{begin}stop-commands::{place}",
                f"{begin}stop-commands::{place % 2}",
                [Check(f"{begin}stop-commands::zz", good, good, False)],
                float(good),
                digest=int(good),
            )
            for place in range(60)
        )
        for good in (True, False)
    ]
    sides = (make_side([run], f"{begin}{name}") for name, run in zip("ab", runs, strict=True))
    print_text(compare_sides(*sides, Policy()))
    seen = re.sub("[\u200d\ufe0f]", "", capsys.readouterr().out)
    assert "stop-commands::zz" in seen
    assert not re.search(r"^\s*::|##\[", seen, re.MULTILINE)


def test_the_steps_summary_is_added_to(tmp_path: Path) -> None:
    path = tmp_path / "summary.md"
    path.write_text("before\n")
    append_summary({"GITHUB_STEP_SUMMARY": str(path)}, "## x\n")
    assert path.read_text() == "before\n## x\n\n"
    append_summary({}, "nothing is named")
