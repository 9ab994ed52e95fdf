"""Secrets among the model's arguments: they reach the model, and nothing that is written.

lm-eval logs its model arguments and writes them into its results twice, so it must not be given
any that are secret.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from followrag.llm.urls import bare_url

_NAME = re.compile(r"key|auth|secret|password|header|^token$|_token$", re.IGNORECASE)


class Arguments(NamedTuple):
    """A model's arguments.

    Attributes:
        public: What may be recorded.
        secret: What the model needs besides, or in place of a public value.
    """

    public: dict[str, Any]
    secret: dict[str, Any]


def split_secrets(arguments: Mapping[str, Any]) -> Arguments:
    """Tell the secret arguments apart: keys, tokens, headers, and what a URL has beside its path.

    Switches (`add_bos_token=True`) and the mark at which reasoning ends are no secrets.
    """
    public: dict[str, Any] = {}
    secret: dict[str, Any] = {}
    for name, value in arguments.items():
        is_switch = isinstance(value, bool)
        if not is_switch and name != "think_end_token" and _NAME.search(name):
            secret[name] = value
            continue
        public[name] = value
        if isinstance(value, str) and (bare := bare_url(value)) != value:
            public[name], secret[name] = bare, value
    return Arguments(public, secret)
