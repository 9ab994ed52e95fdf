"""Settings with which lm-eval would run and measure something else: put right, or refused.

Each guard changes the parsed options or raises, and says in a line what it did. They look at what
is known before a model is loaded; `followrag.tasks.recording` watches the rest.
"""

from __future__ import annotations

import json
import os
import re
from argparse import Namespace
from collections.abc import Iterator, Mapping
from http.client import HTTPException
from typing import Any
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

from followrag.errors import InputError
from followrag.llm import bare_url
from followrag.llm.room import generation_limit, with_limit
from followrag.llm.secret_args import split_secrets
from followrag.tasks.options import BASELINE, REPEATS

_CONCURRENCY = 8
_OPENAI_URL = "https://api.openai.com/v1/chat/completions"
_IN_PROCESS = ("hf", "hf-auto", "huggingface", "vllm", "sglang")
_ENDPOINTS = {
    "local-chat-completions": "/v1/chat/completions",
    "openai-chat-completions": "/v1/chat/completions",
    "local-completions": "/v1/completions",
    "openai-completions": "/v1/completions",
    "sglang-generate": "/generate",
}
_CUTTING = ("local-completions", "openai-completions", "sglang-generate")
# lm-eval takes any name with o1, o3, o4 or a 5 in it for one of these.
_OPENAI_REASONING = re.compile(r"^(o[134]|gpt-5)")
_TAKEN_FOR_REASONING = re.compile(r"o1|o3|o4|5")


def guard(options: Namespace) -> Iterator[str]:
    """Look at a run's options before lm-eval does.

    Yields:
        What was changed, and why, a line each.

    Raises:
        InputError: The run would measure something else, and there is no telling what was meant.
    """
    guards = (
        _repeats,
        _limit,
        _secrets_elsewhere,
        _header,
        _device,
        _batches,
        _reasoning_names,
        _key,
        _endpoint,
        _concurrency,
        _context,
        _chat_template,
    )
    for look in guards:
        yield from look(options)


def _repeats(options: Namespace) -> Iterator[str]:
    repeats, settings = options.metadata.get(REPEATS, 1), options.gen_kwargs
    if repeats == 1:
        return
    if not isinstance(repeats, int) or isinstance(repeats, bool) or repeats < 1:
        raise InputError(f"--metadata {REPEATS}={repeats!r}: name a whole number, with --repeats")
    if options.model == BASELINE:
        raise InputError(
            f"--repeats {repeats}: {BASELINE} answers the same each time; leave it out"
        )
    temperature = settings.get("temperature", 0)
    is_greedy = not isinstance(temperature, int | float) or temperature <= 0
    if is_greedy or settings.get("do_sample") is False:
        raise InputError(
            f"--repeats {repeats}: without sampling all responses to a prompt are the same; "
            "sample with --gen_kwargs temperature=0.7"
        )
    if "do_sample" not in settings:
        options.gen_kwargs = {**settings, "do_sample": True}
        yield "do_sample=True: --model hf would not sample at a temperature without it"


def _limit(options: Namespace) -> Iterator[str]:
    settings = options.gen_kwargs
    if (limit := generation_limit(settings)) is not None and "max_gen_toks" not in settings:
        options.gen_kwargs = with_limit(settings, limit)
        yield f"max_gen_toks={limit}: the only name of the limit that lm_eval's engines all know"


def _secrets_elsewhere(options: Namespace) -> Iterator[str]:
    for option in ("gen_kwargs", "metadata"):
        if secret := split_secrets(vars(options)[option]).secret:
            raise InputError(
                f"--{option} {next(iter(secret))}: would be written into the results; set "
                "OPENAI_API_KEY, or name it in --model_args"
            )
    yield from ()


def _header(options: Namespace) -> Iterator[str]:
    if not isinstance(options.model_args.get("header", {}), dict):
        raise InputError('--model_args header: give a JSON object, as in {"header": {"X": "y"}}')
    yield from ()


def _device(options: Namespace) -> Iterator[str]:
    if options.model == "sglang" and vars(options).get("device") in (None, "cuda:0"):
        # lm-eval's default is cuda:0; SGLang compares with "cuda".
        options.device = "cuda"
        yield "sglang: --device cuda; SGLang takes cuda:0, lm_eval's default, for no GPU of its own"


def _batches(options: Namespace) -> Iterator[str]:
    is_given = vars(options).get("batch_size") or options.model_args.get("batch_size")
    if options.model in ("vllm", "sglang") and not is_given:
        options.batch_size = "auto"
        yield f"--batch_size auto: lm_eval's default gives {options.model} one prompt at a time"


def _key(options: Namespace) -> Iterator[str]:
    has_key = os.environ.get("OPENAI_API_KEY") or options.model_args.get("header")
    if options.model.startswith("openai-") and not has_key:
        raise InputError(f"--model {options.model}: set OPENAI_API_KEY to your key")
    yield from ()


def _reasoning_names(options: Namespace) -> Iterator[str]:
    name = str(options.model_args.get("model", ""))
    if options.model != "openai-chat-completions" or _OPENAI_REASONING.match(name):
        return
    if _TAKEN_FOR_REASONING.search(name):
        options.model = "local-chat-completions"
        options.model_args.setdefault("base_url", _OPENAI_URL)
        yield (
            f"--model local-chat-completions: openai-chat-completions would take {name} for a "
            "reasoning model and sample at temperature 1"
        )


