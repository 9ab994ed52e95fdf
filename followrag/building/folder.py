"""The folder that a benchmark is written to, as a whole or not at all."""

from __future__ import annotations

import hashlib
import os
import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from followrag.building.questions import Rejected
from followrag.errors import OutputError
from followrag.files import json_line, settle, write_together, writing_to

ITEMS, REJECTED, CARD = "items.jsonl", "rejected.jsonl", "README.md"
CALLS = "rewording_calls.jsonl"
_SPECIAL = re.compile(r":| \(")  # what follows is special to a row
BUILT_BY = "Built by `followrag build`"


def check_folder(folder: Path) -> None:
    """Make sure that a folder is new, empty or one that was built before.

    Raises:
        OutputError: It holds something else, or can't be written to.
    """
    there = next(path for path in (folder, *folder.absolute().parents) if path.exists())
    if not there.is_dir():
        raise OutputError(f"{there}: is a file; name a folder to build into")
    if not os.access(there, os.R_OK | os.W_OK | os.X_OK):
        raise OutputError(f"{there}: can't be written to; name another folder")
    if there != folder:
        return
    with writing_to(folder, "name another folder"):
        settle(folder)
        names = {path.name for path in folder.iterdir() if not path.name.startswith(".")}
        card = folder / CARD
        is_ours = names <= {CALLS} or (card.is_file() and BUILT_BY in _text(card))
    if not is_ours:
        raise OutputError(f"{folder}: is not empty and was not built here; name another folder")


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8", errors="replace")


def sha256(path: Path) -> str:
    """Checksum of a file, however large."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write_folder(folder: Path, items: bytes, rejected: Sequence[Rejected], card: str) -> None:
    """Write what was built.

    Args:
        folder: Where to; made if it isn't there.
        items: The items as JSON Lines.
        rejected: Refused rows.
        card: The dataset card.

    Raises:
        OutputError: The folder can't be written to; it is as it was.
    """
    files = {
        ITEMS: [items],
        REJECTED: map(json_line, (one._asdict() for one in rejected)),
        CARD: [card.encode()],
    }
    with writing_to(folder, "free some space or name another folder"):
        write_together(folder, files)


def reasons(rejected: Sequence[Rejected]) -> Counter[str]:
    """Count refused rows by reason, without what is special to a row."""
    return Counter(_SPECIAL.split(one.reason)[0] for one in rejected)
