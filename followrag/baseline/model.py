"""The baseline as a model for lm-eval: `--model followrag-baseline`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NoReturn, Self

from lm_eval.api.instance import Instance
from lm_eval.api.model import LM
from lm_eval.utils import simple_parse_args_string

from followrag.baseline.answerer import answer, oracle_answer
from followrag.items import Item
from followrag.progress import tracked

NAME = "followrag-baseline"


class BaselineLM(LM):  # type: ignore[misc]  # lm_eval is untyped
    """Answers FollowRAG prompts by rules; no weights, no network, no randomness.

    The honest mode uses the prompt and nothing else. The oracle uses the item's gold answers and
    true constraints, and shows what score can be reached. Generation settings other than `until`
    are ignored.

    Attributes:
        oracle: Whether the item itself is used.
    """

    def __init__(self, oracle: bool = False) -> None:
        super().__init__()
        self.oracle = oracle

    @classmethod
    def create_from_arg_obj(
        cls, arg_dict: Mapping[str, Any], additional_config: Mapping[str, Any] | None = None
    ) -> Self:
        """Build the model from its arguments.

        Args:
            arg_dict: `oracle`: true or false. `model`: the name that lm-eval files results under.
            additional_config: lm-eval's batch sizes and device, which mean nothing here.

        Raises:
            ValueError: An argument is unknown or not true or false.
        """
        if unknown := sorted(arg_dict.keys() - {"oracle", "model"}):
            raise ValueError(
                f"{NAME} has no argument {', '.join(map(repr, unknown))}; it has oracle and model"
            )
        oracle = arg_dict.get("oracle", False)
        if not isinstance(oracle, bool):
            raise ValueError(f"{NAME}: oracle must be True or False, not {oracle!r}")
        return cls(oracle)

    @classmethod
    def create_from_arg_string(
        cls, arg_string: str, additional_config: Mapping[str, Any] | None = None
    ) -> Self:
        """Build the model from text such as "oracle=True"; raises like `create_from_arg_obj`."""
        return cls.create_from_arg_obj(simple_parse_args_string(arg_string), additional_config)

    def generate_until(self, requests: Sequence[Instance], disable_tqdm: bool = False) -> list[str]:
        """Answer each request; the oracle from its `doc`, else from its prompt alone."""
        responses = []
        is_quiet = disable_tqdm or self.rank != 0
        for request in requests if is_quiet else tracked(requests, "answering"):
            prompt, settings = request.args
            text = self._oracle(request.doc) if self.oracle else answer(prompt)
            response = _cut(text, settings.get("until") or ())
            self.cache_hook.add_partial("generate_until", request.args, response)
            responses.append(response)
        return responses

    def _oracle(self, doc: Mapping[str, Any]) -> str:
        return oracle_answer(Item.model_validate(doc))

    def loglikelihood(self, requests: Sequence[Instance], disable_tqdm: bool = False) -> NoReturn:
        """Refuse: there are no probabilities."""
        raise NotImplementedError(
            f"{NAME} only generates; it has no likelihoods. Use it for generate_until tasks."
        )

    def loglikelihood_rolling(
        self, requests: Sequence[Instance], disable_tqdm: bool = False
    ) -> NoReturn:
        """Refuse: there are no probabilities."""
        self.loglikelihood(requests)

    def apply_chat_template(
        self, chat_history: Sequence[Mapping[str, str]], add_generation_prompt: bool = True
    ) -> str:
        """Give the last user message: all that the baseline reads of a chat."""
        user = [message["content"] for message in chat_history if message["role"] == "user"]
        return user[-1] if user else ""

    @property
    def tokenizer_name(self) -> str:
        """The name under which lm-eval caches requests made with the chat template."""
        return NAME

    def chat_template(self, chat_template: bool | str = False) -> str:
        """Give the chat template's text: there is none."""
        return ""


def _cut(text: str, until: str | Iterable[str]) -> str:
    """End a text before the first of the strings at which generation stops."""
    for stop in [until] if isinstance(until, str) else until:
        if stop:
            text = text.partition(stop)[0]
    return text
