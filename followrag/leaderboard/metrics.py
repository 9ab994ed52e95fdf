"""The figures that runs are ranked and compared by, each as a mean of ratios over prompts."""

from __future__ import annotations

import difflib
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple, get_args

import numpy as np

from followrag.errors import InputError
from followrag.estimates import Estimate, Linear, ratio
from followrag.leaderboard.outcomes import Flags, Floats, Integers, Outcomes
from followrag.pif import Pif, pif_named
from followrag.summary import family_of
from followrag.verifiers import Family


class Term(NamedTuple):
    """Per row, what goes into the upper and the lower sum of a ratio."""

    hits: Floats
    counts: Floats


@dataclass(frozen=True)
class Metric:
    """A figure.

    Attributes:
        name: What it is called in files and tables.
        meaning: What it says, in a sentence.
        terms: The ratios that it is the mean of.
        counted: Which rows it is over.
        chosen: Which constraints it is over; all where it is None.
    """

    name: str
    meaning: str
    terms: tuple[Callable[[Outcomes], Term], ...]
    counted: Callable[[Outcomes], Flags]
    chosen: Callable[[str], bool] | None = None

    def over(self, outcomes: Outcomes) -> Outcomes:
        """Take the rows and constraints that it is over."""
        if self.chosen is not None:
            wanted = {id: self.chosen(id) for id in map(str, np.unique(outcomes.id))}
            outcomes = outcomes.only(np.array([wanted[str(id)] for id in outcomes.id], dtype=bool))
        counted = self.counted(outcomes)
        return outcomes if counted.all() else outcomes.rows(np.flatnonzero(counted))

    def linear(self, outcomes: Outcomes) -> Linear:
        """Compute it with what each unit contributes; all rows given must be counted (`over`)."""
        return Linear.average([ratio(*sums) for sums in self.sums(outcomes)])

    def sums(self, outcomes: Outcomes) -> list[Term]:
        """Give its terms per unit: per row, or summed over the rows made from one item."""
        terms = [term(outcomes) for term in self.terms]
        _, places = outcomes.units
        if places is None:
            return terms
        return [Term(_summed(places, hits), _summed(places, counts)) for hits, counts in terms]

    def figure(self, outcomes: Outcomes) -> Estimate:
        """Compute it with its standard error, clustered by unit; nan over no rows."""
        counted = self.over(outcomes)
        estimate = self.linear(counted).estimate()
        if self.is_judged and (~np.isnan(counted.rating)).sum() < 2:
            return estimate._replace(stderr=np.nan)
        return estimate

    @property
    def is_judged(self) -> bool:
        """Whether a judge's ratings are in it."""
        return _rated in self.terms


def _summed(places: Integers, values: Floats) -> Floats:
    return np.bincount(places, values).astype(np.float64)


def _share(loose: bool) -> Callable[[Outcomes], Term]:
    return lambda rows: Term(rows.followed(loose).astype(float), rows.counts.astype(float))


def _prompts(loose: bool) -> Callable[[Outcomes], Term]:
    return lambda rows: _of_all((rows.followed(loose) == rows.counts).astype(float))


def _answered(rows: Outcomes) -> Term:
    return _of_all(rows.qa_acc)


def _unwrapped(rows: Outcomes) -> Term:
    return _of_all(rows.qa_acc_unwrapped)


def _in_other_language(rows: Outcomes) -> Term:
    return _of_all(rows.qa_acc_other_language)


def _joint(rows: Outcomes) -> Term:
    followed = rows.followed(loose=False) == rows.counts
    return _of_all((followed & (rows.qa_acc == 1.0)).astype(float))


def _rated(rows: Outcomes) -> Term:
    known = ~np.isnan(rows.rating)
    return Term(np.where(known, rows.rating, 0.0), known.astype(float))


def _of_all(hits: Floats) -> Term:
    return Term(hits, np.ones(len(hits)))


def _all_rows(rows: Outcomes) -> Flags:
    return np.ones(len(rows), dtype=np.bool_)


def _with_gold(rows: Outcomes) -> Flags:
    return ~np.isnan(rows.qa_acc)


def _with_unwrapped(rows: Outcomes) -> Flags:
    return ~np.isnan(rows.qa_acc_unwrapped)


def _with_other_language(rows: Outcomes) -> Flags:
    return ~np.isnan(rows.qa_acc_other_language)


