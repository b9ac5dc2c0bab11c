"""`tmtui logs`: what agents, tools and hooks said."""

import sys

import click

from tmtui.cli.completion import task_names
from tmtui.cli.exit_codes import ExitCode
from tmtui.cli.faces import Face, JsonFace, PlainFace
from tmtui.cli.options import json_option, run_option
from tmtui.cli.output import wants_colour
from tmtui.cli.project import Project, find_task, here, load_state, open_log, pick_run
from tmtui.events.base import Recorded
from tmtui.events.hook import HookFinished, HookPrinted, HookStalled, HookStarted
from tmtui.state.fold import fold
from tmtui.state.model import State
from tmtui.store.reader import LogReader


class Wanted:
    """Which part of a run's log is asked for."""

    def __init__(self, task: str, hook: str, attempt: int) -> None:
        self._task = task
        self._hook = hook
        self._attempt = attempt
        self._hook_ids: set[str] = set()

    def admits(self, recorded: Recorded) -> bool:
        """Whether an event belongs to it. Events have to come in order: a hook's name is said once, at its start."""
        if self._task and recorded.task != self._task:
            return False
        if self._attempt and recorded.attempt != self._attempt:
            return False
        return not self._hook or self._of_hook(recorded)

    def _of_hook(self, recorded: Recorded) -> bool:
        event = recorded.event
        if isinstance(event, HookStarted) and event.name == self._hook:
            self._hook_ids.add(event.id)
        return (
            isinstance(event, HookStarted | HookPrinted | HookStalled | HookFinished) and event.id in self._hook_ids
        )


class Selected:
    """A face that shows a part of a run."""

    def __init__(self, face: Face, wanted: Wanted) -> None:
        self._face = face
        self._wanted = wanted

    def show(self, recorded: Recorded, state: State) -> str:
        """The text of an event that is wanted."""
        return self._face.show(recorded, state) if self._wanted.admits(recorded) else ""

    def warn(self, recorded: Recorded, state: State) -> str:  # noqa: ARG002  # a face is given both
        """Nothing: what has happened is no news."""
        return ""

    def end(self, state: State, now_ms: int, *, alive: bool) -> str:
        """What was held back."""
        return self._face.end(state, now_ms, alive=alive)


@click.command()
@click.argument("task_id", metavar="[TASK]", required=False, shell_complete=task_names)
@run_option
@click.option("--hook", metavar="NAME", default="", help="Only what this hook printed.")
@click.option("--attempt", type=click.IntRange(min=1), default=None, help="Only this attempt.")
@click.option("-f", "--follow", is_flag=True, help="Go on until the run ends.")
@click.option("-v", "--verbose", is_flag=True, help="Prompts and thinking as well.")
@json_option
def logs(
    task_id: str | None,
    run_id: str | None,
    *,
    hook: str,
    attempt: int | None,
    follow: bool,
    verbose: bool,
    as_json: bool,
) -> ExitCode:
    """Print what agents, tools and hooks said."""
    project = here()
    with open_log(project) as reader:
        run = pick_run(reader, run_id).run
        task = find_task(load_state(reader, run), task_id) if task_id else ""
        plain: Face = PlainFace(colour=wants_colour(sys.stdout), verbose=verbose, report=False)
        face = Selected(JsonFace() if as_json else plain, Wanted(task, hook, attempt or 0))
        if not follow:
            print_past(reader, run, face)
            return ExitCode.OK
    _follow(project, run, face)
    return ExitCode.OK


def print_past(reader: LogReader, run: str, face: Face) -> None:
    """Print what the log holds of a run."""
    state = State()
    for recorded in reader.events(run):
        fold(state, recorded)
        sys.stdout.write(face.show(recorded, state))
    sys.stdout.write(face.end(state, state.updated_ms, alive=False))


def _follow(project: Project, run: str, face: Face) -> None:
    import asyncio  # noqa: PLC0415  # only following waits for anything

    from tmtui.cli.showing import show_feed  # noqa: PLC0415  # likewise
    from tmtui.cli.watching import live_feed  # noqa: PLC0415  # likewise

    asyncio.run(show_feed(live_feed(project, run), face))
