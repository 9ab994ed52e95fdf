"""The published items, against an independent audit of them."""

from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import pytest

from followrag import load_items, score_item
from followrag.audit import Audit, Audited, audit_items
from followrag.verifiers import Constraint
from followrag.verifiers.conflicts.degenerate import degeneracies

# Capitals in another language: contradictory to that audit, but each has a text.
REFUTED = {
    *(269, 345, 383, 420, 430, 446, 487, 494, 511, 531, 748, 889, 901, 1011, 1014, 1034, 1166),
    *(1603, 1786, 1838, 1855),
}


@pytest.fixture(scope="module")
def audit(shared: Path) -> Audit:
    return audit_items(load_items("followrag", str(shared / "data/followrag")))


def keys(audited: Iterable[Audited]) -> set[object]:
    return {each.item.key for each in audited}


def test_no_item_is_undecided(audit: Audit) -> None:
    classes = (audit.satisfiable, audit.contradictory, audit.undecided, audit.errors)
    assert [len(each) for each in classes] == [1985, 115, 0, 0]


def test_the_independent_audit_is_matched_but_for_21_items(audit: Audit) -> None:
    """It found 136 contradictions: 44, 50 and 42 by dataset, and 22, 42 and 72 by their number."""
    both = [*audit.contradictory, *(each for each in audit.audited if each.item.key in REFUTED)]
    assert len(both) == 136
    assert Counter(each.item.dataset for each in both) == {"nq": 44, "tqa": 50, "hotpotqa": 42}
    assert Counter(len(each.item.kwargs) for each in both) == {2: 22, 3: 42, 4: 72}


def test_the_other_21_have_texts(audit: Audit) -> None:
    refuted = [each for each in audit.satisfiable if each.item.key in REFUTED]
    assert len(refuted) == 21
    assert all(all(score_item(each.item, each.strict.witness.text).strict) for each in refuted)
    assert {conflict.rule for each in refuted for conflict in each.degenerate} >= {
        "case in another language"
    }


def test_langdetect_itself_finds_no_language_in_those_texts(audit: Audit) -> None:
    from langdetect import LangDetectException, detect

    for each in audit.satisfiable:
        if each.item.key in REFUTED:
            with pytest.raises(LangDetectException):
                detect(each.strict.witness.text)


def test_strict_ceilings(audit: Audit) -> None:
    assert audit.ceilings.at_most == {}
    assert audit.ceilings.reached["prompt_level_strict_acc"] == 1985 / 2100
    assert audit.ceilings.reached["inst_level_strict_acc"] == 4534 / 4650


def test_loose_ceilings(audit: Audit) -> None:
    loosely = [each for each in audit.audited if each.loose_conflicts]
    assert len(loosely) == 12
    assert keys(loosely) >= {795, 891}
    assert audit.ceilings.reached["prompt_level_loose_acc"] == 2088 / 2100
    assert audit.ceilings.reached["inst_level_loose_acc"] == 4638 / 4650


def test_scores_of_the_texts_are_the_ceilings(audit: Audit) -> None:
    rows = [score_item(each.item, each.strict.witness.text) for each in audit.audited]
    assert sum(all(row.strict) for row in rows) == 1985
    assert sum(map(sum, (row.strict for row in rows))) == 4534


def test_degenerate_items(audit: Audit) -> None:
    """Counts over all items, contradictory ones too, as the independent audit has them."""
    found: Counter[str] = Counter()
    for each in audit.audited:
        built = [asked for asked in each.item.constraints if isinstance(asked, Constraint)]
        found.update({conflict.rule for conflict in degeneracies(built)})
    assert found["json and bullets"] == 12
    assert found["json and paragraphs"] == 19
    assert found["end phrase in postscript"] == 27
    assert sum(bool(each.degenerate) for each in audit.audited) == 92


def test_known_mismatches_are_found(audit: Audit) -> None:
    known = {
        *(326, 1721, 1806, 2075),  # English named, Italian checked
        *(3, 387, 436, 535, 985, 1242, 1293, 1373, 1414, 1512, 1666, 2010, 2062, 2067),  # answered
        *(843, 864),  # translated
        *(424, 465, 591, 885, 1075, 1406, 1834, 1861, 1902, 1989, 2089),  # the prompt quoted
        *(703, 1056, 1781, 1903),
        *(1227, 1877, 2069),  # another text to repeat
    }
    found = keys(each for each in audit.audited if each.mismatches)
    assert known <= found
    assert len(found) <= 60


def test_answers_at_odds_with_their_constraints(audit: Audit) -> None:
    kinds = Counter(
        kind for each in audit.audited for kind in {finding.kind for finding in each.answers}
    )
    assert kinds["forbidden word in every gold"] == 31
    assert kinds["forbidden word in every gold"] + kinds["forbidden word in some golds"] == 50
    assert kinds["comma in every gold"] == 9
    assert kinds["other language"] == 200
    assert kinds["slash inside a gold"] == 70


def test_ifeval_is_decided_too(shared: Path) -> None:
    audit = audit_items(load_items("followrag_ifeval", str(shared / "data/ifeval")))
    contradictory = {int(key) for key in map(str, keys(audit.contradictory))}
    assert contradictory == {374, 1627, 3369, 3371, 3718}
    assert audit.undecided == ()
