"""Whether runs may be compared at all."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

from followrag.errors import InputError
from followrag.leaderboard.entries import Entry
from followrag.leaderboard.gate.sides import Side
from followrag.leaderboard.settings import KINDS, Kind, Mismatch


def kinds(names: Sequence[str]) -> list[Kind]:
    """Take the values of `--allow` as kinds of settings.

    Raises:
        InputError: One is none.
    """
    for name in names:
        if name not in KINDS:
            raise InputError(f"--allow {name}: is no kind of setting; one of {', '.join(KINDS)}")
    return [kind for kind in KINDS if kind in names]


def permitted_mismatches(base: Side, candidate: Side, allowed: Collection[Kind]) -> list[Mismatch]:
    """List where settings differ, within a side and between the two.

    Raises:
        InputError: One is of a kind that is not allowed; the message lists all of them. Or only
            some runs were scored in `fixed` mode, which nothing allows.
    """
    found = [
        (mismatch, f" ({earlier.where}, {later.where})" if is_within else "")
        for earlier, later, is_within in _pairs(base, candidate)
        for mismatch in earlier.settings.mismatches(later.settings)
    ]
    is_fixed = {entry.settings.is_fixed for entry in (*base.entries, *candidate.entries)}
    if len(is_fixed) > 1:
        raise InputError(
            f"{base.name} and {candidate.name}: can't be compared, since some runs were scored in "
            "fixed mode and others were not; score all in one mode: `followrag rescore RUN --mode "
            "fixed --out FOLDER`"
        )
    refused = [(mismatch, where) for mismatch, where in found if mismatch.kind not in allowed]
    if refused:
        listed = "".join(f"\n  {mismatch}{where}" for mismatch, where in refused)
        kinds = dict.fromkeys(mismatch.kind for mismatch, _ in refused)
        options = " ".join(f"--allow {kind}" for kind in kinds)
        raise InputError(
            f"{base.name} and {candidate.name}: can't be compared, since they differ in what makes "
            f"runs comparable:{listed}\nmake them alike, or accept it with {options}"
        )
    return list({str(mismatch): mismatch for mismatch, _ in found}.values())


def _pairs(base: Side, candidate: Side) -> Iterator[tuple[Entry, Entry, bool]]:
    """Give the runs to compare with each other, and whether they are of the same side."""
    for side in (base, candidate):
        for later in side.entries[1:]:
            yield side.entries[0], later, True
    yield base.entries[0], candidate.entries[0], False


def told_differences(entries: Sequence[Entry]) -> list[str]:
    """Say in what else runs differ: nothing that makes them incomparable, but good to know."""
    told: dict[str, dict[str, None]] = {}
    for entry in entries:
        packages = entry.details.get("packages")
        known = {"backend": entry.details.get("backend")}
        if isinstance(packages, Mapping):
            known |= packages
        for name, value in known.items():
            if value is not None:
                told.setdefault(name, {})[str(value)] = None
    return [
        f"{name} differs: {', '.join(values)}" for name, values in told.items() if len(values) > 1
    ]
