"""A model in this process, with a real engine on a tiny model."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from followrag.errors import InputError
from followrag.llm import Call, Failure, InProcess, Journal, Outcome, Reply, ask, chat


@pytest.fixture(scope="module")
def engine(tiny_model: Path) -> InProcess:
    return InProcess("hf", {"pretrained": str(tiny_model), "batch_size": 4})


def call(prompt: str = "hello there", sample: int = 0, **settings: object) -> Call:
    told = [{"role": "user", "content": prompt}]
    return chat("tiny", told, sample=sample, **{"max_tokens": 8, "temperature": 0, **settings})


def answers(outcomes: list[Outcome]) -> list[str]:
    assert all(isinstance(outcome, Reply) for outcome in outcomes), outcomes
    return [outcome.text for outcome in outcomes if isinstance(outcome, Reply)]


def test_each_call_gets_its_own_answer(engine: InProcess) -> None:
    calls = [call("word " * number) for number in range(1, 11)]
    together = answers(ask(engine, calls))
    alone = [answers(ask(engine, [each]))[0] for each in reversed(calls)]
    assert len(set(together)) > 1
    assert together == alone[::-1]


def test_a_reply_says_how_many_tokens_were_read(engine: InProcess) -> None:
    short, long = ask(engine, [call("word"), call("word " * 50)])
    assert isinstance(short, Reply)
    assert isinstance(long, Reply)
    assert short.prompt_tokens is not None
    assert long.prompt_tokens is not None
    assert 0 < short.prompt_tokens < long.prompt_tokens
    assert (short.finish, short.max_tokens) == ("length", None)


def test_equal_prompts_with_other_samples_and_settings_are_told_apart(engine: InProcess) -> None:
    calls = [call(sample=0), call(sample=1), call(max_tokens=2), call(temperature=0.7)]
    done: list[Call] = []
    engine.run(calls, lambda each, _: done.append(each))
    assert sorted(each.key for each in done) == sorted(each.key for each in calls)
    first, second, shorter, _ = answers(ask(engine, calls))
    assert first == second
    assert len(shorter) < len(first)


def test_an_engine_that_breaks_costs_its_last_batch(
    engine: InProcess, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import transformers

    generate, batches = transformers.LlamaForCausalLM.generate, 0

    def broken(*given: Any, **named: Any) -> Any:
        nonlocal batches
        batches += 1
        if batches == 3:
            raise RuntimeError("out of memory")
        return generate(*given, **named)

    calls = [call(f"question {number}") for number in range(12)]
    with Journal(tmp_path / "j") as journal:
        with monkeypatch.context() as patched, pytest.raises(RuntimeError):
            patched.setattr(transformers.LlamaForCausalLM, "generate", broken)
            ask(engine, calls, journal)
        assert len(journal) == 8
        ask(engine, calls, journal)
        assert len(journal) == 12


def test_a_prompt_that_leaves_less_room_gets_what_is_left(make_model: Callable[..., Path]) -> None:
    model = make_model(context=400)
    engine = InProcess("hf", {"pretrained": str(model), "batch_size": 1})
    fitted, failed = ask(engine, [call(max_tokens=600), call("question " * 400, max_tokens=600)])
    assert isinstance(fitted, Reply)
    assert fitted.max_tokens == 384
    assert isinstance(failed, Failure)
    assert failed.reason.startswith("the prompt doesn't fit the model's context: ")


def test_a_setting_that_such_an_engine_lacks_is_refused(engine: InProcess) -> None:
    with pytest.raises(InputError, match="hf: takes no response_format; use a server"):
        ask(engine, [call(response_format={"type": "json_object"})])


def test_a_model_that_is_not_there_is_one_line(tmp_path: Path) -> None:
    engine = InProcess("hf", {"pretrained": str(tmp_path), "batch_size": 1})
    with pytest.raises(InputError, match="hf: the model can't be loaded: ") as caught:
        ask(engine, [call()])
    assert "\n" not in str(caught.value)


def test_an_engine_that_is_not_known_or_installed_is_named() -> None:
    with pytest.raises(InputError, match="no-such-engine"):
        ask(InProcess("no-such-engine", {}), [call()])


def test_a_model_without_a_chat_template_is_refused(make_model: Callable[..., Path]) -> None:
    model = make_model(template=False)
    engine = InProcess("hf", {"pretrained": str(model), "batch_size": 1})
    with pytest.raises(InputError, match="hf: the model's tokenizer has no chat template"):
        ask(engine, [call()])


def test_standard_output_stays_free(make_model: Callable[..., Path]) -> None:
    code = (
        "import sys; from followrag.llm import InProcess, ask, chat\n"
        "engine = InProcess('hf', {'pretrained': sys.argv[1], 'device': 'cpu'})\n"
        "ask(engine, [chat('m', [{'role': 'user', 'content': 'hi'}], max_tokens=2)])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, make_model(context=64)],
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert (done.returncode, done.stdout) == (0, ""), done.stderr
