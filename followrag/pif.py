"""How many of several responses to a prompt follow everything.

PIF-N-K of MMMT-IF (Epstein et al. 2024, arXiv:2409.18216) is the share of prompts for which at
least K of N generated responses follow all instructions. Here it is `pif_K_of_N`, with `_loose`
behind it for loose verdicts; `pif_mean_of_N` is the mean share of responses that follow all.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from followrag import estimates
from followrag.estimates import Linear
from followrag.scoring import Row
from followrag.units import units_of

_NAME = re.compile(r"pif_(mean|[1-9]\d*)_of_([1-9]\d*)(_loose)?")


class Pif(NamedTuple):
    """What a figure's name says.

    Attributes:
        least: K, how many responses must follow everything; None for the mean share.
        of: N, how many responses to each prompt there are.
        loose: Whether verdicts are loose.
    """

    least: int | None
    of: int
    loose: bool

    @property
    def name(self) -> str:
        """The figure's name."""
        least = "mean" if self.least is None else self.least
        return f"pif_{least}_of_{self.of}{'_loose' if self.loose else ''}"

    def hits(self, following: int) -> float:
        """Say what a prompt of whose responses so many follow everything adds to the figure."""
        return following / self.of if self.least is None else float(following >= self.least)


def pif_named(name: str) -> Pif | None:
    """Read a figure's name; None for one of another kind, or with K above N."""
    found = _NAME.fullmatch(name)
    if found is None:
        return None
    least, of, loose = found.groups()
    pif = Pif(None if least == "mean" else int(least), int(of), loose is not None)
    return pif if (pif.least or 0) <= pif.of else None


def pifs(samples: int) -> list[Pif]:
    """List all figures of runs with this many responses to a prompt; none for one."""
    leasts = [*range(1, samples + 1), None] if samples > 1 else []
    return [Pif(least, samples, loose) for loose in (False, True) for least in leasts]


def samples_of(row: Row) -> tuple[Row, ...]:
    """List all responses to a row's prompt, its own first."""
    return (row, *row.samples)


def most_samples(rows: Iterable[Row]) -> int:
    """Count the responses to the prompt that has most of them."""
    return max((len(samples_of(row)) for row in rows), default=0)


def pif_figures(rows: Sequence[Row], samples: int | None = None) -> dict[str, Linear]:
    """Compute all figures of this kind over the prompts that have so many responses.

    Args:
        rows: The rows.
        samples: N; the most of any of the rows where it is None.
    """
    wanted = most_samples(rows) if samples is None else samples
    counted = [samples_of(row) for row in rows if len(samples_of(row)) == wanted]
    if not counted:
        return {}
    following = {
        False: [sum(all(sample.strict) for sample in given) for given in counted],
        True: [sum(all(sample.loose) for sample in given) for given in counted],
    }
    units = units_of([given[0] for given in counted])
    return {
        pif.name: estimates.average([pif.hits(number) for number in following[pif.loose]]).by(units)
        for pif in pifs(wanted)
    }
