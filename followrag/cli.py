"""The `followrag` command.

Each subcommand lives with the code that does its work and is imported only when it is called.
"""

from __future__ import annotations

import sys
import traceback
from collections.abc import Callable, Mapping
from importlib import import_module
from io import TextIOWrapper
from types import MappingProxyType
from typing import Any, NamedTuple

import typer

from followrag.errors import FollowragError
from followrag.printing import tell

UNUSABLE_INPUT = 2
INTERRUPTED = 130


class _Command(NamedTuple):
    function: str
    summary: str
    settings: Mapping[str, Any] = MappingProxyType({})


# `eval` hands every option that it doesn't know, --help included, to lm-eval.
_PASS_ON = {
    "add_help_option": False,
    "context_settings": {"ignore_unknown_options": True, "allow_extra_args": True},
}
COMMANDS = {
    "eval": _Command(
        "followrag.tasks.evaluate:evaluate",
        "Run a model; takes lm_eval's options.",
        _PASS_ON,
    ),
    "score": _Command("followrag.commands.score:score", "Score responses that you already have."),
    "rescore": _Command("followrag.commands.rescore:rescore", "Score a run again."),
    "judge": _Command("followrag.judge.command:judge", "Let an LLM rate a run's answers."),
    "leaderboard": _Command(
        "followrag.leaderboard.tables.command:leaderboard", "Rank runs in tables."
    ),
    "report": _Command("followrag.leaderboard.report.command:report", "Make a page of runs."),
    "compare": _Command("followrag.leaderboard.gate.command:compare", "Tell if a run is worse."),
    "baseline": _Command(
        "followrag.leaderboard.gate.update:baseline", "Keep a run to compare with."
    ),
    "power": _Command("followrag.leaderboard.gate.planning:power", "Plan a comparison."),
    "build": _Command("followrag.building.command:build", "Make a benchmark of any QA set."),
    "vary": _Command("followrag.commands.vary:vary_items", "Make robustness sets of any items."),
    "audit": _Command("followrag.audit.command:audit", "Prove which items can be satisfied."),
    "verify": _Command("followrag.commands.verify:verify", "Check one text against constraints."),
    "tasks": _Command("followrag.tasks.command:tasks", "List the lm-eval tasks."),
    "data": _Command("followrag.commands.data:data", "Show where items come from."),
    "register": _Command("followrag.tasks.command:register", "Make plain lm_eval know the tasks."),
    "doctor": _Command("followrag.tasks.doctor:doctor", "Say what is installed and what works."),
}


def main(arguments: list[str] | None = None) -> None:
    """Run the command line; ends the process with its exit code.

    A defect of ours ends with 2 as well: 1 is a verdict of `followrag compare`.
    """
    given = sys.argv[1:] if arguments is None else arguments
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):  # whatever a terminal can't show is escaped
            stream.reconfigure(errors="backslashreplace")
    try:
        _app(given[0] if given else None)(given)
    except FollowragError as error:
        tell(f"error: {error}")
        sys.exit(UNUSABLE_INPUT)
    except KeyboardInterrupt:
        tell("interrupted")
        sys.exit(INTERRUPTED)
    except Exception:
        tell(traceback.format_exc())
        tell("error: followrag failed where it should not; please report this")
        sys.exit(UNUSABLE_INPUT)


def _app(called: str | None) -> typer.Typer:
    app = typer.Typer(
        name="followrag",
        help="Do models that answer from retrieved documents also do as they are told?",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
    )
    app.callback(invoke_without_command=True)(_top_level)
    for name, command in COMMANDS.items():
        function: Callable[..., None] | typer.Typer = _not_called
        if name == called:
            module, _, attribute = command.function.partition(":")
            function = getattr(import_module(module), attribute)
        if isinstance(function, typer.Typer):
            app.add_typer(function, name=name, short_help=command.summary)
        else:
            app.command(name, short_help=command.summary, **command.settings)(function)
    return app


def _top_level(
    version: bool = typer.Option(False, "--version", help="Print the version and exit."),
) -> None:
    if version:
        from importlib.metadata import version as installed

        print(f"followrag {installed('followrag')}")
        raise typer.Exit


def _not_called() -> None:
    """Stand in for a command that is only listed."""
