"""What is submitted is taken in groups."""

import asyncio

from tests.store.logs import RUN, said
from tmtui.store.intake import BATCH_ROWS, COMMIT_ROWS, Intake, Submission


def submission(count: int = 1, *, critical: bool = False) -> Submission:
    waiter = asyncio.get_running_loop().create_future() if critical else None
    return Submission(said(*range(count)), RUN, 0, 0, waiter)


def sizes(group: list[Submission] | None) -> list[int] | None:
    return None if group is None else [len(submission.entries) for submission in group]


async def test_everything_that_is_there_is_taken_at_once() -> None:
    intake = Intake()
    for count in (1, 2, 3):
        intake.put(submission(count))
    intake.put(submission(critical=True))
    intake.put(submission(5))
    assert sizes(intake.take()) == [1, 2, 3, 1, 5]


async def test_what_belongs_together_is_never_divided() -> None:
    intake = Intake()
    intake.put(submission(BATCH_ROWS - 1))
    intake.put(submission(3 * BATCH_ROWS))
    intake.put(submission(1))
    assert sizes(intake.take()) == [BATCH_ROWS - 1, 3 * BATCH_ROWS]
    assert sizes(intake.take()) == [1]


async def test_after_the_end_there_is_nothing_but_what_was_there_is_still_taken() -> None:
    intake = Intake()
    intake.put(submission(COMMIT_ROWS))
    intake.close()
    assert sizes(intake.take()) == [COMMIT_ROWS]
    assert intake.take() is None


async def test_what_nobody_will_take_can_be_had_back() -> None:
    intake = Intake()
    intake.put(submission(1, critical=True))
    intake.put(submission(2))
    assert sizes(intake.drain()) == [1, 2]
    assert intake.drain() == []
    intake.close()
    assert intake.drain() == []
    assert intake.take() is None
