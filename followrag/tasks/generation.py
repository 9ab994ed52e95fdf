"""lm-eval's models as engines of `followrag.llm`: what is asked, and how each answer ended.

Models in this process generate as lm-eval has them do; their batches are watched for what lm-eval
drops. Models behind a server are asked by `followrag.llm`, with the requests that lm-eval would
send: its own loop ends the run at the first request that fails for good.
"""

from __future__ import annotations

import copy
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, NamedTuple, Protocol

from followrag.llm import Call, Engine, Outcome, Reply, Server, read_reply
from followrag.llm.batch import generate
from followrag.llm.room import Fit, fit, generation_limit, with_limit


class Asked(NamedTuple):
    """A request made ready.

    Attributes:
        call: What is asked.
        prompt: The prompt as text, chat template included; "" where a server applies it.
        tokens: Its length; None where it isn't known.
        fit: How it fits the context; None where that isn't known.
    """

    call: Call
    prompt: str
    tokens: int | None = None
    fit: Fit | None = None


class Generator(Engine, Protocol):
    """An engine that knows how to ask lm-eval's requests."""

    def asked(self, request: Any, sample: int) -> Asked:
        """Make one of lm-eval's requests ready."""


class LocalGenerator:
    """A model in this process."""

    def __init__(self, model: Any, keep_reasoning: bool) -> None:
        """Take a model.

        Args:
            model: lm-eval's model.
            keep_reasoning: Whether to have the text as generated, though the model was told where
                reasoning ends.
        """
        self._model = model
        self._keep_reasoning = keep_reasoning
        self._context = _length(model)
        self._requests: dict[str, Any] = {}
        self.answered = 0

    def asked(self, request: Any, sample: int) -> Asked:
        """Make a request ready, with a generation limit that leaves its prompt whole."""
        prompt, settings = request.args
        limit = generation_limit(settings) or getattr(self._model, "max_gen_toks", None)
        tokens, fitted = None, None
        if self._context is not None and limit is not None:
            tokens = len(self._model.tok_encode(prompt))
            fitted = fit(tokens, limit, self._context)
            if fitted.lowered:
                settings = with_limit(settings, fitted.limit)
        call = Call({"prompt": prompt, "settings": settings}, sample)
        self._requests[call.key] = request
        return Asked(call, prompt, tokens, fitted)

    def run(self, calls: Sequence[Call], done: Callable[[Call, Outcome], None]) -> None:
        """Generate; each answer is handed over with its batch."""
        requests = [self._request(call) for call in calls]

        def report(place: int, outcome: Outcome) -> None:
            done(calls[place], outcome)

        generate(self._model, requests, report, keep_reasoning=self._keep_reasoning)

    def _request(self, call: Call) -> Any:
        arguments = (call.body["prompt"], call.body["settings"])
        return replace(self._requests[call.key], arguments=arguments)


class ServedGenerator:
    """A model behind a server, asked with the requests that lm-eval's class for it makes."""

    def __init__(self, model: Any) -> None:
        self._model = model
        self._server = Server(
            model.base_url,
            headers=_headers(model),
            concurrency=model._concurrent,
            timeout=model.timeout,
            verify=model.ca_cert_path or model.verify_certificate,
            read=self._read,
        )

    @property
    def answered(self) -> int:
        """How many calls the server answered."""
        return self._server.answered

    @answered.setter
    def answered(self, count: int) -> None:
        self._server.answered = count

    def asked(self, request: Any, sample: int) -> Asked:
        """Make a request ready."""
        prompt, settings = request.args
        model = self._model
        limit = generation_limit(settings) or model._max_gen_toks
        if not model.tokenized_requests:
            message = model.create_message([prompt])
            body = self._body(message, settings, _seed_step(request, sample))
            return Asked(Call(body, sample), "", None, Fit(limit))
        tokens = model.tok_encode(prompt, add_special_tokens=model.add_bos_token)
        fitted = fit(len(tokens), limit, model.max_length)
        message = model.create_message([tokens[fitted.cut :]])
        limited = with_limit(settings, fitted.limit)
        body = self._body(message, limited, _seed_step(request, sample))
        return Asked(Call(body, sample), prompt, len(tokens), fitted)

    def run(self, calls: Sequence[Call], done: Callable[[Call, Outcome], None]) -> None:
        """Ask the server."""
        self._server.run(calls, done)

    def _body(self, message: Any, settings: dict[str, Any], seed_step: int) -> dict[str, Any]:
        model = self._model
        body: dict[str, Any] = model._create_payload(
            message,
            generate=True,
            gen_kwargs=copy.deepcopy(settings),
            seed=model._seed + seed_step,
            eos=model._eos_string,
        )
        if not body.get("stop", True):
            del body["stop"]  # some servers refuse an empty list
        if "input_ids" in body:
            (body["input_ids"],) = body["input_ids"]  # SGLang answers a batch with a list
        return body

    def _read(self, answer: dict[str, Any]) -> Reply:
        """Read an answer. lm-eval's classes know other shapes than OpenAI's, and no errors."""
        if not answer.keys() & {"text", "content"}:
            return read_reply(answer)
        finish = answer.get("stop_reason") or answer.get("meta_info", {}).get("finish_reason")
        finish = finish.get("type") if isinstance(finish, dict) else finish
        if finish in ("abort", "error"):
            raise ValueError(f"the engine gave up ({finish})")
        (text,) = self._model.parse_generations(answer)
        return Reply(text or "", finish="length" if finish == "max_tokens" else finish)


def generator_of(model: Any, keep_reasoning: bool) -> Generator:
    """Choose how a model of lm-eval's is asked."""
    served = sys.modules.get("lm_eval.models.api_models")  # imported by its models only
    if served is not None and isinstance(model, served.TemplateAPI):
        return ServedGenerator(model)
    return LocalGenerator(model, keep_reasoning)


def _seed_step(request: Any, sample: int) -> int:
    """Give each of several samples of a prompt a seed of its own: equal ones would be equal."""
    return sample if (request.repeats or 1) > 1 else 0


def _headers(model: Any) -> dict[str, str]:
    """Give the headers of lm-eval's class, without the empty authorisation of a missing key."""
    return {name: value for name, value in model.header.items() if value.strip() != "Bearer"}


def _length(model: Any) -> int | None:
    """Read a model's context in tokens; None where prompt and answer don't share one."""
    if getattr(model, "backend", "causal") == "seq2seq" or not hasattr(model, "tok_encode"):
        return None
    length = getattr(model, "max_length", None)
    return length if isinstance(length, int) else None
