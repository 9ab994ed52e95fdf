"""lm-eval's own run command as a function: our defaults in, the files that it saved out.

lm-eval spends four seconds on indexing its thousands of tasks before it starts. Here it sees only
ours unless another one is asked for.
"""

from __future__ import annotations

import argparse
import fnmatch
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from traceback import extract_tb
from typing import Any, NamedTuple

from followrag.errors import FollowragError, InputError, OutputError
from followrag.tasks.registration import TASKS_FOLDER, task_names

BASELINE = "followrag-baseline"
ORACLE = "followrag-oracle"
# Functions of lm-eval that run once the options have been found good.
_RUNNING = {"generate_until", "process_results", "_compute_task_aggregations"}
_EXTRAS = {"hf": "hf", "vllm": "vllm", "sglang": "sglang", "local": "api", "openai": "api"}


class Saved(NamedTuple):
    """What lm-eval has saved of a run.

    Attributes:
        results: Its results file.
        samples: Its samples files by task.
    """

    results: Path
    samples: dict[str, Path]


def parse_options(given: Sequence[str], data: str | None) -> argparse.Namespace:
    """Parse lm-eval's options as it does, and put our defaults where nothing is said.

    Args:
        given: The options.
        data: Where a published source lies, for `metadata`.

    Raises:
        InputError: A configuration file or an option can't be read.
    """
    try:
        return _parse(given, data)
    except (OSError, TypeError, ValueError) as error:
        raise InputError(f"lm_eval's options: {error}") from error


def _parse(given: Sequence[str], data: str | None) -> argparse.Namespace:
    from lm_eval._cli.run import Run
    from lm_eval.config.evaluate_config import EvaluatorConfig
    from lm_eval.utils import simple_parse_args_string

    subparsers = argparse.ArgumentParser(prog="followrag").add_subparsers()
    Run.create(subparsers)
    parser = subparsers.choices["run"]
    parser.prog = "followrag eval"
    arguments = parser.parse_args(given)
    settings = EvaluatorConfig.load_yaml_config(arguments.config) if arguments.config else {}
    settings |= {name: value for name, value in vars(arguments).items() if value or value == 0}
    for name in ("model_args", "metadata"):
        value = settings.get(name) or {}
        settings[name] = simple_parse_args_string(value) if isinstance(value, str) else dict(value)
    if data is not None:
        settings["metadata"]["data"] = data
    samples = settings.get("samples")
    if isinstance(samples, str) and "{" not in samples and not Path(samples).is_file():
        raise ValueError(f"--samples {samples} is neither a JSON object nor a file")
    settings.setdefault("model", BASELINE)
    if settings["model"] == BASELINE:
        # lm-eval files results under the model's name, and would draw one at random.
        name = ORACLE if settings["model_args"].get("oracle") else BASELINE
        settings["model_args"].setdefault("model", name)
    has_data = "data" in settings["metadata"] or os.environ.get("FOLLOWRAG_DATA")
    tasks = settings.get("tasks") or ("followrag" if has_data else "followrag_demo")
    named = tasks.split(",") if isinstance(tasks, str) else tasks
    settings["tasks"] = [task for name in named for task in _expanded(name.strip())]
    settings.setdefault("output_path", "runs")
    return argparse.Namespace(**settings | {"log_samples": True, "config": None})


def _expanded(name: str) -> list[str]:
    """List our tasks that a name with wildcards stands for; else leave the name to lm-eval."""
    return fnmatch.filter(task_names(), name) or [name]


def run_lm_eval(options: argparse.Namespace) -> Saved | None:
    """Run lm-eval.

    Returns:
        The files that it saved; None in all but the first process of several.

    Raises:
        InputError: The options are not such that lm-eval can run.
        OutputError: lm-eval has saved nothing, which it mentions in a warning only.
    """
    from lm_eval.api.registry import model_registry
    from lm_eval.utils import setup_logging

    import_module("lm_eval.models")  # fills the registry with lm_eval's own models
    setup_logging()
    model_registry.register(BASELINE, target="followrag.baseline.model:BaselineLM")
    with _watched(options.tasks) as trackers:
        try:
            options.func(options)
        except FollowragError:
            raise
        except Exception as error:
            if any(frame.name in _RUNNING for frame in extract_tb(error.__traceback__)):
                raise  # a failure of the model or of scoring, not of the options
            raise InputError(f"lm_eval can't run this: {_explain(options.model, error)}") from error
    if int(os.environ.get("RANK", "0")) != 0:
        return None  # under accelerate, the first process writes the results
    return _saved(trackers[-1])


def _explain(model: str, error: Exception) -> str:
    if isinstance(error, ImportError):
        extra = _EXTRAS.get(model.partition("-")[0])
        remedy = f"; pip install 'followrag[{extra}]'" if extra else ""
        return f"--model {model} needs a package that is not installed ({error}){remedy}"
    return str(error) or type(error).__name__


@contextmanager
def _watched(asked: Sequence[str]) -> Iterator[list[Any]]:
    """Let lm-eval see our tasks, and its own only if one of `asked` isn't ours; note its trackers.

    A tracker knows under which names lm-eval saves a run. Other runs may write to the same folder.
    """
    import lm_eval.loggers as lm_eval_loggers
    import lm_eval.tasks as lm_eval_tasks

    task_manager, tracker = lm_eval_tasks.TaskManager, lm_eval_loggers.EvaluationTracker
    others = not set(asked) <= set(task_names())
    trackers: list[Any] = []

    def own_tasks(include_path: str | list[str] | None = None, metadata: Any = None) -> Any:
        more = [include_path] if isinstance(include_path, str) else include_path or []
        return task_manager(
            include_path=[str(TASKS_FOLDER), *more],
            include_defaults=others,
            metadata=metadata,
        )

    def noted(*given: Any, **named: Any) -> Any:
        trackers.append(tracker(*given, **named))
        return trackers[-1]

    lm_eval_tasks.TaskManager, lm_eval_loggers.EvaluationTracker = own_tasks, noted
    try:
        yield trackers
    finally:
        lm_eval_tasks.TaskManager, lm_eval_loggers.EvaluationTracker = task_manager, tracker


def _saved(tracker: Any) -> Saved:
    """Name the files of a run as lm-eval's EvaluationTracker does."""
    path, date = Path(tracker.output_path), getattr(tracker, "date_id", None)
    if path.suffix == ".json":
        folder, results = path.parent, path.with_name(f"{path.stem}_{date}.json")
    else:
        folder = path / str(tracker.general_config_tracker.model_name_sanitized)
        results = folder / f"results_{date}.json"
    ending = f"_{date}.jsonl"
    samples = {
        file.name.removeprefix("samples_").removesuffix(ending): file
        for file in folder.glob(f"samples_*{ending}")
    }
    if not results.exists() or not samples:
        raise OutputError(f"{folder}: lm_eval has saved nothing there; see its warnings above")
    return Saved(results, samples)
