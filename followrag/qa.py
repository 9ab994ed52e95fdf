"""Answer metrics: how right is a response, given the gold answers.

Peers mean five different things by "accuracy"; here each has its own name and says whose it is.

* KILT (kilt/eval_downstream.py): `em`, `f1`, `rouge_l`, `kilt_accuracy`.
* InstructRAG, ALCE, FlashRAG: `acc_substring`, the usual headline for long responses.
* Ours, the strict form of it: `acc_bounded`.
* RAG-Instruct: `raginstruct_match`.
* Adlakha et al. 2023 (arXiv:2307.16877): `recall`, `k_precision`.

All are pure functions of texts, take any text however long, and return a float from 0.0 to 1.0
(yes-or-no metrics return 0.0 or 1.0). Where there are several golds the best one counts, so their
order and repeats don't matter. `golds` given as one string is a TypeError everywhere: its letters
would silently be taken for the answers.
"""

import re
import string
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache

from followrag.rouge import RougeL

__all__ = [
    "acc_bounded",
    "acc_substring",
    "em",
    "f1",
    "k_precision",
    "kilt_accuracy",
    "normalize",
    "raginstruct_match",
    "recall",
    "rouge_l",
    "split_golds",
]

_PUNCTUATION = str.maketrans("", "", string.punctuation)
_ARTICLE = re.compile(r"\b(?:an?|the)\b")


# One item asks for at most 186 golds and one response, by five metrics in turn: 256 entries hold
# them, and bound the memory when responses are huge.
@lru_cache(maxsize=256)
def normalize(text: str) -> str:
    """Normalise a text as SQuAD and KILT do (`normalize_answer`).

    In this order: lower case; delete ASCII punctuation; replace the words a, an and the by a
    space; squeeze whitespace. As punctuation goes first, "a.m." becomes "am", not "m", and
    "Lloyd-Webber" one word; dashes, quotes and accents beyond ASCII stay.

    Args:
        text: Any text.

    Returns:
        Words with one space between them; empty for "", "!!" or "The".
    """
    return " ".join(_ARTICLE.sub(" ", text.lower().translate(_PUNCTUATION)).split())


def em(prediction: str, golds: Sequence[str]) -> float:
    """Exact match of KILT: the normalised prediction equals some normalised gold.

    A prediction such as "!!" equals the gold "The", as both normalise to nothing; its `f1` is 0.

    Args:
        prediction: The response; a blank one scores 0.0.
        golds: Gold answers; blank ones are dropped.

    Returns:
        1.0 or 0.0.

    Raises:
        ValueError: No gold is left (KILT fails on such an item too).
    """
    answers = _answers(golds)
    if not prediction.strip():
        return 0.0
    said = normalize(prediction)
    return float(any(said == normalize(answer) for answer in answers))


def f1(prediction: str, golds: Sequence[str]) -> float:
    """Token F1 of KILT: harmonic mean of precision and recall over normalised tokens.

    Repeated tokens count as often as both sides have them. Unlike SQuAD 2 and HotpotQA there is no
    special case for "yes", "no" or empty answers: no token in common is 0.0.

    Args:
        prediction: The response; an empty one scores 0.0.
        golds: Gold answers; blank ones are dropped.

    Returns:
        The best F1 over the golds.

    Raises:
        ValueError: No gold is left.
    """
    said = Counter(normalize(prediction).split())
    return max(_f1(said, normalize(answer).split()) for answer in _answers(golds))


def rouge_l(prediction: str, golds: Sequence[str]) -> float:
    """ROUGE-L of KILT: the `rouge` package's rouge-l F on the texts as they are.

    No normalisation: case and punctuation count. See `followrag.rouge` for the package's habits. A
    perfect score is 0.999999995. The prediction is taken as given, though KILT strips it on
    reading: a newline after the last full stop is one more (blank) sentence and lowers the score a
    little, so strip first to have KILT's number for such a record.

    Args:
        prediction: The response; one without any character but dots scores 0.0.
        golds: Gold answers; they are stripped, and blank ones are dropped.

    Returns:
        The best F over the golds.

    Raises:
        ValueError: No gold is left.
    """
    scorer = RougeL(prediction)
    return max(scorer.f(answer) for answer in _answers(golds))


def kilt_accuracy(prediction: str, golds: Sequence[str]) -> float:
    """Accuracy of KILT: the stripped prediction is one of the golds, letter by letter.

    Nothing is normalised, case included, so a full sentence never scores.

    Args:
        prediction: The response; a blank one scores 0.0.
        golds: Gold answers; they are stripped, and blank ones are dropped.

    Returns:
        1.0 or 0.0.

    Raises:
        ValueError: No gold is left.
    """
    return float(prediction.strip() in _answers(golds))


def acc_substring(prediction: str, golds: Sequence[str]) -> float:
    """Accuracy of InstructRAG: some normalised gold occurs in the normalised prediction.

    Also known as ALCE's str-em for one question and FlashRAG's sub-EM. Source: `exact_presence`,
    src/metrics.py:22. Kept as published: word limits don't matter ("us" is in "virus"), and a gold
    that normalises to nothing ("The", "!!", "") is in every prediction, the empty one included.
    `acc_bounded` has neither.

    Args:
        prediction: The response.
        golds: Gold answers; none at all scores 0.0.

    Returns:
        1.0 or 0.0.
    """
    _reject_one_string(golds)
    said = normalize(prediction)
    return float(any(normalize(gold) in said for gold in golds))


