"""The command line itself."""

from __future__ import annotations

import resource
import subprocess
from collections.abc import Callable

import pytest

from followrag.cli import COMMANDS, main

Command = Callable[..., subprocess.CompletedProcess[str]]


def test_the_version_is_printed(command: Command) -> None:
    ended = command("--version")
    assert (ended.returncode, ended.stderr) == (0, "")
    assert ended.stdout.startswith("followrag 0.")


def test_help_lists_every_command(command: Command) -> None:
    ended = command("--help")
    assert (ended.returncode, ended.stderr) == (0, "")
    for name, listed in COMMANDS.items():
        assert name in ended.stdout
        assert listed.summary in ended.stdout


def test_without_a_command_the_help_is_shown_and_the_end_is_2(command: Command) -> None:
    ended = command()
    assert ended.returncode == 2
    assert "verify" in ended.stdout + ended.stderr


def test_an_unknown_command_ends_with_2_and_the_nearest(command: Command) -> None:
    ended = command("scor")
    assert (ended.returncode, ended.stdout) == (2, "")
    assert "No such command 'scor'" in ended.stderr
    assert "'score'" in ended.stderr


def test_an_unknown_option_ends_with_2(command: Command) -> None:
    ended = command("verify", "--nonsense")
    assert (ended.returncode, ended.stdout) == (2, "")
    assert "--nonsense" in ended.stderr


@pytest.mark.parametrize("name", ["score", "verify", "data", "doctor"])
def test_every_command_explains_itself(command: Command, name: str) -> None:
    ended = command(name, "--help")
    assert (ended.returncode, ended.stderr) == (0, "")
    assert "--json" in ended.stdout


def test_help_imports_nothing_heavy(command: Command) -> None:
    imported = {
        line.rpartition("|")[2].strip()
        for line in command("--help", PYTHONPROFILEIMPORTTIME="1").stderr.splitlines()
    }
    assert "followrag.cli" in imported
    assert not imported & {"torch", "nltk", "lm_eval", "datasets", "numpy", "pydantic"}


@pytest.mark.parametrize("arguments", [("verify", "Paris", "-c", "format_no_commas"), ("data",)])
def test_commands_of_the_benchmark_import_neither_lm_eval_nor_torch(
    command: Command, arguments: tuple[str, ...]
) -> None:
    ended = command(*arguments, PYTHONPROFILEIMPORTTIME="1")
    imported = {line.rpartition("|")[2].strip() for line in ended.stderr.splitlines()}
    assert "followrag.sources" in imported
    assert not imported & {"torch", "nltk", "lm_eval", "datasets"}


def test_help_answers_in_under_300_ms_of_processor_time(command: Command) -> None:
    def spent() -> float:
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        return used.ru_utime + used.ru_stime

    times = []
    for _ in range(3):
        start = spent()
        command("--help")
        times.append(spent() - start)
    assert min(times) < 0.3


def test_what_the_output_can_not_encode_is_escaped(command: Command) -> None:
    ended = command("verify", "caf\u00e9", "--constraint", "no such", PYTHONIOENCODING="ascii")
    assert ended.returncode == 2
    assert "Traceback" not in ended.stderr


def crash() -> None:
    """Stand in for a command with a defect."""
    raise RuntimeError("a defect")


def test_a_defect_ends_with_2_which_is_no_verdict(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    listed = COMMANDS["verify"]._replace(function=f"{__name__}:crash")
    monkeypatch.setitem(COMMANDS, "crash", listed)
    with pytest.raises(SystemExit) as ended:
        main(["crash"])
    assert ended.value.code == 2
    assert "RuntimeError: a defect" in capsys.readouterr().err
