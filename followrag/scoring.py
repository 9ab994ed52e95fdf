"""Scoring one response to one item: a pure function of both."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, get_args

from followrag import qa
from followrag.failures import failure
from followrag.items import Item
from followrag.thinking import Thinking, remove_thinking
from followrag.unwrapping import acc_unwrapped, is_in_english
from followrag.verifiers import Constraint, Mode, Response, Verdict, Verdicts
from followrag.verifiers.joint import joint_verdicts

ANSWER_METRICS = {
    metric.__name__: metric
    for metric in (
        qa.em,
        qa.f1,
        qa.rouge_l,
        qa.kilt_accuracy,
        qa.acc_substring,
        qa.acc_bounded,
        qa.recall,
    )
}


@dataclass(frozen=True)
class Row:
    """The score of one response.

    Attributes:
        item: What was asked; None for an item row that could not be read.
        response: What the model answered, as given; None where there is no usable answer.
        verdicts: The strict verdicts, with what was measured and why.
        loose_verdicts: The loose verdicts.
        thinking: Whether reasoning was removed before scoring.
        error: Why the row could not be scored as a whole, or None. Such a row follows nothing.
        mode: Which checks decided.
        reference: In `fixed` mode, the same response as `reference` mode has it; else None.
        samples: The model's further responses to the item, where it gave several; every figure
            but those of `followrag.pif` is of the first.
    """

    item: Item | None
    response: str | None
    verdicts: tuple[Verdict, ...]
    loose_verdicts: tuple[Verdict, ...]
    thinking: Thinking = "none"
    error: str | None = None
    mode: Mode = "reference"
    reference: Row | None = None
    samples: tuple[Row, ...] = ()

    @property
    def strict(self) -> list[bool]:
        """Per constraint, whether the response as it stands follows it."""
        return [verdict.passed for verdict in self.verdicts]

    @property
    def loose(self) -> list[bool]:
        """Per constraint, whether the response or one of its loose readings follows it."""
        return [verdict.passed for verdict in self.loose_verdicts]

    @property
    def has_error(self) -> bool:
        """Whether the row or any of its constraints, in either reading, could not be checked."""
        return self.error is not None or any(verdict.error for verdict in self.loose_verdicts)

    @cached_property
    def answer(self) -> str:
        """The response without reasoning; empty where there is no usable response."""
        return remove_thinking(self.response).text if self.response is not None else ""

    @cached_property
    def qa(self) -> Mapping[str, float] | None:
        """The QA metrics by name; None where the item has no gold answers."""
        if self.item is None or not self.item.golds:
            return None
        scores = {
            name: metric(self.answer, self.item.golds) for name, metric in ANSWER_METRICS.items()
        }
        if self.item.passages:
            scores["k_precision"] = qa.k_precision(self.answer, self.item.knowledge)
        # A gold that normalises to nothing is contained in a response that isn't there.
        return scores if self.error is None else dict.fromkeys(scores, 0.0)

    @cached_property
    def qa_acc(self) -> float | None:
        """Whether a normalised gold answer is contained in the response (acc_substring)."""
        if self.item is None or not self.item.golds:
            return None
        return 0.0 if self.error is not None else qa.acc_substring(self.answer, self.item.golds)

    @cached_property
    def qa_acc_unwrapped(self) -> float | None:
        """`qa_acc` seen through what the constraints force (`followrag.unwrapping`).

        None where the item has no gold answers or asks for an answer in another language.
        """
        if self.item is None or not self.item.golds or not is_in_english(self.item):
            return None
        return 0.0 if self.error is not None else acc_unwrapped(self.answer, self.item)

    @property
    def qa_acc_other_language(self) -> float | None:
        """`qa_acc` where the item asks for an answer in another language; else None."""
        return self.qa_acc if self.qa_acc_unwrapped is None else None

    @property
    def joint(self) -> bool | None:
        """Whether every constraint is strictly followed and the question answered."""
        return None if self.qa_acc is None else all(self.strict) and self.qa_acc == 1.0


def score_item(item: Item, response: str, mode: Mode = "reference") -> Row:
    """Score one response.

    Args:
        item: What was asked.
        response: What the model answered, reasoning included.
        mode: `reference`, the published evaluator verdict for verdict, or `fixed`, with what is
            provably wrong in it repaired (`followrag.verifiers.fixed`). A row in `fixed` mode
            carries the one in `reference` mode.

    Returns:
        The row. What is no string, or marks a request that failed, gives an error row.

    Raises:
        ValueError: There is no such mode.
        TypeError: `item` is no Item.
    """
    if mode not in get_args(Mode):
        raise ValueError(f"mode must be one of {', '.join(get_args(Mode))}, not {mode!r}")
    if not isinstance(item, Item):
        raise TypeError(f"pass an Item (Item.model_validate(row)), not {type(item).__name__}")
    if not isinstance(response, str):
        reason = f"the response must be a string, not {type(response).__name__}"
        return error_row(item, reason, mode)
    if (why := failure(response)) is not None:
        return error_row(item, f"key {item.key}: no response ({why})", mode)
    text, thinking = remove_thinking(response)
    view = Response(text)
    published = _row(item, response, thinking, [_decide(c, view) for c in item.constraints])
    if mode == "reference":
        return published
    verdicts = joint_verdicts(item.fixed_constraints, view)
    return replace(_row(item, response, thinking, verdicts), mode=mode, reference=published)


def with_samples(row: Row, samples: Sequence[Row]) -> Row:
    """Give a row the model's further responses to the same item."""
    published = [sample.reference for sample in samples if sample.reference is not None]
    reference = row.reference and _copied(row.reference, samples=tuple(published))
    return _copied(row, samples=tuple(samples), reference=reference)


def _copied(row: Row, **changes: Any) -> Row:
    """Copy a row with what is already computed of it, which depends on its response only."""
    copy = replace(row, **changes)
    computed = vars(row).keys() - vars(copy).keys()
    vars(copy).update({name: vars(row)[name] for name in computed})
    return copy


def _row(item: Item, response: str, thinking: Thinking, verdicts: Sequence[Verdicts]) -> Row:
    return Row(
        item=item,
        response=response,
        verdicts=tuple(strict for strict, _ in verdicts),
        loose_verdicts=tuple(loose for _, loose in verdicts),
        thinking=thinking,
    )


def error_row(item: Item | None, reason: str, mode: Mode = "reference") -> Row:
    """Build the row of something that can't be scored: nothing followed, counted apart.

    An item row that could not be read (None) counts as one constraint.
    """
    failures = (Verdict.failure(reason),) * (len(item.instruction_id_list) if item else 1)
    row = Row(item, None, failures, failures, error=reason)
    return row if mode == "reference" else replace(row, mode=mode, reference=row)


def _decide(constraint: Constraint | Verdict, response: Response) -> Verdicts:
    if isinstance(constraint, Verdict):
        return Verdicts(constraint, constraint)
    return constraint.verdicts(response)
