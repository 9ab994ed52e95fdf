r"""Regular expressions that come from the data, matched in bounded time.

The published checkers paste keywords, markers and splitters unescaped into their regular
expressions (FollowRAG instructions.py:688-1055), so an item's text decides what they match and how
long that takes. A source of plain characters and dots can only take time linear in the text and is
matched in place. Any other source is matched by Python's own `re` in a child process with a limit
on its processor time, because `re` can't be interrupted inside a thread.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from dataclasses import dataclass
from functools import cached_property

from followrag.errors import PatternError

CPU_SECONDS = 1
WALL_SECONDS = 20
MEMORY_BYTES = 1 << 30
_LINEAR = re.compile(r"[^\\*+?{}()\[\]|^$]*")
_LITERAL = re.compile(r"[^\\*+?{}()\[\]|^$.]*")
_CHILD = f"""
import json, re, sys
for name, limit in ("RLIMIT_CPU", {CPU_SECONDS}), ("RLIMIT_AS", {MEMORY_BYTES}):
    try:
        import resource
        resource.setrlimit(getattr(resource, name), (limit, limit))
    except (ImportError, AttributeError, ValueError, OSError):
        pass  # not every system has, or grants, every limit
expression, flags, most, text = json.load(sys.stdin)
count = 0
for _ in re.compile(expression, flags).finditer(text):
    count += 1
    if count == most:
        break
print(count)
"""


@dataclass(frozen=True)
class Pattern:
    """A regular expression built around `source`, a text from an item.

    Attributes:
        source: The item's text, unescaped.
        before: What the published checker puts before it.
        after: What the published checker puts after it.
        flags: Flags of the `re` module.
    """

    source: str
    before: str = ""
    after: str = ""
    flags: int = 0

    @cached_property
    def _compiled(self) -> re.Pattern[str]:
        expression = f"{self.before}{self.source}{self.after}"
        try:
            return re.compile(expression, self.flags)
        except (re.error, OverflowError, RecursionError) as error:
            raise PatternError(f"{self.source!r} is not a regular expression: {error}") from error

    @cached_property
    def is_linear(self) -> bool:
        """Whether the source holds nothing that could make matching slow."""
        return _LINEAR.fullmatch(self.source) is not None

    def found_in(self, text: str) -> bool:
        """Tell whether the pattern matches anywhere in `text`.

        Raises:
            PatternError: The source doesn't compile or its matching was stopped.
        """
        occurrences = self._occurrences(text)
        if occurrences is not None:
            return occurrences > 0
        compiled = self._compiled
        if self.is_linear:
            return compiled.search(text) is not None
        return self._count_in_child(text, most=1) > 0

    def count(self, text: str) -> int:
        """Count the non-overlapping matches in `text`; raises like `found_in`."""
        occurrences = self._occurrences(text)
        if occurrences is not None:
            return occurrences
        compiled = self._compiled
        if self.is_linear:
            return len(compiled.findall(text))
        return self._count_in_child(text, most=None)

    def cuts(self, text: str) -> int:
        """Count the parts, less one, that `re.split` makes of `text`; raises like `found_in`.

        `re.split` returns the pattern's groups as parts of their own.
        """
        matches = self.count(text)
        return matches * (1 + self._compiled.groups) if matches else 0

    @cached_property
    def _literal(self) -> str | None:
        """The source in lower case if it is plain ASCII without any special sign."""
        is_literal = self.source.isascii() and _LITERAL.fullmatch(self.source)
        return self.source.lower() if is_literal else None

    def _occurrences(self, text: str) -> int | None:
        """Count the matches without a regular expression where that is possible.

        It is where the source is literal, and either nothing else is asked for or it doesn't
        occur at all. Beyond ASCII, `re.IGNORECASE` takes letters for equal that `str.lower`
        doesn't.
        """
        if self._literal is None or not text.isascii():
            return None
        found = text.lower().count(self._literal)
        is_bare = not self.before and not self.after and self.flags == re.IGNORECASE
        return found if is_bare or not found else None

    def _count_in_child(self, text: str, most: int | None) -> int:
        request = [self._compiled.pattern, self.flags, most, text]
        try:
            child = subprocess.run(
                [sys.executable, "-I", "-S", "-c", _CHILD],
                input=json.dumps(request),
                capture_output=True,
                text=True,
                timeout=WALL_SECONDS,
                check=True,
            )
        except (subprocess.TimeoutExpired, subprocess.CalledProcessError) as error:
            raise PatternError(
                f"matching {self.source!r} did not end within {CPU_SECONDS} s of processor time "
                f"and {MEMORY_BYTES >> 20} MiB of memory; it may backtrack catastrophically"
            ) from error
        return int(child.stdout)
