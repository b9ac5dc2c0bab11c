"""The runs of a project in the cockpit: what `tmtui` does on a terminal without a verb."""

import asyncio
import time
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, TypeVar, cast

import msgspec

from tmtui.cli.exit_codes import ExitCode
from tmtui.cli.project import START_ONE, Project, load_state
from tmtui.cli.runs import judge
from tmtui.cli.screen import farewell, left_code, rig_of
from tmtui.cli.sources import LogSource
from tmtui.cli.standing import works_on
from tmtui.domain.text import clean_line
from tmtui.events.codec import UnreadableEventError
from tmtui.state.model import State
from tmtui.store.errors import NoLogError, StorageError
from tmtui.store.reader import LogReader
from tmtui.store.summary import RunSummary
from tmtui.system.lock import Holder
from tmtui.tui.ports import Rig, SourceLostError


if TYPE_CHECKING:
    from tmtui.state.selectors import RunWord
    from tmtui.tui.shelf import RunRow, Shelf

T = TypeVar("T")


def browse(project: Project) -> ExitCode:
    """Open the cockpit on the runs of a project; where one is going on, on that one, with the others behind it."""
    from tmtui.tui.app import open_cockpit  # noqa: PLC0415  # only for a screen

    holder = project.holder()
    first = holder.run if holder is not None else ""
    left = open_cockpit(shelf_of(project, first))
    return farewell(project, first, left) if first else left_code(project, left)


def shelf_of(project: Project, first: str = "") -> "Shelf":
    """The runs of a project, in the form in which the cockpit asks for them."""
    from tmtui.tui.shelf import Shelf  # noqa: PLC0415  # only for a screen

    look = rig_of(project, LogSource(project.state_dir, partial(_known, ""), live=False), live=False)
    rows = _Rows(project)
    return Shelf(
        title=clean_line(project.root.name),
        nothing=f"No run has been started here. {START_ONE}",
        rows=lambda: _told_plainly(rows.read),
        rig=partial(_rig, project),
        state=lambda run: _told_plainly(partial(_state, project, run)),
        first=first,
        now=lambda: time.time_ns() // 1_000_000,
        theme=look.theme,
        keymap=look.keymap,
        habits=look.habits,
        keep=look.keep,
    )


async def _known(run: str) -> str:
    return run


async def _told_plainly(read: Callable[[], T]) -> T:
    """Have something read in a thread.

    Raises:
        SourceLostError: the log cannot be read.
    """
    try:
        return await asyncio.to_thread(read)
    except (StorageError, UnreadableEventError) as error:
        raise SourceLostError(clean_line(str(error))) from error


class _Rows:
    """The list of runs. Where one stands is worked out anew only when its log has grown."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._words: dict[tuple[str, int], str] = {}

    def read(self) -> "list[RunRow]":
        """Every run, the latest first."""
        holder = self._project.holder()
        try:
            with LogReader.open(self._project.state_dir, idle=holder is None) as reader:
                return [_row(each, self._word(reader, each, holder)) for each in reader.runs()]
        except NoLogError:
            return []

    def _word(self, reader: LogReader, row: RunSummary, holder: Holder | None) -> str:
        if works_on(holder, row.run):
            return row.status.value
        key = row.run, row.last_seq
        if key not in self._words:
            self._words[key] = judge(reader, row, holder).word
        return self._words[key]


def _row(row: RunSummary, word: str) -> "RunRow":
    from tmtui.tui.shelf import RunRow  # noqa: PLC0415  # only for a screen

    return RunRow(
        run=row.run,
        name=row.name or row.plan_path,
        agent=row.agent,
        word=cast("RunWord", word),
        done=row.succeeded,
        total=row.total,
        micro=row.micro_spent or (None if row.unknown_cost else 0),
        partly=row.unknown_cost,
        estimated=row.estimated_cost,
        began_ms=row.created_at,
        updated_ms=row.updated_at,
    )


def _rig(project: Project, row: "RunRow") -> Rig:
    """A run is watched while somebody works on it, and played from its record otherwise."""
    live = works_on(project.holder(), row.run)
    rig = rig_of(project, LogSource(project.state_dir, partial(_known, row.run), live=live), live=live)
    return msgspec.structs.replace(rig, engine_alive=lambda: works_on(project.holder(), row.run)) if live else rig


def _state(project: Project, run: str) -> State:
    with LogReader.open(project.state_dir, idle=project.holder() is None) as reader:
        return load_state(reader, run)
