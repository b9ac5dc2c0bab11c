"""A task that needs somebody: the bar, its keys, and what they send."""

import pytest

from tests.tui.recordings import Tape, needs_you, running, two_questions
from tests.tui.robot import Robot, cockpit
from tmtui.events.commands import Abort, Answer, Reply, Stop
from tmtui.tui.intents import Back, LookAtDiff, NextThatNeedsMe, NoteAndRetry
from tmtui.tui.widgets.decision import DecisionBar
from tmtui.tui.widgets.entry import SafeInput
from tmtui.tui.widgets.pane import Pane, Tab
from tmtui.tui.widgets.question import QuestionBar
from tmtui.tui.widgets.tree import TaskTree


def bar(robot: Robot) -> str:
    return robot.of(robot.screen.decision)


async def test_a_question_slides_in_with_what_failed_and_takes_no_focus() -> None:
    tape = needs_you()
    opened = next(each.seq for each in tape.events if type(each.event).__name__ == "DecisionOpened")
    async with cockpit(tape, upto=opened - 1) as robot:
        assert not robot.screen.decision.display
        await robot.happen()
        assert robot.at(TaskTree)
        for part in (
            "calc-5 Square root needs you: test failed 3 times",
            "✗ Attempt 1: ZeroDivisionError in test_root",
            "✗ Attempt 2: AssertionError in test_root: 1.4 != 1.41421",
            "[r] Retry",
            "[s] Skip (1 task falls with it)",
            "[a] Abort run",
            "[d] Diff",
            "[n] Note and retry",
            "! to answer",
        ):
            assert part in bar(robot)
        assert bar(robot).count("pytest exited with code 1") == 1
        assert "1 needs you" in robot.of(robot.screen.header)


async def test_its_letters_do_nothing_while_somebody_reads() -> None:
    async with cockpit(needs_you()) as robot:
        await robot.press("r", "s", "a", "n", "d")
        await robot.press("tab", "r", "s", "a", "d")
        assert robot.sent == []
        assert robot.screen.question.question is None


@pytest.mark.parametrize(("key", "choice"), [("r", "retry"), ("s", "skip")])
async def test_a_letter_in_the_bar_answers_and_the_focus_leaves(key: str, choice: str) -> None:
    async with cockpit(needs_you()) as robot:
        await robot.do(NextThatNeedsMe)
        assert robot.at(DecisionBar)
        assert robot.screen.tasks.chosen == "calc-5"
        await robot.press(key)
        assert robot.sent == [Answer("d1", choice)]
        assert robot.at(TaskTree)
        assert f"{choice} is on its way" in bar(robot)
        await robot.press(key, key)
        assert len(robot.sent) == 1


async def test_the_bar_goes_when_the_answer_is_recorded_whoever_gave_it() -> None:
    tape = needs_you()
    seen = len(tape.events)
    tape.answer("calc-5", "retry", note="from another terminal")
    async with cockpit(tape, upto=seen) as robot:
        await robot.do(NextThatNeedsMe)
        await robot.happen()
        assert not robot.screen.decision.display
        assert robot.at(TaskTree)
        assert "person decided: retry with the note: from another terminal" in robot.pane


async def test_an_answer_that_is_not_taken_can_be_given_again() -> None:
    async with cockpit(needs_you()) as robot:
        robot.reply = lambda _: Reply(ok=False, message="no engine listens here")
        await robot.do(NextThatNeedsMe)
        await robot.press("r")
        await robot.sees("no engine listens here", "[r] Retry")
        robot.reply = lambda _: Reply(ok=True)
        await robot.do(NextThatNeedsMe)
        await robot.press("r")
        assert robot.sent == [Answer("d1", "retry")] * 2


async def test_aborting_asks_once_more() -> None:
    async with cockpit(needs_you()) as robot:
        await robot.do(NextThatNeedsMe)
        await robot.press("a")
        assert robot.at(QuestionBar)
        assert "[y] Abort the run" in robot.text
        assert robot.sent == []
        await robot.press("n")
        assert robot.at(DecisionBar)
        await robot.press("a", "escape")
        assert robot.at(DecisionBar)
        await robot.press("a", "y")
        assert robot.sent == [Abort("given up by a person")]


