"""What can go wrong with a request, and what each fault means for it."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from enum import Enum, auto
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from openai import APIConnectionError, APIStatusError

LONGEST_WAIT = 120.0  # seconds, whatever Retry-After says

# What vLLM, SGLang, OpenAI, TGI, llama.cpp and others say of a prompt that leaves no room.
_UNFIT = re.compile(
    r"context[ _](length|size|window)|model[ _]len|too (long|large|big)|too many (input )?tokens"
    r"|max_tokens must be at least|inputs.{0,20}tokens|must have less than",
    re.IGNORECASE,
)
_NO_MODEL = re.compile(r"\bmodels?\b", re.IGNORECASE)
_NO_MONEY = re.compile(r"insufficient[_ ](quota|balance|credits?|funds)", re.IGNORECASE)


class Kind(Enum):
    """What a fault means."""

    BUSY = auto()  # the server answered that it can't answer now
    TIMEOUT = auto()
    UNREACHABLE = auto()  # no connection
    DROPPED = auto()  # a connection that ended without an answer
    SHAPELESS = auto()  # an answer that is no reply
    UNFIT = auto()  # a prompt that leaves no room in the model's context
    REFUSED = auto()  # anything else that is wrong with this one request
    FORBIDDEN = auto()  # hopeless, or one prompt that moderation stopped among good ones
    HOPELESS = auto()  # what no request will get past


RETRIES = {
    Kind.BUSY: 10,
    Kind.UNREACHABLE: 10,
    Kind.DROPPED: 10,
    Kind.TIMEOUT: 2,
    Kind.SHAPELESS: 2,
}


class Fault(Exception):
    """A request that wasn't answered.

    Attributes:
        kind: What that means.
        advice: What the user can do, where it is hopeless.
        wait: Seconds that the server asks to wait.
    """

    def __init__(self, kind: Kind, said: str, *, advice: str = "", wait: float = 0.0) -> None:
        super().__init__(said)
        self.kind, self.advice, self.wait = kind, advice, wait


def connection_fault(error: APIConnectionError) -> Fault:
    """Tell no connection, no answer and no answer in time apart."""
    chain: list[BaseException] = [error]
    while (cause := chain[-1].__cause__ or chain[-1].__context__) is not None:
        chain.append(cause.exceptions[0] if isinstance(cause, BaseExceptionGroup) else cause)
    root = chain[-1]
    if isinstance(root, ConnectionError) and root.errno:
        said = os.strerror(root.errno)
    else:
        said = (isinstance(root, OSError) and root.strerror) or str(root) or type(root).__name__
    # By name: openai brings httpx or httpx2.
    names = {type(link).__name__ for link in chain}
    if names & {"ConnectError", "ConnectTimeout"}:
        return Fault(Kind.UNREACHABLE, "timed out" if "ConnectTimeout" in names else said)
    if "APITimeoutError" in names:
        return Fault(Kind.TIMEOUT, "no answer within the timeout")
    return Fault(Kind.DROPPED, f"the connection ended without an answer ({said})")


def status_fault(error: APIStatusError, model: object) -> Fault:
    """Tell what an HTTP status above 399 means, with what the server said of it."""
    status, text = error.status_code, message(error.body)
    said = f"HTTP {status}: {text}"
    if status in (401, 403):
        kind = Kind.HOPELESS if status == 401 else Kind.FORBIDDEN
        return Fault(kind, said, advice="set OPENAI_API_KEY to a key that is valid there")
    if status == 402 or _NO_MONEY.search(f"{text} {error.code}"):
        return Fault(Kind.HOPELESS, said, advice="top up the account")
    if status in (404, 405):
        if status == 404 and _NO_MODEL.search(text):
            advice = f"it has no model {model!r}: name one that its /v1/models lists"
        else:
            advice = "the path is wrong: a right one ends like /v1/chat/completions"
        return Fault(Kind.HOPELESS, said, advice=advice)
    if status in (400, 413, 422, 500) and _UNFIT.search(text):
        return Fault(Kind.UNFIT, f"the prompt doesn't fit the model's context: {said}")
    if status in (408, 409, 429) or status >= 500:
        return Fault(Kind.BUSY, said, wait=_retry_after(error.response.headers))
    return Fault(Kind.REFUSED, said)


def message(body: object) -> str:
    """Find what a server says in the body of its answer, whatever shape that has."""
    while isinstance(body, Mapping):
        body = next((body[name] for name in ("message", "error", "detail") if body.get(name)), "")
    if isinstance(body, str):
        body = re.sub(r"(?s)<(script|style).*?</\1>|<[^>]*>", " ", body)
    return " ".join(str(body or "").split()) or "no reason given"


def _retry_after(headers: Mapping[str, Any]) -> float:
    """Seconds from a header that holds seconds or a date."""
    value = headers.get("retry-after", "")
    try:
        seconds = float(value)
    except ValueError:
        try:
            date = parsedate_to_datetime(value)
        except ValueError:
            return 0.0
        seconds = (date.replace(tzinfo=date.tzinfo or UTC) - datetime.now(UTC)).total_seconds()
    return min(max(seconds, 0.0), LONGEST_WAIT)
