"""The program: the group of all verbs, and the process boundary around it.

A verb returns its exit code, or raises an error that has a name. Here each of them becomes a message with its next
step and a code (`failures`), and whatever has no name is written to a file and reported in one line: no traceback
ever reaches the terminal.
"""

import errno
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import click

from tmtui import __version__
from tmtui.cli.exit_codes import ExitCode
from tmtui.cli.group import LazyGroup
from tmtui.cli.output import say_error
from tmtui.cli.signs import SIGNS_ERRORS
from tmtui.cli.verbs import SECTIONS


PROGRAM: Final = "tmtui"
NAMES: Final = (PROGRAM, "taskmaster")

EPILOG: Final = """\b
Without a verb: watch the run that is going on here, or list the runs of this project.
Completion (bash, zsh, fish):  eval "$(_TMTUI_COMPLETE=bash_source tmtui)"
Exit codes: 0 all done, 1 some tasks failed or were skipped, 2 usage or settings, 3 another engine
is at work here, 4 paused and resumable, 5 storage, 6 credentials, 7 policy, 70 internal, 130 Ctrl+C.
"""


@click.group(
    cls=LazyGroup,
    sections=SECTIONS,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
    epilog=EPILOG,
)
@click.option(
    "-C",
    "--directory",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Work as if started in this folder.",
)
@click.version_option(__version__, "-V", "--version", message="tmtui %(version)s")
@click.pass_context
def program(ctx: click.Context, directory: Path | None) -> ExitCode | None:
    """A flight deck for AI coding runs: carries a plan out, task by task, and shows all of it."""
    if directory is not None:
        os.chdir(directory)
    if ctx.invoked_subcommand is None:
        from tmtui.cli.runs import show_latest_or_list  # noqa: PLC0415  # only without a verb

        code: ExitCode = show_latest_or_list()
        return code
    return None


def run_program(arguments: Sequence[str]) -> int:
    """Run the command line and return its exit code, whatever happens."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors=SIGNS_ERRORS)
    try:
        code = _invoke(arguments)
        sys.stdout.flush()
    except KeyboardInterrupt:
        return ExitCode.INTERRUPTED
    except Exception as error:  # noqa: BLE001  # the process boundary: everything becomes a message and a code
        return _report(error)
    return code


def _program_name() -> str:
    called = Path(sys.argv[0]).name
    return called if called in NAMES else PROGRAM


def _invoke(arguments: Sequence[str]) -> int:
    name = _program_name()
    variable = f"_{name.upper()}_COMPLETE"
    if instruction := os.environ.get(variable):
        from click.shell_completion import shell_complete  # noqa: PLC0415  # only a completing shell needs it

        return shell_complete(program, {}, name, variable, instruction)
    try:
        with program.make_context(name, list(arguments)) as ctx:
            result = program.invoke(ctx)
    except click.exceptions.Exit as done:
        return done.exit_code
    return result if isinstance(result, int) else ExitCode.OK


def _report(error: Exception) -> int:
    if isinstance(error, OSError) and error.errno == errno.EPIPE:
        _close_output()
        return ExitCode.OK
    from tmtui.cli.failures import describe  # noqa: PLC0415  # only a failure needs it

    try:
        lines, code = describe(error)
        say_error(*lines)
    except OSError:
        # Standard error is gone as well; the code is all that is left to say.
        code = ExitCode.INTERNAL
    _close_output()
    return code


def _close_output() -> None:
    """Drop what cannot be written, so that the interpreter does not try again at its end and complain."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        sys.stdout.flush()
    except (OSError, ValueError):
        os.dup2(nowhere, sys.stdout.fileno())
    finally:
        os.close(nowhere)
