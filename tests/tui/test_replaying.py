"""A recorded run, played on the same screen."""

import pytest

from tests.tui.recordings import Tape, finished, needs_you
from tests.tui.robot import Robot, cockpit
from tmtui.events.agent import AgentSpoke
from tmtui.state.fold import fold_all
from tmtui.state.timeline import Timeline, survey_of
from tmtui.tui.intents import (
    Faster,
    JumpBack,
    JumpOn,
    NextDecision,
    NextFailure,
    NextStart,
    PlayOrHold,
    Slower,
    Step,
    StepBack,
    ToBeginning,
    ToEnd,
)
from tmtui.tui.player import SPEEDS, Player


def scrubber(robot: Robot) -> str:
    assert robot.screen.scrubber is not None
    return robot.of(robot.screen.scrubber)


def cursor(robot: Robot) -> int:
    assert robot.screen._replay is not None
    return robot.screen._replay.player.cursor


def player_of(tape: Tape) -> Player:
    timeline = Timeline()
    timeline.take(survey_of(tape.events))
    player = Player(timeline)
    player.complete = True
    return player


async def test_it_plays_from_the_beginning_in_the_runs_own_time() -> None:
    async with cockpit(finished(), live=False) as robot:
        assert "REPLAY" in robot.of(robot.screen.header)
        assert "playing" in scrubber(robot)
        assert "calc-1" in robot.text
        robot.ticks += 12.0
        await robot.settle()
        assert "0:12" in scrubber(robot)
        assert "1/6" in robot.of(robot.screen.header)
        robot.ticks += 600.0
        await robot.settle()
        assert "at the end" in scrubber(robot)
        assert "INCOMPLETE" in robot.of(robot.screen.header)


async def test_the_screen_is_as_it_was_at_any_moment_backwards_too() -> None:
    tape = finished()
    async with cockpit(tape, live=False) as robot:
        await robot.do(ToEnd)
        at_the_end = robot.of(robot.screen.header), robot.of(robot.screen.tasks)
        for _ in range(3):
            await robot.do(StepBack)
        assert robot.state == fold_all(tape.events[:-3])
        await robot.do(ToBeginning)
        assert "0/6" in robot.of(robot.screen.header)
        await robot.do(ToEnd)
        assert (robot.of(robot.screen.header), robot.of(robot.screen.tasks)) == at_the_end


async def test_text_is_played_too_and_unplayed() -> None:
    tape = Tape()
    tape.start("calc-1")
    for number in range(5):
        tape.on("calc-1", AgentSpoke(f"word {number}\n"), after=1.0)
    async with cockpit(tape, live=False) as robot:
        await robot.do(ToEnd)
        assert "word 4" in robot.pane
        await robot.do(StepBack)
        assert "word 3" in robot.pane
        assert "word 4" not in robot.pane
        await robot.do(Step)
        assert "word 4" in robot.pane


async def test_holding_holds() -> None:
    async with cockpit(finished(), live=False) as robot:
        await robot.do(PlayOrHold)
        assert "held" in scrubber(robot)
        before = cursor(robot)
        robot.ticks += 100.0
        await robot.settle()
        assert cursor(robot) == before
        assert "play" in robot.of(robot.screen.footer)


async def test_failures_questions_and_tasks_are_a_key_away() -> None:
    tape = finished()
    async with cockpit(tape, live=False) as robot:
        await robot.do(NextFailure)
        assert robot.state.tasks["calc-5"].failures == 1
        await robot.do(NextFailure)
        assert robot.state.tasks["calc-5"].failures == 2
        await robot.do(NextDecision)
        assert len(robot.state.open_decisions) == 1
        await robot.do(NextDecision)
        await robot.sees("no question behind this moment")
        await robot.do(NextStart)
        assert "calc-3" in {key for key, each in robot.state.tasks.items() if each.status == "running"}


async def test_marks_stand_on_the_track() -> None:
    async with cockpit(finished(), live=False) as robot:
        await robot.do(PlayOrHold)
        assert "✗" in scrubber(robot)
        assert "?" in scrubber(robot)
        assert "event 1 of" in scrubber(robot)


async def test_jumps_are_five_seconds() -> None:
    async with cockpit(finished(), live=False) as robot:
        await robot.do(PlayOrHold)
        await robot.do(JumpOn)
        await robot.do(JumpOn)
        assert " 0:10 " in scrubber(robot)
        await robot.do(JumpBack)
        assert " 0:05 " in scrubber(robot)


async def test_the_speed_is_shown_and_changed() -> None:
    async with cockpit(finished(), live=False) as robot:
        for label in ("2x", "5x", "20x", "100x", "max", "max"):
            await robot.do(Faster)
            assert label in scrubber(robot)
        await robot.do(Slower)
        assert "100x" in scrubber(robot)


async def test_a_click_on_the_track_goes_there() -> None:
    async with cockpit(finished(), live=False) as robot:
        await robot.do(PlayOrHold)
        await robot.pilot.mouse_down("Scrubber", offset=(60, 0))
        await robot.pilot.mouse_up("Scrubber", offset=(60, 0))
        await robot.settle()
        assert 20 < cursor(robot) < 140


async def test_nothing_is_commanded_in_a_replay() -> None:
    async with cockpit(needs_you(), live=False) as robot:
        await robot.do(ToEnd)
        await robot.press("p", "x")
        assert robot.sent == []
        assert "pause" not in robot.of(robot.screen.footer)
        assert not robot.screen.question.display


# The playhead's arithmetic.


def test_at_the_last_speed_events_are_played_in_bursts() -> None:
    player = player_of(finished())
    player.speed = SPEEDS[-1]
    player.advance(0.0)
    assert player.at_end
    assert not player.playing


def test_an_end_that_may_still_move_is_not_the_end() -> None:
    player = player_of(finished())
    player.complete = False
    player.advance(10_000.0)
    assert player.at_end
    assert player.playing
    player.complete = True
    player.advance(0.1)
    assert not player.playing


def test_playing_at_the_end_plays_it_again() -> None:
    player = player_of(finished())
    player.seek(1.0)
    player.playing = False
    player.play_or_hold()
    assert (player.cursor, player.playing) == (1, True)


@pytest.mark.parametrize(("speed", "faster", "slower"), [(1.0, 2.0, 1.0), (3.0, 5.0, 2.0), (0.5, 1.0, 1.0)])
def test_a_run_may_begin_at_any_speed(speed: float, faster: float, slower: float) -> None:
    player = player_of(finished())
    player.speed = speed
    player.faster(1)
    assert player.speed == faster
    player.speed = speed
    player.faster(-1)
    assert player.speed == slower


def test_a_step_goes_through_events_of_one_moment() -> None:
    tape = Tape()
    for _ in range(3):
        tape.add(AgentSpoke("a"))
    player = player_of(tape)
    cursors = []
    for _ in range(4):
        player.step(1)
        cursors.append(player.cursor)
    assert cursors == [1, 2, 3, 4]
    player.step(-1)
    assert player.cursor == 3
    player.step(-9)
    assert player.cursor == 1
