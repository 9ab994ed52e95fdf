"""Policy files."""

from __future__ import annotations

from pathlib import Path

import pytest

from followrag.errors import InputError
from followrag.leaderboard.gate.policy import Gate, Policy, read_policy


@pytest.fixture
def policy_file(tmp_path: Path) -> Path:
    return tmp_path / "gate.toml"


def test_a_policy_says_margins_gates_and_what_doubt_means(policy_file: Path) -> None:
    policy_file.write_text(
        """
        alpha = 0.01
        inconclusive = "fail"
        margin = 1
        [gates.inst_level_loose_acc]
        margin = 3.5
        [gates."constraint:format_json"]
        """
    )
    policy = read_policy(policy_file)
    gates = {"inst_level_loose_acc": Gate(margin=3.5), "constraint:format_json": Gate()}
    assert policy == Policy(alpha=0.01, inconclusive="fail", margin=1.0, gates=gates)
    assert policy.margin_of("inst_level_loose_acc") == pytest.approx(0.035)
    assert policy.margin_of("constraint:format_json") == pytest.approx(0.01)


def test_an_empty_file_is_the_default(policy_file: Path) -> None:
    policy_file.touch()
    assert read_policy(policy_file) == Policy()


def test_a_margin_on_the_command_line_is_that_of_every_gate() -> None:
    policy = Policy(gates={"qa_acc": Gate(margin=4.0), "joint_acc": Gate()}).with_margin(1.0)
    assert [policy.margin_of(name) for name in ("qa_acc", "joint_acc")] == [0.01, 0.01]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("alpa = 0.05", "alpa: is unknown; did you mean 'alpha'?"),
        ("zzz = 1", "zzz: is unknown; known: alpha, inconclusive, margin, gates"),
        ("[gates.qa_acc]\nmargn = 1", "gates.qa_acc.margn: is unknown; did you mean 'margin'?"),
        ("[gates.qa_ac]", "gates: qa_ac: is no metric; did you mean 'qa_acc'?"),
        ("[gates]", "gates: "),
        ("alpha = 0.5", "alpha: Input should be less than 0.5"),
        ("margin = -1", "margin: Input should be greater than or equal to 0"),
        ("margin = nan", "margin: "),
        ("margin = true", "margin: Input should be a valid number"),
        (
            'inconclusive = "maybe"',
            "inconclusive: Input should be 'inconclusive', ",
        ),
        ("alpha = ", "is not TOML ("),
        ("gates = 3", "gates: "),
    ],
)
def test_what_a_policy_can_not_say_is_named(policy_file: Path, text: str, said: str) -> None:
    policy_file.write_text(text)
    with pytest.raises(InputError) as raised:
        read_policy(policy_file)
    assert str(raised.value).startswith(f"{policy_file}: {said}")


def test_a_file_that_can_not_be_read_is_named(tmp_path: Path) -> None:
    binary = tmp_path / "binary.toml"
    binary.write_bytes(b"\xff\xfe")
    for path in (tmp_path, tmp_path / "missing.toml", binary):
        with pytest.raises(InputError, match=str(path)):
            read_policy(path)


@pytest.mark.parametrize("margin", [-1.0, 101.0, float("nan")])
def test_a_margin_is_from_0_to_100_points(margin: float) -> None:
    with pytest.raises(InputError, match="is not from 0 to 100 percent points"):
        Policy().with_margin(margin)
