"""Reading JSON as fast as msgspec does and as leniently as Python does."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from followrag.leaderboard.reading.decoding import Form, raw


class _Line(msgspec.Struct):
    text: str
    rest: msgspec.Raw


def _with_raw_rest(value: Any) -> Any:
    return value | {"rest": raw(value["rest"])}


FORM = Form(_Line, _with_raw_rest)
TEXTS = st.text(st.characters())
VALUES = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False) | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=5,
)


@given(text=TEXTS, rest=VALUES)
def test_what_python_writes_is_read(text: str, rest: Any) -> None:
    line = FORM.parse(json.dumps({"text": text, "rest": rest}).encode())
    assert line.text == text
    assert json.loads(bytes(line.rest)) == rest


@pytest.mark.parametrize("rest", ["NaN", "-Infinity", '"\\ud800"', '"a" '])
def test_what_is_no_json_to_others_is_read(rest: str) -> None:
    line = FORM.parse(f'\ufeff{{"text": "\\udfff", "rest": {rest}}}'.encode())
    assert line.text == "\udfff"
    assert repr(json.loads(bytes(line.rest))) == repr(json.loads(rest))


@pytest.mark.parametrize(
    "text", [b"", b"{", b"[]", b'{"text": 1, "rest": 1}', b"[" * 5000, b"\xff\xfe{}", b"null"]
)
def test_everything_else_is_a_value_error(text: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        FORM.parse(text)
