"""Which of lm-eval's files belong together, and the runs in them.

What `lm_eval --output_path PATH` has written, by version:

============  ===========  =================================  ====================================
version       PATH         results                            samples
============  ===========  =================================  ====================================
0.4.0-0.4.2   a folder     PATH/results.json                  PATH/ARGUMENTS_TASK.jsonl
0.4.0-0.4.2   x.json       x.json                             ARGUMENTS_TASK.jsonl beside it
0.4.3-0.4.8   anything     PATH/MODEL/results_DATE.json       PATH/MODEL/samples_TASK_DATE.jsonl
since 0.4.9   a folder     the same                           the same
since 0.4.9   x.json       x_DATE.json                        samples_TASK_DATE.jsonl beside it
============  ===========  =================================  ====================================

ARGUMENTS is `--model_args` with "__" for each "/" and "=". Up to 0.4.2 the samples are one indented
array although the file ends in .jsonl; between 0.4.2 and 0.4.3 they were `samples_TASK_DATE.json`.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, NamedTuple

from followrag.errors import InputError
from followrag.leaderboard.entries import Entry
from followrag.leaderboard.metrics import metric
from followrag.leaderboard.outcomes import Outcomes
from followrag.leaderboard.reading.lm_eval_results import (
    Results,
    given_figures,
    read_results,
    settings_of,
)
from followrag.leaderboard.reading.lm_eval_samples import SamplesReader
from followrag.leaderboard.reading.recorded_settings import date_of, limited, seed_of

_FIRST = re.compile(rb'\s*\{\s*"results"\s*:')
_DATE_AT_END = re.compile(r"_(\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d(?:\.\d+)?)$")
_HEAD = 64
_CHECKED, _TOLERANCE = "inst_level_loose_acc", 1e-6


class LmEvalRun(NamedTuple):
    """A task in a results file.

    Attributes:
        path: The results file.
        results: What it says.
        task: The task.
        samples: Its samples file, whether or not it is there.
    """

    path: Path
    results: Results
    task: str
    samples: Path

    @property
    def has_samples(self) -> bool:
        """Whether its samples file is there."""
        try:
            return self.samples.is_file()
        except OSError:  # a longer name than files can have
            return False


def is_results_file(path: Path) -> bool:
    """Whether a file begins as lm-eval's results do, or is named as they are since 0.4.3."""
    if path.suffix != ".json":
        return False
    if path.name.startswith("results_") and date_in(path) is not None:
        return True
    try:
        with path.open("rb") as file:
            return _FIRST.match(file.read(_HEAD)) is not None
    except OSError:
        return False


def has_samples_name(path: Path) -> bool:
    """Whether a file is named as lm-eval's samples are since 0.4.3."""
    return path.name.startswith("samples_") and date_in(path) is not None


def date_in(path: Path) -> str | None:
    """Give the date at the end of a file's name, as lm-eval writes it; None without one."""
    found = _DATE_AT_END.search(path.stem)
    return found and found[1]


def tasks_in(path: Path) -> list[LmEvalRun]:
    """List all tasks of a results file, each with the path of its samples.

    Raises:
        InputError: It can't be read, or is no results file of lm-eval.
    """
    results = read_results(path)
    return [
        LmEvalRun(path, results, task, _samples_path(path, results, task))
        for task in results.configs
    ]


def read_lm_eval_run(run: LmEvalRun, reader: SamplesReader) -> Entry:
    """Read a task's run: row by row where its samples are there, else its figures only.

    Raises:
        InputError: The samples are damaged, or not all items were asked.
    """
    counts = run.results.n_samples.get(run.task)
    if (shortened := limited(run.results.config.get("limit"), counts)) is not None:
        raise InputError(f"{run.path}, {run.task}: {shortened}")
    if not run.has_samples:
        return _figures_only(run)
    documents, outcomes, reference = reader.read(run.samples)
    if counts is not None and len(outcomes) < counts.effective:
        raise InputError(
            f"{run.samples}: holds {len(outcomes)} of {counts.effective} documents; fetch it "
            "again, or evaluate again"
        )
    if date_in(run.path) is None:
        _require_same_run(run, outcomes)
    dataset = {"sha256": documents.sha256, "count": len(outcomes), "problems": 0}
    return Entry(
        model=run.results.model,
        where=run.samples,
        origin="lm-eval samples",
        settings=settings_of(run.results, run.task, dataset),
        outcomes=outcomes,
        date=date_of(run.results.date, run.path.name),
        details=_details(run),
        reference=reference,
    )


def _require_same_run(run: LmEvalRun, outcomes: Outcomes) -> None:
    """Make sure that samples give the figure in their results.

    Without a date in the names of files, runs write over the files of earlier ones.
    """
    given = given_figures(run.path, run.results, run.task).get(_CHECKED)
    value = metric(_CHECKED).figure(outcomes).value
    if given is not None and abs(given.value - value) > _TOLERANCE:
        raise InputError(
            f"{run.samples}: is of another run than {run.path.name} beside it ({_CHECKED} "
            f"{value:.6f}, not {given.value:.6f}); keep each run in a folder of its own"
        )


def _figures_only(run: LmEvalRun) -> Entry:
    given = given_figures(run.path, run.results, run.task)
    if not given:
        raise InputError(
            f"{run.path}, {run.task}: holds no figures (was it made with --predict_only?); "
            "evaluate again"
        )
    counts = run.results.n_samples.get(run.task)
    dataset = {"sha256": None, "count": counts.effective if counts else None, "problems": 0}
    return Entry(
        model=run.results.model,
        where=run.path,
        origin="lm-eval results",
        settings=settings_of(run.results, run.task, dataset),
        outcomes=None,
        given=given,
        date=date_of(run.results.date, run.path.name),
        details=_details(run),
    )


def _details(run: LmEvalRun) -> dict[str, Any]:
    generation = run.results.configs[run.task].get("generation_kwargs")
    return {
        "backend": run.results.backend or None,
        "model_args": run.results.model_args,
        "packages": {"lm-eval": run.results.lm_eval_version},
        "seed": seed_of(generation, run.results.config),
    }


def _samples_path(path: Path, results: Results, task: str) -> Path:
    if (date := date_in(path)) is None:
        arguments = re.sub("/|=", "__", str(results.config.get("model_args") or ""))
        return path.parent / f"{arguments}_{task}.jsonl"
    lines = path.parent / f"samples_{task}_{date}.jsonl"
    array = lines.with_suffix(".json")
    return array if array.is_file() else lines
