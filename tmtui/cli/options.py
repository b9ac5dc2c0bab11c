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


def task_argument(command: _Command) -> _Command:
    """`TASK`."""
    return click.argument("task_id", metavar="TASK", shell_complete=task_names)(command)
