"""Boards: which runs are ranked together, which stay off and what is said of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from made_entries import made_entry

from followrag.errors import InputError
from followrag.estimates import Estimate
from followrag.leaderboard.entries import Entry
from followrag.leaderboard.outcomes import Outcomes
from followrag.leaderboard.tables.board import make_boards

MakeOutcomes = Callable[..., Outcomes]


def test_runs_are_ranked_by_followrag_with_all_their_figures(make_outcomes: MakeOutcomes) -> None:
    entries = [
        made_entry(model, make_outcomes(skill=skill, answering=skill))
        for model, skill in (("weak", 0.3), ("strong", 0.9))
    ]
    [board], problems = make_boards(entries)
    assert problems == []
    assert (board.title, board.headline, board.prompts) == ("demo", "followrag", 300)
    assert [(place.rank, place.entry.model) for place in board.places] == [
        (1, "strong"),
        (2, "weak"),
    ]
    assert board.places[0].p_next is not None
    assert board.places[0].p_next < 0.05
    assert board.places[1].p_next is None
    for place in board.places:
        assert place.figures == {name: place.entry.figure(name) for name in board.metrics}
    assert board.definition == "followrag: mean of inst_level_loose_acc and qa_acc."


def test_without_gold_answers_the_constraints_are_the_headline(make_outcomes: MakeOutcomes) -> None:
    outcomes = make_outcomes()
    without = replace(outcomes, qa_acc=np.full(len(outcomes), np.nan))
    [board], _ = make_boards([made_entry("a", without)])
    assert board.headline == "inst_level_loose_acc"
    assert "qa_acc" not in board.metrics


def test_a_headline_can_be_chosen(make_outcomes: MakeOutcomes) -> None:
    good, bad = make_outcomes(skill=0.9, answering=0.1), make_outcomes(skill=0.3, answering=0.9)
    [board], _ = make_boards([made_entry("good", good), made_entry("bad", bad)], "qa_acc")
    assert [place.entry.model for place in board.places] == ["bad", "good"]
    assert board.metrics[0] == "qa_acc"


def test_a_headline_can_be_a_constraint(make_outcomes: MakeOutcomes) -> None:
    [board], _ = make_boards([made_entry("a", make_outcomes())], "constraint:format_json")
    [place] = board.places
    assert place.figures["constraint:format_json"].n == sum(
        "format_json" in ids for ids in ids_of(place.entry)
    )


def ids_of(entry: Entry) -> list[set[str]]:
    assert entry.outcomes is not None
    rows: list[set[str]] = [set() for _ in entry.outcomes.keys]
    for row, id in zip(entry.outcomes.row, entry.outcomes.id, strict=True):
        rows[row].add(str(id))
    return rows


@pytest.mark.parametrize("name", ["judge", "constraint:no_such", "qa_ac"])
def test_a_headline_that_nobody_has_is_refused(make_outcomes: MakeOutcomes, name: str) -> None:
    with pytest.raises(InputError, match=name):
        make_boards([made_entry("a", make_outcomes())], name)


def test_a_run_without_the_headline_is_shown_unranked(make_outcomes: MakeOutcomes) -> None:
    outcomes = make_outcomes()
    judged = replace(outcomes, rating=np.ones(len(outcomes)))
    [board], problems = make_boards([made_entry("a", outcomes), made_entry("b", judged)], "judge")
    assert problems == []
    assert [(place.rank, place.entry.model) for place in board.places] == [(1, "b"), (None, "a")]
    assert "Not ranked, as they have no judge: a." in board.notes


def test_figures_without_rows_are_shown_unranked_with_their_task(
    make_outcomes: MakeOutcomes,
) -> None:
    given = {"followrag": Estimate(0.99, 0.01, 300)}
    entries = [
        made_entry("figures", None, sha256=None, given=given),
        made_entry("rows", make_outcomes()),
    ]
    [board], problems = make_boards(entries)
    assert problems == []
    assert [(place.rank, place.entry.model) for place in board.places] == [
        (1, "rows"),
        (None, "figures"),
    ]
    assert "Not ranked, as only figures are there and no rows: figures." in board.notes


def test_figures_of_another_number_of_prompts_are_a_board_of_their_own(
    make_outcomes: MakeOutcomes,
) -> None:
    given = {"followrag": Estimate(0.99, 0.01, 200)}
    bare = made_entry("figures", None, sha256=None, given=given)
    boards, _ = make_boards([made_entry("rows", make_outcomes()), bare])
    assert [board.title for board in boards] == ["demo (300 items)", "demo (200 items)"]


def test_each_set_of_items_is_a_board(make_outcomes: MakeOutcomes) -> None:
    entries = [
        made_entry("a", make_outcomes(), sha256="1" * 64),
        made_entry("a", make_outcomes(), sha256="2" * 64),
        made_entry("a", make_outcomes(), sha256="3" * 64, task="other"),
    ]
    boards, problems = make_boards(entries)
    assert problems == []
    assert [board.title for board in boards] == [
        "demo (300 items, sha256 11111111)",
        "demo (300 items, sha256 22222222)",
        "other",
    ]


def test_a_run_of_another_scorer_version_is_named_with_what_to_do(
    make_outcomes: MakeOutcomes,
) -> None:
    entries = [
        made_entry("old", make_outcomes(), where="runs/my old", version="0.9"),
        made_entry("older", make_outcomes(), version="0.9"),
        made_entry("new", make_outcomes()),
    ]
    [board], problems = make_boards(entries)
    assert [place.entry.model for place in board.places] == ["new"]
    assert [problem.where for problem in problems] == ["runs/my old", "runs/older"]
    assert "version 0.9" in problems[0].message
    assert "version 1" in problems[0].message
    assert problems[0].message.endswith("run `followrag rescore 'runs/my old'`")


def test_without_the_current_version_the_most_common_one_is_kept(
    make_outcomes: MakeOutcomes,
) -> None:
    versions = {"a": "0.8", "b": "0.7", "c": "0.7"}
    entries = [made_entry(model, make_outcomes(), version=v) for model, v in versions.items()]
    [board], [problem] = make_boards(entries)
    assert {place.entry.model for place in board.places} == {"b", "c"}
    assert problem.where == "runs/a"


def test_of_two_scorers_as_common_the_reference_is_kept(make_outcomes: MakeOutcomes) -> None:
    entries = [
        made_entry(mode, make_outcomes(), scorer={"mode": mode, "version": "1"})
        for mode in ("lenient", "reference", "strict")
    ]
    [board], problems = make_boards(entries)
    assert [place.entry.model for place in board.places] == ["reference"]
    assert [problem.where for problem in problems] == ["runs/lenient", "runs/strict"]


def test_of_a_model_that_is_there_twice_the_newest_run_is_shown(
    make_outcomes: MakeOutcomes,
) -> None:
    dates = {"x": "2026-01-02T00:00:00", "y": "2026-01-03T00:00:00", "z": ""}
    entries = [made_entry("m", make_outcomes(), where=w, date=date) for w, date in dates.items()]
    [board], problems = make_boards(entries)
    assert [str(place.entry.where) for place in board.places] == ["y"]
    assert [problem.where for problem in problems] == ["z", "x"]
    assert "duplicate" in problems[0].message
    assert "NAME=z" in problems[0].message


def test_a_run_with_rows_is_shown_rather_than_its_figures(make_outcomes: MakeOutcomes) -> None:
    given = {"followrag": Estimate(0.9, 0.01, 300)}
    bare = made_entry("m", None, where="z", sha256=None, given=given, date="2026-01-01")
    [board], problems = make_boards([bare, made_entry("m", make_outcomes())])
    assert [place.rank for place in board.places] == [1]
    assert [problem.where for problem in problems] == ["z"]


def test_settings_that_differ_are_told(make_outcomes: MakeOutcomes) -> None:
    entries = [
        made_entry(
            str(number),
            make_outcomes(),
            generation={"temperature": 0.7 if number == 3 else 0.0, "max_gen_toks": 256},
            prompt={"system_instruction": None if number else "Be brief."},
        )
        for number in range(5)
    ]
    [board], problems = make_boards(entries)
    assert problems == []
    assert board.notes == (
        'Prompts differ for 1 of 5 models: 0 (system_instruction: "Be brief.").',
        "Generation settings differ for 1 of 5 models: 3 (temperature: 0.7).",
    )


def test_equal_settings_are_not_told(make_outcomes: MakeOutcomes) -> None:
    entries = [made_entry(m, make_outcomes(), generation={"until": []}) for m in "ab"]
    [board], _ = make_boards(entries)
    assert board.notes == ()


def test_many_models_of_other_settings_are_counted(make_outcomes: MakeOutcomes) -> None:
    usual = [made_entry(f"a{number}", make_outcomes(20)) for number in range(20)]
    others = [made_entry(f"b{n}", make_outcomes(20), generation={"top_p": 1}) for n in range(9)]
    [board], _ = make_boards([*usual, *others])
    assert board.notes == (
        "Generation settings differ for 9 of 29 models: b0, b1, b2, b3, b4 and 4 more (top_p: 1).",
    )


def test_the_order_of_runs_given_does_not_matter(make_outcomes: MakeOutcomes) -> None:
    entries = [made_entry(m, make_outcomes(skill=0.5, seed=n // 2)) for n, m in enumerate("abcd")]
    [board], _ = make_boards(entries)
    [turned], _ = make_boards(entries[::-1])
    assert [place.entry.model for place in board.places] == [
        place.entry.model for place in turned.places
    ]


def test_no_runs_are_no_boards() -> None:
    assert make_boards([]) == ([], [])
