"""A run that goes on, as it is shown."""

from tests.tui.recordings import Tape, finished, needs_you, running, troubled
from tests.tui.robot import cockpit
from tmtui.domain.outcome import OK
from tmtui.domain.status import AttemptStatus
from tmtui.events.agent import AgentSpoke
from tmtui.events.attempt import AttemptFinished
from tmtui.events.task import TaskSucceeded
from tmtui.tui.intents import CursorUp, FollowRunning, LineUp, OpenTask, ShowInfo, TextEnd
from tmtui.tui.widgets.pane import Pane, Tab
from tmtui.tui.widgets.tree import TaskTree


def talk(tape: Tape, task: str, count: int) -> None:
    for number in range(count):
        tape.on(task, AgentSpoke(f"word {number}\n"), after=0.01)


async def test_the_screen_tells_how_the_run_stands() -> None:
    async with cockpit(running()) as robot:
        header = robot.of(robot.screen.header)
        for part in ("calculator", "run 7f3c", "▶ RUNNING", "2/6", "$0.12 / $5.00", "/min"):
            assert part in header
        tree = robot.of(robot.screen.tasks)
        assert "▾ Foundation" in tree
        assert "2/2" in tree
        assert "✓ calc-1 Add and subtract" in tree
        assert "▶ calc-3" in tree
        assert "after calc-3" in tree
        assert "ready" in tree


async def test_the_output_of_the_running_task_is_shown_and_grows() -> None:
    tape = running()
    seen = len(tape.events)
    talk(tape, "calc-3", 3)
    async with cockpit(tape, upto=seen) as robot:
        assert "● $ python -m pytest -q" in robot.pane
        assert "✗ exit code 1" in robot.pane
        assert "word 0" not in robot.pane
        await robot.happen()
        assert "word 2" in robot.pane


async def test_what_happens_while_the_log_is_read_is_not_lost_and_not_shown_twice() -> None:
    tape = running()
    seen = len(tape.events)
    talk(tape, "calc-2", 2)
    async with cockpit(tape, upto=seen) as robot:
        robot.feed.hold_fetches.clear()
        await robot.press("k", "k")
        assert robot.screen.tasks.chosen == "calc-2"
        assert "Reading the log" in robot.pane
        await robot.happen()
        robot.feed.hold_fetches.set()
        await robot.until(lambda: "word 1" in robot.pane)
        assert robot.pane.count("word 1") == 1


async def test_the_selection_follows_the_running_task_until_somebody_moves_it() -> None:
    tape = running()
    seen = len(tape.events)
    tape.end_agent("calc-3")
    tape.on("calc-3", AttemptFinished(AttemptStatus.SUCCEEDED, OK, counted=True, seconds=3.0))
    tape.add(TaskSucceeded("passed"), "calc-3")
    tape.start("calc-4")
    first = len(tape.events)
    tape.start("calc-5")
    async with cockpit(tape, upto=seen) as robot:
        assert robot.screen.tasks.chosen == "calc-3"
        await robot.happen(before=first)
        assert robot.screen.tasks.chosen == "calc-4"
        await robot.do(CursorUp)
        assert robot.screen.tasks.chosen == "calc-3"
        await robot.happen()
        assert robot.screen.tasks.chosen == "calc-3"
        await robot.do(FollowRunning)
        assert robot.screen.tasks.chosen == "calc-5"


async def test_scrolling_up_stops_following_and_counts_what_is_new() -> None:
    tape = running()
    talk(tape, "calc-3", 60)
    seen = len(tape.events)
    talk(tape, "calc-3", 128)
    async with cockpit(tape, upto=seen) as robot:
        await robot.do(OpenTask)
        assert robot.at(Pane)
        assert "word 59" in robot.pane
        await robot.do(LineUp)
        before = robot.pane.split("\n")[1:]
        await robot.happen()
        assert robot.pane.split("\n")[1:] == before
        assert "▼ 128 new" in robot.text
        await robot.do(TextEnd)
        assert "word 127" in robot.pane
        assert "new" not in robot.of(robot.screen.pane).split("\n")[-1]


async def test_a_run_without_a_sandbox_and_with_trouble_says_so_all_the_time() -> None:
    async with cockpit(troubled()) as robot:
        assert "UNSANDBOXED" in robot.of(robot.screen.header)
        notices = robot.of(robot.screen.notices)
        assert "1 trouble: hooks: the log folder is full" in notices
        assert "degraded" in robot.of(robot.screen.header)


async def test_a_run_in_order_has_no_notices() -> None:
    async with cockpit(running()) as robot:
        assert not robot.screen.notices.display
        assert "UNSANDBOXED" not in robot.text


async def test_the_end_is_told_and_the_screen_stays() -> None:
    tape = finished()
    async with cockpit(tape, upto=len(tape.events) - 1) as robot:
        await robot.happen()
        assert "» INCOMPLETE" in robot.of(robot.screen.header)
        assert "The run is over: 1 task was skipped, 1 is blocked" in robot.of(robot.screen.notices)
        assert "1 skipped · 1 blocked" in robot.of(robot.screen.tasks)
        assert robot.app.is_running


async def test_an_engine_that_is_gone_is_told_after_two_looks() -> None:
    async with cockpit(running()) as robot:
        robot.alive = False
        robot.screen._look_for_the_engine()
        await robot.settle()
        assert "RUNNING" in robot.of(robot.screen.header)
        robot.screen._look_for_the_engine()
        await robot.settle()
        assert "↯ INTERRUPTED" in robot.of(robot.screen.header)
        assert "tmtui resume" in robot.of(robot.screen.notices)


async def test_evidence_is_a_key_away() -> None:
    async with cockpit(needs_you()) as robot:
        await robot.press("exclamation_mark")
        await robot.do(ShowInfo)
        assert robot.screen.pane.tab is Tab.INFO
        for part in ("? needs you", "because", "test failed 3 times", "3 of 3 used", "$0.09", "needed by", "calc-6"):
            assert part in robot.pane


async def test_a_phase_folds_and_unfolds() -> None:
    async with cockpit(running()) as robot:
        await robot.press("g")
        assert robot.at(TaskTree)
        await robot.do(OpenTask)
        assert "▸ Foundation" in robot.of(robot.screen.tasks)
        assert "calc-1" not in robot.of(robot.screen.tasks)
        await robot.do(OpenTask)
        assert "calc-1" in robot.of(robot.screen.tasks)