def _with_rating(rows: Outcomes) -> Flags:
    return _with_gold(rows) & ~np.isnan(rows.rating)


def _with_gold_if_rated(rows: Outcomes) -> Flags:
    return _with_gold(rows) & bool(_with_rating(rows).any())


_FAMILIES = (*get_args(Family), "unknown")
METRICS = {
    metric.name: metric
    for metric in (
        Metric(
            "followrag",
            "mean of inst_level_loose_acc and qa_acc",
            (_share(True), _answered),
            _with_gold,
        ),
        Metric(
            "inst_level_loose_acc",
            "followed constraints over all constraints, each forgiven the response's wrapping "
            "(the paper's IF)",
            (_share(True),),
            _all_rows,
        ),
        Metric(
            "inst_level_strict_acc",
            "followed constraints over all constraints, responses as they stand",
            (_share(False),),
            _all_rows,
        ),
        Metric(
            "prompt_level_loose_acc",
            "prompts whose constraints are all followed, each forgiven the response's wrapping",
            (_prompts(True),),
            _all_rows,
        ),
        Metric(
            "prompt_level_strict_acc",
            "prompts whose constraints are all followed, responses as they stand",
            (_prompts(False),),
            _all_rows,
        ),
        Metric("qa_acc", "responses that contain a gold answer", (_answered,), _with_gold),
        Metric(
            "qa_acc_unwrapped",
            "qa_acc seen through what constraints force, where the answer is in English",
            (_unwrapped,),
            _with_unwrapped,
        ),
        Metric(
            "qa_acc_other_language",
            "qa_acc where the answer is in another language than the gold answers",
            (_in_other_language,),
            _with_other_language,
        ),
        Metric(
            "joint_acc",
            "prompts whose constraints are all followed strictly and whose question is answered",
            (_joint,),
            _with_gold,
        ),
        Metric("judge", "mean rating by an LLM over the rated responses", (_rated,), _with_rating),
        Metric(
            "followrag_judge",
            "mean of inst_level_loose_acc and judge (the paper's average)",
            (_share(True), _rated),
            _with_gold_if_rated,
        ),
    )
}


def metric(name: str) -> Metric:
    """Look a metric up.

    Args:
        name: A name in `METRICS`; `constraint:ID`, which is inst_level_loose_acc over the
            constraints of that id; `family:NAME` or, as lm-eval's table has it, `NAME_loose_acc`,
            which is the same over a family; a name of `followrag.pif` ("pif_2_of_4").

    Raises:
        InputError: There is none of that name.
    """
    if name in METRICS:
        return METRICS[name]
    if (pif := pif_named(name)) is not None:
        return _pif(pif)
    kind, _, value = name.partition(":")
    if kind == "constraint" and value:
        return _part(name, f"constraint {value}", lambda id: id == value)
    family = value if kind == "family" else name.removesuffix("_loose_acc")
    if family in _FAMILIES and name in (f"family:{family}", f"{family}_loose_acc"):
        return _part(name, f"family {family}", lambda id: bool(id) and family_of(id) == family)
    known = [
        *METRICS,
        *(f"family:{family}" for family in get_args(Family)),
        "constraint:ID",
        "pif_K_of_N",
    ]
    near = difflib.get_close_matches(name, known, n=1)
    hint = f"did you mean {near[0]!r}?" if near else f"known: {', '.join(known)}"
    raise InputError(f"{name}: is no metric; {hint}")


def _pif(pif: Pif) -> Metric:
    def term(rows: Outcomes) -> Term:
        first = rows.followed(pif.loose) == rows.counts
        following = first + (rows.loose_repeats if pif.loose else rows.strict_repeats)
        if pif.least is None:
            return _of_all(following / pif.of)
        return _of_all((following >= pif.least).astype(float))

    least = "mean share" if pif.least is None else f"prompts of which at least {pif.least}"
    how = "loosely" if pif.loose else "strictly"
    meaning = f"{least} of {pif.of} responses that follow all constraints {how}"
    if pif.least is not None:
        meaning = f"{least} of {pif.of} responses follow all constraints {how}"
    return Metric(pif.name, meaning, (term,), lambda rows: rows.repeats + 1 == pif.of)


def _part(name: str, whose: str, chosen: Callable[[str], bool]) -> Metric:
    meaning = f"inst_level_loose_acc over the constraints of {whose}"
    return Metric(name, meaning, (_share(True),), _all_rows, chosen)
