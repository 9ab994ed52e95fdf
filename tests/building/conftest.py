"""What tests of the builder share."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from bridge_questions import Rows, make_plain_rows


@pytest.fixture
def plain_rows() -> Callable[[int], Rows]:
    """Make up so many rows of a question, an answer and three passages."""
    return make_plain_rows
