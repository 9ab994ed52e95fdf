"""A comparison as JUnit XML, in the form that Jenkins' schema describes.

A failure or an error is there exactly where the exit code is not 0: what a CI server shows and what
the command says are the same. What is doubtful or worse under exit code 0 is a skipped test.
"""

from __future__ import annotations

from collections.abc import Sequence
from xml.etree import ElementTree

from followrag.leaderboard.gate.comparison import Comparison
from followrag.leaderboard.gate.parts import Part
from followrag.leaderboard.gate.wording import interval, points
from followrag.leaderboard.texts import listed, one_line


def junit(comparison: Comparison) -> bytes:
    """Write a test for each gate, constraint and family, and one for each side's rows."""
    decision = comparison.decision
    task = comparison.candidate.task
    gates = [
        _case(
            "gates",
            gate.difference.metric,
            None
            if gate.answer == "PASS"
            else ("failure" if decision.exit_code_of(gate.answer) else "skipped"),
            gate.answer,
            f"{gate.answer}: {gate.reason}",
        )
        for gate in decision.gates
    ]
    is_red = decision.exit_code != 0
    rows = [
        _case(
            "rows",
            f"every row of the {side} is scored",
            ("error" if is_red else "skipped") if keys else None,
            "unscored",
            f"{len(keys)} rows could not be scored: {listed(keys)}",
        )
        for side, keys in zip(("base", "candidate"), comparison.unscored, strict=True)
    ]
    suites = [
        _suite(f"{task}: gates", gates),
        _suite(f"{task}: rows", rows),
        _suite(f"{task}: families", _part_cases("families", comparison.families, is_red)),
        _suite(f"{task}: constraints", _part_cases("constraints", comparison.constraints, is_red)),
    ]
    return _document(suites)


def junit_unusable(message: str) -> bytes:
    """Write that nothing could be compared."""
    case = _case("gates", "the runs can be compared", "error", "unusable", message)
    return _document([_suite("gates", [case])])


def _part_cases(group: str, parts: Sequence[Part], is_red: bool) -> list[ElementTree.Element]:
    return [
        _case(
            group,
            part.name,
            ("failure" if is_red else "skipped") if part.change == "worse" else None,
            "worse",
            f"{points(part.difference.delta, '+')} points ({interval(part.difference)}), beyond "
            "chance",
        )
        for part in parts
    ]


def _case(
    group: str, name: str, outcome: str | None, kind: str, message: str
) -> ElementTree.Element:
    case = ElementTree.Element(
        "testcase", {"classname": f"followrag.{group}", "name": one_line(name)}
    )
    if outcome is not None:
        said = {"type": kind, "message": one_line(message)}
        ElementTree.SubElement(case, outcome, said)
    return case


def _suite(name: str, cases: Sequence[ElementTree.Element]) -> ElementTree.Element:
    suite = ElementTree.Element("testsuite", {"name": one_line(name), **_counts(cases)})
    suite.set("skipped", str(sum(case.find("skipped") is not None for case in cases)))
    suite.extend(cases)
    return suite


def _document(suites: Sequence[ElementTree.Element]) -> bytes:
    cases = [case for suite in suites for case in suite]
    root = ElementTree.Element("testsuites", {"name": "followrag compare", **_counts(cases)})
    root.extend(suites)
    ElementTree.indent(root)
    written: bytes = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    return written + b"\n"


def _counts(cases: Sequence[ElementTree.Element]) -> dict[str, str]:
    return {
        "tests": str(len(cases)),
        "failures": str(sum(case.find("failure") is not None for case in cases)),
        "errors": str(sum(case.find("error") is not None for case in cases)),
    }
