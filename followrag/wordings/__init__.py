"""Constraints in plain English, each in several wordings of our own.

>>> from followrag.verifiers import get_constraint
>>> worded(get_constraint("length_words", num_words=30, relation="at least"), 1)
'Use at least 30 words in your response.'
"""

from followrag.wordings.sentences import count, literals, with_instructions, worded

__all__ = ["count", "literals", "with_instructions", "worded"]
