"""Words at a place: the first of a paragraph, a postscript, the end."""

from __future__ import annotations

import pytest

from followrag.verifiers import Response, Verdict, Verdicts, get_constraint


def first_word(text: str, word: str, paragraphs: int = 1, nth: int = 1) -> Verdicts:
    return get_constraint(
        "position_first_word", first_word=word, num_paragraphs=paragraphs, nth_paragraph=nth
    ).verdicts(Response(text))


def postscript(text: str, marker: str) -> Verdict:
    return get_constraint("position_postscript", postscript_marker=marker).check(Response(text))


def end_with(text: str, phrase: str) -> Verdicts:
    return get_constraint("position_end_with", end_phrase=phrase).verdicts(Response(text))


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("Tides come and go", "Tides"),
        ("  Tides come and go", "Tides"),
        ("Tides", "Tides"),
        # Up to the first of `. , ? ! ' "`.
        ("Tides, they come", "Tides"),
        ("Tides.", "Tides"),
        ("Tide's end", "Tide"),
        ('Tide"s', "Tide"),
        ("U.S. tides", "U"),
        # Apostrophes are taken off in front, and then double quotes, in this order.
        ("'Tides'", "Tides"),
        ('"Tides"', "Tides"),
        ("''\"\"Tides", "Tides"),
        ("\"'Tides", ""),
        # Other marks stay.
        ("Tides: they come", "Tides:"),
        ("Tides; they come", "Tides;"),
        ("(Tides) come", "(Tides)"),
        ("**Tides** come", "**Tides**"),
        ("*Tides* come", "*Tides*"),
        ("“Tides” come", "“Tides”"),
        ("- Tides come", "-"),
        ("# Tides", "#"),
        ("Tides—they come", "Tides—they"),
        ("Tides\nthey come", "Tides"),
        ("Tides\u00a0they come", "Tides"),
        ("Tides\u200bthey come", "Tides\u200bthey"),
        ("... Tides", ""),
    ],
)
def test_the_first_word_is_read_as_published(text: str, word: str) -> None:
    assert first_word(text, "Tides").strict.measured == word


@pytest.mark.parametrize(
    ("text", "word", "passed"),
    [
        ("TIDES come", "tides", True),
        ("tides come", "TIDES", True),
        ("Tide come", "tides", False),
        ("Tidess come", "tides", False),
        # The text's characters are lower-cased one by one (instructions.py, first_word +=
        # letter.lower()), the parameter as a whole, which makes its last sigma a final one.
        ("ΟΔΟΣ", "οδοσ", True),
        ("ΟΔΟΣ", "ΟΔΟΣ", False),
        # A word with one of the marks that end words can't be met.
        ("U.S. tides", "U.S.", False),
        # Nor can one with surrounding spaces.
        ("Tides come", "Tides ", False),
        # Markup in the parameter asks for the markup (FollowRAG's '**Newspaper**').
        ("**Tides** come", "**Tides**", True),
        ("Tides come", "**Tides**", False),
    ],
)
def test_the_first_word_is_compared_in_lower_case(text: str, word: str, passed: bool) -> None:
    assert first_word(text, word).strict.passed is passed


@pytest.mark.parametrize("text", ["**Tides** come", "*Tides*", "Here it is:\nTides come"])
def test_a_loose_reading_forgives_asterisks_and_an_opening_line(text: str) -> None:
    strict, loose = first_word(text, "Tides")
    assert (strict.passed, loose.passed) == (False, True)


@pytest.mark.parametrize(
    ("text", "paragraphs", "nth", "passed"),
    [
        ("One.\n\nTwo.\n\nThree.", 3, 2, True),
        ("One.\n\nTwo.\n\nThree.", 3, 1, False),
        ("One.\n\nTwo.\n\nThree.", 3, 3, False),
        # Exactly so many paragraphs.
        ("One.\n\nTwo.\n\nThree.", 2, 2, False),
        ("One.\n\nTwo.\n\nThree.", 4, 2, False),
        # Only two line breaks in a row make a paragraph.
        ("One.\nTwo.", 2, 2, False),
        ("One.\n \nTwo.", 2, 2, False),
        ("One.\r\n\r\nTwo.", 2, 2, False),
        # An odd one is white space in front of the next.
        ("One.\n\n\nTwo.", 2, 2, True),
        # Blank paragraphs don't count towards the number, but shift the places.
        ("One.\n\n\n\nTwo.", 2, 2, False),
        ("\n\nOne.\n\nTwo.", 2, 2, False),
        ("\n\nTwo.\n\nOne.", 2, 2, True),
        ("\n\nTwo.\n\nOne.", 2, 1, False),
        ("One.\n\n \n\nTwo.\n\nThree.", 3, 3, True),
        # Nor do trailing ones.
        ("One.\n\nTwo.\n\n", 2, 2, True),
    ],
)
def test_paragraphs_are_counted_as_published(
    text: str, paragraphs: int, nth: int, passed: bool
) -> None:
    assert first_word(text, "two", paragraphs, nth).strict.passed is passed


