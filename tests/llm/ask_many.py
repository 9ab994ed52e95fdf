"""Ask a server many calls with a journal, as a process of its own that tests can end.

python ask_many.py URL JOURNAL COUNT CONCURRENCY

Prints a JSON object: how many replies belong to their call, the failures' reasons, the retries, the
peak memory in MB and which heavy packages were imported.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from followrag.errors import FollowragError
from followrag.llm import Failure, Journal, Reply, Server, Usage, ask, chat, chat_url

HEAVY = ("lm_eval", "datasets", "torch", "nltk")


def peak_mb() -> float:
    """The peak of this process; rusage has that of the process that started it, too."""
    status = Path("/proc/self/status").read_text().splitlines()
    (peak,) = (line for line in status if line.startswith("VmHWM"))
    return int(peak.split()[1]) / 1024


def main() -> None:
    url, path, count, concurrency = sys.argv[1:]
    prompts = [f"question {number}" for number in range(int(count))]
    calls = [
        chat("test", [{"role": "user", "content": prompt}], temperature=0) for prompt in prompts
    ]
    with Journal(Path(path)) as journal:
        server = Server(chat_url(url), concurrency=int(concurrency))
        outcomes = ask(server, calls, journal)
        kept = len(journal)
    told = {
        "right": sum(
            isinstance(outcome, Reply) and outcome.text == f"reply to: {prompt}"
            for prompt, outcome in zip(prompts, outcomes, strict=True)
        ),
        "kept": kept,
        "failures": [outcome.reason for outcome in outcomes if isinstance(outcome, Failure)],
        "retries": Usage.of(outcomes).retries,
        "peak_mb": peak_mb(),
        "heavy": [name for name in HEAVY if name in sys.modules],
    }
    print(json.dumps(told))


if __name__ == "__main__":
    try:
        main()
    except FollowragError as error:
        sys.exit(str(error))
