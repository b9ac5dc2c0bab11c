"""What the projections say, as values: runs, attempts, and who owns the log. What was spent is in `ledger`."""

from collections.abc import Sequence
from typing import Any, Final, TypeVar

import msgspec

from tmtui.domain.status import AttemptStatus, RunStatus


class RunSummary(msgspec.Struct, frozen=True, kw_only=True):
    """One run, in a line."""

    run: str
    name: str
    plan_path: str
    plan_hash: str
    root: str
    agent: str
    status: RunStatus
    """As the log tells it: a run that has not ended and whose engine is gone is interrupted, which no log says."""
    total: int
    """Tasks in the plan."""
    succeeded: int
    failed: int
    skipped: int
    aborted: int
    micro_spent: int
    """Micro-dollars of the requests whose price is known."""
    unknown_cost: bool
    """Whether there were others: `micro_spent` is then a lower bound."""
    estimated_cost: bool
    """Whether something of it is an estimate."""
    created_at: int
    """Wall milliseconds of its first event."""
    updated_at: int
    """Wall milliseconds of its last event."""
    first_seq: int
    last_seq: int


class AttemptSummary(msgspec.Struct, frozen=True, kw_only=True):
    """One attempt, in a line."""

    run: str
    task: str
    attempt: int
    round: int
    agent: str
    model: str
    status: AttemptStatus
    outcome: str
    """The kind of its outcome; empty while it runs."""
    counted: bool
    tree_before: str
    tree_after: str
    started_at: int
    ended_at: int | None
    first_seq: int
    last_seq: int


class Incarnation(msgspec.Struct, frozen=True, kw_only=True):
    """The engine that owns the log, or owned it last."""

    epoch: int
    pid: int
    host: str
    boot_id: str
    started_at: int
    ended_at: int | None
    """None while it works, and after it died without closing the log."""


SELECT_RUNS: Final = """
SELECT runs.run, name, plan_path, plan_hash, root, agent, runs.status, total,
       count(*) FILTER (WHERE ended.status = 'succeeded') AS succeeded,
       count(*) FILTER (WHERE ended.status = 'failed') AS failed,
       count(*) FILTER (WHERE ended.status = 'skipped') AS skipped,
       count(*) FILTER (WHERE ended.status = 'aborted') AS aborted,
       micro_spent, unknown_cost, estimated_cost, created_at, updated_at, first_seq, last_seq
FROM runs LEFT JOIN ended_tasks AS ended USING (run)
WHERE :run IS NULL OR run = :run
GROUP BY run ORDER BY first_seq DESC LIMIT :limit
"""

SELECT_ATTEMPTS: Final = """
SELECT run, task, attempt, round, agent, model, status, outcome, counted, tree_before, tree_after, started_at,
       ended_at, first_seq, last_seq
FROM attempts JOIN spans USING (run, task, attempt)
WHERE run = :run AND (:task IS NULL OR task = :task) ORDER BY first_seq
"""

SELECT_ENGINE: Final = "SELECT epoch, pid, host, boot_id, started_at, ended_at FROM engine"

Row = Sequence[Any]


def run_summary(row: Row) -> RunSummary:
    """A row of `SELECT_RUNS`."""
    return _named(RunSummary, row)


def attempt_summary(row: Row) -> AttemptSummary:
    """A row of `SELECT_ATTEMPTS`."""
    return _named(AttemptSummary, row)


def incarnation(row: Row) -> Incarnation:
    """A row of `SELECT_ENGINE`."""
    return _named(Incarnation, row)


_Summary = TypeVar("_Summary", RunSummary, AttemptSummary, Incarnation)


def _named(kind: type[_Summary], row: Row) -> _Summary:
    fields = zip(kind.__struct_fields__, row, strict=True)
    return msgspec.convert(dict(fields), kind, strict=False)
