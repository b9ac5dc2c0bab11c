"""Tables that follow from the events, kept up in the same transaction.

Theory of operation:

- `project` takes each committed batch once. Most events are output and touch nothing but the end of a span, which
  is written once per batch and not once per event; the few that change a table have a small function in
  `PROJECTORS`.
- Nothing here depends on where batches begin and end, and nothing but events is read. So `rebuild` gives what
  living through it gave, and a test holds one against the other.
- Where a run stands is the fold's to say (`state.fold`): its rules are asked here and not written a second time.
"""

import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final

from tmtui.domain.status import AttemptStatus, RunStatus, TaskStatus
from tmtui.events import agent, attempt, money, resilience, run, task
from tmtui.events.base import Event, Recorded
from tmtui.events.codec import decode
from tmtui.state.fold import fold
from tmtui.state.model import State
from tmtui.store.schema import PROJECTIONS


REBUILD_PAGE: Final = 2_000
"""Events that a rebuild holds at a time."""

Projector = Callable[[sqlite3.Connection, Recorded, Any], None]


def project(connection: sqlite3.Connection, batch: Sequence[Recorded]) -> None:
    """Take a batch of events, in `seq` order, into the projections. The caller holds the transaction."""
    _extend_spans(connection, batch)
    for recorded in [recorded for recorded in batch if type(recorded.event) in PROJECTORS]:
        PROJECTORS[type(recorded.event)](connection, recorded, recorded.event)


def rebuild(connection: sqlite3.Connection) -> None:
    """Compute the projections afresh from the events. The caller holds the transaction.

    Raises:
        UnreadableEventError: an event cannot be read; the caller rolls back.
    """
    for table in PROJECTIONS:
        connection.execute(f"DELETE FROM {table}")  # noqa: S608  # the names are constants
    for page in _pages(connection):
        project(connection, page)


def _pages(connection: sqlite3.Connection) -> Iterator[list[Recorded]]:
    after = 0
    select = (
        "SELECT seq, run, epoch, task, attempt, at_wall, at_mono, data FROM events WHERE seq > ? ORDER BY seq LIMIT ?"
    )
    while rows := connection.execute(select, (after, REBUILD_PAGE)).fetchall():
        yield [
            Recorded(seq, name, epoch, task_id, number, at_wall, at_mono, decode(data))
            for seq, name, epoch, task_id, number, at_wall, at_mono, data in rows
        ]
        after = rows[-1][0]


# Where events lie.


def _extend_spans(connection: sqlite3.Connection, batch: Sequence[Recorded]) -> None:
    runs, spans = _ranges(batch)
    connection.executemany(
        "INSERT INTO runs (run, first_seq, last_seq, created_at, updated_at) VALUES (?, ?, ?, ?, ?)"
        " ON CONFLICT DO UPDATE SET last_seq = excluded.last_seq, updated_at = excluded.updated_at",
        [(name, first.seq, last.seq, first.at_wall, last.at_wall) for name, (first, last) in runs.items()],
    )
    connection.executemany(
        "INSERT INTO spans VALUES (?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET last_seq = excluded.last_seq",
        [(*place, first, last) for place, (first, last) in spans.items()],
    )


_Runs = dict[str, tuple[Recorded, Recorded]]
_Spans = dict[tuple[str, str, int], tuple[int, int]]


def _ranges(batch: Sequence[Recorded]) -> tuple[_Runs, _Spans]:
    """The first and last event of each run, and their numbers for each task and attempt, in this batch."""
    runs: _Runs = {}
    spans: _Spans = {}
    for stretch in _stretches(batch):
        first, last = stretch
        runs[first.run] = (runs.get(first.run, stretch)[0], last)
        if first.task:
            place = (first.run, first.task, first.attempt)
            spans[place] = (spans.get(place, (first.seq,))[0], last.seq)
    return runs, spans


def _stretches(batch: Sequence[Recorded]) -> Iterator[tuple[Recorded, Recorded]]:
    """Neighbours that are about the same attempt, as the first and the last of them."""
    if not batch:
        return
    first = last = batch[0]
    run, task, attempt = first.run, first.task, first.attempt
    for recorded in batch:
        if recorded.task != task or recorded.attempt != attempt or recorded.run != run:
            yield first, last
            first, run, task, attempt = recorded, recorded.run, recorded.task, recorded.attempt
        last = recorded
    yield first, last


# The run.


def _move_run(connection: sqlite3.Connection, recorded: Recorded, _: Event) -> None:
    select = "SELECT status, paused FROM runs WHERE run = ?"
    status, paused = connection.execute(select, (recorded.run,)).fetchone()
    state = State(status=RunStatus(status), paused=bool(paused))
    fold(state, recorded)
    update = "UPDATE runs SET status = ?, paused = ? WHERE run = ?"
    connection.execute(update, (state.status, state.paused, recorded.run))


def _plan_run(connection: sqlite3.Connection, recorded: Recorded, event: run.RunPlanned) -> None:
    _replan(connection, recorded, event)
    connection.execute("UPDATE runs SET root = ?, agent = ? WHERE run = ?", (event.root, event.agent, recorded.run))


def _replan(connection: sqlite3.Connection, recorded: Recorded, event: run.RunPlanned | run.RunReplanned) -> None:
    plan = event.plan
    connection.execute(
        "UPDATE runs SET name = ?, plan_path = ?, plan_hash = ?, total = ? WHERE run = ?",
        (plan.name, plan.path, plan.hash, len(plan.tasks), recorded.run),
    )


