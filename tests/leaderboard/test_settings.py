"""What keeps two runs from being compared."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from followrag.leaderboard.settings import Settings

SETTINGS = Settings(
    task="followrag_demo",
    dataset={"sha256": "aa", "count": 72},
    prompt={"system_instruction": None, "num_fewshot": 0, "chat_template": True},
    scorer={"mode": "reference", "version": "1"},
    generation={"temperature": 0.0, "max_gen_toks": 2560},
)


def test_equal_settings_have_no_mismatch() -> None:
    assert SETTINGS.mismatches(replace(SETTINGS)) == []


@pytest.mark.parametrize(
    ("kind", "changed", "said"),
    [
        ("dataset", {"sha256": "bb", "count": 72}, 'dataset: sha256 is "aa" and "bb"'),
        ("prompt", {"num_fewshot": 0}, "prompt: chat_template is true and not recorded"),
        ("scorer", {"mode": "fixed", "version": "1"}, 'scorer: mode is "reference" and "fixed"'),
        (
            "generation",
            {"temperature": 1.0, "max_gen_toks": 2560},
            "generation: temperature is 0.0 and 1.0",
        ),
    ],
)
def test_a_mismatch_says_what_differs(kind: str, changed: Any, said: str) -> None:
    found = SETTINGS.mismatches(replace(SETTINGS, **{kind: changed}))
    assert found[0].kind == kind
    assert said in [str(mismatch) for mismatch in found]


def test_generation_settings_that_one_run_lacks_are_a_mismatch() -> None:
    unknown = replace(SETTINGS, generation=None)
    (mismatch,) = SETTINGS.mismatches(unknown)
    assert (mismatch.kind, mismatch.candidate) == ("generation", None)
    assert unknown.mismatches(unknown) == []


def test_the_name_of_the_task_and_the_judge_keep_nothing_apart() -> None:
    other = replace(SETTINGS, task="samples_followrag_demo", judge={"model": "someone"})
    assert SETTINGS.mismatches(other) == []
