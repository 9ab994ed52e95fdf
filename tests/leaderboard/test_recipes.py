"""The recipes in docs/ci, run as they are, with the baseline model on the demo."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
import yaml

RECIPES = Path(__file__).parents[2] / "docs" / "ci"
Shell = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def shell(tmp_path_factory: pytest.TempPathFactory) -> Shell:
    """Run a command in one and the same folder, `followrag` being on the path."""
    folder = tmp_path_factory.mktemp("checkout")
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])

    def run(*arguments: object, **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [str(argument) for argument in arguments],
            cwd=folder,
            env={**os.environ, "PATH": path, **environment},
            capture_output=True,
            text=True,
            timeout=120,
        )

    return run


@pytest.fixture(scope="module")
def workflow() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((RECIPES / "github-actions.yml").read_text())
    return loaded


@pytest.fixture(scope="module")
def step(workflow: dict[str, Any], shell: Shell) -> Shell:
    """Run a step of the workflow as GitHub does, with the oracle on the demo."""
    (job,) = workflow["jobs"].values()
    commands = {step["name"]: step["run"] for step in job["steps"] if "run" in step}
    own = {"TASK": "followrag_demo", "MODEL": "followrag-baseline", "MODEL_ARGS": "oracle=true"}

    def run(name: str, **environment: str) -> subprocess.CompletedProcess[str]:
        return shell("bash", "-e", "-c", commands[name], **{**job["env"], **own, **environment})

    return run


@pytest.fixture(scope="module")
def baseline(step: Shell, shell: Shell) -> str:
    """The baseline of the run that the workflow has evaluated."""
    evaluated = step("Evaluate")
    assert evaluated.returncode == 0, evaluated.stderr
    updated = shell("followrag", "baseline", "update", "followrag-baseline.json", "runs")
    assert updated.returncode == 0, updated.stderr
    return "followrag-baseline.json"


@pytest.fixture(scope="module")
def gated(baseline: str, shell: Shell) -> subprocess.CompletedProcess[str]:
    """The shell recipe, with a candidate that is worse than the oracle."""
    options = ("--model", "followrag-baseline", "--tasks", "followrag_demo")
    return shell(RECIPES / "gate.sh", baseline, *options)


def test_the_workflow_asks_for_no_more_than_reading(workflow: dict[str, Any]) -> None:
    assert workflow["permissions"] == {"contents": "read"}
    assert "${{" not in "".join(
        step.get("run", "") for job in workflow["jobs"].values() for step in job["steps"]
    )


def test_the_workflow_passes_what_is_no_worse(baseline: str, step: Shell, tmp_path: Path) -> None:
    summary = tmp_path / "summary.md"
    github = {"GITHUB_ACTIONS": "true", "GITHUB_STEP_SUMMARY": str(summary)}
    ended = step("Compare", BASELINE=baseline, **github)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert summary.read_text().startswith("## followrag compare: PASS")


def test_the_shell_recipe_ends_with_the_verdicts_exit_code(
    gated: subprocess.CompletedProcess[str], shell: Shell
) -> None:
    assert gated.returncode == 1, gated.stderr
    assert gated.stdout.splitlines()[-1].startswith("REGRESSED: ")
    root = ElementTree.fromstring(shell("cat", "gate-output/compare.xml").stdout)
    assert root.get("failures") != "0"


def test_the_shell_recipe_does_not_take_an_earlier_run_for_a_seed(
    gated: subprocess.CompletedProcess[str], baseline: str, shell: Shell
) -> None:
    again = shell(RECIPES / "gate.sh", baseline, "--model", "followrag-baseline")
    assert again.returncode == 2
    assert again.stderr.startswith("gate-output/runs: holds earlier runs")


def test_the_shell_recipe_does_not_take_a_failed_evaluation_for_a_verdict(
    baseline: str, shell: Shell
) -> None:
    failed = shell(RECIPES / "gate.sh", baseline, "--model", "no-such-model", GATE_OUT="failed")
    assert failed.returncode == 2


def test_the_shell_recipe_tells_what_is_missing_before_it_evaluates(
    baseline: str, shell: Shell
) -> None:
    shell("mkdir", "stale")
    shell("cp", baseline, "stale/compare.json")
    for files in (("missing.json", ""), (baseline, "missing.toml")):
        ended = shell(
            RECIPES / "gate.sh",
            files[0],
            "--model",
            "followrag-baseline",
            GATE_OUT="stale",
            GATE_POLICY=files[1],
        )
        assert ended.returncode == 2
        assert ended.stderr.startswith("missing.")
        assert shell("ls", "stale").stdout == ""
    assert shell(RECIPES / "gate.sh").returncode == 2


@pytest.mark.parametrize(("candidate", "code"), [("runs", 0), ("gate-output/runs", 1)])
def test_the_pytest_recipe_passes_and_fails_as_the_gate_does(
    gated: subprocess.CompletedProcess[str],
    baseline: str,
    shell: Shell,
    candidate: str,
    code: int,
) -> None:
    recipe = RECIPES / "test_release.py"
    pytest_alone = (sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-c", os.devnull)
    ended = shell(*pytest_alone, recipe, BASELINE=baseline, CANDIDATE=candidate)
    assert ended.returncode == code, ended.stdout
    assert ("test_no_metric_that_gates_is_worse" in ended.stdout) == bool(code)
