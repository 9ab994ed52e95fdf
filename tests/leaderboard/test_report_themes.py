"""The colours can be told apart and read."""

from __future__ import annotations

from itertools import combinations, product

import numpy as np
import pytest
from numpy.typing import NDArray

from followrag.leaderboard.report.themes import DARK, LIGHT, Theme

# Machado, Oliveira and Fernandes (2009), severity 1: protanopia, deuteranopia, tritanopia.
SEEN_AS = {
    "usual": np.eye(3),
    "protanopia": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "deuteranopia": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
    "tritanopia": [
        [1.255528, -0.076749, -0.178779],
        [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.303900],
    ],
}
TO_XYZ = [
    [0.4124564, 0.3575761, 0.1804375],
    [0.2126729, 0.7151522, 0.0721750],
    [0.0193339, 0.1191920, 0.9503041],
]


def _linear(colour: str) -> NDArray[np.float64]:
    parts = np.array([int(colour[at : at + 2], 16) for at in (1, 3, 5)]) / 255
    return np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)


def _contrast(first: str, second: str) -> float:
    low, high = sorted(float(_linear(c) @ [0.2126, 0.7152, 0.0722]) for c in (first, second))
    return (high + 0.05) / (low + 0.05)


def _lab(rgb: NDArray[np.float64]) -> NDArray[np.float64]:
    xyz = np.array(TO_XYZ) @ np.clip(rgb, 0, 1) / [0.95047, 1.0, 1.08883]
    x, y, z = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_text_stands_out(theme: Theme) -> None:
    for text, ground in product(("ink", "quiet", "accent"), ("page", "card", "tint")):
        assert _contrast(theme[text], theme[ground]) >= 4.5, (text, ground)
    for verdict in ("good", "bad"):
        assert _contrast(theme[verdict], theme["card"]) >= 4.5
    assert _contrast(theme["ink"], theme["mark"]) >= 4.5


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("seen_as", SEEN_AS)
def test_lines_are_told_apart_by_everybody(theme: Theme, seen_as: str) -> None:
    assert min(_contrast(colour, theme["card"]) for colour in theme["series"]) >= 3
    seen = [_lab(np.array(SEEN_AS[seen_as]) @ _linear(colour)) for colour in theme["series"]]
    assert min(np.linalg.norm(a - b) for a, b in combinations(seen, 2)) >= 14
