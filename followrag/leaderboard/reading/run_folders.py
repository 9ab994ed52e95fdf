"""Run folders as entries, read without the items that they are about."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import Annotated, Any

import msgspec

from followrag.errors import InputError
from followrag.files import settle
from followrag.leaderboard.entries import Entry
from followrag.leaderboard.reading.decoding import Form, read_value
from followrag.leaderboard.reading.lm_eval_results import Results, read_results
from followrag.leaderboard.reading.recorded_rows import SCORE_AGAIN, read_outcomes
from followrag.leaderboard.reading.recorded_settings import (
    Counts,
    date_of,
    limited,
    prompt_settings,
    public_arguments,
    seed_of,
    without_seed,
)
from followrag.leaderboard.settings import Settings
from followrag.runs import MANIFEST, ROWS

_UNSETTLED = ".ready"
_JUDGED_BY = ("model", "prompt_version", "rows", "votes", "temperature", "max_tokens", "extra_body")


_FileName = Annotated[str, msgspec.Meta(pattern=r"^[^/\x00]+$")]


class _Items(msgspec.Struct):
    source: str
    count: int
    sha256: str
    problems: list[str] = msgspec.field(default_factory=list)


class _Manifest(msgspec.Struct):
    items: _Items
    scorer_version: str
    mode: str = "reference"
    packages: dict[str, str | None] = msgspec.field(default_factory=dict)
    model: str | None = None
    backend: str | None = None
    model_args: Any = None
    generation_kwargs: dict[str, Any] | None = None
    lm_eval: dict[str, Any] | None = None
    judge: dict[str, Any] | None = None
    results: _FileName | None = None
    samples: _FileName | None = None


_MANIFEST = Form(_Manifest)


def is_run_folder(folder: Path) -> bool:
    """Whether a folder was made to hold a run, finished or not."""
    if (folder / ROWS).is_file() or (folder / _UNSETTLED).is_dir():
        return True
    with suppress(OSError):
        return b'"scorer_version"' in (folder / MANIFEST).read_bytes()
    return False


def samples_of(folder: Path) -> list[Path]:
    """Name the lm-eval samples files that hold the same run as a folder, there or not."""
    beside = folder.absolute().parent
    names = {f"samples_{folder.name}.jsonl"}
    with suppress(InputError):  # told where the run is read
        names.add(_read_manifest(folder).samples or "")
    return [beside / name for name in sorted(names) if name]


def read_run_folder(folder: Path) -> Entry:
    """Read a run folder.

    Raises:
        InputError: It is no finished run, a file of it is damaged, or it was made with --limit.
    """
    _settle(folder)
    manifest = _read_manifest(folder)
    results = _results_of(folder, manifest)
    _require_all_items(folder, manifest, results)
    described = manifest.items
    ran = manifest.lm_eval or {}
    recorded = read_outcomes(
        folder,
        described.count + len(described.problems),
        is_judged=manifest.judge is not None,
        is_fixed=manifest.mode == "fixed",
    )
    return Entry(
        model=manifest.model or folder.absolute().name,
        where=folder,
        origin="run folder",
        settings=Settings(
            task=described.source,
            dataset={
                "sha256": described.sha256,
                "count": described.count,
                "problems": len(described.problems),
            },
            prompt=_prompt(manifest, results),
            scorer={"mode": manifest.mode, "version": manifest.scorer_version},
            generation=without_seed(manifest.generation_kwargs),
            judge=_judge(manifest),
        ),
        outcomes=recorded.outcomes,
        date=date_of(results and results.date, manifest.samples or folder.name),
        details={
            "backend": manifest.backend,
            "model_args": public_arguments(manifest.model_args),
            "packages": manifest.packages,
            "seed": seed_of(manifest.generation_kwargs, ran),
        },
        reference=recorded.reference,
    )


def _settle(folder: Path) -> None:
    """Finish an interrupted write, where that can be done."""
    if not (folder / _UNSETTLED).is_dir():
        return
    remedy = "make the folder writable, or run on a copy of it"
    if not os.access(folder, os.W_OK | os.X_OK):
        raise InputError(f"{folder}: writing it was interrupted and can't be finished; {remedy}")
    try:
        settle(folder)
    except OSError as error:
        raise InputError(
            f"{folder}: writing it was interrupted and can't be finished ({error.strerror}); "
            f"{remedy}"
        ) from error


def _read_manifest(folder: Path) -> _Manifest:
    if not (folder / MANIFEST).is_file():
        raise InputError(f"{folder}: holds no {MANIFEST}: its run never finished; {SCORE_AGAIN}")
    return read_value(folder / MANIFEST, _MANIFEST, SCORE_AGAIN)


def _results_of(folder: Path, manifest: _Manifest) -> Results | None:
    """Read the results file that lm-eval has left beside the folder, if it is still there."""
    if manifest.results is None:
        return None
    try:
        return read_results(folder.absolute().parent / manifest.results)
    except InputError:
        return None  # the folder is whole without it


def _require_all_items(folder: Path, manifest: _Manifest, results: Results | None) -> None:
    ran, task = manifest.lm_eval or {}, manifest.items.source
    counts = results.n_samples.get(task) if results else None  # older manifests lack them
    counts = counts or msgspec.convert(ran.get("n_samples"), Counts | None)
    shortened = limited(ran.get("limit"), counts)
    if shortened is not None:
        raise InputError(f"{folder}: {shortened}")


def _prompt(manifest: _Manifest, results: Results | None) -> dict[str, Any]:
    ran = manifest.lm_eval
    if ran is None:  # responses of unknown making
        return {}
    shots = results.n_shot if results else {}
    return prompt_settings(
        ran.get("system_instruction"),
        shots.get(manifest.items.source, ran.get("num_fewshot", 0)),  # older manifests lack it
        ran.get("chat_template_sha"),
        manifest.backend or "",
    )


def _judge(manifest: _Manifest) -> dict[str, Any] | None:
    if manifest.judge is None:
        return None
    return {name: manifest.judge[name] for name in _JUDGED_BY if name in manifest.judge}
