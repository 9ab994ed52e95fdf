"""What `fixed` mode changes: the tables of docs/fixed.md.

    python benchmarks/fixed_differences.py [--shared ../shared]

Scores the responses of the published verdicts in both modes and prints, for each constraint, each
family and all, how many verdicts differ and which way. Then cuts English passages to some number of
words and prints how many of them each mode takes for something else than English; and stock
sentences of other languages likewise.
"""

from __future__ import annotations

import argparse
import gzip
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from tabulate import tabulate

from followrag import Item, load_items
from followrag.scoring import Row, score_item
from followrag.summary import family_of
from followrag.verifiers import Response, get_constraint
from followrag.verifiers.filler import filler
from followrag.verifiers.fixed import repaired

WORDS = (3, 5, 8, 10, 15, 20, 25, 40, 60, 100)
LANGUAGES = ("it", "pt", "fi", "sw", "vi", "de", "fr", "es")


@dataclass
class Change:
    """How the verdicts of one kind differ between the modes.

    Attributes:
        n: Number of verdicts.
        reference: How many are followed in `reference` mode.
        gained: How many are followed in `fixed` mode only.
        lost: How many are followed in `reference` mode only.
        keys: Of items with a verdict that differs.
    """

    n: int = 0
    reference: int = 0
    gained: int = 0
    lost: int = 0
    keys: dict[str, None] = field(default_factory=dict)

    def add(self, key: str, reference: bool, fixed: bool) -> None:
        """Count one verdict."""
        self.n += 1
        self.reference += reference
        self.gained += fixed and not reference
        self.lost += reference and not fixed
        if fixed != reference:
            self.keys[key] = None

    @property
    def cells(self) -> list[str]:
        """Percent followed in either mode, the difference in points, and both ways' counts."""
        before = 100 * self.reference / self.n
        after = 100 * (self.reference + self.gained - self.lost) / self.n
        ways = f"+{self.gained} −{self.lost}" if self.gained or self.lost else "="
        return [f"{before:.1f}", f"{after:.1f}", f"{after - before:+.1f}", ways]


def scored(items: Sequence[Item], path: Path) -> Iterator[Row]:
    by_key = {str(item.key): item for item in items}
    with gzip.open(path, "rt", encoding="utf-8") as file:
        for line in file:
            row = json.loads(line)
            yield score_item(by_key[str(row["key"])], row["response"], "fixed")


def changes(rows: Iterable[Row]) -> dict[str, tuple[Change, Change]]:
    """Count the strict and the loose changes by constraint, by family and over all."""
    found: dict[str, tuple[Change, Change]] = {}
    for row in rows:
        assert row.item is not None and row.reference is not None
        for place, id in enumerate(row.item.instruction_id_list):
            for name in (id, f"all {family_of(id)}", "all"):
                strict, loose = found.setdefault(name, (Change(), Change()))
                key = str(row.item.key)
                strict.add(key, row.reference.strict[place], row.strict[place])
                loose.add(key, row.reference.loose[place], row.loose[place])
    return found


def difference_table(found: dict[str, tuple[Change, Change]], only_changed: bool) -> str:
    cells = []
    for name in sorted(found, key=lambda name: (name.startswith("all"), name == "all", name)):
        strict, loose = found[name]
        keys = {**strict.keys, **loose.keys}
        if only_changed and not keys:
            continue
        shown = "" if name.startswith("all") else ", ".join(islice(keys, 3))
        label = name if name.startswith("all") else f"`{name}`"
        cells.append([label, str(strict.n), *strict.cells, *loose.cells, shown])
    columns = ["constraint", "n"]
    columns += [f"{way} {what}" for way in ("strict", "loose") for what in ("ref.", "fixed")]
    columns[4:4] = ["diff.", "ways"]
    columns += ["diff.", "ways", "some keys"]
    return tabulate(cells, columns, tablefmt="pipe", disable_numparse=True)


def refused(texts: Sequence[str], id: str) -> list[str]:
    """Share of texts, put in the constraint's case, that each mode refuses, in percent."""
    constraint = get_constraint(id)
    put = str.upper if id == "cases_uppercase" else str.lower
    shares = []
    for rule in (constraint, repaired(constraint)):
        passed = sum(rule.check(Response(put(text))).passed for text in texts)
        shares.append(f"{100 - 100 * passed / len(texts):.1f}")
    return shares


def case_table(texts_of: dict[str, list[str]], corner: str) -> str:
    rows = [
        [
            label,
            str(len(texts)),
            *refused(texts, "cases_uppercase"),
            *refused(texts, "cases_lowercase"),
        ]
        for label, texts in texts_of.items()
    ]
    columns = [corner, "texts", "capitals, ref.", "fixed", "small, ref.", "fixed"]
    return tabulate(rows, columns, tablefmt="pipe", disable_numparse=True)


def passages(items: Iterable[Item], words: int) -> list[str]:
    """The beginnings, of so many words, of one passage of every third item."""
    contents = (item.passages[0].content.split() for item in islice(items, 0, None, 3))
    return [" ".join(content[:words]) for content in contents if len(content) >= words]


def foreign(language: str) -> list[str]:
    """Three or four stock sentences in a row, about 25 words."""
    stock = filler(language)
    texts = [" ".join((stock + stock)[start : start + 4]) for start in range(len(stock))]
    return [text for text in texts if len(text.split()) >= 20]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    default = Path(__file__).parents[2] / "shared"
    parser.add_argument("--shared", type=Path, default=default, help="published data and verdicts")
    shared: Path = parser.parse_args().shared
    items = load_items("followrag", str(shared / "data/followrag"))
    prompts = load_items("followrag_ifeval", str(shared / "data/ifeval"))
    oracles = shared / "oracles"
    found = changes(scored(items, oracles / "followrag_verdicts.jsonl.gz"))
    print(difference_table(found, only_changed=False), end="\n\n")
    found = changes(scored(prompts, oracles / "ifeval_verdicts.jsonl.gz"))
    print(difference_table(found, only_changed=True), end="\n\n")
    print(case_table({str(words): passages(items, words) for words in WORDS}, "words"), end="\n\n")
    print(case_table({code: foreign(code) for code in LANGUAGES}, "language"))


if __name__ == "__main__":
    main()
