"""First word, postscript and end phrase of `fixed` mode."""

from __future__ import annotations

from typing import Any

import pytest

from followrag.verifiers import Response, Verdict, get_constraint
from followrag.verifiers.fixed import repaired


def check(id: str, text: str, **kwargs: Any) -> Verdict:
    return repaired(get_constraint(id, **kwargs)).check(Response(text))


def starts(text: str, word: str = "Newspaper", nth: int = 1, of: int = 2) -> Verdict:
    kwargs = {"first_word": word, "num_paragraphs": of, "nth_paragraph": nth}
    return check("position_first_word", text, **kwargs)


@pytest.mark.parametrize(
    "word", ["Newspaper", "newspaper", "**Newspaper**", '"newspaper"', "Newspaper."]
)
@pytest.mark.parametrize(
    "first",
    [
        "Newspaper articles say so.",
        "NEWSPAPER: so it is",
        "**Newspaper** articles",
        "**Newspaper:** articles",
        "“Newspaper” is the word",
        '\'"Newspaper" it is',
        "(Newspaper) articles",
        "## Newspaper",
        "> *Newspaper*, they say",
        "Newspaper's end",
        "Newspaper’s end",
        "Newspaper—the old one",
        "📰 Newspaper",
        "Newspaper는",
        '["Newspaper",',
    ],
)
def test_signs_around_the_first_word_do_not_count(word: str, first: str) -> None:
    assert starts(f"{first}\n\nSecond.", word).passed


@pytest.mark.parametrize(
    "first",
    [
        "Newspapers say so.",
        "Newspaper-like texts",
        "A newspaper.",
        "1. Newspaper",
        "News paper",
        "***",
    ],
)
def test_another_first_word_fails(first: str) -> None:
    assert not starts(f"{first}\n\nSecond.").passed


@pytest.mark.parametrize(
    ("text", "paragraphs"),
    [
        ("Newspaper.\n\nTwo.", 2),
        ("\n\nNewspaper.\n\nTwo.\n\n", 2),
        ("Newspaper.\n\n\n\nTwo.", 2),
        ("Newspaper.\n \t\nTwo.", 2),
        ("Newspaper.\r\n\r\nTwo.", 2),
        ("Newspaper.\n\n---\n\nTwo.", 2),
        ("Newspaper.\n\n***\n\nTwo.\n\n```", 2),
        ("Newspaper.\nTwo.", 1),
        ("Newspaper.\n\nTwo.\n\n3", 3),
        ("Newspaper.\n\nஇது.", 2),
    ],
)
def test_blank_lines_of_any_length_are_one_break(text: str, paragraphs: int) -> None:
    verdict = starts(text)
    assert verdict.passed == (paragraphs == 2)
    assert verdict.reason.startswith(f"{paragraphs} paragraph")


def test_a_first_word_may_be_several() -> None:
    assert starts("**Biceps  femoris** is a muscle.\n\nTwo.", "Biceps femoris").passed
    assert not starts("Biceps brachii is a muscle.\n\nTwo.", "Biceps femoris").passed


def test_a_reason_tells_the_first_word_found() -> None:
    assert starts("One.\n\nTwo (2).", "Two", nth=2) == Verdict(
        True,
        "two",
        "2 paragraphs, number 2 starts with 'two'; 2 paragraphs and 'Two' at paragraph 2 asked",
    )
    assert starts("One.", "Two", nth=2).reason.startswith("1 paragraphs; 2 paragraphs and 'Two'")


