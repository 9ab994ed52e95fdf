"""An audit as JSON."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from followrag.audit.answers import Finding
from followrag.audit.item import Audited
from followrag.audit.itemset import Audit, Ceilings
from followrag.verifiers.conflicts import Conflict

__all__ = ["audit_record"]


def audit_record(audit: Audit) -> dict[str, Any]:
    """Give an audit as an object for JSON.

    Keys of items are as in the items where they stand in lists, and text where they name a member.
    """
    return {
        "items": audit.name,
        "sha256": audit.sha256,
        "mode": audit.mode,
        "satisfiable": _keys(audit.satisfiable),
        "contradictory": {
            str(each.item.key): _contradiction(each, each.conflicts) for each in audit.contradictory
        },
        "undecided": _keys(audit.undecided),
        "errors": {
            "items": {str(each.item.key): list(each.errors.values()) for each in audit.errors},
            "rows": [str(problem) for problem in audit.problems],
        },
        "ceilings": {
            "overall": _ceilings(audit.ceilings),
            "by_dataset": {name: _ceilings(each) for name, each in audit.by_dataset.items()},
            "by_constraint_count": {
                str(count): _ceilings(each) for count, each in audit.by_constraint_count.items()
            },
        },
        "loose": {
            "contradictory": {
                str(each.item.key): _contradiction(each, each.loose_conflicts)
                for each in audit.audited
                if each.loose_conflicts
            },
            "undecided": _keys(each for each in audit.audited if not each.loose.is_known),
        },
        "degenerate": {
            str(each.item.key): [_conflict(each, conflict) for conflict in each.degenerate]
            for each in audit.audited
            if each.degenerate
        },
        "mismatches": {
            str(each.item.key): [_finding(each, finding) for finding in each.mismatches]
            for each in audit.audited
            if each.mismatches
        },
        "answers": {
            str(each.item.key): [_finding(each, finding) for finding in each.answers]
            for each in audit.audited
            if each.answers
        },
    }


def _keys(audited: Iterable[Audited]) -> list[int | str]:
    return [each.item.key for each in audited]


def _contradiction(audited: Audited, conflicts: tuple[Conflict, ...]) -> dict[str, Any]:
    """Give the smallest conflict, and how many there are."""
    return {**_conflict(audited, conflicts[0]), "rules": [each.rule for each in conflicts]}


def _conflict(audited: Audited, conflict: Conflict) -> dict[str, Any]:
    item = audited.item
    return {
        "constraints": [item.instruction_id_list[place] for place in conflict.places],
        "parameters": [item.kwargs[place] for place in conflict.places],
        "rule": conflict.rule,
        "reason": conflict.reason,
    }


def _finding(audited: Audited, finding: Finding) -> dict[str, Any]:
    asked = audited.item.instruction_id_list
    about = {} if finding.place is None else {"constraint": asked[finding.place]}
    return {"kind": finding.kind, **about, "detail": finding.detail}


def _ceilings(ceilings: Ceilings) -> dict[str, Any]:
    return {
        "prompts": ceilings.prompts,
        "constraints": ceilings.constraints,
        **ceilings.reached,
        "at_most": ceilings.at_most,
    }
