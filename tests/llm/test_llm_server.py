"""What a server's faults come to, against a real one on loopback."""

from __future__ import annotations

import asyncio
import logging
import socket
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest

from followrag.errors import InputError, ServerError
from followrag.llm import Call, Failure, Outcome, Reply, Server, ask, chat, chat_url

KEY = "sk-very-secret-0123456789"


@pytest.fixture(autouse=True)
def _no_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)


def call(prompt: str = "hello", **settings: Any) -> Call:
    return chat("test", [{"role": "user", "content": prompt}], **settings)


def calls(count: int = 20, **settings: Any) -> list[Call]:
    return [call(f"question {number}", **settings) for number in range(count)]


def one(server: Any, asked: Call, **settings: Any) -> Outcome:
    (outcome,) = ask(Server(chat_url(server.url), **settings), [asked])
    return outcome


def error(url: str, count: int = 20, **settings: Any) -> str:
    with pytest.raises(ServerError) as caught:
        ask(Server(url, **settings), calls(count, max_tokens=50))
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_a_chat_is_answered_with_usage(chat_server: Callable[..., Any]) -> None:
    assert one(chat_server(), call()) == Reply(
        "reply to: hello", finish="stop", prompt_tokens=1, completion_tokens=3
    )


def test_a_completion_is_answered(chat_server: Callable[..., Any]) -> None:
    server = chat_server()
    asked = Call({"model": "test", "prompt": "once upon"})
    (outcome,) = ask(Server(f"{server.url}/completions"), [asked])
    assert isinstance(outcome, Reply)
    assert outcome.text == "reply to: once upon"


def test_thinking_is_told_apart_and_no_content_is_an_empty_answer(
    chat_server: Callable[..., Any],
) -> None:
    outcome = one(chat_server("--mode", "thinking", "--reply", "let me see"), call())
    assert isinstance(outcome, Reply)
    assert (outcome.text, outcome.reasoning, outcome.finish) == ("", "let me see", "length")


def test_bodies_arrive_as_they_are(chat_server: Callable[..., Any]) -> None:
    server = chat_server()
    asked = call(temperature=0, seed=7, top_k=3, chat_template_kwargs={"enable_thinking": False})
    one(server, asked)
    assert server.answered[0]["body"] == asked.body


def test_another_reader_makes_the_reply(chat_server: Callable[..., Any]) -> None:
    assert one(chat_server(), call(), read=lambda data: Reply(data["object"])) == Reply(
        "chat.completion"
    )


def test_no_more_requests_at_once_than_told(chat_server: Callable[..., Any]) -> None:
    server = chat_server("--delay", 0.02)
    ask(Server(chat_url(server.url), concurrency=3), calls(30))
    assert max(request["at_once"] for request in server.answered) == 3


def test_coroutines_share_the_bound(chat_server: Callable[..., Any]) -> None:
    server = chat_server("--delay", 0.02)

    async def main() -> list[Outcome]:
        async with Server(chat_url(server.url), concurrency=3) as engine:
            return await asyncio.gather(*(engine.reply(asked) for asked in calls(30)))

    outcomes = asyncio.run(main())
    assert all(isinstance(outcome, Reply) for outcome in outcomes)
    assert max(request["at_once"] for request in server.answered) == 3


@pytest.mark.parametrize("status", ["429", "500", "503", "408", "409"])
def test_a_busy_server_is_asked_again(chat_server: Callable[..., Any], status: str) -> None:
    outcome = one(chat_server("--mode", status, "--until", 2), call())
    assert isinstance(outcome, Reply)
    assert outcome.attempts == 3


@pytest.mark.parametrize("mode", ["empty", "html", "shapeless"])
def test_an_answer_that_is_no_reply_is_asked_for_again(
    chat_server: Callable[..., Any], mode: str
) -> None:
    server = chat_server("--mode", mode, "--until", 1)
    outcome = one(server, call())
    assert isinstance(outcome, Reply)
    assert outcome.attempts == 2


def test_a_timeout_is_retried_twice(chat_server: Callable[..., Any]) -> None:
    outcome = one(chat_server("--mode", "hang"), call(), timeout=0.2)
    assert outcome == Failure("no answer within the timeout (3 attempts)", attempts=3)