def acc_bounded(prediction: str, golds: Sequence[str]) -> float:
    """Strict accuracy: some gold's normalised words stand in the prediction, whole and in a row.

    Never above `acc_substring`.

    Args:
        prediction: The response; an empty one scores 0.0.
        golds: Gold answers; those that normalise to nothing are dropped, and none left is 0.0.

    Returns:
        1.0 or 0.0.
    """
    _reject_one_string(golds)
    said = f" {normalize(prediction)} "
    return float(any(f" {answer} " in said for gold in golds if (answer := normalize(gold))))


def raginstruct_match(prediction: str, golds: Sequence[str]) -> float:
    r"""Accuracy of RAG-Instruct: some gold occurs in the prediction with no word character beside.

    Source: `match`, eval/scorer.py:50. Only case is ignored: punctuation, articles and inner
    whitespace must agree, so "1,000" isn't "1000". Word characters are those of `re`'s `\w`. The
    empty gold, kept as published, matches wherever two limits meet: in an empty prediction, one
    that starts or ends with a non-word character, or one with two of them in a row. That is nearly
    every response, but not "Paris" or "in Paris".

    Args:
        prediction: The response.
        golds: Gold answers, taken as given; none at all scores 0.0.

    Returns:
        1.0 or 0.0.
    """
    _reject_one_string(golds)
    said = prediction.lower()
    return float(any(_stands_alone(gold.lower(), said) for gold in golds))


def recall(prediction: str, golds: Sequence[str]) -> float:
    """Token recall of Adlakha et al.: the share of a gold's normalised tokens in the prediction.

    A repeated token must be repeated in the prediction too. As in the authors' code
    (McGill-NLP/instruct-qa, instruct_qa/evaluation/metrics.py), a gold without tokens ("The") is
    recalled in full by anything; blank golds are dropped before, here.

    Args:
        prediction: The response.
        golds: Gold answers; blank ones are dropped.

    Returns:
        The best recall over the golds.

    Raises:
        ValueError: No gold is left.
    """
    said = Counter(normalize(prediction).split())
    return max(_recall(said, normalize(answer).split()) for answer in _answers(golds))


def k_precision(prediction: str, knowledge: Sequence[str] | str) -> float:
    """K-Precision of Adlakha et al.: the share of the prediction's tokens that the passages hold.

    A measure of faithfulness, not of correctness. Tokens are normalised, and one that the
    prediction repeats counts at most as often as the passages have it, as in the authors' code
    (McGill-NLP/instruct-qa, instruct_qa/evaluation/faithfulness_metrics.py).

    Args:
        prediction: The response; one without tokens scores 0.0.
        knowledge: The passages shown to the model, title included, or one text of them all.

    Returns:
        The share; 0.0 without knowledge.
    """
    said = normalize(prediction).split()
    if not said:
        return 0.0
    text = knowledge if isinstance(knowledge, str) else " ".join(knowledge)
    return _overlap(Counter(normalize(text).split()), said) / len(said)


def split_golds(answer_gold: str) -> tuple[str, ...]:
    """Split FollowRAG's `answer_gold` into its aliases.

    The files join aliases by "/" without escaping, so a slash inside an alias splits it too: the
    date "14/12" becomes "14" and "12", "UN/LOCODE" becomes "UN" and "LOCODE". About 70 of the
    published golds have such a slash, and nothing in the file tells them apart.

    Args:
        answer_gold: The field as published.

    Returns:
        The aliases, stripped, in their order, without blanks and repeats; none for a blank field.
    """
    aliases = (alias.strip() for alias in answer_gold.split("/"))
    return tuple(dict.fromkeys(filter(None, aliases)))


def _reject_one_string(golds: Sequence[str]) -> None:
    """Raise TypeError for a bare string, which is a sequence of strings to every type checker."""
    if isinstance(golds, str):
        hint = "pass [answer], or split_golds(answer_gold) for a FollowRAG field"
        raise TypeError(f"golds must be a sequence, not the one string {golds[:80]!r}; {hint}")


def _answers(golds: Sequence[str]) -> list[str]:
    """Read golds as KILT does (`get_gold_answers`): stripped, without blanks, at least one."""
    _reject_one_string(golds)
    answers = [answer for gold in golds if (answer := gold.strip())]
    if not answers:
        hint = "give the item an answer or leave it out"
        raise ValueError(f"no gold answer to score against: golds={golds!r} holds no text; {hint}")
    return answers


def _overlap(available: Counter[str], tokens: Sequence[str]) -> int:
    """Count the tokens that are available, each at most as often as it is."""
    return sum(min(count, available[token]) for token, count in Counter(tokens).items())


def _f1(said: Counter[str], gold: Sequence[str]) -> float:
    same = _overlap(said, gold)
    if not same:
        return 0.0
    precision, share = same / said.total(), same / len(gold)
    return 2 * precision * share / (precision + share)


def _recall(said: Counter[str], gold: Sequence[str]) -> float:
    return _overlap(said, gold) / len(gold) if gold else 1.0


def _stands_alone(gold: str, text: str) -> bool:
    """Whether `gold` occurs in `text` with no word character on either side."""
    # The plain search first: a pattern takes 100 times as long to compile, and most golds miss.
    return gold in text and bool(re.search(rf"(?<!\w){re.escape(gold)}(?!\w)", text))
