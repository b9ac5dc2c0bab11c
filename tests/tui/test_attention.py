"""Being noticed by somebody who looks elsewhere."""

import re

import pytest
from textual import events

from tests.tui.recordings import Tape, finished, needs_you, running
from tests.tui.robot import Robot, cockpit
from tmtui.domain.plan import Plan, Task
from tmtui.state.fold import fold_all
from tmtui.state.model import State
from tmtui.tui.attention import BELL, KEEP_TITLE, RESTORE_TITLE, notification, title_of, title_sequence
from tmtui.tui.intents import ToggleNoise
from tmtui.tui.ports import Habits


@pytest.fixture(name="heard")
def _heard(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the terminal is sent that is no text."""
    heard: list[str] = []
    monkeypatch.setattr("tmtui.tui.app.Cockpit.to_terminal", lambda _, sequence: heard.append(sequence))
    monkeypatch.setenv("TERM", "xterm-256color")
    return heard


def asked(tape: Tape) -> int:
    return next(each.seq for each in tape.events if type(each.event).__name__ == "DecisionOpened")


def noise(heard: list[str]) -> list[str]:
    return [each for each in heard if each.startswith(BELL)]


async def when_somebody_is_needed(robot: Robot, tape: Tape) -> None:
    await robot.happen(before=asked(tape))


@pytest.mark.parametrize(
    ("tape", "title"),
    [
        (running(), "▶ 2/6 calculator · tmtui"),
        (needs_you(), "? 1 needs you 2/6 calculator · tmtui"),
        (finished(), "» 4/6 calculator · tmtui"),
    ],
)
def test_the_title_says_how_the_run_stands(tape: Tape, title: str) -> None:
    assert title_of(fold_all(tape.events), engine_alive=True) == title
    assert title_of(State(), engine_alive=True) == "○ · tmtui"


def test_no_name_of_a_plan_reaches_the_terminal_as_a_command() -> None:
    hostile = "a\x1b]0;pwn\x07\x9c\u202e"
    plan = Plan(path="p", name=hostile, hash="0", tasks=(Task(id="t", title="t"),))
    sequence = title_sequence(title_of(fold_all(Tape(plan).events), engine_alive=True))
    assert re.fullmatch(r"\x1b\]2;[^\x00-\x1f\x7f-\x9f\u202e]*\x07", sequence)
    told = notification(hostile, {"TERM": "xterm"})
    assert re.fullmatch(r"\x1b\]9;[^\x00-\x1f\x7f-\x9f;\u202e]*\x07", told)


def test_a_terminal_is_told_in_its_own_form() -> None:
    assert notification("calc-5 needs you", {"TERM": "foot"}) == "\x1b]777;notify;tmtui;calc-5 needs you\a"
    assert notification("calc-5 needs you", {"TERM": "xterm-kitty"}) == "\x1b]9;calc-5 needs you\a"


async def test_the_title_is_set_once_for_each_change_and_given_back(heard: list[str]) -> None:
    tape = needs_you()
    async with cockpit(tape, upto=asked(tape) - 1) as robot:
        assert heard[0] == KEEP_TITLE
        await when_somebody_is_needed(robot, tape)
        titles = [each for each in heard if each.startswith("\x1b]2;")]
        assert len(titles) == len(set(titles))
        assert "? 1 needs you" in titles[-1]
    assert heard[-1] == RESTORE_TITLE


async def test_a_new_question_rings_and_notifies(heard: list[str]) -> None:
    tape = needs_you()
    async with cockpit(tape, upto=asked(tape) - 1) as robot:
        assert noise(heard) == []
        await when_somebody_is_needed(robot, tape)
        assert noise(heard) == [f"{BELL}\x1b]9;calc-5 needs you: test failed 3 times\a"]
        robot.feed.push(tape.events[len(robot.feed.events) :])
        await robot.settle()
        assert len(noise(heard)) == 1


async def test_whoever_looks_at_the_terminal_hears_only_the_bell(heard: list[str]) -> None:
    tape = needs_you()
    async with cockpit(tape, upto=asked(tape) - 1) as robot:
        robot.app.post_message(events.AppBlur())
        await robot.settle()
        robot.app.post_message(events.AppFocus())
        await robot.settle()
        await when_somebody_is_needed(robot, tape)
        assert noise(heard) == [BELL]


async def test_the_end_of_a_run_is_told(heard: list[str]) -> None:
    tape = finished()
    async with cockpit(tape, upto=len(tape.events) - 1) as robot:
        heard.clear()
        await robot.happen()
        assert noise(heard) == [f"{BELL}\x1b]9;calculator: incomplete, 4 of 6 done\a"]


async def test_the_past_makes_no_noise(heard: list[str]) -> None:
    tape = needs_you()
    tape.now_ms += 600_000
    tape.work("calc-3")
    async with cockpit(tape):
        assert noise(heard) == []
    async with cockpit(finished()):
        assert noise(heard) == []
    async with cockpit(needs_you(), live=False) as robot:
        await robot.press("$")
        assert noise(heard) == []


async def test_it_can_be_silenced_for_good(heard: list[str]) -> None:
    tape = needs_you()
    async with cockpit(tape, upto=asked(tape) - 1) as robot:
        await robot.do(ToggleNoise)
        assert robot.kept[-1].silent
        await when_somebody_is_needed(robot, tape)
        assert noise(heard) == []
    async with cockpit(tape, upto=asked(tape) - 1, habits=Habits(silent=True)) as robot:
        await when_somebody_is_needed(robot, tape)
        assert noise(heard) == []