async def test_a_note_goes_with_the_retry() -> None:
    async with cockpit(needs_you()) as robot:
        await robot.do(NextThatNeedsMe)
        await robot.do(NoteAndRetry)
        assert robot.at(SafeInput)
        await robot.type("use math.sqrt")
        await robot.press("enter")
        assert robot.sent == [Answer("d1", "retry", "use math.sqrt")]
        assert robot.at(TaskTree)


async def test_keys_typed_ahead_go_where_they_would_go_if_typed_slowly() -> None:
    async with cockpit(needs_you()) as robot:
        await robot.burst("exclamation_mark", "n", *"trymath", "enter")
        assert robot.sent == [Answer("d1", "retry", "trymath")]
        await robot.burst("tab", "slash", *"zero", "enter")
        assert robot.screen.pane.needle == "zero"
        assert robot.at(Pane)
        await robot.burst("tab", "x", "y")
        assert robot.sent[1:] == [Stop()]


async def test_a_note_can_be_left() -> None:
    async with cockpit(needs_you()) as robot:
        await robot.do(NextThatNeedsMe)
        await robot.do(NoteAndRetry)
        await robot.type("oh r s a")
        await robot.do(Back)
        assert robot.at(DecisionBar)
        assert robot.sent == []
        await robot.do(Back)
        assert robot.at(TaskTree)


async def test_the_diff_is_a_key_away_and_the_bar_keeps_the_focus() -> None:
    async with cockpit(needs_you()) as robot:
        await robot.do(NextThatNeedsMe)
        await robot.do(LookAtDiff)
        await robot.until(lambda: "raise ValueError" in robot.pane)
        assert robot.screen.pane.tab is Tab.DIFF
        assert robot.at(DecisionBar)


async def test_several_questions_queue_and_one_key_walks_them() -> None:
    async with cockpit(two_questions()) as robot:
        assert "calc-3 Divide safely needs you" in bar(robot)
        assert "1 of 2" in bar(robot)
        assert "2 need you" in robot.of(robot.screen.header)
        walked: list[tuple[str, str]] = []
        for _ in range(3):
            await robot.do(NextThatNeedsMe)
            decision = robot.screen.decision.decision
            assert decision is not None
            walked.append((decision.id, robot.screen.tasks.chosen))
        assert walked == [("d1", "calc-3"), ("d2", "calc-5"), ("d1", "calc-3")]


async def test_selecting_a_task_that_asks_shows_its_question() -> None:
    async with cockpit(two_questions()) as robot:
        await robot.press("G", "k")
        assert robot.screen.tasks.chosen == "calc-5"
        assert "calc-5 Square root needs you" in bar(robot)


async def test_in_a_replay_the_question_stands_there_and_answers_nothing() -> None:
    async with cockpit(needs_you(), live=False) as robot:
        await robot.press("space", "D")
        assert "needs you: test failed 3 times" in bar(robot)
        assert "a replay answers nothing" in bar(robot)
        await robot.do(NextThatNeedsMe)
        await robot.press("r", "s", "a", "n")
        assert robot.sent == []
        assert robot.screen.question.question is None


async def test_with_nothing_to_decide_there_is_no_bar() -> None:
    async with cockpit(running()) as robot:
        await robot.do(NextThatNeedsMe)
        assert robot.at(TaskTree)
        assert not robot.screen.decision.display


async def test_a_long_question_fits_a_small_screen() -> None:
    tape = Tape()
    for _ in range(3):
        tape.fail_attempt("calc-1")
    tape.ask("calc-1", falls=("calc-2", "calc-3"))
    async with cockpit(tape, size=(40, 24)) as robot:
        lines = bar(robot).split("\n")
        assert len(lines) <= 8
        assert "[s] Skip (2 tasks fall with it)" in bar(robot)
        assert "calc-1" in robot.of(robot.screen.tasks)
