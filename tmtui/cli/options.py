"""Options and arguments that several verbs share."""

from collections.abc import Callable
from typing import Any, TypeVar

import click

from tmtui.cli.completion import run_names, task_names


_Command = TypeVar("_Command", bound=Callable[..., Any])


def json_option(command: _Command) -> _Command:
    """`--json`."""
    return click.option("--json", "as_json", is_flag=True, help="Print JSON for programs.")(command)


def run_option(command: _Command) -> _Command:
    """`--run RUN`."""
    return click.option(
        "--run", "run_id", metavar="RUN", shell_complete=run_names, help="Which run; the latest by default."
    )(command)


def run_argument(command: _Command) -> _Command:
    """`[RUN]`."""
    return click.argument("run_id", metavar="[RUN]", required=False, shell_complete=run_names)(command)


def browser_options(command: _Command) -> _Command:
    """`--web`, with where it listens; and what a cockpit in a browser is started with."""
    options = (
        click.option("--web", is_flag=True, help="In a browser on this machine; needs the extra `web`."),
        click.option("--port", type=click.IntRange(0, 65535), metavar="N", help="For --web; any that is free."),
        click.option(
            "--host", metavar="HOST", help="For --web: let other machines in as well. Nothing is encrypted."
        ),
        click.option("--served", is_flag=True, hidden=True),
    )
    for option in reversed(options):
        command = option(command)
    return command


def task_argument(command: _Command) -> _Command:
    """`TASK`."""
    return click.argument("task_id", metavar="TASK", shell_complete=task_names)(command)
