"""An audit as a page of Markdown, for whoever keeps the items."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Iterator, Sequence
from importlib.metadata import version

from followrag.audit.answers import Finding
from followrag.audit.item import Audited
from followrag.audit.itemset import Audit
from followrag.audit.layout import audit_tables
from followrag.tables import Table
from followrag.verifiers import Constraint
from followrag.verifiers.conflicts import Conflict

__all__ = ["report_markdown"]

_MADE_BY = """\
Made by followrag {version}, which implements the FollowRAG benchmark (arXiv 2410.09584). In
`reference` mode it decides as the published evaluator does, verdict for verdict, with langdetect's
seed set to 0; in `fixed` mode, what is provably wrong there is repaired.
"""
_METHOD = """\
Each item was examined by the checks that decide its score. Where a text follows every constraint of
the item as it stands, the item is satisfiable, and the text is the proof. Where a rule between
constraints shows that no text can, it is contradictory, and the rule is the proof: each rule looks
at parameters only, says why in its documentation, and is derived again by a test that tries all
small texts. An item with neither is undecided.

To check it again:

    followrag audit {name} --mode {mode} --witnesses FOLDER
    followrag score FOLDER/strict.jsonl --items {name} --mode {mode}

The second command scores the texts like a model's responses: its strict figures are the ceilings
below. `FOLDER/loose.jsonl` does the same for the loose figures. For published items, `--data` names
the folder where they lie, if they are not to be fetched.
"""
_REPAIRS = """\
- **Contradictory items**: of the constraints that a conflict names, take one out or give it other
  parameters.
- **Degenerate texts only**: separate the pairs that are named; nobody writes such texts.
- **The text against the parameters**: word the constraint again from its parameters.
- **Gold answers**: give a list of answers instead of a text joined by "/", and leave out aliases of
  one character; don't forbid a word or comma that the gold answers hold, and give answers in the
  language that is asked for.
- Until then, score on the satisfiable items alone, or beside the ceilings.
"""


def report_markdown(audit: Audit) -> str:
    """Write the report of an audit."""
    total = len(audit.audited) + len(audit.problems)
    parts = [
        f"# Audit of {audit.name}",
        f"{total} items, sha256 `{audit.sha256}`, checks in `{audit.mode}` mode.",
        _MADE_BY.format(version=version("followrag")),
        "## How it was done",
        _METHOD.format(name=shlex.quote(audit.name), mode=audit.mode),
        "## What was found",
        *map(_table, audit_tables(audit)),
        "## Suggested repairs",
        _REPAIRS,
        "## Contradictory items",
        "Each item stands once, under the smallest of its conflicts, and the others follow it.",
        *_contradictions(audit.contradictory, "conflicts"),
        *_loosely(audit),
        "## Items that only degenerate texts follow",
        *_contradictions(audit.audited, "degenerate"),
        "## Texts that don't say what is checked",
        *_findings((each, each.mismatches) for each in audit.audited),
        "## Gold answers to look at",
        *_findings((each, each.answers) for each in audit.audited),
    ]
    if audit.undecided:
        keys = ", ".join(str(each.item.key) for each in audit.undecided)
        parts += ["## Undecided items", keys]
    return "\n\n".join(part.strip("\n") for part in parts if part) + "\n"


def _loosely(audit: Audit) -> Iterator[str]:
    if audit.mode == "reference":
        yield "## Items that no text follows loosely either"
        yield from _contradictions(audit.audited, "loose_conflicts")


def _table(table: Table) -> str:
    if not table.rows:
        return ""
    rows = [table.columns, ["---"] * len(table.columns), *table.rows]
    lines = ["| " + " | ".join(map(_cell, row)) + " |" for row in rows]
    return "\n".join(
        [f"### {table.title}", "", *lines, *(["", table.caption] if table.caption else [])]
    )


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def _contradictions(audited: Iterable[Audited], attribute: str) -> Iterator[str]:
    """List conflicts by rule, each item under the first of its conflicts."""
    rules: dict[str, list[str]] = {}
    for each in audited:
        found: Sequence[Conflict] = getattr(each, attribute)
        if found:
            rules.setdefault(found[0].rule, []).append(_conflict(each, found))
    yield from _listed(rules)


def _conflict(audited: Audited, found: Sequence[Conflict]) -> str:
    asked = audited.item.constraints
    words = [
        each.describe() if isinstance(each := asked[place], Constraint) else "?"
        for place in found[0].places
    ]
    others = list(dict.fromkeys(each.rule for each in found[1:]))
    more = f" Also: {', '.join(others)}." if others else ""
    return f"- `{audited.item.key}`: {' + '.join(map(_quoted, words))}: {found[0].reason}.{more}"


def _quoted(text: str) -> str:
    return f"“{text}”"


def _findings(found: Iterable[tuple[Audited, Sequence[Finding]]]) -> Iterator[str]:
    kinds: dict[str, list[str]] = {}
    for audited, findings in found:
        for finding in findings:
            line = f"- `{audited.item.key}`: {finding.detail}"
            kinds.setdefault(finding.kind, []).append(line)
    yield from _listed(kinds)


def _listed(groups: dict[str, list[str]]) -> Iterator[str]:
    if not groups:
        yield "None."
    for name, lines in sorted(groups.items(), key=lambda group: -len(group[1])):
        yield f"### {name} ({len(lines)})"
        yield "\n".join(lines)
