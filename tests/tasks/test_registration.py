"""Making the tasks known to plain lm_eval, in environments of their own.

Each environment is a real virtual environment with lm-eval's own code, installed as from a wheel
or editable. Of its thousands of task files only the Python modules are copied, which makes it
quick; the other packages come from the environment that runs the tests.
"""

from __future__ import annotations

import shutil
import site
import subprocess
import sys
import venv
from pathlib import Path

import lm_eval
import pytest

HERE = Path(__file__).parents[2]
TASK = "followrag_demo"
PYPROJECT = """
[build-system]
requires = ["setuptools"]
build-backend = "setuptools.build_meta"
[project]
name = "lm_eval"
version = "0.4.13"
scripts = {lm_eval = "lm_eval.__main__:cli_evaluate"}
[tool.setuptools.packages.find]
include = ["lm_eval*"]
[tool.setuptools.package-data]
lm_eval = ["**/*.yaml", "tasks/**/*"]
"""


def only_needed(folder: str, names: list[str]) -> set[str]:
    """Leave lm-eval's own tasks behind, but for one."""
    if Path(folder) == Path(lm_eval.__file__).parent / "tasks":
        return {name for name in names if not name.endswith(".py") and name != "ifeval"}
    return {"__pycache__"} & set(names)


class Environment:
    """A virtual environment with lm-eval and this checkout."""

    def __init__(self, folder: Path, editable: bool) -> None:
        venv.create(folder / "env", with_pip=True)
        self.bin = folder / "env" / "bin"
        packages = next((folder / "env" / "lib").glob("python*/site-packages"))
        source = folder / "lm-evaluation-harness"
        shutil.copytree(Path(lm_eval.__file__).parent, source / "lm_eval", ignore=only_needed)
        (source / "pyproject.toml").write_text(PYPROJECT)
        self.run("python", "-m", "pip", "install", "-q", "setuptools>=64", "wheel")
        install = ["python", "-m", "pip", "install", "-q", "--no-deps", "--no-build-isolation"]
        self.run(*install, *(["-e"] if editable else []), str(source))
        (packages / "rest.pth").write_text(
            f"{HERE}\n{self.other_packages(folder / 'rest' / 'site-packages')}\n"
        )
        self.folder = folder
        found = self.run("python", "-c", "import lm_eval; print(lm_eval.__path__[0])")
        self.tasks = Path(found.stdout.strip()) / "tasks"

    @staticmethod
    def other_packages(folder: Path) -> Path:
        """Link to everything installed beside these tests but lm-eval, which has its own copy."""
        folder.mkdir(parents=True)
        for package in Path(site.getsitepackages()[0]).iterdir():
            if not package.name.startswith("lm_eval"):
                (folder / package.name).symlink_to(package)
        return folder

    def run(
        self, *command: str, cwd: Path | None = None, data: Path | None = None
    ) -> subprocess.CompletedProcess[str]:
        program = self.bin / command[0]
        done = subprocess.run(
            [program, *command[1:]],
            cwd=cwd,
            env={
                "PATH": "/usr/bin:/bin",
                "HOME": str(self.bin),
                "HF_HUB_OFFLINE": "1",
                **({"FOLLOWRAG_DATA": str(data)} if data else {}),
            },
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        print(done.stderr)  # pytest shows it where a test fails
        done.check_returncode()
        return done

    def followrag(self, *arguments: str) -> str:
        done = self.run("python", "-m", "followrag", *arguments, cwd=self.folder)
        return done.stdout

    def knows_the_tasks(self) -> bool:
        listed = self.run("lm_eval", "ls", "tasks", cwd=self.folder)
        return TASK in listed.stdout


@pytest.fixture(scope="module", params=["wheel", "editable"])
def environment(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Environment:
    return Environment(tmp_path_factory.mktemp(request.param), request.param == "editable")


def test_lm_eval_is_the_copy_under_test(environment: Environment) -> None:
    assert environment.folder in environment.tasks.parents


def test_registering_is_needed_repeatable_and_reversible(environment: Environment) -> None:
    assert not environment.knows_the_tasks()
    environment.followrag("register")
    assert "yes, in" in environment.followrag("register")
    assert environment.knows_the_tasks()
    assert "no;" in environment.followrag("register", "--remove")
    assert "no;" in environment.followrag("register", "--remove")
    assert not environment.knows_the_tasks()
    environment.run("python", "-c", "from lm_eval import simple_evaluate")


# In the repository root a folder has the task's name.
@pytest.mark.parametrize("where", ["an empty folder", "the repository root"])
def test_plain_lm_eval_runs_a_registered_task(
    environment: Environment, where: str, tmp_path: Path, shared: Path
) -> None:
    environment.followrag("register")
    folder = HERE if where == "the repository root" else tmp_path
    options = ["--tasks", "followrag", "--model", "dummy", "--limit", "2"]
    done = environment.run(
        *("lm_eval", *options, "--output_path", str(tmp_path)),
        cwd=folder,
        data=shared / "data/followrag",
    )
    assert "inst_level_loose_acc" in done.stdout
    assert list(tmp_path.rglob("results_*.json"))


def test_lm_eval_finds_the_tasks_valid(environment: Environment) -> None:
    environment.followrag("register")
    done = environment.run("lm_eval", "validate", "--tasks", "followrag,followrag_demo")
    assert "All tasks found and valid" in done.stdout


def test_files_of_another_version_are_reported_and_renewed(environment: Environment) -> None:
    environment.followrag("register")
    placed = environment.tasks / "followrag" / "followrag_mini.yaml"
    placed.write_text("task: followrag_mini\n")
    (placed.parent / "followrag_gone.yaml").write_text("task: followrag_gone\n")
    assert "another version" in environment.followrag("tasks")
    environment.followrag("register")
    assert "include" in placed.read_text()
    assert not (placed.parent / "followrag_gone.yaml").exists()


def test_a_folder_that_is_not_ours_is_left_alone(environment: Environment) -> None:
    environment.followrag("register", "--remove")
    theirs = environment.tasks / "followrag" / "theirs.yaml"
    theirs.parent.mkdir()
    theirs.write_text("task: theirs\n")
    try:
        with pytest.raises(subprocess.CalledProcessError) as failure:
            environment.followrag("register")
        assert failure.value.returncode == 2
        assert "--include_path" in failure.value.stderr
        assert theirs.exists()
    finally:
        shutil.rmtree(theirs.parent)


def test_where_nothing_can_be_written_the_way_out_is_named(environment: Environment) -> None:
    environment.followrag("register", "--remove")
    in_the_way = environment.tasks / "followrag"
    in_the_way.write_text("a file where the folder should be")
    try:
        with pytest.raises(subprocess.CalledProcessError) as failure:
            environment.followrag("register")
        assert failure.value.returncode == 2
        assert "--include_path" in failure.value.stderr
        assert "Traceback" not in failure.value.stderr
    finally:
        in_the_way.unlink()


def test_without_lm_eval_the_remedy_is_named(tmp_path: Path) -> None:
    code = "import sys; sys.modules['lm_eval'] = None; from followrag.cli import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", code, "register"],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        check=False,
    )
    assert done.returncode == 2
    assert "pip install" in done.stderr
