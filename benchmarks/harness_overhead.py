"""What `followrag eval` adds to the time that a server needs: one ratio, measured in one run.

The same 300 prompts go to the same server (`transformers serve` with a small random Llama, which
answers about ten a second; real models are slower) with the same concurrency: straight from a
plain client, and through `followrag eval`, each twice in turn. Start-up, which `followrag eval`
prints, is measured apart.

    python benchmarks/harness_overhead.py [--prompts 300] [--tokens 128] [--concurrency 8]
"""

from __future__ import annotations

import argparse
import asyncio
import json
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import mean

from openai import AsyncOpenAI

from followrag.demo import rows

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
from model_server import serving
from tiny_llama import build_model

TIMING = re.compile(r"start-up ([\d.]+) s; run ([\d.]+) s")


def items(folder: Path, count: int) -> list[str]:
    """Write demo items, repeated with another number in front; give their prompts."""
    demo = rows()
    made = [
        demo[place % len(demo)]
        | {"key": place, "prompt": f"{place}. {demo[place % len(demo)]['prompt']}"}
        for place in range(count)
    ]
    (folder / "items.json").write_text(json.dumps(made))
    return [row["prompt"] for row in made]


def straight(url: str, model: str, prompts: list[str], tokens: int, concurrency: int) -> float:
    """Send the prompts with nothing around them; give the seconds it took."""

    async def send_all() -> None:
        limit = asyncio.Semaphore(concurrency)
        base_url = url.removesuffix("/chat/completions")
        async with AsyncOpenAI(base_url=base_url, api_key="none", timeout=600) as client:

            async def send(prompt: str) -> None:
                async with limit:
                    await client.chat.completions.create(
                        model=model,
                        messages=[{"role": "user", "content": prompt}],
                        max_tokens=tokens,
                        temperature=0,
                        seed=1234,
                    )

            await asyncio.gather(*map(send, prompts))

    begun = time.perf_counter()
    asyncio.run(send_all())
    return time.perf_counter() - begun


def evaluated(
    url: str, model: str, folder: Path, tokens: int, concurrency: int
) -> tuple[float, float]:
    """Run `followrag eval`; give the seconds of its start-up and of the rest."""
    done = subprocess.run(
        [
            *(sys.executable, "-m", "followrag", "eval", "--model", "local-chat-completions"),
            "--model_args",
            f"model={model},base_url={url},num_concurrent={concurrency}",
            *("--tasks", "followrag", "--data", str(folder / "items.json")),
            *("--gen_kwargs", f"max_gen_toks={tokens}", "--output_path", str(folder / "runs")),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    timing = TIMING.search(done.stderr)
    if done.returncode or timing is None:
        sys.exit(f"followrag eval failed:\n{done.stderr}")
    return float(timing[1]), float(timing[2])


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--prompts", type=int, default=300)
    parser.add_argument("--tokens", type=int, default=128)
    parser.add_argument("--concurrency", type=int, default=8)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        prompts = items(folder, given.prompts)
        model = build_model(folder / "model", layers=8)
        program = Path(sys.executable).with_name("transformers")
        command: list[str | Path] = [program, "serve", model, "--host", "127.0.0.1", "--port", "0"]
        command += ["--device", "cpu"]
        with serving(command, str(model), folder / "log", 120, OMP_NUM_THREADS="1") as server:
            settings = (given.tokens, given.concurrency)
            straight(server.url, server.model, prompts[:8], *settings)  # warms the server up
            direct, start_ups, runs = [], [], []
            for _ in range(2):
                direct.append(straight(server.url, server.model, prompts, *settings))
                start_up, run = evaluated(server.url, server.model, folder, *settings)
                start_ups.append(start_up)
                runs.append(run)
    print(f"{given.prompts} prompts, up to {given.tokens} tokens, {given.concurrency} at a time")
    print(f"sent straight:  {mean(direct):6.1f} s  ({', '.join(f'{s:.1f}' for s in direct)})")
    print(f"followrag eval: {mean(runs):6.1f} s  ({', '.join(f'{s:.1f}' for s in runs)})")
    print(f"  its start-up: {mean(start_ups):6.1f} s, not counted")
    print(f"ratio: {mean(runs) / mean(direct):.3f}")


if __name__ == "__main__":
    main()
