"""`tmtui answer`, `pause`, `unpause` and `stop`: commands to the engine, from any terminal.

Where no engine is at work, the command is applied to the log itself: whoever does so takes the lock and is the engine
for that moment.
"""

import asyncio
import contextlib
from typing import Final

import click

from tmtui.cli.completion import task_names
from tmtui.cli.errors import CommandError
from tmtui.cli.exit_codes import ExitCode
from tmtui.cli.options import json_option
from tmtui.cli.output import say, say_json
from tmtui.cli.project import Project, here, load_state, open_log, pick_run
from tmtui.domain.choices import BY_WORD
from tmtui.events.commands import Answer, AnyCommand, CancelTask, Pause, Reply, Stop, Unpause
from tmtui.state.model import Decision, State
from tmtui.system.control import ControlError, NobodyHome, send_command
from tmtui.system.lock import Held


NOTED: Final = ("retry", "reject")
"""Answers with which a note goes to the agent."""

TRIES: Final = 20
PAUSE_SECONDS: Final = 0.1
"""An engine takes the lock a moment before it listens, and lets go a moment after."""


@click.command()
@click.argument("words", metavar="[TASK] CHOICE", nargs=-1, required=True, shell_complete=task_names)
@click.option("--note", default="", help="Something the agent should know; goes with retry.")
@click.option("--restore", is_flag=True, help="Put the files back as they were before the last attempt; with retry.")
@json_option
def answer(words: tuple[str, ...], *, note: str, restore: bool, as_json: bool) -> ExitCode:
    """Answer the question of a task that needs you.

    CHOICE is retry, skip or abort where a task is stuck, and once, always, reject or reject_always where an agent
    wants to do something.

    TASK may be left out when only one task asks. The first answer counts, from whichever terminal it comes.
    """
    *subject, choice = words
    if len(subject) > 1 or choice not in BY_WORD:
        raise click.UsageError(f"write a task, if more than one asks, then one of: {', '.join(BY_WORD)}")
    if (note and choice not in NOTED) or (restore and choice != "retry"):
        raise click.UsageError(f"--note and --restore go with retry, not with {choice}")
    project = here()
    with open_log(project) as reader:
        state = load_state(reader, pick_run(reader, _run_at_work(project)).run)
    decision = pick_decision(state, subject[0] if subject else "")
    reply, alive = send(project, Answer(decision.id, choice, note, restore=restore))
    if not decision.open:
        before = f"{decision.task} was answered before: {decision.choice}, by {decision.by}"
        raise CommandError(before, "The first answer counts; this one is only noted.")
    _tell(reply, _answered_words(decision, choice, alive=alive), as_json=as_json)
    return ExitCode.OK


def _run_at_work(project: Project) -> str | None:
    holder = project.holder()
    return holder.run or None if holder is not None else None


def pick_decision(state: State, subject: str) -> Decision:
    """The question that is meant: by its id, by its task, or the only one that is open.

    Raises:
        CommandError: there is no such question, or more than one is open and none was named.
    """
    waiting = state.open_decisions
    if subject:
        found = [known for known in state.decisions.values() if subject in (known.id, known.task)]
        if not found:
            raise CommandError(f"nothing is asked about {subject!r}", _waiting_words(waiting))
        return next((known for known in found if known.open), found[-1])
    if len(waiting) == 1:
        return waiting[0]
    if not waiting:
        raise CommandError("no task needs an answer", "See where the tasks stand: tmtui status")
    raise CommandError(f"{len(waiting)} tasks ask; say which one you answer", _waiting_words(waiting))


def _waiting_words(waiting: list[Decision]) -> str:
    return f"These ask: {', '.join(known.task for known in waiting)}" if waiting else "No task needs an answer."


