"""The names of conditions."""

from __future__ import annotations

import math
import random

import pytest

from followrag.conditions import named, order, taken_apart


def test_a_name_is_taken_apart_again() -> None:
    condition = taken_apart(named("passages", 10))
    assert condition == ("passages", "10")
    assert condition.number == 10


@pytest.mark.parametrize(("name", "parts"), [("noise", ("noise", "")), ("a=b=c", ("a", "b=c"))])
def test_names_of_the_users_own_have_no_number(name: str, parts: tuple[str, str]) -> None:
    condition = taken_apart(name)
    assert condition == parts
    assert math.isnan(condition.number)


def test_levels_are_in_the_order_of_their_numbers() -> None:
    names = ["noise=0.5", "noise=2", "noise=10", "noise=much", "passages=1"]
    mixed = random.Random(0).sample(names, len(names))
    assert sorted(mixed, key=order) == names
