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
from typing import Literal

from followrag.errors import PatternError

CPU_SECONDS = 2
WALL_SECONDS = 20
_LINEAR = re.compile(r"[^\\*+?{}()\[\]|^$]*")
_LITERAL = re.compile(r"[^\\*+?{}()\[\]|^$.]*")
_CHILD = """
import json, re, sys
try:
    import resource
    resource.setrlimit(resource.RLIMIT_CPU, ({cpu}, {cpu}))
except ImportError:
    pass
pattern, flags, operation, text = json.load(sys.stdin)
print(len(getattr(re, operation)(pattern, text, flags=flags)))
"""

Operation = Literal["findall", "split"]


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
        if self._is_ruled_out(text):
            return False
        if self.is_linear:
            return self._compiled.search(text) is not None
        return self._length("findall", text) > 0

    def count(self, text: str) -> int:
        """Count the non-overlapping matches in `text`; raises like `found_in`."""
        return 0 if self._is_ruled_out(text) else self._length("findall", text)

    def parts(self, text: str) -> int:
        """Count the parts that `re.split` makes of `text`; raises like `found_in`."""
        return 1 if self._is_ruled_out(text) else self._length("split", text)

    @cached_property
    def _literal(self) -> str | None:
        """The source in lower case if it is plain ASCII without any special sign."""
        is_literal = self.source.isascii() and _LITERAL.fullmatch(self.source)
        return self.source.lower() if is_literal else None

    def _is_ruled_out(self, text: str) -> bool:
        """Tell without compiling that nothing matches: a literal source isn't there in any case.

        Beyond ASCII, `re.IGNORECASE` takes letters for equal that `str.lower` doesn't.
        """
        return self._literal is not None and text.isascii() and self._literal not in text.lower()

    def _length(self, operation: Operation, text: str) -> int:
        compiled = self._compiled
        if self.is_linear:
            return len(getattr(compiled, operation)(text))
        request = json.dumps([compiled.pattern, self.flags, operation, text])
        try:
            child = subprocess.run(
                [sys.executable, "-I", "-S", "-c", _CHILD.format(cpu=CPU_SECONDS)],
                input=request,
                capture_output=True,
                text=True,
                timeout=WALL_SECONDS,
                check=True,
            )
        except (subprocess.TimeoutExpired, subprocess.CalledProcessError) as error:
            raise PatternError(
                f"matching {self.source!r} did not end within {CPU_SECONDS} s of processor time; "
                "it backtracks catastrophically"
            ) from error
        return int(child.stdout)