def _answered_words(decision: Decision, choice: str, *, alive: bool) -> str:
    what = {
        "retry": f"{decision.task} is tried once more",
        "skip": f"{decision.task} is skipped",
        "abort": "the run is given up",
        "once": "it may go on, this once",
        "always": f"it may go on, and so may every call that fits {decision.rule or 'this one'}",
        "reject": "it may not do that",
        "reject_always": f"it may not do that, nor anything that fits {decision.rule or 'this one'}",
    }[choice]
    falls = f"; with it fall {', '.join(decision.falls)}" if choice == "skip" and decision.falls else ""
    onward = "" if alive or choice == "abort" else " as soon as the run goes on: tmtui resume"
    return f"Answered: {what}{falls}{onward}."


@click.command()
@json_option
def pause(*, as_json: bool) -> ExitCode:
    """Start nothing new until `unpause`.

    What runs now is finished. The engine stays, and so do questions.
    """
    return _order(Pause(), "Paused: nothing new starts. Go on with: tmtui unpause", as_json=as_json)


@click.command()
@json_option
def unpause(*, as_json: bool) -> ExitCode:
    """Go on after `pause`."""
    return _order(Unpause(), "The run goes on. Watch it: tmtui watch", as_json=as_json)


@click.command()
@click.option("--force", is_flag=True, help="End what runs at once, without asking it first.")
@click.option("--task", metavar="TASK", default="", shell_complete=task_names, help="Stop only this task's attempt.")
@json_option
def stop(*, force: bool, task: str, as_json: bool) -> ExitCode:
    """Lay the run down, so that `resume` can take it up.

    Nothing is lost: an attempt that is cut off goes on where it was. With --task only that task's attempt is stopped,
    and what is to become of the task is asked.
    """
    if task:
        return _order(CancelTask(task), f"{task} is being stopped; it will ask what to do", as_json=as_json)
    words = "The run is being laid down. Take it up again with: tmtui resume"
    return _order(Stop(force=force), words, as_json=as_json)


def _order(command: AnyCommand, words: str, *, as_json: bool) -> ExitCode:
    reply, _ = send(here(), command)
    _tell(reply, words, as_json=as_json)
    return ExitCode.OK


def send(project: Project, command: AnyCommand) -> tuple[Reply, bool]:
    """Give a command to the engine, or apply it to the log when there is none.

    Returns:
        What was replied, and whether an engine was there.

    Raises:
        CommandError: the command was refused, or the engine cannot be reached.
    """
    try:
        reply, alive = asyncio.run(_send(project, command))
    except ControlError as error:
        raise CommandError(f"the engine cannot be reached: {error}", _stuck_hint(project)) from None
    if not reply.ok:
        raise CommandError(reply.message, "See where the run stands: tmtui status")
    return reply, alive


async def _send(project: Project, command: AnyCommand) -> tuple[Reply, bool]:
    for _ in range(TRIES):
        with contextlib.suppress(NobodyHome):
            return await send_command(project.state_dir, command), True
        if project.holder() is not None:
            await asyncio.sleep(PAUSE_SECONDS)
            continue
        with contextlib.suppress(Held):
            return await _apply_offline(project, command), False
    raise NobodyHome("an engine holds the lock and does not listen")


async def _apply_offline(project: Project, command: AnyCommand) -> Reply:
    """Be the engine for this one command."""
    from tmtui.engine.offline import apply  # noqa: PLC0415  # an engine that is at work does without
    from tmtui.system.clock import SystemClock  # noqa: PLC0415  # likewise

    with open_log(project) as reader:
        run = pick_run(reader, None).run
    return await apply(project.state_dir, run, command, SystemClock())


def _stuck_hint(project: Project) -> str:
    holder = project.holder()
    if holder is None:
        return "Nobody holds the lock any more; see: tmtui status"
    return f"{holder} holds the lock. If it hangs, end that process; then: tmtui resume"


def _tell(reply: Reply, words: str, *, as_json: bool) -> None:
    if as_json:
        say_json(reply)
    else:
        say(reply.message or words)