def date_in(seconds: int) -> str:
    return format_datetime(datetime.now(UTC) + timedelta(seconds=seconds + 1), usegmt=True)


@pytest.mark.parametrize("form", [str, date_in])
def test_retry_after_is_honoured(
    chat_server: Callable[..., Any], form: Callable[[int], str]
) -> None:
    server = chat_server("--mode", "429", "--until", 1, "--retry-after", form(2))
    start = time.monotonic()
    outcome = one(server, call())
    assert outcome.attempts == 2
    assert time.monotonic() - start > 1.5


def test_a_request_that_is_wrong_fails_at_once_with_what_the_server_says(
    chat_server: Callable[..., Any],
) -> None:
    outcome = one(chat_server("--mode", "422"), call())
    assert outcome == Failure("HTTP 422: Something went wrong")


def test_a_prompt_without_room_gets_half_the_limit(chat_server: Callable[..., Any]) -> None:
    server = chat_server("--mode", "context", "--context", 600)
    outcome = one(server, call("word " * 100, max_completion_tokens=2000))
    assert isinstance(outcome, Reply)
    assert (outcome.attempts, outcome.max_tokens) == (3, 500)
    assert server.answered[0]["body"]["max_completion_tokens"] == 500


def test_a_prompt_that_never_fits_fails_alone(chat_server: Callable[..., Any]) -> None:
    server = chat_server("--mode", "context", "--context", 600)
    long = [call(f"{number} " * 590, max_tokens=1000) for number in range(20)]
    outcomes = ask(Server(chat_url(server.url), concurrency=1), [call(max_tokens=20), *long])
    assert isinstance(outcomes[0], Reply)
    for outcome in outcomes[1:]:
        assert isinstance(outcome, Failure)
        assert outcome.reason.startswith(
            "the prompt doesn't fit the model's context: HTTP 400: This model's maximum context"
        )
        assert "\n" not in outcome.reason


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--key", KEY), ": HTTP 401: Incorrect API key provided: None"),
        (("--mode", "403"), ": HTTP 403: Something went wrong; set OPENAI_API_KEY to a key that"),
        (("--mode", "402"), ": HTTP 402: Something went wrong; top up the account"),
        (("--mode", "404"), ": HTTP 404: Not Found; the path is wrong: a right one ends like /v1/"),
        (("--mode", "405"), ": HTTP 405: Something went wrong; the path is wrong"),
        (("--mode", "no-model"), "The model `test` does not exist.; it has no model 'test': name"),
        (("--model", "other"), "The model `test` does not exist.; it has no model 'test': name"),
        (("--mode", "400"), ": answered none of the first 8 requests; check the URL and the"),
        (("--mode", "empty"), "last: an answer that is not JSON"),
        (("--mode", "html"), "last: an answer that is no JSON object: It works!"),
        (("--mode", "shapeless"), "last: an answer that is no reply: no choices"),
        (("--mode", "context", "--context", 10), ": its context is too small for the first 8"),
    ],
)
def test_a_server_that_no_request_gets_past_is_one_clear_line(
    chat_server: Callable[..., Any], options: tuple[object, ...], said: str
) -> None:
    server = chat_server(*options)
    told = error(chat_url(server.url))
    assert told.startswith(f"{chat_url(server.url)}: ")
    assert said in told
    assert len(told) < 600
    assert server.answered == []


def test_a_wrong_path_is_named(chat_server: Callable[..., Any]) -> None:
    server = chat_server()
    wrong = server.url.removesuffix("/v1") + "/chat/completions"
    assert error(wrong) == (
        f"{wrong}: HTTP 404: Not Found; the path is wrong: a right one ends like "
        "/v1/chat/completions"
    )


def test_an_unreachable_server_is_named() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unused.getsockname()[1]}/v1/chat/completions"
        assert error(url) == (
            f"{url}: can't be reached (Connection refused); start it, or correct the URL"
        )
    assert "can't be reached" in error("http://no-such-host.invalid/v1/chat/completions")


def test_few_requests_that_fail_are_no_reason_to_give_up(chat_server: Callable[..., Any]) -> None:
    server = Server(chat_url(chat_server("--mode", "400").url))
    assert ask(server, calls(7)) == [Failure("HTTP 400: Something went wrong")] * 7