@pytest.mark.parametrize(
    ("marker", "text"),
    [
        ("FYI", "Paris.\nFYI it is big."),
        ("FYI:", "Paris. FYI, it is big."),
        ("FYI.", "Paris.\n\n**FYI:** it is big."),
        ("FYI", "Paris\n\n_fyi_ – it is big"),
        ("FYI", "Paris.\n- (FYI: big)"),
        ("NB", "Paris. NB: big"),
        ("N.B.", "Paris.\nNB big"),
        ("N.B.", "Paris.\nN. B. big"),
        ("NB:", "Paris.\n> N.B. big"),
        ("P.S.", "Paris.\nPS: big"),
        ("P.S.", "Paris.\np. s. big"),
        ("P.P.S", "Paris.\nP.P.S. big"),
        ("P.P.P.S.", "Paris.\nPPPS: big"),
        ("Just a note", "Paris. Just  a note: big"),
        ("By the way,", "Paris. By the way big"),
        ("Reminder: ", '{"answer": "Paris", "note": "Reminder: big"}'),
        ("FYI", '{"answer": "Paris\\nFYI big"}'),
        ("FYI", "<<Paris>> FYI big"),
        ("FYI", "பாரிஸ்। FYI big"),
        ("P.S.", "P.S."),
        ("P.S.", "Paris 🎉 p.s. it is big"),
        ("FYI:", "Paris\n\n➡️ fyi: big"),
        ("FYI:", "1️⃣ fyi: big"),
        ("FYI:", "Paris\n\u200bfyi: big"),
        # Just as it was given it needs no full stop before it.
        ("FYI:", "Paris FYI: big"),
        ("P.S.", "Paris P.S. It is big"),
        ("N.B.", "巴黎N.B.很大"),
    ],
)
def test_a_postscript_starts_a_line_or_sentence(marker: str, text: str) -> None:
    assert check("position_postscript", text, postscript_marker=marker).passed


@pytest.mark.parametrize(
    ("marker", "text"),
    [
        ("FYI", "We are notifying you."),
        ("FYI", "FYIs are notes"),
        ("NB", "They unbox it. Nb2 too"),
        ("N.B.", "Again by and by. n b"),
        ("Remember", "We all remember it. Remembered too."),
        ("Note:", "It is of note: big."),
        ("P.S.", "Paris.\nP.P.S. big"),
        ("P.P.S", "Paris.\nP. P. P. S. big"),
        ("P.S.", "Sent by U.P.S. and tracked"),
        ("By the way", "This is by the way"),
        ("PS:", "Collapse. Tops: 3"),
    ],
)
def test_a_marker_inside_a_word_or_sentence_is_no_postscript(marker: str, text: str) -> None:
    verdict = check("position_postscript", text, postscript_marker=marker)
    assert verdict == Verdict(False, None, f"postscript {marker.strip()!r} not found")


@pytest.mark.parametrize("phrase", ["Take care!", "Take care", "“Take care.”"])
@pytest.mark.parametrize(
    "text",
    [
        "Paris. Take care!",
        "Paris. take  care.",
        "Paris.\n\n**Take care!**",
        'He said: "Take care!".',
        "“Paris. Take care!”",
        "```\nParis. Take\ncare!\n```",
        '{"answer": "Paris. Take care!"}',
        "Take care",
        "Paris (take care!) \n",
        "Paris. Take care! 😊❤️",
        "Paris. Take care。\n\n---",
        '{"a": "Paris.\\nTake care"}',
        "巴黎。Take care!",
    ],
)
def test_closing_signs_after_the_end_phrase_do_not_count(phrase: str, text: str) -> None:
    assert check("position_end_with", text, end_phrase=phrase).passed


@pytest.mark.parametrize(
    "text",
    ["Take care of it.", "Intake care!", "Take care! P.S. big", "Take care! 东京", "care!", "!"],
)
def test_another_end_fails(text: str) -> None:
    assert not check("position_end_with", text, end_phrase="Take care!").passed


def test_a_reason_tells_the_end_found() -> None:
    verdict = check("position_end_with", "Paris it is.", end_phrase="Bye.")
    assert verdict == Verdict(False, " is", "ends with ' is'; 'Bye.' asked")


@pytest.mark.parametrize(
    "unit", ["\n", " \n", "x\n\n", ".", "* ", "FYI", "FYI ", "P.", "p. ", "\\n", "“"]
)
def test_places_are_found_in_100_000_characters(unit: str) -> None:
    text = "x" + unit * (100_000 // len(unit)) + "x"
    assert not starts(text, "seven", nth=2).passed
    assert not check("position_end_with", text, end_phrase="Bye.").passed
    for marker in ("P.P.S", "By the way,", "Remember"):
        assert not check("position_postscript", text, postscript_marker=marker).passed
