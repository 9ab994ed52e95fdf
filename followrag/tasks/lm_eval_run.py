"""lm-eval's own run command as a function: options and a record in, the files that it saved out.

lm-eval spends four seconds on indexing its thousands of tasks before it starts. Here it sees only
ours unless another one is asked for.
"""

from __future__ import annotations

import argparse
import logging
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from importlib import import_module
from pathlib import Path
from traceback import extract_tb
from typing import Any, NamedTuple

from followrag.errors import FollowragError, InputError, OutputError
from followrag.tasks.options import BASELINE, REPEATS
from followrag.tasks.recording import Record, RecordedModel
from followrag.tasks.registration import TASKS_FOLDER, task_names

# Functions of lm-eval that run once the options have been found good.
_RUNNING = {"generate_until", "process_results", "_compute_task_aggregations"}
_EXTRAS = {"hf": "hf", "vllm": "vllm", "sglang": "sglang", "local": "api", "openai": "api"}
_MESSAGE = 400  # characters


class Saved(NamedTuple):
    """What lm-eval has saved of a run.

    Attributes:
        results: Its results file.
        samples: Its samples files by task.
    """

    results: Path
    samples: dict[str, Path]


def run_lm_eval(
    options: argparse.Namespace, secrets: Mapping[str, Any], record: Record
) -> Saved | None:
    """Run lm-eval.

    Args:
        options: Its options, without secrets.
        secrets: Arguments that the model gets besides.
        record: What is asked and answered is recorded here.

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
    with _watched(options.tasks, secrets, record) as trackers:
        try:
            options.func(options)
        except FollowragError:
            raise
        except Exception as error:
            if any(frame.name in _RUNNING for frame in extract_tb(error.__traceback__)):
                raise  # a failure of the model or of scoring, not of the options
            raise InputError(f"lm_eval can't run this: {_explain(options.model, error)}") from error
    return _saved(trackers[-1]) if is_first_process() else None


def is_first_process() -> bool:
    """Whether this is the process that writes the results, of several under accelerate."""
    return int(os.environ.get("RANK", "0")) == 0


def is_on_first_machine() -> bool:
    """Whether that process runs on this machine, and so sees the same files."""
    return os.environ.get("RANK", "0") == os.environ.get("LOCAL_RANK", "0")


def _explain(model: str, error: Exception) -> str:
    if isinstance(error, ImportError):
        extra = _EXTRAS.get(model.partition("-")[0])
        remedy = f"; pip install 'followrag[{extra}]'" if extra else ""
        return f"--model {model} needs a package that is not installed ({error}){remedy}"
    text = " ".join(str(error).split()) or type(error).__name__
    return text if len(text) <= _MESSAGE else f"{text[:_MESSAGE]}..."


@contextmanager
def _watched(
    asked: Sequence[str], secrets: Mapping[str, Any], record: Record
) -> Iterator[list[Any]]:
    """Put our tasks, recorded models and noted trackers where lm-eval looks for its own.

    A tracker knows under which names lm-eval saves a run. Other runs may write to the same folder.
    """
    import lm_eval.api.model as lm_eval_model
    import lm_eval.api.registry as lm_eval_registry
    import lm_eval.loggers as lm_eval_loggers
    import lm_eval.tasks as lm_eval_tasks

    class OwnTasks(lm_eval_tasks.TaskManager):  # type: ignore[misc]
        """lm-eval's loader; our tasks ask for as many responses to a prompt as was said."""

        def load(self, task_list: Any) -> Any:
            loaded = super().load(task_list)
            repeats = (self.metadata or {}).get(REPEATS)
            for name, task in loaded["tasks"].items():
                if repeats and name in task_names():
                    task.set_config("repeats", repeats)
            return loaded

    class LikelihoodCache(lm_eval_model.CachingLM):  # type: ignore[misc]  # lm_eval is untyped
        """lm-eval's cache (`--use_cache`) without answers: it takes None for a free place."""

        def generate_until(self, requests: Sequence[Any]) -> Any:
            return self.lm.generate_until(requests)

    tracker = lm_eval_loggers.EvaluationTracker
    get_model = lm_eval_registry.get_model
    others = not set(asked) <= set(task_names())
    trackers: list[Any] = []

    def own_tasks(include_path: str | list[str] | None = None, metadata: Any = None) -> Any:
        more = [include_path] if isinstance(include_path, str) else include_path or []
        return OwnTasks(
            include_path=[str(TASKS_FOLDER), *more],
            include_defaults=others,
            metadata=metadata,
        )

    def noted(*given: Any, **named: Any) -> Any:
        trackers.append(tracker(*given, **named))
        return trackers[-1]

    def recorded(name: str) -> _Factory:
        return _Factory(get_model(name), secrets, record)

    with ExitStack() as patches:
        for module, name, ours in (
            (lm_eval_tasks, "TaskManager", own_tasks),
            (lm_eval_loggers, "EvaluationTracker", noted),
            (lm_eval_registry, "get_model", recorded),
            (lm_eval_model, "CachingLM", LikelihoodCache),
        ):
            patches.callback(setattr, module, name, getattr(module, name))
            setattr(module, name, ours)
        for handler in logging.getLogger("lm_eval").handlers:
            hide = _Hiding(secrets)
            handler.addFilter(hide)
            patches.callback(handler.removeFilter, hide)
        yield trackers


class _Hiding(logging.Filter):
    """Takes secrets out of what lm-eval logs."""

    def __init__(self, secrets: Mapping[str, Any]) -> None:
        super().__init__()
        self._secrets = [str(secret) for secret in secrets.values()]

    def filter(self, record: logging.LogRecord) -> bool:
        """Hide the secrets, and let the record pass."""
        text = record.getMessage()
        for secret in self._secrets:
            text = text.replace(secret, "***")
        record.msg, record.args = text, ()
        return True


class _Factory(NamedTuple):
    """What lm-eval makes a model with."""

    model: Any
    secrets: Mapping[str, Any]
    record: Record

    def create_from_arg_obj(
        self, arguments: Mapping[str, Any], additional: Mapping[str, Any] | None = None
    ) -> RecordedModel:
        made = self.model.create_from_arg_obj(dict(arguments) | dict(self.secrets), additional)
        return self.record.recorded(made)


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
