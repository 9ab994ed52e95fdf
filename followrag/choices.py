"""Reading a multiple-choice answer out of free text, as RAG-Instruct's evaluation does.

Rules: `match_choice3` (FreedomIntelligence/RAG-Instruct, eval/scorer.py:33), with the text it is
given by its caller. This is the mode of the published scorer: its mistakes are kept, so that the
published numbers can be reproduced.
"""

import re
from collections.abc import Mapping
from difflib import SequenceMatcher
from typing import NamedTuple

__all__ = ["Choice", "extract_choice"]

_MARKER = "## Response:"

# A letter a-n standing alone. It may touch 是 and 为 ("is", "be") on its left, which are word
# characters for `re`; an "a" before a space is taken for the article.
_LETTER = re.compile(r"(?<![^\W是为])(?![aA] )[a-nA-N](?!\w)")


class Choice(NamedTuple):
    """What a text was read as.

    Attributes:
        choice: A letter as it was typed (rule 1), or a key of the options (rules 2 and 3).
        rule: 1, a letter standing alone; 2, an option's text; 3, the most similar option.
    """

    choice: str
    rule: int


def extract_choice(text: str, options: Mapping[str, str]) -> Choice:
    """Read which option a text picks, by the published scorer's three rules in turn.

    Only what follows the first `## Response:` (up to the next one) is read, where there is one.

    1. The first letter from a to n, of either case, that stands alone is the choice.
    2. Else the option whose text, ignoring case, occurs last; of several at the same place, the
       first listed.
    3. Else the option most similar to the text by `difflib` ratio; of equals, the last listed.

    Known mistakes, kept on purpose:

    * Rule 1 doesn't look at the options: "I think the answer is B." gives `I`, "3.5 m/s" gives
      `m`, and "E. none" gives `E` where only A to D exist.
    * Rule 1 keeps the case, so "b" isn't the gold "B".
    * Rule 2 is blind to negation: "It is the dog, not the cat" gives cat. An option with an empty
      text always wins it.
    * Rule 3 always answers: an empty text, or one with nothing in common with any option, gets the
      last option. From 200 characters on, `difflib` ignores the text's frequent characters, so
      that long texts tend there too.

    The repository's history also holds a version that takes the last letter in rule 1; the verdicts
    that this function is tested against take the first.

    Args:
        text: The response; any text, the empty one included.
        options: Label to option text, in the order shown to the model.

    Returns:
        The choice and the rule that made it.

    Raises:
        ValueError: No letter was found and there are no options to compare with.
    """
    _, marker, response = text.partition(_MARKER)
    if marker:
        text = response.partition(_MARKER)[0]

    letter = _LETTER.search(text)
    if letter:
        return Choice(letter.group(), 1)
    if not options:
        raise ValueError(
            f"no choice can be read from {text[:80]!r}: no letter stands alone in it and the "
            "item has no options; pass the item's options as a label-to-text mapping"
        )

    lowered = {label: option.lower() for label, option in options.items()}
    text = text.lower()
    last_place = {label: text.rfind(option) for label, option in lowered.items()}
    label = max(last_place, key=last_place.__getitem__)
    if last_place[label] >= 0:
        return Choice(label, 2)
    return Choice(_most_similar(text, lowered), 3)


def _most_similar(text: str, options: Mapping[str, str]) -> str:
    """Return the label of the option with the highest ratio; the last listed of equals."""
    matcher = SequenceMatcher(None, "", text)

    def ratio(label: str) -> float:
        # Option first, text second: the ratio isn't symmetric, and the text is analysed only once.
        matcher.set_seq1(options[label])
        return matcher.ratio()

    return max(reversed(list(options)), key=ratio)
