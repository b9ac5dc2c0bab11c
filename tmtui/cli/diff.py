"""`tmtui diff`: what an attempt changed."""

import sys
from typing import Final

import click

from tmtui.cli.errors import CommandError
from tmtui.cli.exit_codes import ExitCode
from tmtui.cli.options import json_option, run_option, task_argument
from tmtui.cli.output import Line, Tone, as_text, say, say_json, wants_colour
from tmtui.cli.project import Project, find_task, here, load_state, open_log, pick_run
from tmtui.cli.times import count
from tmtui.domain.text import Cleaner
from tmtui.events.attempt import FileChange
from tmtui.monitor.report import AttemptReport, make_report
from tmtui.state.model import State


TONES: Final = {"+": Tone.GOOD, "-": Tone.BAD, "@": Tone.WARN}
"""By a line's first character; file names are strong."""

HEADERS: Final = ("diff --git ", "--- ", "+++ ")


@click.command()
@task_argument
@run_option
@click.option("--attempt", type=click.IntRange(min=1), default=None, help="Which attempt; the latest by default.")
@click.option("--path", default="", help="Only this file or folder.")
@click.option("--stat", is_flag=True, help="Only the files, with their counts of lines.")
@json_option
def diff(task_id: str, run_id: str | None, *, attempt: int | None, path: str, stat: bool, as_json: bool) -> ExitCode:
    """Show what an attempt changed."""
    project = here()
    with open_log(project) as reader:
        state = load_state(reader, pick_run(reader, run_id).run)
    task = find_task(state, task_id)
    chosen = pick_attempt(state, task, attempt)
    if as_json:
        say_json({"task": task, "attempt": chosen})
    elif stat:
        say(*stat_lines(chosen))
    else:
        sys.stdout.write(_diff_text(project, task, chosen, path))
    return ExitCode.OK


def pick_attempt(state: State, task: str, number: int | None) -> AttemptReport:
    """The attempt that is meant, with both its trees known.

    Raises:
        CommandError: there is no such attempt, or it is not known what it changed.
    """
    report = next(each for each in make_report(state, state.updated_ms, engine_alive=False).tasks if each.id == task)
    if not report.attempts:
        raise CommandError(f"{task} has not been tried yet", "See where the tasks stand: tmtui status")
    if number is not None and number > len(report.attempts):
        raise CommandError(f"{task} has {count(len(report.attempts), 'attempt')}, not {number}")
    if number is not None:
        chosen = report.attempts[number - 1]
    else:
        measured = [each for each in report.attempts if each.tree_after]
        chosen = measured[-1] if measured else report.attempts[-1]
    if not chosen.tree_before or not chosen.tree_after:
        raise CommandError(
            f"it is not known what attempt {chosen.number} of {task} changed: {_why(state, task, chosen)}"
        )
    return chosen


def _why(state: State, task: str, chosen: AttemptReport) -> str:
    attempt = state.tasks[task].attempts[chosen.number - 1]
    for measured in (attempt.checkpoint, attempt.measured):
        if measured is None:
            return "it has not come that far"
        if measured.problem:
            return measured.problem
    return "there is no checkpoint"


def stat_lines(attempt: AttemptReport) -> list[Line]:
    """The files, one to a line, and their sum."""
    total = attempt.files_total or 0
    lines = [Line(f"{_letter(file)} {file.path}  +{file.added} -{file.removed}") for file in attempt.files]
    more = total - len(attempt.files)
    lines += [Line(f"and {count(more, 'more file', 'more files')}")] if more > 0 else []
    return [*lines, Line(f"{count(total, 'file')} changed in attempt {attempt.number}")]


def _letter(file: FileChange) -> str:
    return {"added": "A", "deleted": "D", "renamed": "R"}.get(file.change, "M")


def _diff_text(project: Project, task: str, attempt: AttemptReport, path: str) -> str:
    import asyncio  # noqa: PLC0415  # only a diff runs git, --stat and --json do without

    from tmtui.cli.veil import veiled  # noqa: PLC0415  # likewise
    from tmtui.workspace.diff import open_diff  # noqa: PLC0415  # likewise
    from tmtui.workspace.git import GitError  # noqa: PLC0415  # likewise

    try:
        trees = open_diff(project.root, project.state_dir)
        raw = veiled(asyncio.run(trees.between(attempt.tree_before, attempt.tree_after, path)))
    except GitError as error:
        raise CommandError(str(error), f"The files alone: tmtui diff {task} --stat") from None
    cleaner = Cleaner()
    return as_text(diff_lines(cleaner.feed(raw) + cleaner.finish()), colour=wants_colour(sys.stdout))


def diff_lines(text: str) -> list[Line]:
    """A unified diff with each line's tone."""
    lines = text.splitlines()
    if not lines:
        return [Line("Nothing was changed.")]
    return [Line(line, Tone.STRONG if line.startswith(HEADERS) else TONES.get(line[:1], Tone.NONE)) for line in lines]
