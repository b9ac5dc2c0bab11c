"""Errors in words: what to tell a person about whatever ended a command, and with which code to end.

Every error that a verb can meet is named here. One that is not named is a fault of tmtui's own: its story goes to a
file, and the terminal gets one line. This module is imported once something has gone wrong, so it may know them all.
"""

import sqlite3
from typing import Final, NamedTuple

import click

from tmtui.agents.registry import AgentSpecError
from tmtui.cli.crash import write_crash
from tmtui.cli.errors import CommandError
from tmtui.cli.exit_codes import ExitCode
from tmtui.cli.output import Line, Tone
from tmtui.domain.problem import ProblemsError
from tmtui.events.codec import UnreadableEventError
from tmtui.store.errors import FencedError, StorageError
from tmtui.system.control import ControlError
from tmtui.system.lock import Held
from tmtui.system.state_dir import StateDirError


class Known(NamedTuple):
    """An error with a name."""

    error: type[Exception]
    code: ExitCode
    hint: str = ""
    """The next step, where the error does not bring its own."""
    prefix: str = ""


DOCTOR: Final = "Check this machine and this project: tmtui doctor"

KNOWN: Final = (
    Known(AgentSpecError, ExitCode.USAGE, "Choose one with --agent, or with `agent:` in .taskmaster.yml."),
    Known(Held, ExitCode.HELD, "Watch it: tmtui watch. Lay it down: tmtui stop", "another engine is at work here: "),
    Known(FencedError, ExitCode.HELD),
    Known(StorageError, ExitCode.STORAGE),
    Known(StateDirError, ExitCode.STORAGE, DOCTOR),
    Known(UnreadableEventError, ExitCode.STORAGE, f"Update tmtui: a newer one may have written it. {DOCTOR}"),
    Known(ControlError, ExitCode.INTERNAL, DOCTOR),
    Known(sqlite3.Error, ExitCode.STORAGE, DOCTOR, "the log cannot be used: "),
)
"""The first that fits counts."""

Description = tuple[list[Line | str], ExitCode]


def describe(error: Exception) -> Description:
    """The lines and the code for whatever ended a command."""
    match error:
        case click.Abort():
            return [], ExitCode.INTERRUPTED
        case click.ClickException():
            return _failure(error.format_message(), _usage_hint(error)), ExitCode.USAGE
        case CommandError():
            return _failure(error.message, error.hint), error.code
        case ProblemsError():
            return [str(problem) for problem in error.problems], ExitCode.USAGE
        case OSError() if error.strerror:
            place = f"{error.filename}: " if error.filename else ""
            return _failure(f"{place}{error.strerror}", DOCTOR), ExitCode.STORAGE
    known = next((known for known in KNOWN if isinstance(error, known.error)), None)
    return _describe_crash(error) if known is None else _describe_known(error, known)


def _failure(message: str, hint: str = "") -> list[Line | str]:
    return [Line(f"tmtui: {message}", Tone.BAD), *(f"  {line}" for line in hint.splitlines())]


def _usage_hint(error: click.ClickException) -> str:
    context = error.ctx if isinstance(error, click.UsageError) else None
    return f"See: {context.command_path} --help" if context is not None else ""


def _describe_known(error: Exception, known: Known) -> Description:
    said = f"{known.prefix}{error.holder}" if isinstance(error, Held) else f"{known.prefix}{error}"
    own_hint = error.hint if isinstance(error, StorageError) else ""
    return _failure(said, own_hint or known.hint), known.code


def _describe_crash(error: Exception) -> Description:
    written = write_crash(error)
    where = f"The details are in {written}" if written else "The details could not be written anywhere."
    return _failure(f"something went wrong inside tmtui: {type(error).__name__}: {error}", where), ExitCode.INTERNAL
