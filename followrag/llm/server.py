"""An OpenAI-compatible server as an engine."""

from __future__ import annotations

import asyncio
import logging
import os
import random
import ssl
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, contextmanager
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

from followrag.errors import InputError, ServerError
from followrag.llm.calls import Call, Failure, Outcome, Reply
from followrag.llm.faults import RETRIES, Fault, Kind, connection_fault, message, status_fault
from followrag.llm.replies import read_reply
from followrag.llm.room import with_less_room
from followrag.llm.urls import bare_url, url_secrets

_GIVEN_UP_AFTER = 8  # failures in a row, or as many as there are requests at once
_FIRST_RETRIES = 2  # to reach a server that never answered
_CONNECTING = 5.0  # seconds
_LONGEST_BACKOFF = 8.0  # seconds; ten retries then take about 45
_ITS_OWN = (Kind.UNFIT, Kind.REFUSED, Kind.FORBIDDEN)
_SECRET = 8  # characters; a shorter value of a header is no key
_SAID = 300  # characters quoted of what a server says
_LOGGERS = ("openai", "httpx", "httpx2", "httpcore", "httpcore2")


class Server:
    """An engine over an OpenAI-compatible endpoint.

    Busy servers and broken connections are retried for about 45 s, timeouts and answers that are
    no reply twice, each after a growing, jittered wait or what Retry-After asks for (at most 120
    s). A prompt that leaves no room is sent again with half the limit, down to 256 tokens. What
    then remains is a `Failure`. What no request will get past (a refused key, a wrong path, an
    unknown model, no server, or failures in a row and nothing else) is a `ServerError`.

    Args:
        url: The full endpoint (".../v1/chat/completions").
        headers: Sent as given; without them the environment's OPENAI_API_KEY is, where it is set.
        concurrency: Requests at once.
        timeout: Seconds that one may take.
        verify: Whether certificates are checked, or a file of those to trust.
        read: Makes a reply of the JSON that is answered; it raises ValueError where it can't.

    Raises:
        InputError: A setting can't be used, or the openai package is missing.
    """

    def __init__(
        self,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        concurrency: int = 8,
        timeout: float = 600.0,
        verify: bool | str = True,
        read: Callable[[dict[str, Any]], Reply] = read_reply,
    ) -> None:
        try:
            import openai
        except ImportError as error:
            raise InputError(
                "asking a server needs the openai package: pip install 'followrag[api]'"
            ) from error
        self._openai = openai
        if concurrency < 1:
            raise InputError(f"concurrency {concurrency}: must be at least 1")
        self.answered = 0
        self._name = _shown(url)
        self._url, self._concurrency, self._timeout = url, concurrency, timeout
        self._headers = _checked(headers)
        self._hidden = [*self._headers.values(), *url_secrets(url)]
        self._verify = _trust(verify) if isinstance(verify, str) else verify
        self._read = read
        self._reached = False
        self._in_a_row = 0

    async def __aenter__(self) -> Server:
        openai = self._openai
        self._turns = asyncio.Semaphore(self._concurrency)
        async with AsyncExitStack() as stack:
            stack.enter_context(_quiet())
            transport = openai.DefaultAsyncHttpxClient(verify=self._verify)
            self._client = await stack.enter_async_context(
                openai.AsyncOpenAI(
                    api_key="sent in the headers",
                    base_url=self._url,
                    max_retries=0,
                    timeout=openai.Timeout(self._timeout, connect=_CONNECTING),
                    http_client=transport,
                )
            )
            self._open = stack.pop_all()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._open.aclose()

    def run(self, calls: Sequence[Call], done: Callable[[Call, Outcome], None]) -> None:
        """Answer all calls; see `Engine`."""
        try:
            asyncio.run(self._run(calls, done))
        except ExceptionGroup as group:
            raise group.exceptions[0] from None

    async def _run(self, calls: Sequence[Call], done: Callable[[Call, Outcome], None]) -> None:
        waiting = iter(calls)

        async def work() -> None:
            for call in waiting:
                done(call, await self.reply(call))

        async with self, asyncio.TaskGroup() as workers:
            for _ in range(min(self._concurrency, len(calls))):
                workers.create_task(work())

    async def reply(self, call: Call) -> Outcome:
        """Answer a call, within `async with` of the server.

        Raises:
            ServerError: Nothing more can be had from it.
        """
        async with self._turns:
            return await self._reply(call)

    async def _reply(self, call: Call) -> Outcome:
        body, limit = call.body, None
        met: Counter[Kind] = Counter()
        attempts = 0
        while True:
            attempts += 1
            try:
                reply = await self._send(body)
            except Fault as caught:
                fault = caught
            else:
                self.answered += 1
                self._reached, self._in_a_row = True, 0
                return replace(reply, attempts=attempts, max_tokens=limit)
            if fault.kind is Kind.UNFIT and (less := with_less_room(body)) is not None:
                body, limit = less
                continue
            met[fault.kind] += 1
            if met[fault.kind] > self._retries(fault.kind):
                return self._give_up(fault, attempts)
            backoff = min(_LONGEST_BACKOFF, 0.125 * 2.0 ** met.total()) * random.uniform(0.75, 1.25)
            await asyncio.sleep(max(fault.wait, backoff))

    async def _send(self, body: Mapping[str, Any]) -> Reply:
        headers: dict[str, Any] = dict(self._headers)
        if "authorization" not in {name.lower() for name in headers}:
            headers["Authorization"] = self._openai.Omit()  # else the client sends its own
        try:
            data = await self._client.post(
                self._url, cast_to=object, body=body, options={"headers": headers}
            )
        except self._openai.APIStatusError as error:
            raise status_fault(error, body.get("model")) from None
        except self._openai.APIConnectionError as error:
            raise connection_fault(error) from None
        except UnicodeEncodeError:
            said = "the prompt holds half of a surrogate pair, which can't be sent"
            raise Fault(Kind.REFUSED, said) from None
        except ValueError:
            raise Fault(Kind.SHAPELESS, "an answer that is not JSON") from None
        if not isinstance(data, dict):
            raise Fault(Kind.SHAPELESS, f"an answer that is no JSON object: {message(data)}")
        try:
            return self._read(data)
        except (ValueError, TypeError, LookupError, AttributeError) as error:
            raise Fault(Kind.SHAPELESS, f"an answer that is no reply: {error}") from None

    def _retries(self, kind: Kind) -> int:
        if kind in (Kind.UNREACHABLE, Kind.DROPPED) and not self._reached:
            return _FIRST_RETRIES
        return RETRIES.get(kind, 0)

    def _give_up(self, fault: Fault, attempts: int) -> Failure:
        said = self._clean(str(fault))
        if fault.kind is Kind.HOPELESS or (fault.kind is Kind.FORBIDDEN and not self._reached):
            raise ServerError(f"{self._name}: {said}; {fault.advice}")
        if fault.kind is Kind.UNREACHABLE:
            raise ServerError(
                f"{self._name}: can't be reached any more ({said}); start it again"
                if self._reached
                else f"{self._name}: can't be reached ({said}); start it, or correct the URL"
            )
        # One bad request among good ones is that request's own.
        if not (self.answered and fault.kind in _ITS_OWN):
            self._in_a_row += 1
        if self._in_a_row >= max(_GIVEN_UP_AFTER, self._concurrency):
            raise ServerError(self._why(fault.kind, said))
        return Failure(f"{said} ({attempts} attempts)" if attempts > 1 else said, attempts)

    def _why(self, kind: Kind, said: str) -> str:
        if self.answered:
            return f"{self._name}: answers no more; {self._in_a_row} failed in a row, last: {said}"
        if kind is Kind.UNFIT:
            return (
                f"{self._name}: its context is too small for the first {self._in_a_row} prompts; "
                f"serve the model with a longer one, or ask for fewer tokens; last: {said}"
            )
        return (
            f"{self._name}: answered none of the first {self._in_a_row} requests; check the URL "
            f"and the settings; last: {said}"
        )

    def _clean(self, said: str) -> str:
        """Make one line of what a server says, without the keys that it may repeat."""
        for value in self._hidden:
            secret = value.rpartition(" ")[2]
            if len(secret) >= _SECRET:
                said = said.replace(secret, "***")
        said = " ".join(said.split())
        return said if len(said) <= _SAID else said[: _SAID - 3] + "..."