def _endpoint(options: Namespace) -> Iterator[str]:
    path = _ENDPOINTS.get(options.model)
    if path is None or not options.model.startswith(("local-", "sglang-")):
        return
    url = options.model_args.get("base_url")
    if not _is_address(url):
        bare = str(url).rpartition("@")[2].partition("?")[0]
        given = f", not base_url={bare}" if url else ""
        raise InputError(
            f"--model {options.model}: name the server with --model_args "
            f"base_url=http://HOST:PORT{path}{given}"
        )
    if not options.model_args.get("model"):
        raise InputError(
            f"--model {options.model}: name the model that the server serves with "
            "--model_args model=NAME"
        )
    if urlsplit(url).path.rstrip("/") in ("", "/v1"):
        options.model_args["base_url"] = full = urlsplit(url)._replace(path=path).geturl()
        yield f"base_url={bare_url(full)}: lm_eval needs the endpoint's full address"


def _is_address(url: object) -> bool:
    try:
        return isinstance(url, str) and urlsplit(url).scheme in ("http", "https")
    except ValueError:  # a bracket that doesn't close
        return False


def _concurrency(options: Namespace) -> Iterator[str]:
    if options.model in _ENDPOINTS and "num_concurrent" not in options.model_args:
        options.model_args["num_concurrent"] = _CONCURRENCY
        yield f"num_concurrent={_CONCURRENCY}: lm_eval's default sends one request after the other"


def _context(options: Namespace) -> Iterator[str]:
    if options.model not in _CUTTING or options.model_args.keys() & {"max_length", "max_model_len"}:
        return
    length = _served_context(options.model_args) or _configured_context(options.model_args)
    if length is None:
        raise InputError(
            f"--model {options.model}: lm_eval would cut every prompt at 2,048 tokens; say how "
            "many the model takes with --model_args max_length=N"
        )
    options.model_args["max_length"] = length
    yield f"max_length={length}: {options.model} would cut prompts at 2,048 tokens"


def _served_context(arguments: Mapping[str, Any]) -> int | None:
    """Ask the server; vLLM and SGLang tell."""
    if "base_url" not in arguments:
        return None  # OpenAI, which doesn't
    parts = urlsplit(arguments["base_url"])
    request = Request(f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}/v1/models")
    if key := os.environ.get("OPENAI_API_KEY"):
        request.add_header("Authorization", f"Bearer {key}")
    try:
        with urlopen(request, timeout=10) as response:
            models = json.load(response)["data"]
        (length,) = (
            model.get("max_model_len") for model in models if model["id"] == arguments["model"]
        )
    except (HTTPException, OSError, ValueError, KeyError, TypeError):
        return None
    return length if isinstance(length, int) else None


def _configured_context(arguments: Mapping[str, Any]) -> int | None:
    """Read it from the model's files, if its tokenizer comes from a model."""
    from lm_eval.models.utils import resolve_max_length
    from transformers import AutoConfig

    try:
        config = AutoConfig.from_pretrained(arguments.get("tokenizer") or arguments["model"])
    except (OSError, ValueError):
        return None
    return resolve_max_length(config, default=0) or None


def _chat_template(options: Namespace) -> Iterator[str]:
    given = vars(options).get("apply_chat_template")
    if given is False or given == "none":
        if options.model.endswith("chat-completions"):
            raise InputError(f"--model {options.model}: takes conversations only; leave out none")
        options.apply_chat_template = False
        return
    if options.model.endswith("chat-completions"):
        if not given:
            options.apply_chat_template = True
        return
    if given and options.model in _CUTTING and _sends_texts(options.model_args):
        raise InputError(
            f"--model {options.model}: has no chat template without a tokenizer; take "
            "local-chat-completions, or leave --apply_chat_template out"
        )
    has_template = _has_template(options)
    if given and has_template is False:
        raise InputError(
            f"{_tokenizer_name(options)}: has no chat template; leave --apply_chat_template out "
            "for a base model, or name a tokenizer that has one with --model_args tokenizer=..."
        )
    if not given and has_template:
        options.apply_chat_template = True
        yield (
            "--apply_chat_template: the model has a chat template; "
            "--apply_chat_template none leaves it out"
        )
    if has_template is not None and options.model in _CUTTING:
        # Else lm-eval may take the server's tokenizer, and give it conversations for texts.
        options.model_args["tokenizer_backend"] = "huggingface"


def _tokenizer_name(options: Namespace) -> str:
    arguments = options.model_args
    names = ("tokenizer", "tokenizer_path", "pretrained", "model")
    return str(next((arguments[name] for name in names if arguments.get(name)), ""))


def _sends_texts(arguments: Mapping[str, Any]) -> bool:
    """Whether prompts go to a server as they are, without a tokenizer here."""
    is_other = arguments.get("tokenizer_backend", "auto") not in ("auto", "huggingface")
    return is_other or arguments.get("tokenized_requests") is False


def _has_template(options: Namespace) -> bool | None:
    """Look into the tokenizer that prompts will be made with; None where that can't be told."""
    arguments = options.model_args
    if options.model not in (*_IN_PROCESS, *_CUTTING) or _sends_texts(arguments):
        return None
    try:
        from transformers import AutoTokenizer

        tokenizer = AutoTokenizer.from_pretrained(
            _tokenizer_name(options),
            revision=options.model_args.get("revision", "main"),
            trust_remote_code=bool(options.model_args.get("trust_remote_code", False)),
        )
    except Exception:  # what is wrong, the model's own loading says
        return None
    return bool(tokenizer.chat_template)
