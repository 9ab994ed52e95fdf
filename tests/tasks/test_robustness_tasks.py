"""What lm-eval's own table says of a robustness set."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from followrag import load_items
from followrag.baseline import oracle_answer
from followrag.scoring import score_item
from followrag.summary import summarise
from followrag.tasks import robustness
from followrag.tasks.registration import TASKS_FOLDER


def table(count: int) -> tuple[dict[str, float], dict[str, Any]]:
    """Give the standard errors of the first documents, and what a run folder has for them."""
    items = load_items("followrag_demo_robust")[:count]
    answers = [oracle_answer(item) if n % 3 else "Nobel, I think" for n, item in enumerate(items)]
    documents = [
        robustness.process_results({"origin": None, **item.model_dump(mode="json")}, [answer])
        for item, answer in zip(items, answers, strict=True)
    ]
    names = [name for name in documents[0] if name.endswith("_stderr")]
    stderrs = {name: robustness.stderr([one[name] for one in documents]) for name in names}
    scored = [score_item(item, answer) for item, answer in zip(items, answers, strict=True)]
    return stderrs, summarise(scored).overall


def test_standard_errors_are_those_of_a_run_folder() -> None:
    stderrs, overall = table(60)
    for name, figure in overall.items():
        if f"{name}_stderr" in stderrs:
            assert stderrs[f"{name}_stderr"] == pytest.approx(figure.stderr, nan_ok=True)
    assert len(overall.keys() & {name.removesuffix("_stderr") for name in stderrs}) >= 7


def test_documents_without_gold_answers_count_in_no_figure_of_answers() -> None:
    item = load_items("followrag_demo_robust")[0].model_dump(mode="json")
    bare = item | {"answers": [], "answer_gold": ""}
    found = robustness.process_results(bare, ["x"])
    assert found["qa_acc_stderr"] is None
    assert found["followrag_stderr"] is None
    assert found["inst_level_loose_acc_stderr"] is not None


def test_every_metric_of_the_table_is_given() -> None:
    text = (TASKS_FOLDER / "_followrag_robust.yml").read_text().replace("!function ", "")
    named = {one["metric"] for one in yaml.safe_load(text)["metric_list"]}
    item = load_items("followrag_demo_robust")[0].model_dump(mode="json")
    assert {*robustness.process_results({"origin": None, **item}, ["x"])} == named
