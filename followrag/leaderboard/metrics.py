"""The figures that runs are ranked and compared by, each as a mean of ratios over prompts."""

from __future__ import annotations

import difflib
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple, get_args

import numpy as np

from followrag.errors import InputError
from followrag.estimates import Estimate, Linear, ratio
from followrag.leaderboard.outcomes import Flags, Floats, Outcomes
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
        """Compute it with what each row contributes; all rows given must be counted (`over`)."""
        return Linear.average([ratio(*term(outcomes)) for term in self.terms])

    def figure(self, outcomes: Outcomes) -> Estimate:
        """Compute it with its standard error, clustered by prompt; nan over no rows."""
        counted = self.over(outcomes)
        estimate = self.linear(counted).estimate()
        if self.is_judged and (~np.isnan(counted.rating)).sum() < 2:
            return estimate._replace(stderr=np.nan)
        return estimate

    @property
    def is_judged(self) -> bool:
        """Whether a judge's ratings are in it."""
        return _rated in self.terms


def _share(loose: bool) -> Callable[[Outcomes], Term]:
    return lambda rows: Term(rows.followed(loose).astype(float), rows.counts.astype(float))


def _prompts(loose: bool) -> Callable[[Outcomes], Term]:
    return lambda rows: _of_all((rows.followed(loose) == rows.counts).astype(float))


def _answered(rows: Outcomes) -> Term:
    return _of_all(rows.qa_acc)


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
            which is the same over a family.

    Raises:
        InputError: There is none of that name.
    """
    if name in METRICS:
        return METRICS[name]
    kind, _, value = name.partition(":")
    if kind == "constraint" and value:
        return _part(name, f"constraint {value}", lambda id: id == value)
    family = value if kind == "family" else name.removesuffix("_loose_acc")
    if family in _FAMILIES and name in (f"family:{family}", f"{family}_loose_acc"):
        return _part(name, f"family {family}", lambda id: bool(id) and family_of(id) == family)
    known = [*METRICS, *(f"family:{family}" for family in get_args(Family)), "constraint:ID"]
    near = difflib.get_close_matches(name, known, n=1)
    hint = f"did you mean {near[0]!r}?" if near else f"known: {', '.join(known)}"
    raise InputError(f"{name}: is no metric; {hint}")


def _part(name: str, whose: str, chosen: Callable[[str], bool]) -> Metric:
    meaning = f"inst_level_loose_acc over the constraints of {whose}"
    return Metric(name, meaning, (_share(True),), _all_rows, chosen)
