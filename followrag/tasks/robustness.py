"""What the YAML files of robustness tasks call: standard errors that know what was made of what.

The items of a robustness set are made of the same ones again and again, so their responses are no
independent observations: standard errors are clustered by the item that they were made from.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from followrag.estimates import Linear, ratio
from followrag.tasks import harness

# What a document adds to the upper and lower sum of each ratio that a metric is the mean of.
Ratios = list[tuple[float, float]]
_STDERR = "_stderr"


def process_results(doc: dict[str, Any], results: Sequence[str]) -> dict[str, Any]:
    """Score one document of a robustness task, for every metric of `_followrag_robust.yml`."""
    scored = harness.process_results(doc, results)
    found = {name: value for name, value in scored.items() if not name.endswith(_STDERR)}
    unit = str(doc["key"] if doc["origin"] is None else doc["origin"])
    return found | {f"{name}{_STDERR}": _of_unit(unit, value) for name, value in found.items()}


def _of_unit(unit: str, value: Any) -> tuple[str, Ratios] | None:
    """Put a metric's value beside what its document was made from; None where it doesn't count."""
    match value:
        case None | [] | [_, None]:
            return None
        case [[*outcomes], answered]:
            return unit, [_share(outcomes), (float(answered), 1.0)]
        case [*outcomes]:
            return unit, [_share(outcomes)]
        case _:
            return unit, [(float(value), 1.0)]


def _share(outcomes: Sequence[bool]) -> tuple[float, float]:
    return float(sum(outcomes)), float(len(outcomes))


def stderr(documents: Sequence[tuple[str, Ratios] | None]) -> float:
    """Give the standard error of a mean of ratios over the documents that count towards it."""
    counted = [document for document in documents if document is not None]
    if not counted:
        return math.nan
    units = [unit for unit, _ in counted]
    ratios = zip(*(ratios for _, ratios in counted), strict=True)
    parts = [ratio([hits for hits, _ in one], [counts for _, counts in one]) for one in ratios]
    return Linear.average(parts).by(units).estimate().stderr
