"""Every option in docs/backends.md's commands exists, as far as the engine is installed here."""

from __future__ import annotations

import argparse
import dataclasses
import inspect
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

import pytest

PAGE = Path(__file__).parents[2] / "docs" / "backends.md"


class Documented(NamedTuple):
    """A command on the page."""

    text: str
    words: tuple[str, ...]

    @property
    def options(self) -> list[str]:
        return [word.partition("=")[0] for word in self.words if re.match(r"--\w", word)]

    @property
    def backend(self) -> str:
        return self.words[self.words.index("--model") + 1] if "--model" in self.words else ""

    @property
    def model_args(self) -> list[str]:
        given = self.words[self.words.index("--model_args") + 1]
        return [pair.partition("=")[0] for pair in given.split(",")]


def documented(*start: str) -> list[Documented]:
    """The commands that start so, without variables before them."""
    blocks = re.findall(r"^```\n(.*?)^```", PAGE.read_text(), re.DOTALL | re.MULTILINE)
    found = []
    for line in "".join(blocks).splitlines():
        words = [
            word for word in shlex.split(line, comments=True) if not re.match(r"[A-Z_]+=", word)
        ]
        if tuple(words[: len(start)]) == start:
            found.append(Documented(line, tuple(words)))
    return found


def evaluations() -> list[Documented]:
    """The runs of `followrag eval`, whatever starts them."""
    launched = documented("accelerate", "launch")
    inner = [run._replace(words=run.words[run.words.index("followrag") :]) for run in launched]
    return documented("followrag", "eval") + inner


def runs_of(*backends: str) -> list[Any]:
    return [pytest.param(run, id=run.text) for run in evaluations() if run.backend in backends]


def signature_of(cls: type) -> set[str]:
    """What a class's constructor takes by name, those of its bases included."""
    named = (inspect.signature(base.__init__).parameters for base in cls.__mro__)
    return {name for parameters in named for name in parameters}


def test_the_page_has_a_command_for_every_engine() -> None:
    engines = {"hf", "vllm", "sglang", "local-chat-completions", "openai-chat-completions"}
    assert {run.backend for run in evaluations()} == engines
    assert documented("vllm", "serve")
    assert documented("python", "-m", "sglang.launch_server")


@pytest.mark.parametrize("run", evaluations(), ids=lambda run: run.text)
def test_options_of_eval(run: Documented) -> None:
    from lm_eval._cli.run import Run

    subparsers = argparse.ArgumentParser().add_subparsers()
    Run.create(subparsers)
    known = subparsers.choices["run"]._option_string_actions
    assert [option for option in run.options if option not in known] == []


@pytest.mark.parametrize("run", documented("accelerate", "launch"), ids=lambda run: run.text)
def test_options_of_accelerate(run: Documented) -> None:
    launch = pytest.importorskip("accelerate.commands.launch")
    known = launch.launch_command_parser()._option_string_actions
    options = run.options[: run.options.index("--module") + 1]
    assert [option for option in options if option not in known] == []


@pytest.mark.parametrize("run", runs_of("hf"))
def test_model_args_of_transformers(run: Documented) -> None:
    huggingface = pytest.importorskip("lm_eval.models.huggingface")
    assert set(run.model_args) - signature_of(huggingface.HFLM) == set()


@pytest.mark.parametrize("run", runs_of("local-chat-completions", "openai-chat-completions"))
def test_model_args_of_servers(run: Documented) -> None:
    completions = pytest.importorskip("lm_eval.models.openai_completions")
    known = signature_of(completions.OpenAIChatCompletion)
    assert set(run.model_args) - known == set()


@pytest.mark.vllm
@pytest.mark.parametrize("run", runs_of("vllm"))
def test_model_args_of_vllm(run: Documented) -> None:
    from lm_eval.models.vllm_causallms import VLLM
    from vllm import EngineArgs

    known = signature_of(VLLM) | {field.name for field in dataclasses.fields(EngineArgs)}
    assert set(run.model_args) - known == set()


@pytest.mark.vllm
def test_options_of_vllms_server() -> None:
    program = Path(sys.executable).with_name("vllm")
    shown = subprocess.run(
        [program, "serve", "--help=all"], capture_output=True, text=True, timeout=120, check=True
    )
    known = set(re.findall(r"--[\w-]+", shown.stdout))
    used = {option for run in documented("vllm", "serve") for option in run.options}
    assert used - known == set()


@pytest.fixture(scope="module")
def sglang() -> argparse.ArgumentParser:
    """SGLang's own parser of the settings that its server and its engine take."""
    server_args = pytest.importorskip(
        "sglang.srt.server_args", reason="SGLang is not installed (it has no build for CPU)"
    )
    parser = argparse.ArgumentParser()
    server_args.ServerArgs.add_cli_args(parser)
    return parser


@pytest.mark.parametrize("run", runs_of("sglang"))
def test_model_args_of_sglang(run: Documented, sglang: argparse.ArgumentParser) -> None:
    known = {action.dest for action in sglang._actions}
    assert set(run.model_args) - {"pretrained"} - known == set()


@pytest.mark.parametrize(
    "run", documented("python", "-m", "sglang.launch_server"), ids=lambda run: run.text
)
def test_options_of_sglangs_server(run: Documented, sglang: argparse.ArgumentParser) -> None:
    known = sglang._option_string_actions
    assert [option for option in run.options if option not in known] == []
