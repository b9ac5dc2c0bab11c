"""The tabs on the right: what they hold, and how one gets about in them."""

import pytest

from tests.tui.recordings import Tape, needs_you, running
from tests.tui.robot import Robot, cockpit
from tmtui.domain.outcome import OK
from tmtui.domain.status import AttemptStatus, ToolStatus
from tmtui.events.agent import AgentSpoke
from tmtui.events.attempt import AttemptCheckpointed, AttemptFinished, AttemptPrompted, AttemptStarted
from tmtui.events.tool import ToolFinished, ToolFlagged, ToolStalled, ToolStarted
from tmtui.tui.intents import (
    Back,
    Compare,
    Copy,
    EarlierAttempt,
    LaterAttempt,
    NextMatch,
    NextTab,
    OpenTask,
    OtherPaneDown,
    OtherPaneUp,
    PreviousMatch,
    PreviousTab,
    Search,
    ShowAttempts,
    ShowDiff,
    ShowHooks,
    ShowPrompt,
    TextTop,
    ToggleTimes,
    ToggleWrap,
)
from tmtui.tui.ports import DiffUnavailableError
from tmtui.tui.widgets.entry import SafeInput
from tmtui.tui.widgets.pane import TABS, Pane, Tab
from tmtui.tui.widgets.tree import TaskTree


async def at_calc_5(robot: Robot) -> None:
    await robot.press("G", "k")
    assert robot.screen.tasks.chosen == "calc-5"


async def test_every_tab_shows_its_own_and_can_be_reached_by_number_and_in_order() -> None:
    async with cockpit(needs_you()) as robot:
        await at_calc_5(robot)
        await robot.do(ShowHooks)
        for part in ("● test  post-hook", "$ python -m pytest -q", "✗ pytest exited with code 1"):
            assert part in robot.pane
        await robot.do(ShowPrompt)
        assert "The tests must pass." in robot.pane
        for tab in (*TABS[4:], *TABS[:4]):
            await robot.do(NextTab)
            assert robot.screen.pane.tab is tab
        await robot.do(PreviousTab)
        assert robot.screen.pane.tab is Tab.HOOKS


async def test_a_diff_has_its_files_with_counts_and_its_lines() -> None:
    async with cockpit(needs_you()) as robot:
        await at_calc_5(robot)
        await robot.do(ShowDiff)
        await robot.until(lambda: "@@" in robot.pane)
        for part in ("M calc.py", "+3 -1", "A tests/test_calc.py", "-    pass", "+    if b == 0:"):
            assert part in robot.pane


async def test_why_there_is_no_diff_is_said() -> None:
    tape = running()
    tape.on("calc-3", AttemptCheckpointed("", problem="git is not installed"))
    async with cockpit(needs_you()) as robot:
        await robot.do(ShowDiff)
        assert "The tree is measured when the agent is done." in robot.pane
        await robot.press("G")
        assert "This task has not begun." in robot.pane
    async with cockpit(tape) as robot:
        await robot.do(ShowDiff)
        assert "There is no checkpoint: git is not installed" in robot.pane


async def test_a_diff_that_cannot_be_had_says_why() -> None:
    async def diff(_: str, __: str) -> str:
        raise DiffUnavailableError("the checkpoint was pruned")

    async with cockpit(needs_you(), diff=diff) as robot:
        await at_calc_5(robot)
        await robot.do(ShowDiff)
        await robot.until(lambda: "The diff cannot be had: the checkpoint was pruned" in robot.pane)


async def test_attempts_stand_side_by_side_and_can_be_gone_to() -> None:
    async with cockpit(needs_you()) as robot:
        await at_calc_5(robot)
        await robot.do(ShowAttempts)
        lines = robot.pane.split("\n")
        assert lines[1].split() == ["#", "try", "status", "served", "by", "hooks", "files", "money", "time"]
        assert lines[2].split()[:5] == ["✗", "1", "1/3", "failed", "claude-sonnet-5-5"]
        assert lines[2].split()[5:9] == ["✗test", "2", "$.03", "0:06"]
        await robot.do(OpenTask)
        await robot.press("k", "k", "k")
        assert "attempt 1 of 3 failed" in lines_of(robot)[0]
        await robot.press("j")
        assert "attempt 2 of 3 failed" in lines_of(robot)[0]
        await robot.do(LaterAttempt)
        assert "try 3/3" in lines_of(robot)[0]


def lines_of(robot: Robot) -> list[str]:
    return robot.pane.split("\n")


