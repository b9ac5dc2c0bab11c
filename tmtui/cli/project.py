"""Where the command was started: the project, its log, and the run that is meant."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, NamedTuple

from tmtui.cli.errors import CommandError
from tmtui.domain.ids import short_run_id
from tmtui.events.agent import AgentSpoke, AgentThought
from tmtui.events.codec import EVENT_TYPES
from tmtui.events.hook import HookPrinted
from tmtui.events.tool import ToolPrinted
from tmtui.state.fold import fold_all
from tmtui.state.model import State
from tmtui.store.errors import NoLogError
from tmtui.store.reader import LogReader
from tmtui.store.summary import RunSummary
from tmtui.system.lock import Holder, holder_of
from tmtui.system.state_dir import find_root, state_dir


START_ONE: Final = "Start one: tmtui run tasks.yml. See one: tmtui demo"

BULK: Final = frozenset({AgentSpoke, AgentThought, HookPrinted, ToolPrinted})
"""Events that are output: a state holds nothing of what they say."""

FACTS: Final = tuple(kind for kind in EVENT_TYPES if kind not in BULK)
"""The events that tell how a run stands."""


class Project(NamedTuple):
    """A project and the folder of its state."""

    root: Path
    state_dir: Path

    def holder(self) -> Holder | None:
        """Who is the engine here; None when nobody is."""
        return holder_of(self.state_dir)


def here() -> Project:
    """The project that the current folder belongs to."""
    root = find_root(Path.cwd())
    return Project(root, state_dir(root))


@contextmanager
def open_log(project: Project) -> Iterator[LogReader]:
    """The project's log, for reading.

    Raises:
        CommandError: there is none yet.
        StorageError: it cannot be read.
    """
    try:
        reader = LogReader.open(project.state_dir, idle=project.holder() is None)
    except NoLogError:
        raise CommandError(f"no run has been started in {project.root}", START_ONE) from None
    with reader:
        yield reader


def pick_run(reader: LogReader, wanted: str | None) -> RunSummary:
    """The run that a person means: by its id, its last part, or any beginning of either; the latest by default.

    Raises:
        CommandError: there is no such run, or more than one.
    """
    if wanted is None:
        latest = reader.latest_run()
        if latest is None:
            raise CommandError("the log holds no run yet", START_ONE)
        return latest
    rows = reader.runs()
    exact = [row for row in rows if wanted in (row.run, short_run_id(row.run))]
    found = exact or [row for row in rows if row.run.startswith(wanted) or short_run_id(row.run).startswith(wanted)]
    if len(found) == 1:
        return found[0]
    if not found:
        raise CommandError(f"there is no run {wanted!r}", "List them: tmtui runs")
    names = ", ".join(row.run for row in found)
    raise CommandError(f"{wanted!r} is the beginning of {len(found)} runs: {names}", "Give more of the id.")


def load_state(reader: LogReader, run: str) -> State:
    """How a run stands, without what was printed in it."""
    state = fold_all(reader.events(run, kinds=FACTS))
    if (summary := reader.run(run)) is not None:
        state.seq, state.updated_ms = summary.last_seq, summary.updated_at
    return state


def find_task(state: State, wanted: str) -> str:
    """The id of the task that a person means.

    Raises:
        CommandError: the plan has no such task.
    """
    if wanted in state.tasks:
        return wanted
    from difflib import get_close_matches  # noqa: PLC0415  # only a slip needs it

    near = get_close_matches(wanted, state.tasks, n=3)
    hint = f"Did you mean {' or '.join(near)}?" if near else f"Its tasks are: {', '.join(state.tasks)}"
    raise CommandError(f"the run has no task {wanted!r}", hint)


def no_terminal() -> bool:
    """Whether a full screen is out of the question: no terminal on both ends, or one that cannot place text."""
    return not (os.isatty(0) and os.isatty(1)) or os.environ.get("TERM", "") in ("", "dumb")
