"""What a judge says of an answer."""

from __future__ import annotations

from typing import Annotated, NamedTuple

from pydantic import Field

Score = Annotated[float, Field(ge=0, le=1)]


class Rating(NamedTuple):
    """A judge's rating of a row.

    Attributes:
        key: The item's key.
        rating: From 0, wrong, to 1, right; None where the judge failed, which is no rating and
            never counts as 0.
        votes: The votes that it was made of.
        reason: Why, in the judge's words.
        error: Why there is no rating, or None.
    """

    key: int | str
    rating: Score | None
    votes: tuple[Score, ...]
    reason: str
    error: str | None