async def test_an_earlier_attempt_can_be_looked_at_from_any_tab() -> None:
    async with cockpit(needs_you()) as robot:
        await at_calc_5(robot)
        await robot.do(EarlierAttempt)
        await robot.until(lambda: "attempt 2 failed" in robot.pane)
        assert "attempt 2 of 3 failed" in lines_of(robot)[0]
        for _ in range(4):
            await robot.do(EarlierAttempt)
        assert "attempt 1 of 3 failed" in lines_of(robot)[0]
        for _ in range(4):
            await robot.do(LaterAttempt)
        assert "try 3/3" in lines_of(robot)[0]


async def test_a_new_attempt_comes_to_the_front_unless_an_earlier_one_is_read() -> None:
    tape = running()
    seen = len(tape.events)
    tape.on("calc-3", AttemptFinished(AttemptStatus.FAILED, OK, counted=True, seconds=1.0))
    tape.start("calc-3")
    third = len(tape.events)
    tape.on("calc-3", AttemptFinished(AttemptStatus.FAILED, OK, counted=True, seconds=1.0))
    tape.start("calc-3")
    async with cockpit(tape, upto=seen) as robot:
        await robot.happen(before=third)
        assert "Attempt 3" in robot.pane
        await robot.do(EarlierAttempt)
        await robot.until(lambda: "Attempt 2" in robot.pane)
        await robot.happen()
        assert "Attempt 2" in robot.pane


async def test_an_attempt_that_goes_on_says_where_its_prompt_is() -> None:
    tape = Tape()
    tape.start("calc-1")
    tape.on("calc-1", AttemptFinished(AttemptStatus.INTERRUPTED, OK, counted=False, seconds=1.0))
    tape.add(AttemptStarted(1, "scripted", continues=1), "calc-1", 2)
    async with cockpit(tape) as robot:
        await robot.do(ShowPrompt)
        assert "goes on from attempt 1" in robot.pane


async def test_the_other_pane_is_scrolled_from_the_tree() -> None:
    tape = running()
    for number in range(80):
        tape.on("calc-3", AgentSpoke(f"word {number}\n"), after=0.0)
    async with cockpit(tape) as robot:
        await robot.do(OtherPaneUp)
        assert robot.at(TaskTree)
        assert "word 79" not in robot.pane
        await robot.do(OtherPaneDown)
        assert "word 79" in robot.pane


async def test_a_search_finds_walks_and_is_left() -> None:
    tape = running()
    for number in range(200):
        tape.on("calc-3", AgentSpoke(f"word {number} of the Needle\n" if number % 50 == 3 else "hay\n"), after=0.0)
    async with cockpit(tape) as robot:
        await robot.do(OpenTask)
        await robot.do(TextTop)
        await robot.do(Search)
        assert robot.at(SafeInput)
        await robot.type("needle")
        assert "word 3 of the Needle" in robot.pane
        await robot.press("enter")
        assert robot.at(Pane)
        await robot.do(NextMatch)
        assert "word 53 " in robot.pane
        await robot.do(PreviousMatch)
        await robot.do(PreviousMatch)
        assert "word 153 " in robot.pane
        assert "/needle" in robot.of(robot.screen.pane).split("\n")[-1]
        await robot.do(Back)
        assert robot.at(Pane)
        assert "needle" not in robot.of(robot.screen.pane).split("\n")[-1]
        await robot.do(Back)
        assert robot.at(TaskTree)


async def test_a_search_for_what_is_not_there_says_so() -> None:
    async with cockpit(running()) as robot:
        await robot.do(OpenTask)
        await robot.do(Search)
        await robot.type("zebra")
        assert "/zebra · not found" in robot.of(robot.screen.pane)
        await robot.do(Back)
        assert "zebra" not in robot.of(robot.screen.pane)


async def test_copying_takes_what_was_found_else_what_is_in_sight() -> None:
    async with cockpit(running()) as robot:
        await robot.do(OpenTask)
        await robot.do(Copy)
        await robot.sees("copied 21 lines")
        assert robot.app.clipboard.startswith("Attempt 2\ncheckpoint")
        await robot.do(Search)
        await robot.type("ZeroDiv")
        await robot.press("enter")
        await robot.do(Copy)
        assert robot.app.clipboard == "E   ZeroDivisionError: division by zero"


async def test_the_mouse_selects_text_without_its_gutter() -> None:
    async with cockpit(running()) as robot:
        row = next(y for y, line in enumerate(robot.of(robot.screen.pane).split("\n")) if "ZeroDiv" in line)
        await robot.pilot.mouse_down("Pane", offset=(8, row))
        await robot.pilot.hover("Pane", offset=(24, row))
        await robot.pilot.mouse_up("Pane", offset=(24, row))
        await robot.settle()
        await robot.press("ctrl+c")
        assert robot.app.clipboard == "ZeroDivisionError"


