"""A model in this process, through any of lm-eval's own engines."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import redirect_stdout
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from followrag.errors import InputError
from followrag.llm.batch import generate
from followrag.llm.calls import Call, Failure, Outcome, Reply
from followrag.llm.room import fit, generation_limit

_SETTINGS = {"temperature": "temperature", "top_p": "top_p", "stop": "until"}
_LIMITS = ("max_tokens", "max_completion_tokens")
_LEFT_OUT = {"model", "messages", "seed", *_LIMITS}


@dataclass(frozen=True)
class _Prepared:
    """A call as lm-eval takes it."""

    call: Call
    prompt: str
    tokens: int
    settings: dict[str, Any]
    max_tokens: int | None


class InProcess:
    """An engine over one of lm-eval's models that generate in this process.

    The model is loaded when the first call is asked, and applies its own chat template. A prompt
    that leaves too little room is answered with what is left, down to 256 tokens, and fails where
    it still doesn't fit: nothing is cut off. Seeds are left to the engine.

    Args:
        backend: lm-eval's name of the engine: "hf", "vllm" or "sglang".
        model_args: Its settings (pretrained, dtype, batch_size, ...).
    """

    def __init__(self, backend: str, model_args: Mapping[str, Any]) -> None:
        self.answered = 0
        self._backend, self._model_args = backend, model_args

    @cached_property
    def _model(self) -> Any:
        import lm_eval.models  # noqa: F401 (fills the registry)
        from lm_eval.api.registry import get_model

        settings = {"batch_size": "auto", **self._model_args}
        if self._backend == "hf":
            # lm-eval takes the CPU where there is no such GPU, and its search for the largest
            # batch takes minutes there.
            settings = {"device": "cuda:0", "batch_size": 8, **self._model_args}
        try:
            return get_model(self._backend).create_from_arg_obj(settings)
        except ModuleNotFoundError as error:
            raise InputError(
                f"{self._backend}: is not installed ({error}); "
                f"pip install 'followrag[{self._backend}]'"
            ) from error
        except (OSError, TypeError, ValueError) as error:
            said = " ".join(str(error).split())
            raise InputError(f"{self._backend}: the model can't be loaded: {said}") from error

    def run(self, calls: Sequence[Call], done: Callable[[Call, Outcome], None]) -> None:
        """Answer all calls; see `Engine`.

        Raises:
            InputError: The engine is not installed, the model can't be loaded or has no chat
                template, or a call has a setting that such an engine doesn't take.
        """
        with redirect_stdout(sys.stderr):  # lm-eval prints while it works
            ready = []
            for call in calls:
                prepared = self._prepare(call)
                if isinstance(prepared, Failure):
                    done(call, prepared)
                else:
                    ready.append(prepared)
            self._generate(ready, done)

    def _prepare(self, call: Call) -> _Prepared | Failure:
        unknown = call.body.keys() - _SETTINGS.keys() - _LEFT_OUT
        if unknown:
            raise InputError(
                f"{self._backend}: takes no {', '.join(sorted(unknown))}; use a server"
            )
        try:
            prompt = self._model.apply_chat_template(list(call.body["messages"]))
        except ValueError as error:
            raise InputError(
                f"{self._backend}: the model's tokenizer has no chat template; use a chat model"
            ) from error
        asked = generation_limit(call.body)
        tokens, context = len(self._model.tok_encode(prompt)), self._model.max_length
        room = fit(tokens, asked or self._model.max_gen_toks, context)
        if room.cut:
            return Failure(
                "the prompt doesn't fit the model's context: "
                f"{tokens} of {context} tokens leave no room"
            )
        settings = {new: call.body[old] for old, new in _SETTINGS.items() if old in call.body}
        settings = {"until": [], "max_gen_toks": room.limit, **settings}
        settings["do_sample"] = bool(settings.get("temperature"))
        return _Prepared(call, prompt, tokens, settings, room.limit if room.lowered else None)

    def _generate(self, ready: Sequence[_Prepared], done: Callable[[Call, Outcome], None]) -> None:
        from lm_eval.api.instance import Instance

        def report(place: int, outcome: Outcome) -> None:
            one = ready[place]
            self.answered += 1
            if isinstance(outcome, Reply):
                outcome = replace(outcome, prompt_tokens=one.tokens, max_tokens=one.max_tokens)
            done(one.call, outcome)

        requests = [
            Instance("generate_until", {}, (prepared.prompt, prepared.settings), place)
            for place, prepared in enumerate(ready)
        ]
        generate(self._model, requests, report)
