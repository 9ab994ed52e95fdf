"""`followrag tasks` and `followrag register`."""

from __future__ import annotations

import json as jsonlib
from typing import Annotated

import typer

from followrag.sources import SOURCES
from followrag.tables import Table, show
from followrag.tasks import registration


def tasks(
    json: Annotated[bool, typer.Option("--json", help="Print as JSON.")] = False,
) -> None:
    """List the lm-eval tasks, and whether a plain lm_eval knows them."""
    found = registration.registration()
    names = registration.task_names()
    if json:
        described = {name: SOURCES[name] for name in names}
        state = {"folder": str(found.folder), "state": found.state}
        print(jsonlib.dumps({"tasks": described, "registration": state}, indent=2))
        return
    show(Table("Tasks", ["task", "items"], [[name, SOURCES[name]] for name in names]))
    print(f"Known to plain lm_eval: {_state(found)}")


def register(
    remove: Annotated[
        bool, typer.Option("--remove", help="Take the tasks out of lm-eval again.")
    ] = False,
) -> None:
    """Make the tasks known to plain lm_eval; safe to repeat."""
    found = registration.unregister() if remove else registration.register()
    print(f"Known to plain lm_eval: {_state(found)}")


def _state(found: registration.Registration) -> str:
    match found.state:
        case "current":
            return f"yes, in {found.folder}"
        case "outdated":
            return f"files of another version in {found.folder}; run `followrag register`"
        case _:
            return "no; run `followrag register`, or use `followrag eval`"
