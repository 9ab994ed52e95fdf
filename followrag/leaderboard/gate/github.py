"""What a GitHub workflow shows of a comparison: annotations, and a step's summary."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from followrag.files import writing_to
from followrag.leaderboard.gate.comparison import Comparison
from followrag.leaderboard.gate.layout import gate_reasons, verdict_line
from followrag.leaderboard.texts import one_line

_MOST = 10  # GitHub shows no more of a step
_BEGINNING = re.compile(r"^([^\w:]*):(?=[^\w:]*:)")
_OLDER = re.compile(r"(#[^\w\s#\[]*)\[")


def is_github(environment: Mapping[str, str]) -> bool:
    """Tell whether this runs in a GitHub workflow."""
    return environment.get("GITHUB_ACTIONS") == "true"


def shown(text: str) -> str:
    """Make a text a line in which GitHub's runner finds no workflow command.

    The runner obeys a line that begins with "::" or holds "##[", and passes over invisible letters
    as it looks for them. A letter of these becomes an escape, as in `one_line`.
    """
    begins = _BEGINNING.sub(r"\g<1>\\x3a", one_line(text))
    return _OLDER.sub(r"\g<1>\\x5b", begins)


def shown_lines(message: str) -> str:
    """Write a message of several lines likewise; their indentation stays."""
    return "\n".join(
        line[: len(line) - len(line.lstrip(" "))] + shown(line) for line in message.splitlines()
    )


def annotation_lines(comparison: Comparison) -> list[str]:
    """Write workflow commands: errors where the exit code is not 0, warnings for doubt under 0."""
    return list(_annotations(comparison))[:_MOST]


def unusable_annotation(message: str) -> str:
    """Write the workflow command for input that can't be compared."""
    return _command("error", "followrag compare", message)


def append_summary(environment: Mapping[str, str], markdown: str) -> None:
    """Add markdown to the step's summary, where the workflow has named a file for it.

    Raises:
        OutputError: The file can't be written to.
    """
    name = environment.get("GITHUB_STEP_SUMMARY")
    if not name:
        return
    remedy = "correct GITHUB_STEP_SUMMARY, or unset it"
    with writing_to(name, remedy), Path(name).open("a", encoding="utf-8") as file:
        file.write(markdown + "\n")


def _annotations(comparison: Comparison) -> Iterator[str]:
    decision = comparison.decision
    if decision.answer == "PASS":
        return
    level = "error" if decision.exit_code else "warning"
    yield _command(level, f"followrag: {decision.answer}", verdict_line(comparison, one_line))
    for gate, reason in zip(decision.gates, gate_reasons(comparison, one_line), strict=True):
        if gate.answer != "PASS":
            own = "error" if decision.exit_code_of(gate.answer) else "warning"
            yield _command(own, f"followrag: {gate.difference.metric}", reason)
    for part in comparison.constraints:
        if part.change == "worse":
            yield _command(
                level,
                f"followrag: {part.name}",
                f"worse by {-100 * part.difference.delta:.1f} points, beyond chance",
            )


def _command(level: str, title: str, message: str) -> str:
    escaped = _escaped(one_line(title)).replace(":", "%3A").replace(",", "%2C")
    lines = "\n".join(map(one_line, message.splitlines()))
    return f"::{level} title={escaped}::{_escaped(lines)}"


def _escaped(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
