"""What every engine is asked, and what transformers in this process answers."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def five_items() -> tuple[str, ...]:
    """Options for five items of the demo: two processes can't share them evenly."""
    limits = ("--limit", "5", "--gen_kwargs", "max_gen_toks=32")
    return ("--tasks", "followrag_demo", "--apply_chat_template", *limits)


@pytest.fixture(scope="session")
def hf_command(tiny_model: Path, five_items: tuple[str, ...]) -> tuple[str, ...]:
    """The arguments of `followrag` for a run in this process, but for where to."""
    model = ("--model", "hf", "--model_args", f"pretrained={tiny_model}", "--device", "cpu")
    return ("eval", *model, *five_items)


@pytest.fixture(scope="session")
def hf_run(
    command: Callable[..., subprocess.CompletedProcess[str]],
    hf_command: tuple[str, ...],
    tmp_path_factory: pytest.TempPathFactory,
) -> Path:
    """The folder of such a run."""
    out = tmp_path_factory.mktemp("hf")
    done = command(*hf_command, "--output_path", out)
    assert done.returncode == 0, done.stderr
    return out
