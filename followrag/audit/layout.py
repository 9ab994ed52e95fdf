"""An audit as tables, for the terminal and for the report."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain

from followrag.audit.item import Audited
from followrag.audit.itemset import Audit, Ceilings
from followrag.tables import Table

__all__ = ["audit_tables"]

_FIGURES = (
    "prompt_level_strict_acc",
    "inst_level_strict_acc",
    "prompt_level_loose_acc",
    "inst_level_loose_acc",
)
_KEYS_SHOWN = 5


def audit_tables(audit: Audit) -> Iterator[Table]:
    """Lay an audit out: outcomes, ceilings, conflicts by rule, and what else was found."""
    yield _outcomes(audit)
    yield _ceilings(audit)
    named = [
        ("Contradictions by rule", "rule", _rules(audit, "conflicts"), "An item may have several."),
        ("Contradictions in every loose reading", "rule", _rules(audit, "loose_conflicts"), ""),
        ("Followed by degenerate texts only", "rule", _rules(audit, "degenerate"), ""),
        (
            "The text against the parameters",
            "kind",
            _kinds(audit, "mismatches"),
            "Found by looking for words: worth a look, no proof.",
        ),
        ("Gold answers", "kind", _kinds(audit, "answers"), ""),
    ]
    if audit.mode == "fixed":
        del named[1]  # one reading must follow all there: the contradictions are the same
    for title, corner, found, caption in named:
        yield _by_name(title, corner, found, caption)
    yield _errors(audit)


def _outcomes(audit: Audit) -> Table:
    total = len(audit.audited) + len(audit.problems)
    counts = {
        "satisfiable": len(audit.satisfiable),
        "... by a degenerate text only": sum(bool(each.degenerate) for each in audit.audited),
        "contradictory": len(audit.contradictory),
        "... in every loose reading too": sum(bool(each.loose_conflicts) for each in audit.audited),
        "undecided": len(audit.undecided),
        "error": len(audit.errors) + len(audit.problems),
    }
    if audit.mode == "fixed":
        del counts["... in every loose reading too"]
    rows = [[name, str(count), f"{100 * count / total:.1f}"] for name, count in counts.items()]
    return Table(
        f"{audit.name}, {audit.mode} mode", ["outcome", "items", "%"], rows, text_columns=1
    )


def _errors(audit: Audit) -> Table:
    rows = [
        [str(each.item.key), reason] for each in audit.errors for reason in each.errors.values()
    ]
    rows += [[problem.where, problem.message] for problem in audit.problems]
    return Table("Errors", ["key", "reason"], rows)


def _ceilings(audit: Audit) -> Table:
    groups = {"all": audit.ceilings}
    if len(audit.by_dataset) > 1:
        groups |= audit.by_dataset
    groups |= {_several(count): each for count, each in audit.by_constraint_count.items()}
    rows = [
        [name, str(each.prompts), str(each.constraints), *(_figure(each, f) for f in _FIGURES)]
        for name, each in groups.items()
    ]
    columns = ["items", "n", "constraints", "strict prompt", "strict inst", "loose prompt",
               "loose inst"]  # fmt: skip
    caption = "Percent: the best that any responses can reach. A range where it is not proven."
    return Table("Ceilings", columns, rows, caption, text_columns=1)


def _several(count: int) -> str:
    return f"{count} constraint" if count == 1 else f"{count} constraints"


def _figure(ceilings: Ceilings, name: str) -> str:
    reached = f"{100 * ceilings.reached[name]:.2f}"
    bound = ceilings.at_most.get(name)
    return reached if bound is None else f"{reached}–{100 * bound:.2f}"


def _rules(audit: Audit, attribute: str) -> Iterator[tuple[str, Audited]]:
    for each in audit.audited:
        for name in dict.fromkeys(conflict.rule for conflict in getattr(each, attribute)):
            yield name, each


def _kinds(audit: Audit, attribute: str) -> Iterator[tuple[str, Audited]]:
    for each in audit.audited:
        for name in dict.fromkeys(finding.kind for finding in getattr(each, attribute)):
            yield name, each


def _by_name(title: str, corner: str, found: Iterable[tuple[str, Audited]], caption: str) -> Table:
    groups: dict[str, list[str]] = {}
    for name, audited in found:
        groups.setdefault(name, []).append(str(audited.item.key))
    rows = [
        [
            name,
            str(len(keys)),
            ", ".join(chain(keys[:_KEYS_SHOWN], ["..."][: len(keys) - _KEYS_SHOWN])),
        ]
        for name, keys in sorted(groups.items(), key=lambda group: -len(group[1]))
    ]
    return Table(title, [corner, "items", "keys"], rows, caption)
