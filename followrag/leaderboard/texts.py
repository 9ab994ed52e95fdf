"""Text from runs (model names, paths) made fit to stand in a line of a table or of a message."""

from __future__ import annotations

_JOINERS = "‌‍"  # invisible, but they belong to words and emoji


def one_line(text: str) -> str:
    r"""Make a text a line that shows what is in it.

    White space becomes single spaces; whatever else can't be printed (control characters, marks
    that turn the writing direction, halves of surrogate pairs) becomes an escape such as `\x1b`.
    """
    joined = " ".join(text.split())
    return "".join(
        letter
        if letter.isprintable() or letter in _JOINERS
        else letter.encode("unicode_escape").decode()
        for letter in joined
    )
