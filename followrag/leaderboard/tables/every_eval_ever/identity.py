"""What a record is called and where it lies, as the datastore's rules for paths ask."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any
from uuid import UUID

from followrag.files import json_line
from followrag.leaderboard.texts import one_line

UNKNOWN = "unknown"
_NOT_PORTABLE = re.compile(r'[<>:"\\|?*/\x00-\x1f]')
_RESERVED = re.compile(r"(?i)(data|con|prn|aux|nul|com[1-9]|lpt[1-9])(\..*)?")
_LONGEST = 120  # bytes of a path's part


@dataclass(frozen=True)
class Identity:
    """Whose figures on what.

    Attributes:
        collection: The benchmark's folder.
        developer: The developer's folder, from a model's name DEVELOPER/MODEL; `unknown` where the
            name has no such part.
        model: The model's folder.
        uuid: The record's own name, made of what is in it.
    """

    collection: str
    developer: str
    model: str
    uuid: UUID

    @classmethod
    def of(cls, collection: str, model: str, content: Mapping[str, Any]) -> Identity:
        """Name a record by what it is about and what it holds."""
        developer, _, rest = one_line(model).partition("/")
        if not rest:
            developer, rest = "", developer
        described = {"collection": collection, "model": model, **content}
        return cls(
            _part(collection),
            _part(developer),
            "_".join(_part(part) for part in rest.split("/") if part) or UNKNOWN,
            UUID(bytes=sha256(json_line(described)).digest()[:16], version=4),
        )

    @property
    def model_id(self) -> str:
        """The model's identifier, DEVELOPER/MODEL."""
        return f"{self.developer}/{self.model}"

    @property
    def record(self) -> str:
        """Path of the record in the datastore."""
        return f"data/{self.collection}/{self.model_id}/{self.uuid}.json"

    @property
    def samples(self) -> str:
        """Path of the rows in the datastore."""
        return f"data/{self.collection}/{self.model_id}/{self.uuid}_samples.jsonl"

    def evaluation_id(self, timestamp: str) -> str:
        """Name the evaluation, as the schema recommends."""
        return f"{self.collection}/{self.model_id}/{timestamp}"


def _part(text: str) -> str:
    name = _NOT_PORTABLE.sub("_", one_line(text)).rstrip(". ").lstrip()
    if _RESERVED.fullmatch(name):
        name = f"_{name}"
    name = name.encode()[:_LONGEST].decode(errors="ignore").rstrip(". ")
    return name or UNKNOWN
