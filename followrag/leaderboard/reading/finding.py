"""Runs by the names that people give them: folders and files of every kind that holds runs.

A run that is reached twice (names that overlap, links) is taken once. A run folder that `followrag
eval` has written stands for lm-eval's results and samples of the same run beside it, also where the
folder itself is damaged. What can't be used is told, and the other runs still come.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import NamedTuple

from followrag.errors import InputError
from followrag.leaderboard.entries import Entry
from followrag.leaderboard.reading.baseline_file import read_baseline
from followrag.leaderboard.reading.lm_eval_files import (
    date_in,
    is_results_file,
    read_lm_eval_run,
    tasks_in,
)
from followrag.leaderboard.reading.lm_eval_results import has_verdicts
from followrag.leaderboard.reading.lm_eval_samples import SamplesReader, has_constraints
from followrag.leaderboard.reading.locations import Location, exists, locations_at, parted
from followrag.leaderboard.reading.reported import NAMES, ReportedTable, reported_table
from followrag.leaderboard.reading.run_folders import read_run_folder, samples_of
from followrag.leaderboard.texts import listed
from followrag.records import Problem

_REPORTED = "reported"


class Found(NamedTuple):
    """What names of runs stand for.

    Attributes:
        entries: The runs, in the order of the names, sorted within a folder.
        problems: What can't be used, and why.
        reported: The published tables that were asked for.
    """

    entries: list[Entry]
    problems: list[Problem]
    reported: list[ReportedTable]


def find_runs(names: Sequence[str]) -> Found:
    """Find and read runs.

    Args:
        names: Each is a run folder; a folder of any depth with run folders or lm-eval's results
            and samples; a file of results or samples, or a baseline; NAME=PATH, which renames the
            model; or "reported" (all published tables), "reported:followrag", "reported:ragqa" or
            "reported:instruct_rag". A path that exists is taken as such.

    Returns:
        The runs, with all that could not be used.
    """
    search = _Search()
    tables: list[str] = []
    for name in names:
        if not exists(name) and name.partition(":")[0] == _REPORTED:
            tables += search.tables(name)
        else:
            search.look(name)
    search.read()
    reported = [reported_table(name) for name in dict.fromkeys(tables)]
    return Found(search.entries(), search.problems, reported)


class _Asked(NamedTuple):
    """A name taken apart, and the real paths of the locations that it leads to."""

    name: str
    model: str
    path: Path
    locations: list[Path]


@dataclass
class _Search:
    """The locations that names lead to, and what they hold, by real path.

    Attributes:
        elsewhere: Locations whose runs stand under other ones: lm-eval's files under the run
            folder beside them, samples under results.
        unusable: Locations about which a problem tells.
    """

    asked: list[_Asked] = field(default_factory=list)
    locations: dict[Path, Location] = field(default_factory=dict)
    found: dict[Path, list[Entry]] = field(default_factory=dict)
    elsewhere: dict[Path, list[Path]] = field(default_factory=dict)
    unusable: set[Path] = field(default_factory=set)
    problems: list[Problem] = field(default_factory=list)
    reader: SamplesReader = field(default_factory=SamplesReader)

    def tables(self, name: str) -> list[str]:
        """Find the published tables that a name leads to."""
        _, colon, wanted = name.partition(":")
        if not colon:
            return list(NAMES)
        if wanted not in NAMES:
            known = f"no such published table; known: {', '.join(NAMES)}"
            self.problems.append(Problem(name, known))
            return []
        return [wanted]

    def look(self, name: str) -> None:
        """Find the locations that a name leads to."""
        try:
            asked = _Asked(name, *parted(name), [])
        except InputError as error:
            self.problems.append(_problem(name, error))
            return
        self.asked.append(asked)
        for location in locations_at(asked.path):
            if isinstance(location, Problem):
                self.problems.append(location)
                self.unusable.add(real := Path(location.where).resolve())
            else:
                self.locations.setdefault(real := location.real, location)
            asked.locations.append(real)

    def read(self) -> None:
        """Read the runs in all locations."""
        claims = {
            samples.resolve(): real
            for real, location in self.locations.items()
            if location.kind == "run folder"
            for samples in samples_of(location.path)
        }
        # Samples last: most of them are read with their results.
        for real, location in sorted(
            self.locations.items(), key=lambda each: each[1].kind == "samples"
        ):
            try:
                match location.kind:
                    case "run folder":
                        self._add(real, read_run_folder(location.path))
                    case "baseline":
                        self._read_baseline(real, location.path)
                    case "results":
                        self._read_results(real, location.path, claims)
                    case "samples" if real in claims:
                        self.elsewhere[real] = [claims[real]]
                    case "samples" if real not in self.elsewhere:
                        self._read_samples(real, location.path)
            except InputError as error:
                self._tell(real, location.path, error)
        for asked in self.asked:
            if not any(self._leads(location) for location in asked.locations):
                self.problems.append(_nothing(asked.path))

    def entries(self) -> list[Entry]:
        """List the runs, under the models' names that were given for them."""
        renamed: dict[int, _Asked] = {}
        for asked in self.asked:
            if not asked.model:
                continue
            runs = [run for location in asked.locations for run in self._runs(location)]
            if len(models := sorted({run.model for run in runs})) > 1:
                self.problems.append(_several(asked, models))
                continue
            others = {(other := renamed.setdefault(id(run), asked)).name: other for run in runs}
            self.problems += [
                _same(asked, other) for other in others.values() if other.model != asked.model
            ]
        return [
            replace(run, model=renamed[id(run)].model) if id(run) in renamed else run
            for location in self.locations
            for run in self.found.get(location, [])
        ]

    def _read_results(
        self, real: Path, path: Path, claims: dict[Path, Path], only: Path | None = None
    ) -> None:
        """Read the runs of a results file, or only that of a samples file."""
        for run in tasks_in(path):
            samples = run.samples.resolve()
            if only is not None and samples != only:
                continue
            if samples in claims:
                self.elsewhere.setdefault(real, []).append(claims[samples])
                continue
            self.elsewhere.setdefault(samples, []).append(real)
            try:
                if run.has_samples:
                    is_ours = has_constraints(run.samples)
                else:
                    is_ours = has_verdicts(run.results, run.task)
                if is_ours:
                    self._add(real, read_lm_eval_run(run, self.reader))
            except InputError as error:
                self._tell(real, run.samples, error)

    def _read_samples(self, real: Path, path: Path) -> None:
        """Read a samples file that no results read so far name: theirs lie beside it, or nowhere.

        Raises:
            InputError: They are missing or damaged.
        """
        for beside in sorted(path.parent.glob("*.json")):
            if not is_results_file(beside):
                continue
            try:
                belongs = any(run.samples.resolve() == real for run in tasks_in(beside))
            except InputError:
                if date_in(beside) != date_in(path):
                    continue
                if (damaged := beside.resolve()) not in self.unusable:
                    raise
                self.elsewhere[real] = [damaged]
                return
            if belongs:
                self._read_results(real, beside, {}, only=real)
                return
        if has_constraints(path):
            raise InputError(
                f"{path}: its results file is missing, which tells the model and the settings; "
                "fetch it, or score the responses: `followrag score`"
            )

    def _read_baseline(self, real: Path, path: Path) -> None:
        for entry in read_baseline(path):
            self._add(real, entry)

    def _add(self, real: Path, entry: Entry) -> None:
        self.found.setdefault(real, []).append(entry)

    def _tell(self, real: Path, path: Path, error: InputError) -> None:
        self.unusable.add(real)
        self.problems.append(_problem(str(path), error))

    def _runs(self, location: Path) -> list[Entry]:
        others = self.elsewhere.get(location, [])
        return [run for real in (location, *others) for run in self.found.get(real, [])]

    def _leads(self, location: Path) -> bool:
        """Whether a location leads to a run, or to something that was told."""
        told = {location, *self.elsewhere.get(location, [])} & self.unusable
        return bool(told or self._runs(location))


def _problem(head: str, error: InputError) -> Problem:
    """Part an error's text into where it is, which may begin with `head`, and what."""
    text = str(error)
    end = text.find(": ", len(head) if text.startswith(head) else 0)
    return Problem(text[:end], text[end + 2 :])


def _nothing(path: Path) -> Problem:
    if path.is_dir():
        message = (
            "holds no run: no run folder (manifest.json and rows.jsonl), no results or samples of "
            "lm-eval with constraints"
        )
    else:
        message = (
            "is no run: no results or samples of lm-eval with constraints, no baseline; to make a "
            "run folder of responses, `followrag score --out RUN`"
        )
    return Problem(str(path), message)


def _same(asked: _Asked, other: _Asked) -> Problem:
    message = f"is the same run as {other.name}, under which it is shown; name each run once"
    return Problem(asked.name, message)


def _several(asked: _Asked, models: Sequence[str]) -> Problem:
    message = f"holds runs of {len(models)} models ({listed(models, 5)}); name one of them"
    return Problem(asked.name, message)
