"""What lm-eval's results file says of a run: model, settings, how much was asked, and figures.

All versions 0.4.x write `results` and `configs` by task and `config` of the run. Since 0.4.2 there
is a `date`, since 0.4.3 `model_name`, `n-samples`, `system_instruction` and `chat_template`, which
no earlier one could apply. `model_args` is text or an object, and a figure's name is followed by
that of a filter: "inst_level_loose_acc,none".
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from followrag.errors import InputError
from followrag.estimates import Estimate
from followrag.leaderboard.metrics import METRICS
from followrag.leaderboard.reading.decoding import Form, read_value
from followrag.leaderboard.reading.recorded_settings import (
    Counts,
    prompt_settings,
    public_arguments,
    without_seed,
)
from followrag.leaderboard.settings import Settings
from followrag.runs import SCORER_VERSION

TASK_VERSION = "1.0"  # of followrag/tasks/*.yml, scored by SCORER_VERSION
_HEADLINE = "inst_level_loose_acc"
_MODEL_ARGUMENTS = ("peft", "delta", "pretrained", "model", "path", "engine")  # as lm-eval looks
_REMEDY = "fetch it again, or evaluate again"


class Results(msgspec.Struct, kw_only=True):
    """A results file, as far as it is used."""

    results: dict[str, dict[str, Any]]
    configs: dict[str, dict[str, Any]]
    config: dict[str, Any] = msgspec.field(default_factory=dict)
    versions: dict[str, Any] = msgspec.field(default_factory=dict)
    n_shot: dict[str, Any] = msgspec.field(name="n-shot", default_factory=dict)
    n_samples: dict[str, Counts] = msgspec.field(name="n-samples", default_factory=dict)
    date: Any = None
    model_name: str | None = None
    system_instruction: str | None = None
    chat_template: Any = None
    lm_eval_version: str | None = None

    @property
    def backend(self) -> str:
        """The kind of model that was asked."""
        return str(self.config.get("model") or "")

    @property
    def model_args(self) -> dict[str, Any]:
        """The model's arguments, without secrets."""
        return public_arguments(self.config.get("model_args"))

    @property
    def model(self) -> str:
        """The model's name."""
        given = self.model_args
        named = (given[name] for name in _MODEL_ARGUMENTS if given.get(name))
        return str(self.model_name or next(named, "") or self.backend)


_RESULTS = Form(Results)


def read_results(path: Path) -> Results:
    """Read a results file.

    Raises:
        InputError: It can't be read, or is no results file of lm-eval.
    """
    return read_value(path, _RESULTS, _REMEDY)


def has_verdicts(results: Results, task: str) -> bool:
    """Whether a task asks for constraints: one of ours, or one scored as IFEval is."""
    figures = results.results.get(task, {})
    return is_own(results, task) or any(name.startswith(f"{_HEADLINE},") for name in figures)


def is_own(results: Results, task: str) -> bool:
    """Whether followrag scores a task."""
    return _source(results.configs[task]) is not None


def _source(config: Mapping[str, Any]) -> object:
    """Name where a task of ours has its items from; None for another's task."""
    arguments = config.get("dataset_kwargs")
    return arguments.get("followrag_source") if isinstance(arguments, dict) else None


def given_figures(path: Path, results: Results, task: str) -> dict[str, Estimate]:
    """Take the figures that the results hold, of the first filter, in both modes if they do.

    The number of prompts is 0 where it is not recorded.

    Raises:
        InputError: A figure can't be one.
    """
    figures = results.results.get(task, {})
    counts = results.n_samples.get(task)
    given = {}
    for metric in (*METRICS, *(f"{name}_reference" for name in METRICS)):
        name = next((name for name in figures if name.startswith(f"{metric},")), None)
        if name is None:
            continue
        value, stderr = (
            _share(path, task, recorded, figures.get(recorded))
            for recorded in (name, name.replace(metric, f"{metric}_stderr", 1))
        )
        if not math.isnan(value):
            given[metric] = Estimate(value, stderr, counts.effective if counts else 0)
    return given


def settings_of(results: Results, task: str, dataset: Mapping[str, Any]) -> Settings:
    """Gather the settings of a task.

    Tasks of ours whose version is the current one were scored as `SCORER_VERSION` does, in `fixed`
    mode where their name says so; other versions, and other people's tasks, stand for a scorer of
    their own.
    """
    config = results.configs[task]
    version = str(results.versions.get(task))
    if not is_own(results, task):
        scorer = {"mode": f"lm-eval {task}", "version": version}
    else:
        current = SCORER_VERSION if version == TASK_VERSION else f"task {version}"
        mode = "fixed" if str(_source(config)).endswith("_fixed") else "reference"
        scorer = {"mode": mode, "version": current}
    return Settings(
        task=task,
        dataset=dataset,
        prompt=prompt_settings(
            results.system_instruction,
            results.n_shot.get(task, config.get("num_fewshot")),
            results.chat_template,
            results.backend,
        ),
        scorer=scorer,
        generation=without_seed(config.get("generation_kwargs")),
    )


def _share(path: Path, task: str, name: str, value: object) -> float:
    if not isinstance(value, int | float) or value != value:
        return math.nan
    if not 0 <= value <= 1:
        raise InputError(f"{path}, {task}: {name} is damaged, it is not from 0 to 1; {_REMEDY}")
    return float(value)
