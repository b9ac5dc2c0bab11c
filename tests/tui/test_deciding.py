"""A task that needs somebody: the bar, its keys, and what they send."""

from contextlib import nullcontext
from pathlib import Path

import pytest

from tests.tui.recordings import Tape, asks_permission, needs_you, running, two_questions
from tests.tui.robot import Robot, cockpit
from tmtui.events.commands import Abort, Answer, Reply, Stop
from tmtui.tui.intents import (
    AllowAlways,
    AllowOnce,
    Back,
    EditPrompt,
    Intent,
    LookAtDiff,
    LookAtWhole,
    MarkTask,
    NextThatNeedsMe,
    NoteAndRetry,
    Reject,
    RejectAlways,
    RejectWithNote,
    RetryAll,
    SkipAll,
    UndoAndRetry,
)
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


@pytest.mark.parametrize(("intent", "choice"), [(RetryAll, "retry"), (SkipAll, "skip")])
async def test_several_stuck_tasks_are_answered_alike_with_one_key(intent: type[Intent], choice: str) -> None:
    async with cockpit(two_questions()) as robot:
        await robot.do(NextThatNeedsMe)
        assert f"{intent.WORD} 2" in bar(robot)
        await robot.do(intent)
        assert robot.sent == [Answer("d1", choice), Answer("d2", choice)]
        assert robot.at(TaskTree)


async def test_answers_alike_are_for_the_marked_tasks_where_there_are_some() -> None:
    async with cockpit(two_questions()) as robot:
        await robot.press("G", "k")
        await robot.do(MarkTask)
        await robot.do(NextThatNeedsMe)
        assert "Retry all" not in bar(robot)
        await robot.do(RetryAll)
        assert robot.sent == []


async def test_one_question_alone_is_not_answered_for_all() -> None:
    async with cockpit(needs_you()) as robot:
        await robot.do(NextThatNeedsMe)
        await robot.do(RetryAll)
        assert robot.sent == []


async def test_what_was_changed_can_be_taken_back_before_the_retry() -> None:
    async with cockpit(needs_you()) as robot:
        await robot.do(NextThatNeedsMe)
        await robot.do(UndoAndRetry)
        assert robot.sent == [Answer("d1", "retry", restore=True)]


def editor_that(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    """Let the person's editor be a shell script; `$1` is the file."""
    program = tmp_path / "editor"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    monkeypatch.setenv("VISUAL", str(program))
    monkeypatch.setattr("tmtui.tui.app.Cockpit.suspend", nullcontext)


async def test_the_prompt_is_edited_in_the_persons_editor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    editor_that(tmp_path, monkeypatch, """printf '\\033[2JUse math.sqrt.\\n' >> "$1" """)
    async with cockpit(needs_you()) as robot:
        await robot.do(NextThatNeedsMe)
        await robot.do(EditPrompt)
        assert robot.sent == [Answer("d1", "retry", prompt="Square root, with tests.␛[2JUse math.sqrt.")]


@pytest.mark.parametrize(
    ("script", "said"),
    [("true", "nothing was changed"), (': > "$1"', "nothing was changed"), ("exit 3", "ended with code 3")],
)
async def test_an_edit_that_comes_to_nothing_sends_nothing(
    script: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    editor_that(tmp_path, monkeypatch, script)
    async with cockpit(needs_you()) as robot:
        await robot.do(NextThatNeedsMe)
        await robot.do(EditPrompt)
        await robot.sees(said)
        assert robot.sent == []
        assert robot.at(DecisionBar)


async def test_where_no_editor_can_be_opened_it_says_so() -> None:
    async with cockpit(needs_you()) as robot:
        await robot.do(NextThatNeedsMe)
        await robot.do(EditPrompt)
        await robot.sees("an editor cannot be opened from here")


async def test_a_permission_is_asked_with_what_is_to_be_done_and_which_rule_asks() -> None:
    async with cockpit(asks_permission()) as robot:
        for part in (
            "calc-3 Divide safely asks: may bash run?",
            "git push origin main",
            "ask Bash(git push:*): it reaches beyond this folder",
            "[a] Allow once",
            "[A] Allow always: Bash(git push:*)",
            "[r] Reject",
            "[R] Reject always",
            "[v] View it whole",
        ):
            assert part in bar(robot)
        assert "Retry" not in bar(robot)
        await robot.press("a", "A", "r", "R")
        assert robot.sent == []


@pytest.mark.parametrize(
    ("intent", "choice"),
    [(AllowOnce, "once"), (AllowAlways, "always"), (Reject, "reject"), (RejectAlways, "reject_always")],
)
async def test_small_letters_answer_once_and_capitals_for_ever(intent: type[Intent], choice: str) -> None:
    async with cockpit(asks_permission()) as robot:
        await robot.do(NextThatNeedsMe)
        await robot.do(intent)
        assert robot.sent == [Answer("p1", choice)]
        assert robot.at(TaskTree)


async def test_a_no_can_come_with_its_reason() -> None:
    async with cockpit(asks_permission()) as robot:
        await robot.do(NextThatNeedsMe)
        await robot.do(RejectWithNote)
        await robot.type("ask me first")
        await robot.press("enter")
        assert robot.sent == [Answer("p1", "reject", "ask me first")]


async def test_what_is_asked_can_be_read_whole() -> None:
    async with cockpit(asks_permission(lines=40), size=(120, 60)) as robot:
        assert "… 34 more lines" in bar(robot)
        await robot.do(NextThatNeedsMe)
        await robot.do(LookAtWhole)
        assert robot.screen.pane.tab is Tab.INFO
        await robot.press("J", "J", "J", "J", "J", "J", "J", "J", "J", "J", "J", "J", "J", "J", "J", "J")
        assert "line 39" in robot.pane
        assert "always means" in robot.pane


@pytest.mark.parametrize("key", ["r", "s", "a", "n", "u", "p", "x"])
async def test_a_read_only_screen_shows_the_question_and_answers_nothing(key: str) -> None:
    async with cockpit(needs_you(), read_only=True) as robot:
        assert "READ-ONLY" in robot.of(robot.screen.header)
        assert "this screen is read-only" in bar(robot)
        await robot.do(NextThatNeedsMe)
        await robot.press(key)
        await robot.sees("read-only: nothing is steered from here")
        assert robot.at(DecisionBar)
        assert not robot.screen.question.display
        assert not robot.screen.entry.purpose
        assert robot.sent == []


async def test_a_click_on_an_answer_of_a_read_only_screen_says_why_it_does_nothing() -> None:
    async with cockpit(needs_you(), read_only=True) as robot:
        x, y = next((line.index("Retry"), y) for y, line in enumerate(bar(robot).split("\n")) if "[r] Retry" in line)
        await robot.pilot.click(DecisionBar, offset=(x, y))
        await robot.sees("read-only: nothing is steered from here")
        assert robot.sent == []
