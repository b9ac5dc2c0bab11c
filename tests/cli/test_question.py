import asyncio
import os
import pty
from collections.abc import Iterator

import pytest

from tests.cli import story
from tmtui.cli.output import as_text
from tmtui.cli.question import LineReader, ask, question_lines, read_answer
from tmtui.domain.outcome import Kind, Outcome
from tmtui.domain.status import AttemptStatus
from tmtui.events.attempt import AttemptFinished, AttemptMeasured
from tmtui.events.commands import Answer
from tmtui.events.decision import DecisionOpened
from tmtui.state.model import Decision, State


BOX = """\
━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━
⚠ Task has failed multiple times

Task: Implement login endpoint (task-3)
Attempts: 3/3
Last error: test hook failed: AssertionError in test_login

Recent failures:
  Attempt 1: AssertionError in test_login
  Attempt 2: ImportError: cannot import 'User'
  Attempt 3: TypeError: missing required argument

What would you like to do?

  [R] Retry once more
  [S] Skip this task and continue (2 tasks cannot be done without it: task-4, task-5)
  [A] Abort entire run
"""


def question(told: story.Story) -> tuple[Decision, State]:
    state = told.state()
    return state.open_decisions[0], state


def idle_task() -> story.Story:
    told = story.planned()
    for number in (1, 2):
        story.begin(told, "task-3", number)
        told.then(AttemptMeasured("a" * 40, progressed=False), "task-3", number)
        outcome = Outcome(Kind.HOOK_POST_FAILED, "test hook failed")
        told.then(AttemptFinished(AttemptStatus.FAILED, outcome, counted=True), "task-3", number)
    title = "no change in 2 attempts, and the checks still fail"
    return told.then(DecisionOpened("task-3:1", title, "test hook failed"), "task-3", 2)


def test_the_box_asks_as_the_guide_shows_it() -> None:
    assert as_text(question_lines(*question(story.asking()))).startswith(BOX)


def test_a_task_that_changed_nothing_is_asked_about_as_such() -> None:
    text = as_text(question_lines(*question(idle_task())))
    assert "⚠ Non-progress detected!\n\nThe agent made no code changes, but tests still fail.\n" in text
    assert "Non-progress count: 2/2" in text


def test_a_question_after_one_failure_says_what_happened() -> None:
    told = story.fail(story.planned(), "task-3", 1)
    told.then(DecisionOpened("d", "the agent refused", "refusal", failures=("Attempt 1: refusal",)), "task-3", 1)
    assert "⚠ Task needs you: the agent refused\n" in as_text(question_lines(*question(told)))


@pytest.mark.parametrize(
    ("typed", "answer"),
    [
        ("r", Answer("task-3:1", "retry")),
        ("R\n", Answer("task-3:1", "retry")),
        (" retry ", Answer("task-3:1", "retry")),
        ("r use integer division", Answer("task-3:1", "retry", "use integer division")),
        ("s", Answer("task-3:1", "skip")),
        ("SKIP", Answer("task-3:1", "skip")),
        ("a", Answer("task-3:1", "abort")),
        ("", None),
        ("x", None),
        ("rs", None),
        ("\x1b[A", None),
    ],
)
def test_a_typed_line_is_an_answer_or_none(typed: str, answer: Answer | None) -> None:
    assert read_answer(typed, question(story.asking())[0]) == answer


class Shown:
    """What a person is shown."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self._more = asyncio.Event()

    def __call__(self, text: str) -> None:
        self.texts.append(text)
        self._more.set()

    async def next(self) -> str:
        """Wait for the next text."""
        await self._more.wait()
        self._more.clear()
        return self.texts[-1]


@pytest.fixture
def terminal() -> Iterator[tuple[int, int]]:
    """Both ends of a terminal: where a person types, and where the program reads."""
    master, slave = pty.openpty()
    yield master, slave
    os.close(master)
    os.close(slave)


async def test_the_loop_goes_on_while_a_person_thinks(terminal: tuple[int, int]) -> None:
    master, slave = terminal
    shown = Shown()
    asking = asyncio.create_task(ask(*question(story.asking()), LineReader(slave), shown))
    assert (await shown.next()).endswith("Choice: ")
    for _ in range(100):
        await asyncio.sleep(0)
    os.write(master, b"what?\n")
    assert await shown.next() == "Please type one of R, S, A, then Enter.\nChoice: "
    os.write(master, b"r be careful\n")
    assert await asking == Answer("task-3:1", "retry", "be careful")


async def test_what_was_typed_before_the_question_stood_there_answers_nothing(terminal: tuple[int, int]) -> None:
    master, slave = terminal
    os.write(master, b"a\n")
    shown = Shown()
    asking = asyncio.create_task(ask(*question(story.asking()), LineReader(slave), shown))
    await shown.next()
    os.write(master, b"s\n")
    assert await asking == Answer("task-3:1", "skip")


async def test_a_question_that_another_terminal_answers_is_taken_back(terminal: tuple[int, int]) -> None:
    _, slave = terminal
    shown = Shown()
    asking = asyncio.create_task(ask(*question(story.asking()), LineReader(slave), shown))
    await shown.next()
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    assert not asyncio.get_running_loop().remove_reader(slave)


async def test_the_end_of_input_answers_nothing() -> None:
    reading, writing = os.pipe()
    os.write(writing, b"perhaps")
    os.close(writing)
    assert await ask(*question(story.asking()), LineReader(reading), lambda _: None) is None
    os.close(reading)


async def test_a_line_may_come_in_pieces_and_lines_in_one_piece() -> None:
    reading, writing = os.pipe()
    reader = LineReader(reading)
    os.write(writing, b"one\ntwo\nthr")
    assert [await reader.read(), await reader.read()] == ["one", "two"]
    os.write(writing, b"ee\n")
    assert await reader.read() == "three"
    os.close(writing)
    assert await reader.read() is None
    os.close(reading)
