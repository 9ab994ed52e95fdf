"""Text from runs (model names, paths) made fit to stand in a line of a table or of a message."""

from __future__ import annotations

from collections.abc import Callable, Sequence

SHOWN = 10  # how many of a list a message names
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


def listed(
    names: Sequence[str], most: int = SHOWN, *, named: Callable[[str], str] = one_line
) -> str:
    """List the first of some names, and say how many more there are.

    Args:
        names: The names.
        most: How many to list.
        named: How to write a name, which may hold anything.
    """
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(map(named, names[:most])) + more
