"""The colours of the page and its charts, light and dark.

A chart names its colours and is drawn with a theme's values. The six series colours were chosen by
search: each stands out from the page by at least 3:1, and every two of them from each other by a
CIELAB distance of at least 14, also as seen with protanopia, deuteranopia and tritanopia (simulated
after Machado et al., 2009).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

Theme = Mapping[str, Any]

LIGHT: Theme = {
    "page": "#f6f7f9",
    "card": "#ffffff",
    "ink": "#1b2430",
    "quiet": "#556170",
    "line": "#d5dbe3",
    "grid": "#e7ebf0",
    "accent": "#1a5ea8",
    "tint": "#e6eff9",
    "good": "#14608f",
    "bad": "#a63c0b",
    "mark": "#ffe58f",
    "muted": "#a3adba",
    "series": ("#2f86bd", "#a63c0b", "#235f4c", "#7a1170", "#a5820f", "#7d55d9"),
    "scale": ("#f3f7fb", "#c9dff0", "#8dbbdd", "#4a8fc2", "#1f659e", "#0c3c69"),
}
DARK: Theme = {
    "page": "#0f141a",
    "card": "#171e26",
    "ink": "#e3e8ef",
    "quiet": "#a3aebb",
    "line": "#303a46",
    "grid": "#28313c",
    "accent": "#84b9f0",
    "tint": "#1d2c3e",
    "good": "#7cc0ee",
    "bad": "#f0955a",
    "mark": "#6b5310",
    "muted": "#5d6875",
    "series": ("#8fd0f8", "#e0803c", "#55c9a0", "#b784ad", "#f2dc74", "#5b8fe8"),
    "scale": ("#16202b", "#1d3a55", "#27587f", "#3b7cac", "#69a8d4", "#b7dcf5"),
}
DASHES = ("solid", "dash", "dot", "dashdot", "longdash", "longdashdot")
SYMBOLS = ("circle", "square", "diamond", "triangle-up", "x", "star")


def coloured(figure: Any, theme: Theme) -> Any:
    """Put a theme's values in the place of names of colours, under all keys that hold colours."""
    match figure:
        case Mapping():
            return {
                key: _colour(value, theme) if "color" in key else coloured(value, theme)
                for key, value in figure.items()
            }
        case list() | tuple():
            return [coloured(value, theme) for value in figure]
        case _:
            return figure


def _colour(value: Any, theme: Theme) -> Any:
    match value:
        case str() if value in theme:
            found = theme[value]
            return found if isinstance(found, str) else _steps(found)
        case list() | tuple():
            return [_colour(inner, theme) for inner in value]
        case Mapping():
            return coloured(value, theme)
        case _:
            return value


def _steps(colours: Sequence[str]) -> list[list[Any]]:
    return [[place / (len(colours) - 1), colour] for place, colour in enumerate(colours)]
