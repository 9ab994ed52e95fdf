"""An OpenAI-compatible server on loopback that fails as told; standard library only.

    python tests/chat_server.py --port 0 [options]

The first line on standard output is its port. It answers GET /v1/models and POST
/v1/chat/completions and /v1/completions with usage, counting a word as a token, /generate as SGLang
does, and any other path with 404. Tests get it as a process of its own from the fixture
`chat_server`.

--mode NAME      how requests are answered:
    ok               a reply
    context          a reply, or vLLM's 400 where the prompt and max_tokens exceed --context
    thinking         the reply as reasoning_content, no content, finish_reason "length"
    401, 429, ...    this HTTP status; 401 repeats the key it was sent; 429 has Retry-After
    no-model         vLLM's 404 for a model that isn't served
    empty, html      200 with no body, or with an HTML page
    shapeless        200 with JSON that is no completion
    hang             no answer, ever
--until N        the mode holds for the first N requests; later ones are answered as in `ok`
--fail P         this share of the requests fails: 500, 503, 429 with Retry-After: 0, or a dropped
                 connection, drawn with --seed
--delay S        seconds before each answer
--retry-after V  the Retry-After header of mode 429, 0 unless told
--context N      tokens that a prompt and its answer may have together
--model NAME     the only model that is served; any is unless told
--key KEY        the key that must be sent
--reply TEXT     what is answered; "reply to: " and the end of the prompt unless told
--replies FILE   a JSON object; where one of its keys is part of the prompt, its value is answered
--log FILE       a JSON line for each answered request: {"path", "body", "reply", "at_once",
                 "headers"}, written before the answer is sent: what was paid for. `at_once`: how
                 many requests were in work then; `headers` leaves out values.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import random
import socket
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

MESSAGES = {
    401: "Incorrect API key provided: {authorization}. You can find your key in your account.",
    404: "Not Found",
    429: "Rate limit reached. Please try again later.",
}
DROP = 0  # in place of a status: close the connection without a word


class ChatServer(ThreadingHTTPServer):
    """What the threads share."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, options: argparse.Namespace) -> None:
        super().__init__(("127.0.0.1", options.port), Handler)
        self.options = options
        self.replies: dict[str, str] = {}
        if options.replies:
            self.replies = json.loads(Path(options.replies).read_text(encoding="utf-8"))
        self.random = random.Random(options.seed)
        self.lock = threading.Lock()
        self.seen = self.at_once = 0

    def enter(self) -> tuple[str, int | None]:
        """Count a request in; give its mode and the status that it fails with, if it does."""
        with self.lock:
            self.seen += 1
            self.at_once += 1
            until = self.options.until
            mode = self.options.mode if until is None or self.seen <= until else "ok"
            fails = self.random.random() < self.options.fail
            return mode, self.random.choice([500, 503, 429, DROP]) if fails else None

    def leave(self) -> None:
        with self.lock:
            self.at_once -= 1

    def record(self, line: dict[str, Any]) -> None:
        if self.options.log:
            with self.lock:
                text = json.dumps({**line, "at_once": self.at_once}) + "\n"
                file = os.open(self.options.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
                os.write(file, text.encode())
                os.close(file)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Clients that go away are what tests are about."""


class Handler(BaseHTTPRequestHandler):
    server: ChatServer
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def log_message(self, *arguments: Any) -> None:
        """Keep quiet."""

    def do_GET(self) -> None:
        if self.path == "/v1/models":
            options = self.server.options
            model = {"id": options.model or "test", "object": "model"}
            model["max_model_len"] = options.context
            self.send({"object": "list", "data": [model]})
        else:
            self.fail(405 if "completions" in self.path else 404)

    def do_POST(self) -> None:
        self.path = self.path.partition("?")[0]
        body = json.loads(self.rfile.read(int(self.headers.get("Content-Length", 0))))
        mode, failure = self.server.enter()
        try:
            time.sleep(self.server.options.delay)
            self.answer(mode, failure, body)
        finally:
            self.server.leave()

    def answer(self, mode: str, failure: int | None, body: dict[str, Any]) -> None:
        options = self.server.options
        if failure == DROP:
            self.close_connection = True
            with contextlib.suppress(OSError):
                self.connection.shutdown(socket.SHUT_RDWR)
        elif failure is not None:
            self.fail(failure, retry_after="0")
        elif self.path not in ("/v1/chat/completions", "/v1/completions", "/generate"):
            self.fail(404)
        elif options.key and self.headers.get("Authorization") != f"Bearer {options.key}":
            self.fail(401)
        elif mode.isdigit():
            self.fail(int(mode), retry_after=options.retry_after if mode == "429" else None)
        elif mode == "no-model" or options.model not in (None, body.get("model")):
            self.fail(404, f"The model `{body.get('model')}` does not exist.")
        elif mode == "empty":
            self.send(b"")
        elif mode == "html":
            self.send(b"<html><body><h1>It works!</h1></body></html>", type="text/html")
        elif mode == "shapeless":
            self.send({"status": "fine"})
        elif self.path == "/generate":
            self.generate(body)
        elif mode == "hang":
            threading.Event().wait()
        else:
            self.complete(mode, body)

    def generate(self, body: dict[str, Any]) -> None:
        """Answer as SGLang does: tokens in two dimensions are a batch, answered with a list."""
        limit = body["sampling_params"]["max_new_tokens"]
        finish = {"type": "length", "length": limit}
        answer = {"text": "generated", "meta_info": {"finish_reason": finish}}
        self.server.record({"path": self.path, "body": body, "reply": "generated", "headers": []})
        is_batch = isinstance(body.get("input_ids", [0])[0], list)
        self.send([answer] if is_batch else answer)

    def complete(self, mode: str, body: dict[str, Any]) -> None:
        options = self.server.options
        chat = self.path.endswith("chat/completions")
        if chat:
            parts = [message["content"] for message in body["messages"]]
        elif isinstance(body["prompt"], str):
            parts = [body["prompt"]]
        else:  # a prompt as tokens
            parts = [" ".join(map(str, *body["prompt"]))]
        prompt = "\n".join(parts)
        asked = len(prompt.split())
        room = body.get("max_completion_tokens") or body.get("max_tokens") or options.context
        if mode == "context" and asked + room > options.context:
            self.fail(
                400,
                f"This model's maximum context length is {options.context} tokens. However, you "
                f"requested {room} output tokens and your prompt contains {asked} input tokens, "
                f"for a total of {asked + room} tokens. Please reduce the length of the input "
                "prompt or the number of requested output tokens.",
            )
            return
        reply = options.reply
        if reply is None:
            reply = f"reply to: {parts[-1][-40:]}"
        for part, text in self.server.replies.items():
            if part in prompt:
                reply = text
                break
        words = reply.split()
        finish = "length" if len(words) > room or mode == "thinking" else "stop"
        text = " ".join(words[:room]) if len(words) > room else reply
        headers = sorted(name.lower() for name in self.headers)
        self.server.record({"path": self.path, "body": body, "reply": text, "headers": headers})
        choice: dict[str, Any] = {"index": 0, "finish_reason": finish}
        if chat and mode == "thinking":
            thoughts = {"content": None, "reasoning_content": text}
            choice["message"] = {"role": "assistant", **thoughts}
        elif chat:
            choice["message"] = {"role": "assistant", "content": text}
        else:
            choice["text"] = text
        answered = min(len(words), room)
        usage = {"prompt_tokens": asked, "completion_tokens": answered}
        self.send(
            {
                "id": "test",
                "object": "chat.completion" if chat else "text_completion",
                "created": 0,
                "model": body.get("model"),
                "choices": [choice],
                "usage": {**usage, "total_tokens": asked + answered},
            }
        )

    def fail(self, status: int, message: str = "", retry_after: str | None = None) -> None:
        text = message or MESSAGES.get(status, "Something went wrong").format(
            authorization=self.headers.get("Authorization")
        )
        error = {"message": text, "type": "TestError", "param": None, "code": status}
        # FastAPI's own answer to a path that it doesn't know.
        plain = status in (404, 405) and not message
        headers = {} if retry_after is None else {"Retry-After": retry_after}
        self.send({"detail": text} if plain else {"error": error}, status=status, **headers)

    def send(
        self,
        content: bytes | object,
        type: str = "application/json",
        status: int = 200,
        **more: str,
    ) -> None:
        data = content if isinstance(content, bytes) else json.dumps(content).encode()
        with contextlib.suppress(OSError):
            self.send_response(status)
            self.send_header("Content-Type", type)
            self.send_header("Content-Length", str(len(data)))
            for name, value in more.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(data)


def main() -> None:
    parser = argparse.ArgumentParser(allow_abbrev=False)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--mode", default="ok")
    parser.add_argument("--until", type=int)
    parser.add_argument("--fail", type=float, default=0.0)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--delay", type=float, default=0.0)
    parser.add_argument("--retry-after", default="0")
    parser.add_argument("--context", type=int, default=1_000_000)
    for name in ("--model", "--key", "--reply", "--replies", "--log"):
        parser.add_argument(name)
    server = ChatServer(parser.parse_args())
    print(server.server_port, flush=True)
    with contextlib.suppress(KeyboardInterrupt):
        server.serve_forever()


if __name__ == "__main__":
    main()
