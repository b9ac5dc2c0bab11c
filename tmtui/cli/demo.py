"""`tmtui demo`: a sample project, copied to a fresh folder and run there."""

import asyncio
import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import click

from tmtui.cli.errors import CommandError
from tmtui.cli.exit_codes import ExitCode
from tmtui.cli.output import Line, Tone, say, say_error
from tmtui.cli.project import no_terminal
from tmtui.system.state_dir import state_dir


DEFAULT: Final = "calculator"
PLAN: Final = "tasks.yml"

LEFT_OUT: Final = shutil.ignore_patterns("__pycache__", "*.pyc", ".pytest_cache", ".taskmaster", ".git", "recorded")
"""What may lie in a sample and is no part of it."""


@click.command()
@click.argument("name", required=False, default=DEFAULT)
@click.option("--into", type=click.Path(path_type=Path), help="Copy it to this folder, which must be new or empty.")
@click.option("--list", "list_only", is_flag=True, help="Only name the samples.")
@click.option("--plain", is_flag=True, help="Print one line to an event instead of opening the screen.")
@click.option("--quiet", is_flag=True, help="Print results of tasks, questions and the report.")
@click.option("--json", "as_json", is_flag=True, help="Print one event to a line, as JSON.")
@click.option("--verbose", is_flag=True, help="Print more.")
def demo(name: str, into: Path | None, *, list_only: bool, **options: Any) -> ExitCode:
    """Run a sample project; needs no key and no network.

    NAME is calculator by default. The sample is copied to a fresh folder and put under git; then its plan is carried
    out there by a scripted agent, whose edits and tests are real.
    """
    samples = find_samples()
    if list_only:
        say(*(f"{each:<12}  {summary(folder)}" for each, folder in samples.items()))
        return ExitCode.OK
    if name not in samples:
        raise CommandError(f"there is no sample {name!r}", f"There are: {', '.join(samples) or 'none'}")
    folder = fresh_folder(name, into)
    return _run(folder, options, lambda: lay_out(samples[name], folder))


def find_samples() -> dict[str, Path]:
    """The sample projects by name: those in the installed package, else those of the checkout."""
    package = Path(__file__).parents[1]
    for home in (package / "_sample_projects", package.parent / "sample_projects"):
        found = {folder.name: folder for folder in sorted(home.glob("*")) if (folder / PLAN).is_file()}
        if found:
            return found
    return {}


def summary(folder: Path) -> str:
    """The first sentence of a sample's README."""
    lines = (folder / "README.md").read_text().splitlines() if (folder / "README.md").is_file() else []
    return next((line for line in lines if line and not line.startswith("#")), "")


def fresh_folder(name: str, into: Path | None) -> Path:
    """The folder for the copy: `into`, or a new one.

    Raises:
        CommandError: `into` holds something.
    """
    if into is None:
        return Path(tempfile.mkdtemp(prefix=f"tmtui-{name}-")).resolve()
    if into.exists() and (not into.is_dir() or any(into.iterdir())):
        raise CommandError(f"{into} is not empty", "Name a new folder: tmtui demo --into FOLDER")
    into.mkdir(parents=True, exist_ok=True)
    return into.resolve()


def lay_out(sample: Path, folder: Path) -> None:
    """Copy a sample to an empty folder and put it under git."""
    shutil.copytree(sample, folder, ignore=LEFT_OUT, dirs_exist_ok=True)
    problem = asyncio.run(put_under_git(folder, f"Sample project {sample.name}"))
    if problem:
        say_error(Line(f"⚠ {problem}; the demo runs without a repository", Tone.WARN))


async def put_under_git(folder: Path, message: str) -> str:
    """Make a folder a git repository with one commit; say what is in the way, or nothing.

    Git reads no configuration but its own defaults, and the author is given to it: the user's set-up plays no part.
    """
    from tmtui.workspace.git import GitError, engine_git, find_git  # noqa: PLC0415  # nothing else makes repositories

    program = find_git(os.environ.get("PATH", os.defpath), folder)
    if program is None:
        return "git is not installed"
    git = engine_git(program, folder, folder / ".git", work_tree=folder, options=("init.defaultBranch=main",))
    try:
        for arguments in (("init", "--quiet"), ("add", "--all"), ("commit", "--quiet", "--message", message)):
            await git.run(*arguments)
    except GitError as error:
        return str(error)
    return ""


def _run(folder: Path, options: dict[str, Any], before: Callable[[], None]) -> ExitCode:
    from tmtui.agents.registry import PACE_VARIABLE  # noqa: PLC0415  # after the copy
    from tmtui.cli.order import Order  # noqa: PLC0415  # likewise
    from tmtui.cli.starting import start_run  # noqa: PLC0415  # likewise

    os.chdir(folder)
    if no_terminal():
        # Nobody watches the words appear, so they need not take their time.
        os.environ.setdefault(PACE_VARIABLE, "0")
    order = Order(
        root=str(folder),
        state_dir=str(state_dir(folder)),
        plan=PLAN,
        attended=not (no_terminal() or options["quiet"] or options["as_json"]),
    )
    code = start_run(order, options, before)
    if not options["as_json"]:
        say("", f"The project is in {folder}", f"Look at it: cd {folder} && git status && tmtui status")
    return code
