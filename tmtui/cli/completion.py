"""What a shell offers for an argument: runs and tasks, read from the log of the project one stands in."""

from collections.abc import Callable

import click

from tmtui.cli.errors import CommandError
from tmtui.domain.text import clean_line


def _from_log(names: Callable[[], list[str]], incomplete: str) -> list[str]:
    from tmtui.store.errors import StorageError  # noqa: PLC0415  # only a completing shell needs it

    try:
        return [clean_line(name) for name in names() if name.startswith(incomplete)]
    except (CommandError, StorageError, OSError):
        return []


def run_names(_: click.Context, __: click.Parameter, incomplete: str) -> list[str]:
    """The ids of the runs here, the latest first."""
    from tmtui.cli.project import here, open_log  # noqa: PLC0415  # only a completing shell needs it

    def names() -> list[str]:
        with open_log(here()) as reader:
            return [row.run for row in reader.runs()]

    return _from_log(names, incomplete)


def task_names(_: click.Context, __: click.Parameter, incomplete: str) -> list[str]:
    """The ids of the latest run's tasks."""
    from tmtui.cli.project import here, load_state, open_log, pick_run  # noqa: PLC0415  # only a completing shell

    def names() -> list[str]:
        with open_log(here()) as reader:
            return list(load_state(reader, pick_run(reader, None).run).tasks)

    return _from_log(names, incomplete)