def _shown(url: str) -> str:
    """Check a URL, and leave out what may be secret of it: a user, a password, a query.

    Raises:
        InputError: It is none.
    """
    try:
        parts = urlsplit(url)
        if parts.scheme in ("http", "https") and parts.hostname and parts.port != 0:
            return bare_url(url)
    except ValueError:
        pass  # a port that is no number, brackets that don't close
    shown = url.partition("?")[0].rpartition("@")[2]
    raise InputError(
        f"{shown}: is no URL of a server; one looks like http://127.0.0.1:8000/v1/chat/completions"
    )


def _checked(headers: Mapping[str, str] | None) -> dict[str, str]:
    """Take the headers given, or the key of the environment.

    Raises:
        InputError: One can't be sent; the text doesn't show it.
    """
    if headers is None:
        key = os.environ.get("OPENAI_API_KEY", "").strip()
        headers = {"Authorization": f"Bearer {key}"} if key else {}
    for name, value in headers.items():
        if not (value.isascii() and value.isprintable()):
            raise InputError(
                f"the header {name} holds characters that can't be sent; set OPENAI_API_KEY, or "
                "what else it comes from, again"
            )
    return dict(headers)


def _trust(path: str) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=path)
    except OSError as error:
        raise InputError(f"{path}: holds no certificates to trust ({error.strerror})") from error


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep a line for every request out of the log."""
    before = {name: logging.getLogger(name).level for name in _LOGGERS}
    for name in before:
        logging.getLogger(name).setLevel(logging.WARNING)
    try:
        yield
    finally:
        for name, level in before.items():
            logging.getLogger(name).setLevel(level)
