"""The transition tables: complete, and with no way into or out of a status that should not be there.

That every move in them is made by some event, and every other one by none, is the fold's to show (`tests/state`).
"""

from collections.abc import Mapping
from enum import StrEnum

import pytest

from tmtui.domain.status import (
    ATTEMPT_TRANSITIONS,
    RUN_ENDED,
    RUN_TRANSITIONS,
    TASK_ENDED,
    TASK_TRANSITIONS,
    AttemptStatus,
    RunStatus,
    TaskStatus,
)


Table = Mapping[StrEnum, frozenset[StrEnum]]

TABLES: list[tuple[type[StrEnum], Table, StrEnum]] = [
    (RunStatus, RUN_TRANSITIONS, RunStatus.PLANNED),  # type: ignore[list-item]  # a table of one enum is a table
    (TaskStatus, TASK_TRANSITIONS, TaskStatus.PENDING),  # type: ignore[list-item]  # likewise
    (AttemptStatus, ATTEMPT_TRANSITIONS, AttemptStatus.RUNNING),  # type: ignore[list-item]  # likewise
]


def reached_from(table: Table, start: StrEnum) -> set[StrEnum]:
    found, stack = {start}, [start]
    while stack:
        for after in table[stack.pop()] - found:
            found.add(after)
            stack.append(after)
    return found


@pytest.mark.parametrize(("statuses", "table", "start"), TABLES)
def test_every_status_has_a_row_and_every_move_leads_to_a_status(
    statuses: type[StrEnum], table: Table, start: StrEnum
) -> None:
    assert list(table) == list(statuses)
    assert all(after in statuses for row in table.values() for after in row)


@pytest.mark.parametrize(("statuses", "table", "start"), TABLES)
def test_every_status_can_be_reached_and_none_is_reached_from_itself(
    statuses: type[StrEnum], table: Table, start: StrEnum
) -> None:
    assert reached_from(table, start) == set(statuses)
    assert all(status not in row for status, row in table.items())


def test_what_succeeded_stays_so() -> None:
    assert not RUN_TRANSITIONS[RunStatus.SUCCEEDED]
    assert not TASK_TRANSITIONS[TaskStatus.SUCCEEDED]


def test_an_attempt_ends_once() -> None:
    assert [status for status, row in ATTEMPT_TRANSITIONS.items() if row] == [AttemptStatus.RUNNING]


@pytest.mark.parametrize("status", sorted(RUN_ENDED - {RunStatus.SUCCEEDED}))
def test_an_ended_run_can_only_be_taken_up_again(status: RunStatus) -> None:
    assert RUN_TRANSITIONS[status] == {RunStatus.RUNNING}


@pytest.mark.parametrize("status", sorted(TASK_ENDED - {TaskStatus.SUCCEEDED}))
def test_an_ended_task_can_only_be_reopened(status: TaskStatus) -> None:
    assert TASK_TRANSITIONS[status] == {TaskStatus.PENDING}


def test_every_open_task_and_run_can_be_given_up() -> None:
    assert all(TaskStatus.ABORTED in TASK_TRANSITIONS[status] for status in set(TaskStatus) - TASK_ENDED)
    assert all(RunStatus.ABORTED in RUN_TRANSITIONS[status] for status in set(RunStatus) - RUN_ENDED)


def test_work_begins_only_at_a_task_that_is_ready_or_was_asked_about() -> None:
    before = {status for status, row in TASK_TRANSITIONS.items() if TaskStatus.RUNNING in row}
    assert before == {TaskStatus.READY, TaskStatus.NEEDS_YOU}


def test_only_work_can_succeed() -> None:
    before = {status for status, row in TASK_TRANSITIONS.items() if TaskStatus.SUCCEEDED in row}
    assert before == {TaskStatus.RUNNING}
