"""Logs to test with."""

import asyncio
from collections.abc import Iterable, Sequence
from pathlib import Path

from tmtui.events.agent import AgentSpoke
from tmtui.events.base import Entry, Event, Recorded
from tmtui.store.appender import Appender, Claim
from tmtui.store.batch import Batch
from tmtui.store.errors import StorageError
from tmtui.store.intake import Submission
from tmtui.store.reader import LogReader
from tmtui.store.writer import LogWriter, OnCommit, OnTrouble


RUN = "20261120-190512-7f3c"
OTHER_RUN = "20261120-200000-0001"
START_MS = 1_795_201_512_000


class SteppingClock:
    """Every look at it finds it a millisecond later."""

    def __init__(self) -> None:
        self.now_ms = START_MS

    def wall_ms(self) -> int:
        self.now_ms += 1
        return self.now_ms

    def mono_ns(self) -> int:
        return self.now_ms * 1_000_000

    async def sleep(self, seconds: float) -> None:
        self.now_ms += round(seconds * 1000)
        await asyncio.sleep(0)


def said(*texts: object, task: str = "calc-1", attempt: int = 1) -> list[Entry]:
    """One piece of output for each text."""
    return [Entry(AgentSpoke(text=str(text)), task, attempt) for text in texts]


def texts(events: Iterable[Recorded]) -> list[str]:
    """What was said."""
    return [recorded.event.text for recorded in events if isinstance(recorded.event, AgentSpoke)]


def seqs(events: Iterable[Recorded]) -> list[int]:
    """Their numbers."""
    return [recorded.seq for recorded in events]


def take_over(state_dir: Path) -> Appender:
    """Open a log for writing, without a thread."""
    return Appender.open(state_dir, Claim(pid=1, host="host", boot_id="boot", at_wall=START_MS))


def batch_of(appender: Appender, *groups: Sequence[Entry], run: str = RUN) -> Batch:
    """Groups of entries as one batch; each event is a second later than the one before its group."""
    batch = Batch(appender.last_seq, appender.opened.epoch)
    for entries in groups:
        at_wall = START_MS + 1000 * batch.last_seq
        batch.add(Submission(entries, run, at_wall, at_wall * 1_000_000, None))
    return batch


def append(appender: Appender, *groups: Sequence[Entry], run: str = RUN) -> list[Recorded]:
    """Commit groups of entries in one transaction."""
    batch = batch_of(appender, *groups, run=run)
    appender.append(batch)
    return batch.events


def written(state_dir: Path, *groups: Sequence[Entry], run: str = RUN) -> list[Recorded]:
    """Write a log, or more of one, and close it."""
    appender = take_over(state_dir)
    try:
        return append(appender, *groups, run=run)
    finally:
        appender.close(START_MS)


def stored(state_dir: Path, run: str = RUN) -> list[Recorded]:
    """All events of a run."""
    with LogReader.open(state_dir) as reader:
        return list(reader.events(run))


class Desk:
    """A writer together with everything that it reported."""

    def __init__(self, on_commit: OnCommit | None = None, on_trouble: OnTrouble | None = None) -> None:
        self.clock = SteppingClock()
        self.commits: list[list[Recorded]] = []
        self.troubles: list[StorageError | None] = []
        self._on_commit = on_commit
        self._on_trouble = on_trouble

    def _take_commit(self, events: list[Recorded]) -> None:
        self.commits.append(events)
        if self._on_commit is not None:
            self._on_commit(events)

    def _take_trouble(self, trouble: StorageError | None) -> None:
        self.troubles.append(trouble)
        if self._on_trouble is not None:
            self._on_trouble(trouble)

    @property
    def shown(self) -> list[Recorded]:
        """Every event that was shown so far."""
        return [recorded for commit in self.commits for recorded in commit]

    async def open(self, state_dir: Path, retry_seconds: float = 0.01) -> LogWriter:
        return await LogWriter.open(
            state_dir,
            clock=self.clock,
            on_commit=self._take_commit,
            on_trouble=self._take_trouble,
            pid=7,
            host="host",
            boot_id="boot",
            retry_seconds=retry_seconds,
        )


def kinds(events: Iterable[Recorded]) -> list[type[Event]]:
    """Their types."""
    return [type(recorded.event) for recorded in events]