def test_requests_answered_in_an_earlier_run_speak_for_the_server(
    chat_server: Callable[..., Any],
) -> None:
    server = Server(chat_url(chat_server("--mode", "400").url))
    server.answered = 1
    assert ask(server, calls(20)) == [Failure("HTTP 400: Something went wrong")] * 20


def test_a_server_that_breaks_for_good_is_given_up(chat_server: Callable[..., Any]) -> None:
    server = chat_server("--mode", "empty")
    engine = Server(chat_url(server.url))
    engine.answered = 1
    with pytest.raises(ServerError, match="answers no more; 8 failed in a row, last: an answer"):
        ask(engine, calls(20))


def test_the_key_comes_from_the_environment(
    chat_server: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    server = chat_server("--key", KEY)
    monkeypatch.setenv("OPENAI_API_KEY", f"{KEY}\n")
    assert isinstance(one(server, call()), Reply)
    monkeypatch.setenv("OPENAI_API_KEY", "another")
    assert isinstance(one(server, call(), headers={"Authorization": f"Bearer {KEY}"}), Reply)


@pytest.mark.parametrize("headers", [None, {}, {"api-key": KEY}])
def test_no_key_is_sent_where_none_is_set(
    chat_server: Callable[..., Any], headers: dict[str, str] | None
) -> None:
    server = chat_server()
    one(server, call(), headers=headers)
    assert "authorization" not in server.answered[0]["headers"]
    assert ("api-key" in server.answered[0]["headers"]) == bool(headers)


def test_keys_stay_out_of_errors_and_logs(
    chat_server: Callable[..., Any], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    server = chat_server("--mode", "401")
    engine = Server(chat_url(server.url), headers={"Authorization": f"Bearer {KEY}"})
    with pytest.raises(ServerError, match=r"provided: Bearer \*\*\*") as caught:
        ask(engine, calls())
    parts = [repr(caught.value), repr(engine), caplog.text, str(caught.getrepr(chain=True))]
    assert KEY not in "".join(parts)


def test_no_line_is_logged_for_a_request(
    chat_server: Callable[..., Any], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    one(chat_server(), call())
    assert caplog.text == ""


def test_a_password_in_the_url_is_not_shown() -> None:
    told = error(f"http://me:{KEY}@127.0.0.1:9/v1/chat/completions?api-key={KEY}")
    assert told.startswith("http://127.0.0.1:9/v1/chat/completions: can't be reached")


def test_a_key_that_cannot_be_sent_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", f"{KEY}…")
    with pytest.raises(InputError, match="the header Authorization holds characters") as caught:
        Server("http://127.0.0.1:9/v1/chat/completions")
    assert KEY not in str(caught.value)


@pytest.mark.parametrize(
    "url",
    ["localhost:8000/v1", "v1/chat", "", "ftp://host/v1", "http://h:port/v1", "http://[::1/v1"],
)
def test_what_is_no_url_is_refused(url: str) -> None:
    with pytest.raises(InputError, match=r"is no URL of a server; one looks like http://127"):
        Server(url)


def test_certificates_to_trust_must_be_there(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"no\.pem: holds no certificates to trust"):
        Server("https://127.0.0.1:9/v1", verify=str(tmp_path / "no.pem"))
    empty = tmp_path / "empty.pem"
    empty.write_text("nothing")
    with pytest.raises(InputError, match=r"empty\.pem: holds no certificates to trust"):
        Server("https://127.0.0.1:9/v1", verify=str(empty))


@pytest.mark.parametrize(
    ("base", "url"),
    [
        ("http://h/v1", "http://h/v1/chat/completions"),
        ("http://h", "http://h/v1/chat/completions"),
        ("http://h/v1?version=1", "http://h/v1/chat/completions?version=1"),
        ("http://h/v1/", "http://h/v1/chat/completions"),
        ("http://h/v1/chat/completions", "http://h/v1/chat/completions"),
        ("http://h/v1/chat/completions/", "http://h/v1/chat/completions"),
    ],
)
def test_a_base_url_is_completed(base: str, url: str) -> None:
    assert chat_url(base) == url
