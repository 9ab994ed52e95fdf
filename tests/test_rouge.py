"""ROUGE-L: equal to the `rouge` package wherever that one can answer, and beyond."""

import time
import tracemalloc

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rouge import Rouge

from followrag.qa import rouge_l
from followrag.rouge import RougeL

# Few letters, and every character that the package cuts or joins at.
short_texts = st.text(alphabet="ab.. \n\u3000", max_size=25)
sentences = st.lists(st.lists(st.sampled_from("abcd")).map(" ".join), max_size=4).map(". ".join)


def package(prediction: str, gold: str) -> float:
    """Score as KILT calls the package."""
    try:
        scores = Rouge().get_scores(prediction, gold, avg=True)
    except ValueError:
        return 0.0
    score: float = scores["rouge-l"]["f"]
    return score


@settings(max_examples=500)
@given(short_texts, short_texts)
def test_equals_the_package_on_short_texts(prediction: str, gold: str) -> None:
    assert RougeL(prediction).f(gold) == pytest.approx(package(prediction, gold), abs=1e-6)


@settings(max_examples=500)
@given(sentences, sentences)
def test_equals_the_package_on_sentences_with_several_longest_subsequences(
    prediction: str, gold: str
) -> None:
    assert RougeL(prediction).f(gold) == pytest.approx(package(prediction, gold), abs=1e-6)


@given(st.text(), st.text())
def test_equals_the_package_on_any_text(prediction: str, gold: str) -> None:
    assert RougeL(prediction).f(gold) == pytest.approx(package(prediction, gold), abs=1e-6)


@given(short_texts, st.lists(short_texts.filter(str.strip), min_size=1, max_size=4))
def test_rouge_l_is_the_packages_best_over_stripped_golds(
    prediction: str, golds: list[str]
) -> None:
    best = max(package(prediction, gold.strip()) for gold in golds)
    assert rouge_l(prediction, golds) == pytest.approx(best, abs=1e-6)


@pytest.mark.parametrize(
    ("prediction", "gold"),
    [
        ("b a", "a b"),
        ("a b", "b a"),
        ("c a b c", "a b c a"),
        ("b d c a b a", "a b c b d a b"),
        ("a b. b a", "b a. a b c"),
    ],
)
def test_walks_back_as_the_package_where_longest_subsequences_tie(
    prediction: str, gold: str
) -> None:
    assert RougeL(prediction).f(gold) == package(prediction, gold)


def test_a_perfect_score_is_just_below_1() -> None:
    assert RougeL("a b c").f("a b c") == pytest.approx(0.999999995, abs=1e-12)


def test_cuts_a_number_at_its_point() -> None:
    assert RougeL("3.5").f("5.3") == RougeL("3.5").f("3.5")


def test_counts_a_repeated_word_once() -> None:
    assert RougeL("no no no").f("no") == RougeL("no").f("no")


def test_a_blank_sentence_is_a_word() -> None:
    assert RougeL("Paris. ").f("Paris") < RougeL("Paris.").f("Paris")


@pytest.mark.parametrize(("prediction", "gold"), [("", "a"), ("a", ""), ("...", "a"), ("a", "..")])
def test_a_text_without_sentences_scores_zero(prediction: str, gold: str) -> None:
    assert RougeL(prediction).f(gold) == 0.0


def test_a_prediction_can_be_scored_again() -> None:
    scorer = RougeL("a b. c")
    first, _, again = scorer.f("a b"), scorer.f("c"), scorer.f("a b")
    assert first == again


def test_one_sentence_of_1000_words_breaks_the_package() -> None:
    words = " ".join(f"w{number}" for number in range(1_000))
    with pytest.raises(RecursionError):
        package(words, words)
    assert RougeL(words).f(words) == pytest.approx(1.0, abs=1e-8)


def test_10_000_words_against_5_take_under_a_second() -> None:
    response = " ".join(f"w{number % 700}" for number in range(10_000))
    start = time.perf_counter()
    score = rouge_l(response, ["w1 w2 w3 w4 w5"])
    assert time.perf_counter() - start < 1.0
    assert score == pytest.approx(2 * 5 / (700 + 5), abs=1e-6)


def test_10_000_words_against_10_000_stay_within_100_mb() -> None:
    response = " ".join(f"w{number % 7}" for number in range(10_000))
    gold = " ".join(f"w{number % 11}" for number in range(10_000))
    tracemalloc.start()
    score = rouge_l(response, [gold])
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 100e6
    assert score == pytest.approx(2 * 7 / (7 + 11), abs=1e-6)


def test_186_golds_take_less_time_than_in_the_package() -> None:
    response = ". ".join(f"w{n} w{n * 7 % 97} w{n * 5 % 89} the" for n in range(75))
    golds = [f"the w{n} w{n % 13} of w{n % 7}" for n in range(186)]
    start = time.perf_counter()
    scores = [package(response, gold) for gold in golds]
    package_seconds = time.perf_counter() - start
    start = time.perf_counter()
    assert rouge_l(response, golds) == pytest.approx(max(scores), abs=1e-6)
    assert time.perf_counter() - start < package_seconds