@pytest.mark.parametrize("nth", range(1, 6))
def test_any_paragraph_of_five_can_be_asked(nth: int) -> None:
    text = "Ash.\n\nBirch.\n\nCedar.\n\nDouglas.\n\nElm."
    words = [first_word(text, word, 5, nth).strict.passed for word in ("Ash", "Cedar", "Elm")]
    assert words == [nth == 1, nth == 3, nth == 5]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("Ash.", "1 paragraphs; 2 paragraphs and 'Ash' at paragraph 2 asked"),
        (
            "Ash.\n\n\n\nBirch.",
            "paragraph 2 is blank; 2 paragraphs and 'Ash' at paragraph 2 asked",
        ),
        (
            "Ash.\n\nBirch.",
            "2 paragraphs, number 2 starts with 'Birch'; 2 paragraphs and 'Ash' at paragraph 2 "
            "asked",
        ),
    ],
)
def test_a_first_word_missed_is_explained(text: str, reason: str) -> None:
    assert first_word(text, "Ash", 2, 2).strict.reason == reason


@pytest.mark.parametrize(
    ("marker", "text", "passed"),
    [
        ("P.S.", "Text.\n\nP.S. More.", True),
        ("P.S.", "Text. p.s. more", True),
        ("P.S.", "P. S. More", True),
        ("P.S.", "P.  S. More", False),
        ("P.S.", "P.S: More", False),
        ("P.S.", "PS. More", False),
        ("P.S.", "P.\nS. More", True),
        # "P.P.S" alone needs no last dot and allows spaces ...
        ("P.P.S", "P.P.S. More", True),
        ("P.P.S", "p. p. s more", True),
        ("P.P.S", "P.S. More", False),
        ("P.P.S", "PPS More", False),
        # ... and "P.P.S." is a marker like any other, whose dots are any characters.
        ("P.P.S.", "P.P.S. More", True),
        ("P.P.S.", "p p s more", True),
        ("P.P.S.", "P. P. S. More", False),
        ("P.P.S.", "pipes!", True),
        ("P.P.S.", "pipes", False),
        ("P.P.P.S.", "P.P.P.S. More", True),
        # Anywhere, in any case: neither at a line's start nor in the last one.
        ("FYI", "FYI: the sea is salt.\nThe end.", True),
        ("FYI", "for your information", False),
        ("FYI", "They keep notifying us.", True),
        ("NB", "unbox it", True),
        ("N.B.", "a noble", True),
        ("N.B.", "in bloom", True),
        ("N.B.", "a nib", False),
        ("N.B.", "n\nb.", False),
        ("Reminder:", "REMINDER: bring a coat", True),
        ("Reminder:", "Reminder - bring a coat", False),
        # White space around the marker is stripped, inside it stays.
        ("Reminder: ", "reminder:", True),
        ("By the way,", "by the way, yes", True),
        ("By the way,", "By the\nway, yes", False),
        # Asterisks in between are in the way of the strict reading.
        ("P.S.", "**P**.S.", False),
        ("P.S.", "**P.S.** More", True),
    ],
)
def test_a_postscript_is_its_marker_anywhere(marker: str, text: str, passed: bool) -> None:
    assert postscript(text, marker).passed is passed


@pytest.mark.parametrize("marker", ["P.S.", " P.S. "])
def test_a_stripped_marker_gets_the_published_reading(marker: str) -> None:
    assert postscript("P. S. More", marker).passed


@pytest.mark.parametrize("marker", ["p.s.", "P.s."])
@pytest.mark.parametrize(("text", "passed"), [("P. S. More", False), ("passed", True)])
def test_a_marker_in_other_case_is_like_any_other(marker: str, text: str, passed: bool) -> None:
    assert postscript(text, marker).passed is passed


@pytest.mark.parametrize(
    ("text", "passed"),
    [
        ("All done. That is all.", True),
        ("All done. THAT IS ALL.", True),
        ("That is all.", True),
        ("All done. That is all.\n\n", True),
        ("That is all. Goodbye.", False),
        ("That is all", False),
        ("That is all..", False),
        ("That  is all.", False),
        # Double quotes around are taken off, any number of them, but nothing else.
        ('"All done. That is all."', True),
        ('All done. That is all.""', True),
        ('All done. "That is all."', True),
        ('All done. "That is all".', False),
        ("All done. 'That is all.'", False),
        ("All done. “That is all.”", False),
        ("All done. (That is all.)", False),
        ("```\nThat is all.\n```", False),
        ("**That is all.**", False),
        # White space before a quote is left.
        ('"That is all. "', False),
        # No word boundary before.
        ("Hurrathat is all.", True),
    ],
)
def test_the_end_is_compared_before_closing_quotes(text: str, passed: bool) -> None:
    assert end_with(text, " That is ALL. ").strict.passed is passed


def test_a_phrase_that_ends_with_a_quote_cannot_be_met() -> None:
    assert not end_with('She said "bye"', 'said "bye"').strict.passed


@pytest.mark.parametrize("text", ["**That is all.**", "That is all.\nAnything else?"])
def test_a_loose_reading_forgives_asterisks_and_a_closing_line(text: str) -> None:
    strict, loose = end_with(text, "That is all.")
    assert (strict.passed, loose.passed) == (False, True)


def test_the_end_that_was_found_is_measured() -> None:
    assert end_with("That is not it.", "is it.").strict == Verdict(
        False, "ot it.", "ends with 'ot it.'; 'is it.' asked"
    )
