"""Making the tasks known to a plain `lm_eval`, reversibly.

lm-eval 0.4.13 looks for tasks in its own folder and in `--include_path` only. Registering copies
our YAML files into a folder of their own there; the functions that they name stay in this package.
"""

from __future__ import annotations

import shutil
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

from followrag.errors import OutputError

TASKS_FOLDER = Path(__file__).parent
SUITE = "followrag_suite"
_MARK = "REGISTERED_BY_FOLLOWRAG"
_MARK_TEXT = "Placed here by `followrag register`; `followrag register --remove` takes it away.\n"


class Registration(NamedTuple):
    """Whether, and where, the tasks are known to lm-eval.

    Attributes:
        folder: Folder for our tasks where the installed lm-eval looks.
        state: `current`, `outdated` (files of another version), or `absent`.
    """

    folder: Path
    state: str


def task_names() -> tuple[str, ...]:
    """Names of all tasks; the suite, which is a group, is none."""
    names = (path.stem for path in TASKS_FOLDER.glob("*.yaml"))
    return tuple(sorted(name for name in names if name != SUITE))


def suite_tasks() -> tuple[str, ...]:
    """Names of the tasks in the suite, most of them lm-eval's own."""
    import yaml

    with (TASKS_FOLDER / f"{SUITE}.yaml").open(encoding="utf-8") as file:
        return tuple(yaml.safe_load(file)["task"])


def registration() -> Registration:
    """Find out whether the installed lm-eval knows the tasks.

    Raises:
        OutputError: lm-eval's task folder was not found.
    """
    folder = _lm_eval_tasks() / "followrag"
    if not (folder / _MARK).exists():
        return Registration(folder, "absent")
    current = all(
        (folder / file.name).exists() and (folder / file.name).read_bytes() == file.read_bytes()
        for file in _task_files()
    )
    return Registration(folder, "current" if current else "outdated")


def register() -> Registration:
    """Copy the task files to where lm-eval looks; doing it again renews them.

    Raises:
        OutputError: The folder can't be written to, or holds something that isn't ours.
    """
    folder, state = registration()
    if state == "absent" and folder.exists() and (folder.is_file() or any(folder.iterdir())):
        raise OutputError(
            f"{folder}: is there already and was not made by followrag; move it away, "
            f"or pass --include_path {TASKS_FOLDER} to lm_eval"
        )
    try:
        folder.mkdir(exist_ok=True)
        (folder / _MARK).write_text(_MARK_TEXT)
        wanted = {file.name for file in _task_files()}
        for stale in folder.glob("*.y*ml"):
            if stale.name not in wanted:
                stale.unlink()
        for file in _task_files():
            shutil.copyfile(file, folder / file.name)
    except OSError as error:
        raise OutputError(
            f"{folder}: can't be written to ({error.strerror}); run `followrag eval` instead, "
            f"which needs no registration, or pass --include_path {TASKS_FOLDER} to lm_eval"
        ) from error
    return registration()


def unregister() -> Registration:
    """Take the task files away again; nothing happens where there are none.

    Raises:
        OutputError: The folder can't be removed.
    """
    folder, state = registration()
    if state != "absent":
        try:
            shutil.rmtree(folder)
        except OSError as error:
            raise OutputError(f"{folder}: can't be removed ({error.strerror})") from error
    return registration()


def _task_files() -> list[Path]:
    return sorted((*TASKS_FOLDER.glob("*.yaml"), *TASKS_FOLDER.glob("*.yml")))


def _lm_eval_tasks() -> Path:
    """Locate lm-eval's own task folder without importing lm-eval, installed or editable."""
    spec = find_spec("lm_eval")
    if spec is None or spec.origin is None:
        raise OutputError(
            "lm_eval: is not installed, or only an empty folder of that name is left of it; "
            "run `pip install --force-reinstall 'lm-eval>=0.4.13'`"
        )
    folder = Path(spec.origin).parent / "tasks"
    if not (folder / "manager.py").exists():
        raise OutputError(f"{folder}: holds no lm-eval 0.4.13 or later; upgrade lm-eval")
    return folder
