"""The group of the paper's benchmarks, as the installed lm-eval sees it."""

from __future__ import annotations

import pytest
from lm_eval.tasks import TaskManager

from followrag.tasks.registration import SUITE, TASKS_FOLDER, suite_tasks, task_names


@pytest.fixture(scope="module")
def index() -> TaskManager:
    return TaskManager(include_path=str(TASKS_FOLDER))


def test_the_suite_is_a_group_and_no_task(index: TaskManager) -> None:
    assert SUITE in index.all_groups
    assert SUITE not in task_names()


@pytest.mark.parametrize("name", suite_tasks())
def test_every_member_is_known_to_lm_eval(index: TaskManager, name: str) -> None:
    assert name in index.all_tasks
