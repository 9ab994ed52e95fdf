"""How long tables, pages and comparisons of many runs take, and how much memory.

Two models that need no GPU, the baseline and its oracle, answer 2,800 prompts of the demo through
`followrag eval`. Runs of 50 made-up models are mixed from the two, row by row and with responses
made longer, as run folders and as lm-eval's results and samples. Then each command runs once as a
process of its own. Beside its seconds stands their ratio to what `json.loads` takes for the same
files in the same run.

    python benchmarks/leaderboard_speed.py [--models 50] [--prompts 2800]
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from followrag.demo import rows

# A process starts with the memory of the one that starts it: this one is small.
_LAUNCHER = """
import resource, subprocess, sys, time
start = time.perf_counter()
code = subprocess.call(sys.argv[1:])
peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
print("", time.perf_counter() - start, peak, code)
"""
_FILLER = "The passages above say more about this than was asked for. "
_TIMES = 15  # how often the filler follows a response: rows are then about 2 kB


class Variant(NamedTuple):
    """A real run, line by line."""

    folder: Path
    results: Path
    samples: Path
    row_lines: list[str]
    sample_lines: list[str]


class Cost(NamedTuple):
    """What a command took."""

    seconds: float
    peak: float


def main() -> None:
    """Make the runs, time the commands and print a line for each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--models", type=int, default=50)
    parser.add_argument("--prompts", type=int, default=2800)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        os.environ["FOLLOWRAG_DATA"] = str(write_items(folder / "items", given.prompts))
        variants = [evaluated(folder, arguments) for arguments in ("oracle=false", "oracle=true")]
        made = [mixed(folder, variants, number) for number in range(given.models)]
        folders, samples = [run for run, _ in made], [run for _, run in made]
        print(f"{given.models} runs x {given.prompts} rows")
        page = folder / "report.html"
        tell("leaderboard, run folders", folders, "leaderboard", *folders)
        tell("leaderboard, lm-eval samples", samples, "leaderboard", *samples)
        tell("report, no rows", folders, "report", *folders, "-o", page, "--rows", "none")
        print(f"  {page.stat().st_size / 1e6:.1f} MB")
        tell(
            "report of 5, all rows",
            folders[:5],
            "report",
            *folders[:5],
            "-o",
            page,
            "--rows",
            "all",
        )
        print(f"  {page.stat().st_size / 1e6:.1f} MB")
        tell("compare of 2", folders[:2], "compare", *folders[:2])


def write_items(folder: Path, count: int) -> Path:
    """Write the demo's items, repeated with a number in front."""
    folder.mkdir()
    demo = rows()
    made = [
        demo[place % len(demo)]
        | {"key": place, "prompt": f"{place}. {demo[place % len(demo)]['prompt']}"}
        for place in range(count)
    ]
    path = folder / "items.json"
    path.write_text(json.dumps(made))
    return path


def evaluated(folder: Path, model_args: str) -> Variant:
    """Run a model on the items, and make its responses longer."""
    out = folder / model_args
    command = [
        *(sys.executable, "-m", "followrag", "eval", "--model", "followrag-baseline"),
        *("--model_args", model_args, "--tasks", "followrag", "--output_path", str(out)),
    ]
    subprocess.run(command, check=True, capture_output=True)
    [manifest] = out.rglob("manifest.json")
    [results] = out.rglob("results_*.json")
    [samples] = out.rglob("samples_*.jsonl")
    return Variant(
        manifest.parent,
        results,
        samples,
        list(longer_rows(manifest.parent / "rows.jsonl")),
        list(longer_samples(samples)),
    )


def longer_rows(path: Path) -> Iterator[str]:
    """Read a run folder's rows with longer responses."""
    for line in path.open(encoding="utf-8"):
        row = json.loads(line)
        yield json.dumps({**row, "response": longer(row["response"])}) + "\n"


def longer_samples(path: Path) -> Iterator[str]:
    """Read lm-eval's samples with longer responses."""
    for line in path.open(encoding="utf-8"):
        row = json.loads(line)
        response = longer(row["resps"][0][0])
        yield json.dumps({**row, "resps": [[response]], "filtered_resps": [response]}) + "\n"


def longer(response: str) -> str:
    """Make a response about 900 characters longer."""
    return f"{response}\n{_FILLER * _TIMES}"


def mixed(folder: Path, variants: Sequence[Variant], number: int) -> tuple[Path, Path]:
    """Write a made-up model's run folder, and the same run as lm-eval writes it."""
    chance = random.Random(number)
    base = variants[0]
    model, skill = f"organisation/model-{number:02}", chance.random()
    chosen = [int(chance.random() < skill) for _ in base.row_lines]
    run = folder / "runs" / str(number)
    run.mkdir(parents=True)
    shutil.copy(base.folder / "metrics.json", run)
    rename(base.folder / "manifest.json", run / "manifest.json", "model", model)
    lines = zip(chosen, *(variant.row_lines for variant in variants), strict=True)
    (run / "rows.jsonl").write_text("".join(pair[variant] for variant, *pair in lines))
    harness = folder / "harness" / str(number)
    harness.mkdir(parents=True)
    rename(base.results, harness / base.results.name, "model_name", model)
    lines = zip(chosen, *(variant.sample_lines for variant in variants), strict=True)
    (harness / base.samples.name).write_text("".join(pair[variant] for variant, *pair in lines))
    return run, harness


def rename(source: Path, target: Path, key: str, model: str) -> None:
    """Copy a JSON file with another model's name."""
    record: dict[str, Any] = json.loads(source.read_text(encoding="utf-8"))
    target.write_text(json.dumps(record | {key: model}))


def tell(what: str, runs: Sequence[Path], *arguments: object) -> None:
    """Run a command and print what it took."""
    files = [path for run in runs for path in run.glob("*.jsonl")]
    plain = json_loads(files)
    cost = timed(*arguments)
    size = sum(path.stat().st_size for path in files) / 1e6
    print(
        f"{what}: {cost.seconds:.2f} s, {cost.peak:.0f} MB peak; {size:.0f} MB read, "
        f"{cost.seconds / plain:.2f} x json.loads ({plain:.1f} s)",
        flush=True,
    )


def json_loads(files: Sequence[Path]) -> float:
    """Say how long json.loads takes for the lines of some files."""
    start = time.perf_counter()
    for path in files:
        with path.open("rb") as file:
            for line in file:
                json.loads(line)
    return time.perf_counter() - start


def timed(*arguments: object) -> Cost:
    """Run a followrag command to its end; say how long it took, and its peak memory in MB."""
    command = [sys.executable, "-m", "followrag", *map(str, arguments)]
    launched = [sys.executable, "-c", _LAUNCHER, *command]
    done = subprocess.run(launched, capture_output=True, text=True, check=False)
    seconds, peak, code = done.stdout.splitlines()[-1].split()
    if int(code) not in (0, 1, 3):  # compare's verdicts
        sys.exit(f"{' '.join(command[:4])} failed:\n{done.stderr}")
    return Cost(float(seconds), float(peak) / 1e3)


if __name__ == "__main__":
    main()
