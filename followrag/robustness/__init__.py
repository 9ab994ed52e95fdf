"""Robustness sets: the same items again and again, with one thing varied.

>>> from followrag import load_items
>>> varied = vary(load_items("followrag_demo")[:1], "passages", (0, 3))
>>> [item.key for item in varied.items]
['0~passages=0', '0~passages=3']
"""

from followrag.robustness.distractors import Distractors
from followrag.robustness.varying import KINDS, Kind, Varied, vary

__all__ = ["KINDS", "Distractors", "Kind", "Varied", "vary"]
