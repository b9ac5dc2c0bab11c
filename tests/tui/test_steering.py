"""Holding, stopping and leaving a run."""

import asyncio

import pytest

from tests.tui.recordings import finished, running
from tests.tui.robot import Robot, cockpit
from tmtui.events.commands import Command, Pause, Reply, Stop, Unpause
from tmtui.events.run import RunPaused, RunSuspended, RunUnpaused
from tmtui.tui.intents import CopyOrAsk, Detach, PauseOrGoOn, Quit, StopRun
from tmtui.tui.ports import CockpitExit, StartFailedError
from tmtui.tui.widgets.question import QuestionBar
from tmtui.tui.widgets.tree import TaskTree


def left(robot: Robot) -> CockpitExit | None:
    return robot.app.return_value


async def test_a_run_is_held_and_let_go_on() -> None:
    tape = running()
    seen = len(tape.events)
    tape.add(RunPaused("person"))
    held = len(tape.events)
    tape.add(RunUnpaused("person"))
    async with cockpit(tape, upto=seen) as robot:
        await robot.do(PauseOrGoOn)
        await robot.happen(before=held)
        assert "‖ PAUSING" in robot.of(robot.screen.header)
        assert "go on" in robot.of(robot.screen.footer)
        await robot.do(PauseOrGoOn)
        await robot.happen()
        assert "▶ RUNNING" in robot.of(robot.screen.header)
        assert robot.sent == [Pause(), Unpause()]


@pytest.mark.parametrize(("key", "command"), [("y", Stop()), ("f", Stop(force=True))])
async def test_stopping_asks_first(key: str, command: Command) -> None:
    async with cockpit(running()) as robot:
        await robot.do(StopRun)
        assert robot.at(QuestionBar)
        assert "tmtui resume" in robot.text
        assert robot.sent == []
        await robot.press(key)
        assert robot.sent == [command]
        assert "STOPPING" in robot.of(robot.screen.header)
        assert robot.at(TaskTree)


@pytest.mark.parametrize("key", ["escape", "n"])
async def test_a_question_can_be_left(key: str) -> None:
    async with cockpit(running()) as robot:
        await robot.do(StopRun)
        await robot.press(key)
        assert robot.at(TaskTree)
        assert not robot.screen.question.display
        await robot.press("y", "f", "d")
        assert robot.sent == []


async def test_leaving_a_run_that_goes_on_asks_what_becomes_of_it() -> None:
    async with cockpit(running()) as robot:
        await robot.do(Quit)
        assert "[d] Detach: let it run" in robot.text
        assert "[s] Stop and quit" in robot.text
        await robot.do(Detach)
        assert left(robot) == CockpitExit("detached")
        assert robot.sent == []


async def test_stop_and_quit_waits_until_the_run_lies() -> None:
    tape = running()
    seen = len(tape.events)
    tape.add(RunSuspended("stopped by a person"))
    async with cockpit(tape, upto=seen) as robot:
        await robot.do(Quit)
        await robot.press("s")
        assert robot.sent == [Stop()]
        assert left(robot) is None
        await robot.happen()
        assert left(robot) == CockpitExit("stopped")


async def test_a_stop_that_is_not_taken_keeps_the_screen() -> None:
    async with cockpit(running()) as robot:
        robot.reply = lambda _: Reply(ok=False, message="another client is stopping it")
        await robot.do(Quit)
        await robot.press("s")
        await robot.sees("another client is stopping it")
        assert "STOPPING" not in robot.text
        assert left(robot) is None


async def test_a_run_that_is_over_is_left_without_a_question() -> None:
    async with cockpit(finished()) as robot:
        await robot.do(Quit)
        assert left(robot) == CockpitExit("finished")


async def test_a_replay_is_left_without_a_question() -> None:
    async with cockpit(running(), live=False) as robot:
        await robot.do(Quit)
        assert left(robot) == CockpitExit("finished")


async def test_ctrl_c_ends_nothing_and_says_what_does() -> None:
    async with cockpit(running()) as robot:
        await robot.do(CopyOrAsk)
        await robot.do(CopyOrAsk)
        assert left(robot) is None
        await robot.sees("q leaves; ctrl+c ends nothing here")


async def test_what_cannot_be_commanded_is_not_offered() -> None:
    async with cockpit(finished()) as robot:
        footer = robot.of(robot.screen.footer)
        assert "pause" not in footer
        assert "stop" not in footer
        await robot.press("p", "x")
        assert robot.sent == []
        assert robot.screen.question.question is None


async def test_the_frame_stands_while_the_engine_starts() -> None:
    begun = asyncio.Event()

    async def start() -> None:
        await begun.wait()

    async with cockpit(running(), starting=start()) as robot:
        assert "starting the engine…" in robot.text
        assert "○ STARTING" in robot.text
        begun.set()
        await robot.sees("calc-3")


async def test_an_engine_that_does_not_start_ends_the_screen_with_its_words() -> None:
    async def start() -> None:
        raise StartFailedError("another engine holds this folder: pid 77", 3)

    async with cockpit(running(), starting=start()) as robot:
        await robot.until(lambda: left(robot) is not None)
        assert left(robot) == CockpitExit("failed", "another engine holds this folder: pid 77", 3)


async def test_a_log_that_cannot_be_read_is_told_and_the_screen_stays() -> None:
    async with cockpit(running()) as robot:
        robot.feed.break_off("the disk is gone")
        await robot.sees("the log is lost", "the disk is gone")
        assert "calc-3" in robot.text
