"""Answer metrics: parity with the published scorers, their oddities, and general properties."""

import gzip
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from followrag import qa

Metric = Callable[[str, Sequence[str]], float]
NEEDS_A_GOLD: list[Metric] = [qa.em, qa.f1, qa.rouge_l, qa.kilt_accuracy, qa.recall]
GOLDLESS_IS_ZERO: list[Metric] = [qa.acc_substring, qa.acc_bounded, qa.raginstruct_match]
METRICS = NEEDS_A_GOLD + GOLDLESS_IS_ZERO

# Words, articles, punctuation and blanks, so that generated texts often agree and often don't.
texts = st.lists(
    st.sampled_from(["the", "a", "cat", "Cat", "dog", "é", "x1", ".", "-", "!", " ", "\n", "“"])
).map("".join) | st.text(max_size=12)
gold_lists = st.lists(texts.filter(str.strip), min_size=1, max_size=5)


@pytest.fixture(scope="module")
def published(shared: Path) -> list[dict[str, Any]]:
    with gzip.open(shared / "oracles/qa_metrics.json.gz", "rt", encoding="utf-8") as file:
        rows: list[dict[str, Any]] = json.load(file)["qa"]
    return rows


# Parity with the published scorers.


@pytest.mark.parametrize(
    ("metric", "field"),
    [
        (qa.em, "kilt_em"),
        (qa.f1, "kilt_f1"),
        (qa.rouge_l, "kilt_rougel"),
        (qa.kilt_accuracy, "kilt_accuracy"),
        (qa.acc_substring, "instructrag_acc"),
        (qa.raginstruct_match, "raginstruct_match"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_equals_the_published_scorer_on_every_row(
    metric: Metric, field: str, published: list[dict[str, Any]]
) -> None:
    assert len(published) == 250
    scores = [metric(row["prediction"], row["golds"]) for row in published]
    assert scores == pytest.approx([float(row[field]) for row in published], abs=1e-6)


# KILT's own test vectors (tests/test_eval_downstream.py), with other words in the same pattern:
# the figures depend only on which tokens are equal.
KILT_SHORT = [
    ("drowning", "drowning"),
    ("a drowning", "drowning"),
    ("drowning", "it was drowning"),
]
KILT_LONG_GOLD = """
    ba be bi the bo bu bao the bu bei da de di do du dao dei fa the fe fi the be ,
    fo fu a fao bei fei ga ge gi go gu . gao gei fei a ka ke ki a go ko # # ki ku
    bei kao a kei ge the gi go gu la le . the li lo lu de ' lao fi lei ma me the gu
"""
KILT_LONG_GUESS = """
    the #### bu mi a mo mu fi mao mei 's gi go gu na bao ba bu bei ne ni de di do du
    dao dei bao the li lo bei no nu lao fi nao nei gao pa ge gi go gu
"""


@pytest.mark.parametrize(
    ("metric", "mean"), [(qa.em, 2 / 3), (qa.f1, 0.8333333333), (qa.rouge_l, 0.7222222178)]
)
def test_kilt_vector_of_short_answers(metric: Metric, mean: float) -> None:
    scores = [metric(guess, [gold]) for guess, gold in KILT_SHORT]
    assert sum(scores) / 3 == pytest.approx(mean, abs=1e-9)


@pytest.mark.parametrize(
    ("metric", "score"), [(qa.em, 0.0), (qa.f1, 0.5102040816), (qa.rouge_l, 0.4470588186)]
)
def test_kilt_vector_of_long_answers(metric: Metric, score: float) -> None:
    guess = KILT_LONG_GUESS.strip()
    assert metric(guess, [KILT_LONG_GOLD]) == pytest.approx(score, abs=1e-9)


# Normalisation.


def test_normalize_deletes_punctuation_before_articles() -> None:
    assert qa.normalize("a.m.") == "am"


def test_normalize_glues_hyphenated_words() -> None:
    assert qa.normalize("Andrew Lloyd-Webber") == "andrew lloydwebber"


def test_normalize_keeps_punctuation_beyond_ascii() -> None:
    assert qa.normalize("«The Killer» – 1989") == "« killer» – 1989"


def test_normalize_squeezes_any_whitespace() -> None:
    assert qa.normalize(" one\u00a0\u3000two\n\tthree ") == "one two three"


@pytest.mark.parametrize("text", ["", "  ", "!!", "The", "a, an; the."])
def test_normalize_can_leave_nothing(text: str) -> None:
    assert qa.normalize(text) == ""


@given(texts)
def test_normalize_leaves_no_outer_or_double_space(text: str) -> None:
    normalized = qa.normalize(text)
    assert normalized == " ".join(normalized.split())


# KILT.


def test_em_ignores_case_articles_and_punctuation() -> None:
    assert qa.em("The first space burial!", ["FIRST SPACE BURIAL"]) == 1.0


def test_em_is_kilts_when_both_sides_normalise_to_nothing() -> None:
    assert (qa.em("!!", ["The"]), qa.f1("!!", ["The"])) == (1.0, 0.0)


def test_f1_counts_a_repeated_token_as_often_as_both_have_it() -> None:
    assert qa.f1("dog dog dog", ["dog dog cat"]) == pytest.approx(2 / 3)


def test_f1_has_no_special_case_for_yes() -> None:
    assert qa.f1("yes it is", ["yes"]) == pytest.approx(0.5)


def test_rouge_l_is_not_normalised() -> None:
    assert qa.rouge_l("PARIS", ["Paris"]) == 0.0


def test_rouge_l_takes_the_prediction_as_given() -> None:
    assert qa.rouge_l("Paris.\n", ["Paris"]) < qa.rouge_l("Paris.", ["Paris"])


def test_kilt_accuracy_is_case_sensitive() -> None:
    assert qa.kilt_accuracy("paris", ["Paris"]) == 0.0


def test_kilt_accuracy_strips_both_sides() -> None:
    assert qa.kilt_accuracy(" Paris\n", ["\tParis "]) == 1.0


# Containment.


def test_acc_substring_ignores_word_limits_as_published() -> None:
    assert qa.acc_substring("a virus", ["US"]) == 1.0


def test_acc_bounded_respects_word_limits() -> None:
    assert qa.acc_bounded("a virus", ["US"]) == 0.0


def test_acc_bounded_wants_the_words_in_a_row() -> None:
    assert qa.acc_bounded("New big York", ["New York"]) == 0.0


def test_acc_bounded_finds_a_gold_at_either_end() -> None:
    assert qa.acc_bounded("York is in the North", ["york"]) == 1.0
    assert qa.acc_bounded("It is in the North.", ["The North"]) == 1.0


@pytest.mark.parametrize("prediction", ["Paris", "", "!"])
@pytest.mark.parametrize("gold", ["The", "!!", ""])
def test_a_gold_without_words_is_in_everything_but_for_acc_bounded(
    prediction: str, gold: str
) -> None:
    assert qa.acc_substring(prediction, [gold]) == 1.0
    assert qa.acc_bounded(prediction, [gold]) == 0.0


def test_acc_bounded_still_uses_the_golds_that_have_words() -> None:
    assert qa.acc_bounded("in Paris", ["The", "Paris"]) == 1.0


def test_raginstruct_match_ignores_case_only() -> None:
    assert qa.raginstruct_match("it was NEW YORK", ["New York"]) == 1.0
    assert qa.raginstruct_match("it was New  York", ["New York"]) == 0.0


@pytest.mark.parametrize("prediction", ["Parisian", "_Paris", "Paris2", "éparis"])
def test_raginstruct_match_wants_no_word_character_beside(prediction: str) -> None:
    assert qa.raginstruct_match(prediction, ["Paris"]) == 0.0


def test_raginstruct_match_goes_on_after_a_bounded_miss() -> None:
    assert qa.raginstruct_match("Parisian Paris", ["Paris"]) == 1.0


def test_raginstruct_match_takes_a_gold_for_a_text_not_a_pattern() -> None:
    assert qa.raginstruct_match("G (film)", ["G.*"]) == 0.0


@pytest.mark.parametrize(
    ("prediction", "score"),
    [("", 1.0), ("It is Paris.", 1.0), ("so, Paris", 1.0), ("Paris", 0.0), ("in Paris", 0.0)],
)
def test_raginstruct_match_of_the_empty_gold(prediction: str, score: float) -> None:
    assert qa.raginstruct_match(prediction, [""]) == score


# Adlakha et al.


def test_recall_ignores_extra_words() -> None:
    assert qa.recall("It was Jack Dee, I think", ["Jack Dee"]) == 1.0


def test_recall_wants_a_repeated_token_repeated() -> None:
    assert qa.recall("Duran", ["Duran Duran"]) == 0.5


def test_recall_of_a_gold_without_tokens_is_full_as_published() -> None:
    assert qa.recall("Paris", ["The"]) == 1.0


def test_k_precision_is_the_share_of_the_prediction_in_the_knowledge() -> None:
    assert qa.k_precision("Lead is heavy", ["Lead: a metal.", "It is dense."]) == pytest.approx(
        2 / 3
    )


def test_k_precision_counts_a_repeat_as_often_as_the_knowledge_has_it() -> None:
    assert qa.k_precision("lead lead", "lead") == 0.5


def test_k_precision_reads_one_text_like_its_passages() -> None:
    assert qa.k_precision("red lead", ["red", "lead"]) == qa.k_precision("red lead", "red lead")


@pytest.mark.parametrize(("prediction", "knowledge"), [("", "lead"), ("The", "the"), ("lead", [])])
def test_k_precision_without_tokens_is_zero(prediction: str, knowledge: str | list[str]) -> None:
    assert qa.k_precision(prediction, knowledge) == 0.0


@given(texts, st.lists(texts), texts)
def test_k_precision_never_falls_with_more_knowledge(
    prediction: str, knowledge: list[str], more: str
) -> None:
    assert qa.k_precision(prediction, knowledge) <= qa.k_precision(prediction, [*knowledge, more])


# Aliases.


def test_split_golds_strips_drops_blanks_and_repeats_and_keeps_order() -> None:
    assert qa.split_golds(" Lead / Pb//LEad/Pb/ ") == ("Lead", "Pb", "LEad")


def test_split_golds_is_lossy_for_a_slash_inside_an_alias() -> None:
    assert qa.split_golds("14/12/UN/LOCODE") == ("14", "12", "UN", "LOCODE")


@pytest.mark.parametrize("field", ["", " ", "//", " / "])
def test_split_golds_of_a_blank_field_is_empty(field: str) -> None:
    assert qa.split_golds(field) == ()


# Empty, missing and wrong input.


@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize("prediction", ["", " \n"])
def test_an_empty_prediction_scores_zero(metric: Metric, prediction: str) -> None:
    assert metric(prediction, ["Paris"]) == 0.0


def test_em_of_an_empty_prediction_is_zero_even_where_the_gold_normalises_to_nothing() -> None:
    assert qa.em("", ["The"]) == 0.0


@pytest.mark.parametrize("metric", NEEDS_A_GOLD)
@pytest.mark.parametrize("golds", [[], ["", " \n"]])
def test_no_gold_is_an_error_that_shows_the_golds(metric: Metric, golds: list[str]) -> None:
    with pytest.raises(ValueError, match="no gold answer") as error:
        metric("Paris", golds)
    assert repr(golds) in str(error.value)


@pytest.mark.parametrize("metric", GOLDLESS_IS_ZERO)
def test_no_gold_scores_zero_where_the_source_says_so(metric: Metric) -> None:
    assert metric("Paris", []) == 0.0


@pytest.mark.parametrize("metric", METRICS)
def test_blank_golds_beside_a_real_one_change_nothing(metric: Metric) -> None:
    assert metric("Paris", ["Rome", "Paris", "Paris "]) == metric("Paris", ["Rome", "Paris"])


@pytest.mark.parametrize("metric", METRICS)
def test_golds_as_one_string_is_an_error(metric: Metric) -> None:
    with pytest.raises(TypeError, match="split_golds"):
        metric("Paris", "Paris/Lutetia")


# Properties.


@pytest.mark.parametrize("metric", METRICS)
@given(prediction=texts, golds=gold_lists)
def test_a_score_lies_between_0_and_1(metric: Metric, prediction: str, golds: list[str]) -> None:
    score = metric(prediction, golds)
    assert isinstance(score, float)
    assert 0.0 <= score <= 1.0


@pytest.mark.parametrize("metric", METRICS)
@given(data=st.data(), prediction=texts, golds=gold_lists)
def test_the_order_of_the_golds_is_irrelevant(
    metric: Metric, data: st.DataObject, prediction: str, golds: list[str]
) -> None:
    shuffled = data.draw(st.permutations(golds))
    assert metric(prediction, shuffled) == metric(prediction, golds)


@pytest.mark.parametrize("metric", METRICS)
@given(prediction=texts, golds=gold_lists, more=texts)
def test_another_gold_never_lowers_a_score(
    metric: Metric, prediction: str, golds: list[str], more: str
) -> None:
    assert metric(prediction, [*golds, more]) >= metric(prediction, golds)


@pytest.mark.parametrize("metric", METRICS)
@given(answer=texts)
def test_a_prediction_that_is_the_gold_scores_1(metric: Metric, answer: str) -> None:
    # White space around a gold goes, and a final full stop then leaves a piece less for rouge_l.
    assume(qa.normalize(answer) and answer.strip().strip(".") == answer)
    assert metric(answer, [answer]) == pytest.approx(1.0, abs=1e-8)


@given(texts, gold_lists)
def test_em_never_exceeds_f1_unless_nothing_is_left_to_compare(
    prediction: str, golds: list[str]
) -> None:
    assume(qa.normalize(prediction))
    assert qa.em(prediction, golds) <= qa.f1(prediction, golds)


@given(texts, gold_lists)
def test_f1_never_exceeds_recall_of_golds_no_longer_than_the_prediction(
    prediction: str, golds: list[str]
) -> None:
    longest = max(len(qa.normalize(gold).split()) for gold in golds)
    assume(len(qa.normalize(prediction).split()) >= longest)
    assert qa.f1(prediction, golds) <= qa.recall(prediction, golds) + 1e-12


@given(texts, gold_lists)
def test_kilt_accuracy_implies_em(prediction: str, golds: list[str]) -> None:
    assert qa.kilt_accuracy(prediction, golds) <= qa.em(prediction, golds)


@given(texts, gold_lists)
def test_em_implies_acc_bounded_where_there_are_words(prediction: str, golds: list[str]) -> None:
    assume(qa.normalize(prediction))
    assert qa.em(prediction, golds) <= qa.acc_bounded(prediction, golds)


@given(texts, gold_lists)
def test_acc_bounded_implies_acc_substring(prediction: str, golds: list[str]) -> None:
    assert qa.acc_bounded(prediction, golds) <= qa.acc_substring(prediction, golds)


@given(texts, gold_lists)
def test_acc_bounded_implies_full_recall(prediction: str, golds: list[str]) -> None:
    assert qa.acc_bounded(prediction, golds) <= qa.recall(prediction, golds)


@given(texts, st.lists(st.sampled_from(["cat", "dog", "mouse"]), min_size=1), texts)
def test_acc_bounded_finds_what_is_there(before: str, words: list[str], after: str) -> None:
    answer = " ".join(words)
    assert qa.acc_bounded(f"{before} {answer} {after}", [answer]) == 1.0


@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize("unit", ["a", "a ", "a.", "\n", "the ", "İ", "(" * 3 + "a" * 7])
def test_a_huge_prediction_is_scored(metric: Metric, unit: str) -> None:
    prediction = (unit * 100_000)[:100_000]
    assert 0.0 <= metric(prediction, ["a b c", "zz", "the a"]) <= 1.0
