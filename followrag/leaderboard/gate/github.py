"""What a GitHub workflow shows of a comparison: annotations, and a step's summary."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from followrag.errors import OutputError
from followrag.leaderboard.gate.comparison import Comparison
from followrag.leaderboard.gate.layout import gate_reasons, headline
from followrag.leaderboard.texts import one_line

_MOST = 10  # GitHub shows no more of a step


def is_github(environment: Mapping[str, str]) -> bool:
    """Tell whether this runs in a GitHub workflow."""
    return environment.get("GITHUB_ACTIONS") == "true"


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
    try:
        with Path(name).open("a", encoding="utf-8") as file:
            file.write(markdown + "\n")
    except OSError as error:
        raise OutputError(f"{name}: can't be written to ({error.strerror})") from error


def _annotations(comparison: Comparison) -> Iterator[str]:
    decision = comparison.decision
    if decision.answer == "PASS":
        return
    level = "error" if decision.exit_code else "warning"
    yield _command(level, f"followrag: {decision.answer}", headline(comparison, one_line))
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
    escaped = _escaped(title).replace(":", "%3A").replace(",", "%2C")
    return f"::{level} title={escaped}::{_escaped(message)}"


def _escaped(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
