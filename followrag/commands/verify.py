"""`followrag verify`: one text against constraints."""

from __future__ import annotations

import dataclasses
import json as jsonlib
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from followrag.errors import InputError
from followrag.sources import load_items
from followrag.tables import Table, show
from followrag.thinking import remove_thinking
from followrag.verifiers import (
    Constraint,
    Mode,
    Response,
    Verdict,
    Verdicts,
    constraint_classes,
    get_constraint,
)
from followrag.verifiers.fixed import repaired
from followrag.verifiers.joint import joint_verdicts

_C_EXAMPLE = """e.g. -c 'length_words {"num_words": 5, "relation": "at least"}'"""


def verify(
    text: Annotated[
        str | None, typer.Argument(help="The text; standard input where it is missing or '-'.")
    ] = None,
    file: Annotated[Path | None, typer.Option(help="Read the text from a file.")] = None,
    key: Annotated[str | None, typer.Option(help="Check the constraints of this item.")] = None,
    items: Annotated[
        str, typer.Option(help="Where the item is: a source, a file or a folder.")
    ] = "followrag_demo",
    constraint: Annotated[
        list[str] | None,
        typer.Option("--constraint", "-c", help=f"An id and its parameters as JSON, {_C_EXAMPLE}."),
    ] = None,
    mode: Annotated[
        Mode,
        typer.Option(help="reference, as published, or fixed, which shows both verdicts."),
    ] = "reference",
    list_constraints: Annotated[
        bool, typer.Option("--list", help="List all constraints and their parameters.")
    ] = False,
    json: Annotated[bool, typer.Option("--json", help="Print the verdicts as JSON.")] = False,
) -> None:
    """Check one text and print each verdict with its reason.

    Ends with exit code 0 if every constraint is followed, 1 if not, 2 if one can't be checked.
    """
    if list_constraints:
        return _list()
    checks = _constraints(key, items, constraint or [])
    response = Response(remove_thinking(_read(text, file)).text)
    names = [name for name, _ in checks]
    published = [_decided(check, response) for _, check in checks]
    deciding = published
    if mode == "fixed":
        deciding = joint_verdicts([_repaired(check) for _, check in checks], response)
    if json:
        pairs = zip(names, deciding, published, strict=True)
        print(jsonlib.dumps([_record(*pair, mode) for pair in pairs], indent=2))
    else:
        show(_table(names, deciding, published, mode))
    if any(strict.error for strict, _ in deciding):
        raise typer.Exit(2)
    if not all(strict.passed for strict, _ in deciding):
        raise typer.Exit(1)


def _read(text: str | None, file: Path | None) -> str:
    if text is not None and file is not None:
        raise InputError("give the text either as an argument or with --file, not both")
    if file is not None:
        try:
            return file.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise InputError(f"{file}: can't be read as UTF-8 text ({error})") from error
    if text is not None and text != "-":
        return text
    try:
        return sys.stdin.buffer.read().decode("utf-8")
    except UnicodeDecodeError as error:
        raise InputError(f"standard input: is not UTF-8 text ({error})") from error


def _constraints(
    key: str | None, items: str, given: list[str]
) -> list[tuple[str, Constraint | Verdict]]:
    checks: list[tuple[str, Constraint | Verdict]] = [_parse(words) for words in given]
    if key is not None:
        known = load_items(items)
        if key not in known.by_key:
            raise InputError(f"{items}: has no item with key {key}; name its source with --items")
        item = known.by_key[key]
        checks += zip(item.instruction_id_list, item.constraints, strict=True)
    if not checks:
        raise InputError("nothing to check: name an item with --key or constraints with -c")
    return checks


def _parse(words: str) -> tuple[str, Constraint]:
    """Read a constraint's id, followed by its parameters as a JSON object."""
    id, _, rest = words.strip().partition(" ")
    try:
        parameters = jsonlib.loads(rest or "{}")
    except ValueError as error:
        raise InputError(
            f"-c {words!r}: the parameters are not JSON ({error}); {_C_EXAMPLE}"
        ) from None
    if not isinstance(parameters, dict):
        raise InputError(f"-c {words!r}: the parameters are not a JSON object; {_C_EXAMPLE}")
    return id, get_constraint(id, **parameters)


def _word(verdict: Verdict) -> str:
    return "error" if verdict.error else "followed" if verdict.passed else "not followed"


def _decided(check: Constraint | Verdict, response: Response) -> Verdicts:
    return check.verdicts(response) if isinstance(check, Constraint) else Verdicts(check, check)


def _repaired(check: Constraint | Verdict) -> Constraint | Verdict:
    return repaired(check) if isinstance(check, Constraint) else check


def _table(
    names: Sequence[str], deciding: Sequence[Verdicts], published: Sequence[Verdicts], mode: Mode
) -> Table:
    """Show verdicts; in `fixed` mode each with that of `reference` mode in the line below."""
    rows = []
    for name, now, was in zip(names, deciding, published, strict=True):
        rows.append([name, *_cells(now)])
        if mode == "fixed":
            rows.append(["- in reference mode", *_cells(was)])
    title = "Verdicts" if mode == "reference" else "Verdicts, fixed mode"
    return Table(title, ["constraint", "strict", "loose", "reason"], rows)


def _cells(verdicts: Verdicts) -> list[str]:
    return [_word(verdicts.strict), _word(verdicts.loose), verdicts.strict.reason]


def _record(name: str, deciding: Verdicts, published: Verdicts, mode: Mode) -> dict[str, Any]:
    record = {"id": name, **_verdict_record(deciding)}
    return record if mode == "reference" else {**record, "reference": _verdict_record(published)}


def _verdict_record(verdicts: Verdicts) -> dict[str, Any]:
    return {**dataclasses.asdict(verdicts.strict), "loose": verdicts.loose.passed}


def _list() -> None:
    rows = [
        [cls.id, cls.family, cls.ifeval_id or "", ", ".join(cls.model_fields)]
        for cls in constraint_classes()
    ]
    show(Table("Constraints", ["id", "family", "IFEval id", "parameters"], rows))
