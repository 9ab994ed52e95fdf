"""Making items of questions: passages, constraints that go together, words, and the proof."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from followrag import qa
from followrag.building.choosing import Balance, choose
from followrag.building.corpus import Corpus, choose_passages
from followrag.building.draws import Draws
from followrag.building.parameters import drawable
from followrag.building.questions import Question, Questions, RefusedError, Rejected
from followrag.building.sense import make_sense
from followrag.building.setting import Setting
from followrag.items import Passage
from followrag.progress import tracked
from followrag.prompts import build_prompt
from followrag.verifiers import Constraint, Response, compose
from followrag.verifiers.conflicts import conflicts
from followrag.verifiers.fixed import repaired
from followrag.wordings import count, with_instructions, worded

# Of what is made of the same questions and settings; goes up when that changes.
BUILDER_VERSION = 1

_TRIES = 20  # sets of constraints that are drawn for a question before it is refused


@dataclass(frozen=True)
class Recipe:
    """How items are made.

    Attributes:
        seed: What chance is drawn from.
        passages: Passages an item has.
        least: Least number of constraints an item has.
        most: Greatest number of constraints an item has.
        constraints: Ids of the constraints to use.
        type: The items' type; empty to take each row's own, or the file's name without its suffix.
    """

    seed: int = 0
    passages: int = 3
    least: int = 1
    most: int = 4
    constraints: tuple[str, ...] = drawable()
    type: str = ""


@dataclass(frozen=True)
class Made:
    """An item in the making.

    Attributes:
        question: The row that it is made of.
        setting: Its question, answers and passages.
        constraints: Its constraints, of `reference` mode.
        wordings: Number of each constraint's wording.
        sentences: Each constraint in words.
        reworded: Whether a model put the words.
    """

    question: Question
    setting: Setting
    constraints: tuple[Constraint, ...]
    wordings: tuple[int, ...]
    sentences: tuple[str, ...]
    reworded: tuple[bool, ...]

    def saying(self, sentences: Sequence[str]) -> Made:
        """Say the constraints in other words."""
        changed = tuple(new != old for new, old in zip(sentences, self.sentences, strict=True))
        return replace(self, sentences=tuple(sentences), reworded=changed)


class Batch(NamedTuple):
    """What was made.

    Attributes:
        made: The items, in the order of their questions.
        rejected: Rows that no item could be made of.
    """

    made: list[Made]
    rejected: list[Rejected]


def make(questions: Questions, corpus: Corpus | None, recipe: Recipe) -> Batch:
    """Make an item of every question that one can be made of.

    A pure function of its arguments. Each item was proven by a text that gives an accepted answer
    and follows all of the constraints strictly, in `reference` and in `fixed` mode.
    """
    batch = Batch([], list(questions.bad))
    most = min(recipe.most, len(recipe.constraints))
    balance = Balance(recipe.constraints, range(min(recipe.least, most), most + 1))
    for question in tracked(questions.good, "building"):
        draws = Draws(recipe.seed, question.text)
        try:
            made = _made(question, corpus, recipe, balance, draws)
        except RefusedError as error:
            batch.rejected.append(Rejected(question.where, question.text, str(error)))
        else:
            balance.count(made.constraints)
            batch.made.append(made)
    return batch


def _made(
    question: Question, corpus: Corpus | None, recipe: Recipe, balance: Balance, draws: Draws
) -> Made:
    passages = choose_passages(question, corpus, recipe.passages, draws)
    setting = Setting(question.text, question.answers, passages)
    aside: set[str] = set()
    for _ in range(_TRIES):
        constraints = choose(setting, balance, draws, go_together, aside)
        failed = broken(constraints, question.answers)
        if failed:
            aside.update(constraint.id for constraint in failed)
        elif constraints and failed is not None:
            wordings = tuple(int(draws.number() * count(constraint)) for constraint in constraints)
            sentences = tuple(map(worded, constraints, wordings))
            unchanged = tuple(False for _ in constraints)
            return Made(question, setting, constraints, wordings, sentences, unchanged)
    raise RefusedError(
        "has no set of constraints that can be followed together; allow more of them"
    )


def go_together(constraints: Sequence[Constraint]) -> bool:
    """Whether constraints make sense together, and no rule of either mode finds a conflict."""
    return (
        make_sense(constraints)
        and not conflicts(constraints)
        and not conflicts(list(map(repaired, constraints)))
    )


def broken(constraints: Sequence[Constraint], answers: Sequence[str]) -> list[Constraint] | None:
    """Write an answer that follows constraints strictly, in each mode, and tell what it breaks.

    Returns:
        The constraints of the first mode that are broken: none is the proof that all can be
        followed by a right answer. None where they can be followed, but no answer was said.
    """
    for asked in (constraints, list(map(repaired, constraints))):
        text = compose(asked, answers[0])
        response = Response(text)
        if failed := [one for one in asked if not one.check(response).passed]:
            return failed
        if not qa.acc_bounded(text, answers):
            return None
    return []


def row(made: Made, key: int, recipe: Recipe, source: str, model: str | None) -> dict[str, Any]:
    """Write an item as a row of the published shape, with `answers` and `provenance` besides.

    Args:
        made: The item.
        key: What responses name it by.
        recipe: How it was made.
        source: Name of the questions' file.
        model: The model that put constraints in other words, if one did.
    """
    passages = made.setting.passages
    asked = with_instructions(made.setting.question, made.sentences)
    shown = [Passage(title=passage.title, content=passage.content) for passage in passages]
    type = recipe.type or made.question.type or source.partition(".")[0]
    return {
        "key": key,
        "type": type,
        "prompt": build_prompt(shown, asked),
        "question": made.setting.question,
        "answer_gold": "/".join(made.setting.answers),
        "answers": list(made.setting.answers),
        "question_with_instrs": asked,
        "instruction_id_list": [constraint.id for constraint in made.constraints],
        "kwargs": [constraint.model_dump(mode="json") for constraint in made.constraints],
        "passages": [passage.model_dump() for passage in shown],
        "provenance": {
            "source": made.question.where,
            "id": made.question.id,
            "passages": [passage.id for passage in passages],
            "seed": recipe.seed,
            "builder": BUILDER_VERSION,
            "wordings": list(made.wordings),
            "reworded": list(made.reworded),
            "reworded_by": model if any(made.reworded) else None,
        },
    }