def _replan_run(connection: sqlite3.Connection, recorded: Recorded, event: run.RunReplanned) -> None:
    _replan(connection, recorded, event)
    connection.executemany(
        "DELETE FROM ended_tasks WHERE run = ? AND task = ?", [(recorded.run, gone) for gone in event.removed]
    )


# Tasks.


def _end_task(status: TaskStatus) -> Projector:
    def end(connection: sqlite3.Connection, recorded: Recorded, _: Event) -> None:
        connection.execute(
            "INSERT INTO ended_tasks VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET status = excluded.status",
            (recorded.run, recorded.task, status),
        )

    return end


def _reopen_task(connection: sqlite3.Connection, recorded: Recorded, _: task.TaskReopened) -> None:
    connection.execute("DELETE FROM ended_tasks WHERE run = ? AND task = ?", (recorded.run, recorded.task))


# Attempts.


def _start_attempt(connection: sqlite3.Connection, recorded: Recorded, event: attempt.AttemptStarted) -> None:
    connection.execute(
        "INSERT OR IGNORE INTO attempts (run, task, attempt, round, agent, model, status, started_at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (
            *_place(recorded),
            event.round,
            event.agent,
            event.model,
            AttemptStatus.RUNNING,
            recorded.at_wall,
        ),
    )


def _place(recorded: Recorded) -> tuple[str, str, int]:
    return recorded.run, recorded.task, recorded.attempt


def _note_agent(connection: sqlite3.Connection, recorded: Recorded, event: agent.AgentStarted) -> None:
    if event.model:
        update = "UPDATE attempts SET model = ? WHERE run = ? AND task = ? AND attempt = ?"
        connection.execute(update, (event.model, *_place(recorded)))


def _note_before(connection: sqlite3.Connection, recorded: Recorded, event: attempt.AttemptCheckpointed) -> None:
    update = "UPDATE attempts SET tree_before = ? WHERE run = ? AND task = ? AND attempt = ?"
    connection.execute(update, (event.tree, *_place(recorded)))


def _note_after(connection: sqlite3.Connection, recorded: Recorded, event: attempt.AttemptMeasured) -> None:
    update = "UPDATE attempts SET tree_after = ? WHERE run = ? AND task = ? AND attempt = ?"
    connection.execute(update, (event.tree, *_place(recorded)))


def _finish_attempt(connection: sqlite3.Connection, recorded: Recorded, event: attempt.AttemptFinished) -> None:
    connection.execute(
        "UPDATE attempts SET status = ?, outcome = ?, counted = ?, ended_at = ?"
        " WHERE run = ? AND task = ? AND attempt = ?",
        (event.status, event.outcome.kind, event.counted, recorded.at_wall, *_place(recorded)),
    )


# Money.


def _spend(connection: sqlite3.Connection, recorded: Recorded, event: money.MoneySpent) -> None:
    usage = event.usage
    connection.execute(
        "INSERT INTO usage (seq, run, task, attempt, model, input_tokens, output_tokens, cache_read_tokens,"
        " cache_write_tokens, cache_write_1h_tokens, micro, source, at_wall, provider, profile, user, request,"
        " estimated, saved_micro) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            recorded.seq,
            *_place(recorded),
            event.model,
            usage.input_tokens,
            usage.output_tokens,
            usage.cache_read_tokens,
            usage.cache_write_tokens,
            usage.cache_write_1h_tokens,
            event.micro,
            event.source,
            recorded.at_wall,
            event.provider,
            event.profile,
            event.user,
            event.request,
            event.estimated,
            event.saved_micro,
        ),
    )
    connection.execute(
        "UPDATE runs SET micro_spent = micro_spent + ?, unknown_cost = unknown_cost | ?,"
        " estimated_cost = estimated_cost | ? WHERE run = ?",
        (event.micro or 0, event.micro is None, event.estimated, recorded.run),
    )


def _turn_circuit(connection: sqlite3.Connection, recorded: Recorded, event: resilience.ProviderBroken) -> None:
    connection.execute(
        "INSERT OR REPLACE INTO circuits VALUES (?, ?, ?, ?, ?, ?, ?)",
        (event.key, event.state, event.reason, event.until_ms, event.data, recorded.run, recorded.at_wall),
    )


PROJECTORS: Final[Mapping[type[Event], Projector]] = {
    run.RunPlanned: _plan_run,
    run.RunReplanned: _replan_run,
    run.RunStarted: _move_run,
    run.RunPaused: _move_run,
    run.RunUnpaused: _move_run,
    run.RunWaiting: _move_run,
    run.RunWoken: _move_run,
    run.RunSuspended: _move_run,
    run.RunFinished: _move_run,
    task.TaskSucceeded: _end_task(TaskStatus.SUCCEEDED),
    task.TaskFailed: _end_task(TaskStatus.FAILED),
    task.TaskSkipped: _end_task(TaskStatus.SKIPPED),
    task.TaskAborted: _end_task(TaskStatus.ABORTED),
    task.TaskReopened: _reopen_task,
    attempt.AttemptStarted: _start_attempt,
    attempt.AttemptCheckpointed: _note_before,
    attempt.AttemptMeasured: _note_after,
    attempt.AttemptFinished: _finish_attempt,
    agent.AgentStarted: _note_agent,
    money.MoneySpent: _spend,
    resilience.ProviderBroken: _turn_circuit,
}
"""What each event changes beside its span; all others change nothing."""
