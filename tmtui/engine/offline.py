"""Commands for a run on which no engine works.

What must be written is written by whoever holds the lock, and here that is the command itself, for a moment. An
answer given so counts like any other: the next engine acts on it.
"""

import asyncio
import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from tmtui.domain.clock import Clock
from tmtui.domain.status import RUN_ENDED
from tmtui.engine.decide import Refusal, on_command
from tmtui.engine.providers.circuits import Circuits, broken
from tmtui.engine.recover import give_up
from tmtui.events.base import Entry, Recorded
from tmtui.events.commands import Abort, Answer, AnyCommand, OpenCircuit, Reply, ResetCircuit
from tmtui.events.decision import DecisionIgnored
from tmtui.resilience.breaker import BreakerConfig
from tmtui.state.fold import fold, fold_all
from tmtui.state.model import State
from tmtui.store.errors import StorageError
from tmtui.store.reader import LogReader
from tmtui.store.writer import LogWriter
from tmtui.system.lock import EngineLock, Holder
from tmtui.system.machine import host_name
from tmtui.system.state_dir import prepare


NOBODY = "no engine is at work here, so there is nothing to {}; take the run up with: tmtui resume"


async def apply(state_dir: Path, run: str, command: AnyCommand, clock: Clock, argv0: str = "tmtui") -> Reply:
    """Do what a command asks of a run that no engine works on.

    Args:
        state_dir: The folder that holds the log.
        run: The run that is meant.
        command: What is asked. Only an answer, an abort and what concerns circuits mean something without an engine.
        clock: Stamps what is recorded.
        argv0: How this process names itself in the lock, for as long as it holds it.

    Raises:
        Held: an engine has started in the meantime; send it the command instead.
        StorageError: the log cannot be used.
    """
    prepare(state_dir)
    lock = EngineLock.acquire(state_dir, Holder.here(now_ms=clock.wall_ms(), argv0=argv0, run=run))
    try:
        with LogReader.open(state_dir) as reader:
            state = fold_all(reader.events(run))
            stored = {row.key: row.data for row in reader.circuits()}
        if isinstance(command, ResetCircuit | OpenCircuit):
            decided: list[Entry] | Refusal = _turn_circuits(stored, command, clock.wall_ms())
        else:
            decided = _decide(state, command)
        if isinstance(decided, Refusal):
            return Reply(False, decided.message, run, state.seq)
        await _record(state_dir, run, decided, state, clock)
        return _reply(decided, run, state.seq)
    finally:
        lock.release()


def _reply(decided: Sequence[Entry], run: str, seq: int) -> Reply:
    if any(isinstance(entry.event, DecisionIgnored) for entry in decided):
        return Reply(True, "this question was answered before, and the first answer counts", run, seq)
    return Reply(True, "recorded; it takes effect when the run is taken up: tmtui resume", run, seq)


def _decide(state: State, command: AnyCommand) -> list[Entry] | Refusal:
    match command:
        case Answer():
            return on_command(state, command)
        case Abort() if state.status in RUN_ENDED:
            return Refusal(f"the run has ended: {state.status}")
        case Abort():
            return give_up(state, command.reason or "aborted by a person")
        case _:
            return Refusal(NOBODY.format(type(command).__name__.lower()))


def _turn_circuits(
    stored: Mapping[str, str], command: ResetCircuit | OpenCircuit, now_ms: int
) -> list[Entry] | Refusal:
    circuits = Circuits(BreakerConfig(), stored, now_ms)
    changed = circuits.set(command.key, now_ms, closed=isinstance(command, ResetCircuit))
    if not changed:
        return Refusal(f"there is no circuit {command.key!r}")
    return [Entry(event) for event in broken(changed)]


async def _record(state_dir: Path, run: str, entries: Sequence[Entry], state: State, clock: Clock) -> None:
    stored: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def committed(batch: Sequence[Recorded]) -> None:
        for recorded in batch:
            fold(state, recorded)
        if not stored.done():
            stored.set_result(None)

    def troubled(error: StorageError | None) -> None:
        if error is not None and not stored.done():
            stored.set_exception(error)

    writer = await LogWriter.open(
        state_dir, clock=clock, on_commit=committed, on_trouble=troubled, pid=os.getpid(), host=host_name()
    )
    try:
        writer.submit(entries, run)
        await stored
    finally:
        await writer.close()
