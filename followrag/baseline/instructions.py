"""Reading constraints back from the words in which a question asks for them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from followrag.baseline import counts, forms, words
from followrag.baseline.wording import Wording, split_wording
from followrag.errors import ParameterError
from followrag.verifiers import Constraint, get_constraint

_READERS: tuple[Callable[[Wording], dict[str, Any] | None], ...] = (
    words.keywords_inclusion,
    words.keywords_frequency,
    words.keywords_exclusion,
    words.position_postscript,
    words.position_end_with,
    counts.length_words,
    counts.length_sentence,
    counts.length_paragraph,
    counts.position_first_word,
    counts.structure_bullets,
    counts.structure_highlights,
    counts.structure_placeholder,
    counts.structure_sections,
    counts.cases_capital_words,
    forms.cases_uppercase,
    forms.cases_lowercase,
    forms.format_language,
    forms.format_json,
    forms.format_no_commas,
    forms.format_quotation,
    forms.format_repeat_question,
    forms.structure_title,
)


# The time that the rules take grows with the square of the text in the worst case; published
# prompts of any benchmark stay below.
_MOST_CHARACTERS = 8_000


def read_constraints(question_with_instrs: str) -> list[Constraint]:
    """Read the constraints that a question states in words.

    Rules look for wordings of the 22 FollowRAG constraints; what they don't recognise is left out.
    Nothing but the text is used. On the published items the rules find about 98% of the
    constraints, 97% with the right parameters (case and closing punctuation aside).

    Args:
        question_with_instrs: A question followed by instructions about its response; of more than
            8,000 characters the last are read.

    Returns:
        The constraints, each id at most once.
    """
    wording = split_wording(question_with_instrs[-_MOST_CHARACTERS:])
    found = ((read.__name__, read(wording)) for read in _READERS)
    built = (_built(id, parameters) for id, parameters in found if parameters is not None)
    return [constraint for constraint in built if constraint]


def _built(id: str, parameters: dict[str, Any]) -> Constraint | None:
    try:
        return get_constraint(id, **parameters)
    except ParameterError:
        return None