@pytest.mark.parametrize(("column", "tab"), [(12, Tab.DIFF), (48, Tab.INFO)])
async def test_a_click_brings_a_tab_to_the_front(column: int, tab: Tab) -> None:
    async with cockpit(running()) as robot:
        await robot.pilot.click("Pane", offset=(column, 0))
        await robot.settle()
        assert robot.screen.pane.tab is tab


async def test_long_lines_are_wrapped_or_cut_and_times_can_be_shown() -> None:
    tape = running()
    tape.on("calc-3", AgentSpoke("begin " + "x" * 200 + " end\n"))
    async with cockpit(tape) as robot:
        await robot.do(OpenTask)
        assert " end" in robot.pane
        await robot.do(ToggleWrap)
        assert " end" not in robot.pane
        await robot.press(*("l" * 18))
        assert " end" in robot.pane
        await robot.do(ToggleWrap)
        await robot.do(ToggleTimes)
        stamps = [line for line in lines_of(robot) if line[3:4] == ":" and line[6:7] == ":"]
        assert len(stamps) > 5


# Comparing.


async def test_an_attempt_is_held_against_the_one_before() -> None:
    async with cockpit(needs_you(), size=(160, 40)) as robot:
        await at_calc_5(robot)
        await robot.do(ShowAttempts)
        await robot.do(OpenTask)
        await robot.do(Compare)
        for part in ("attempt 2", "attempt 3", "  status", "✗ failed · 0.9 s", "Why attempt 3"):
            assert part in robot.pane
        assert "calc.py +3 -1" in robot.pane
        await robot.do(EarlierAttempt)
        assert "attempt 1" in lines_of(robot)[1]
        await robot.do(Compare)
        assert lines_of(robot)[1].split()[:2] == ["#", "try"]


async def test_what_is_new_in_a_prompt_is_shown_and_what_is_gone() -> None:
    tape = running()
    tape.on("calc-3", AttemptPrompted("You change code.", "Do calc-3.\n\nUse ValueError.", "e" * 64))
    async with cockpit(tape) as robot:
        await robot.do(ShowPrompt)
        await robot.do(OpenTask)
        assert "The tests must pass." in robot.pane
        await robot.do(Compare)
        await robot.until(lambda: "+ Use ValueError." in robot.pane)
        assert "Against the prompt of attempt 1" in robot.pane
        await robot.do(Compare)
        assert "+ Use" not in robot.pane
        assert "Do calc-3." in robot.pane


async def test_a_diff_can_be_taken_from_where_the_attempt_before_ended() -> None:
    asked: list[tuple[str, str]] = []

    async def diff(before: str, after: str) -> str:
        asked.append((before, after))
        return ""

    async with cockpit(needs_you(), diff=diff) as robot:
        await at_calc_5(robot)
        await robot.do(ShowDiff)
        await robot.do(OpenTask)
        await robot.until(lambda: asked)
        await robot.do(Compare)
        await robot.until(lambda: len(asked) > 1)
        assert asked == [("3f2a9c1d0b7e4a5c", "9b1e77f0aa"), ("9b1e77f0aa", "9b1e77f0aa")]


async def test_a_first_attempt_has_nothing_to_be_held_against() -> None:
    async with cockpit(running()) as robot:
        await robot.press("g", "j")
        await robot.do(ShowAttempts)
        await robot.do(OpenTask)
        await robot.do(Compare)
        await robot.sees("there is no attempt before this one")
        await robot.press("1")
        await robot.do(Compare)
        await robot.sees("can be compared")


async def test_a_denied_call_names_its_rule_and_a_silent_one_is_noticed() -> None:
    tape = running()
    before = len(tape.events)
    tape.on("calc-3", ToolStarted("t8", "bash", "{}", "$ rm -rf /", verdict="deny", rule="Bash(rm:*)"))
    tape.on("calc-3", ToolFinished("t8", ToolStatus.DENIED, "not allowed"))
    tape.on("calc-3", ToolStarted("t9", "bash", "{}", "$ npm init"))
    tape.on("calc-3", ToolStalled("t9", "package name:", 30.0))
    tape.on("calc-3", ToolFlagged("t9", "it reaches beyond the folder"))
    async with cockpit(tape, upto=before) as robot:
        await robot.happen()
        for part in ("denied by Bash(rm:*)", "it seems to ask: package name:", "it reaches beyond the folder"):
            assert part in robot.pane
        assert "tool asks" in robot.of(robot.screen.tasks)
