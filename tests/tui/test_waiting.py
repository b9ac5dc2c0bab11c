"""A run that is held back: it says by what and until when, and what can be done about it is a key or a click away."""

from collections.abc import Awaitable, Callable

import pytest
from textual.command import CommandPalette

from tests.tui.recordings import Tape, running, troubled, waiting
from tests.tui.robot import Robot, cockpit
from tmtui.domain.limits import CapUsed
from tmtui.domain.usage import Usage
from tmtui.events.commands import Command, OpenCircuit, Reply, ResetCircuit, Unpause, UseFallback
from tmtui.events.money import MoneySpent
from tmtui.events.request import LimitsUsed, RequestWaiting
from tmtui.events.run import RunPaused, RunWaiting
from tmtui.state.fold import fold_all
from tmtui.tui.intents import (
    AskCircuit,
    CloseCircuit,
    GoOnNow,
    HoldCircuitOpen,
    Intent,
    ShowInfo,
    ShowLedger,
    SwitchUnit,
    TakeFallback,
)
from tmtui.tui.meters import limit_rows
from tmtui.tui.screens.ledger import LedgerScreen
from tmtui.tui.screens.run import RunScreen
from tmtui.tui.steering import STOP
from tmtui.tui.units import Unit
from tmtui.tui.widgets.pane import Tab


Act = Callable[[Robot, type[Intent]], Awaitable[object]]


async def by_key(robot: Robot, intent: type[Intent]) -> None:
    await robot.do(intent)


async def by_palette(robot: Robot, intent: type[Intent]) -> None:
    await robot.press("ctrl+p")
    assert isinstance(robot.app.screen, CommandPalette)
    await robot.type(intent.title().lower())
    await robot.until(lambda: intent.title() in robot.text)
    await robot.press("enter")
    await robot.settle()


async def by_click(robot: Robot, intent: type[Intent]) -> None:
    lines = robot.of(robot.screen.notices).split("\n")
    y, line = next((y, line) for y, line in enumerate(lines) if intent.WORD in line)
    await robot.pilot.click("Notices", offset=(line.index(intent.WORD), y))
    await robot.settle()


async def test_the_header_and_the_notice_say_what_is_waited_for_and_how_long() -> None:
    async with cockpit(waiting()) as robot:
        assert "WAITING" in robot.of(robot.screen.header)
        assert "rate limit 0:38 left" in robot.of(robot.screen.header)
        notice = robot.of(robot.screen.notices)
        assert "anthropic/claude-sonnet-5-5: 10 of 10 requests · goes on in 0:38" in notice
        assert "[W] go on now   [U] use fallback   [x] stop" in notice


@pytest.mark.parametrize("size", [(60, 30), (80, 24), (120, 40), (200, 50)], ids=str)
async def test_in_little_room_the_answers_have_a_line_of_their_own(size: tuple[int, int]) -> None:
    async with cockpit(waiting(), size=size) as robot:
        assert robot.screen.notices.size.height == (1 if size[0] >= 110 else 2)
        assert "WAITING" in robot.of(robot.screen.header)
        assert size[0] < 80 or "rate limit 0:38 left" in robot.of(robot.screen.header)
        assert "[W] go on now   [U] use fallback   [x] stop" in robot.of(robot.screen.notices)


@pytest.mark.parametrize("act", [by_key, by_palette, by_click])
@pytest.mark.parametrize(("intent", "command"), [(GoOnNow, Unpause()), (TakeFallback, UseFallback())])
async def test_a_wait_is_ended_by_key_palette_and_mouse(act: Act, intent: type[Intent], command: Command) -> None:
    for size in ((120, 40), (80, 24)):
        async with cockpit(waiting(), size=size) as robot:
            robot.reply = lambda _: Reply(ok=True, message="turning to the next model")
            await act(robot, intent)
            await robot.until(lambda: robot.sent == [command])
            await robot.sees("turning to the next model")


async def test_a_wait_can_be_stopped_from_its_notice() -> None:
    async with cockpit(waiting()) as robot:
        line = robot.of(robot.screen.notices)
        await robot.pilot.click("Notices", offset=(line.index("] stop"), 0))
        await robot.until(lambda: robot.screen.question.question is STOP)


async def test_what_does_not_wait_is_not_woken() -> None:
    tape = running()
    async with cockpit(tape) as robot:
        await robot.do(GoOnNow)
        await robot.do(TakeFallback)
        assert robot.sent == []
        tape.on("calc-3", RequestWaiting("anthropic", "m", "10 of 10", "rate_limit", tape.now_ms + 9_000))
        await robot.happen()
        await robot.do(GoOnNow)
        assert robot.sent == []
        await robot.do(TakeFallback)
        assert robot.sent == [UseFallback()]


async def test_a_run_that_a_person_held_is_not_offered_to_be_woken() -> None:
    tape = waiting()
    tape.add(RunPaused("person"))
    async with cockpit(tape) as robot:
        assert "go on now" not in robot.of(robot.screen.notices)


async def test_a_wait_for_nothing_in_particular_is_told_as_well() -> None:
    tape = running()
    tape.add(RunWaiting("budget", tape.now_ms + 65_000))
    async with cockpit(tape) as robot:
        assert "‖ budget · goes on in 1:05" in robot.of(robot.screen.notices)


# Limits of the user's own.


def rows(tape: Tape, now_ms: int = 0, width: int = 60) -> list[str]:
    return ["".join(span.text for span in row) for row in limit_rows(fold_all(tape.events), now_ms, width)]


def capped(*caps: CapUsed) -> Tape:
    tape = running()
    tape.add(LimitsUsed("anthropic", caps))
    return tape


def test_the_users_own_windows_stand_with_what_is_used_and_when_it_is_less() -> None:
    minute = CapUsed("max_requests_minute", "requests", "minute", 9, 10, 38_000)
    hour = CapUsed("max_tokens_hour", "tokens", "hour", 21_000, 100_000, 600_000)
    tape = capped(hour, minute)
    assert rows(tape) == ["req/min ▕███████▎▏ 9/10 · 0:38", "tok/h ▕█▋      ▏ 21.0k/100k · 10:00"]
    assert rows(tape, width=24) == ["req/min 9/10 · 0:38", "tok/h 21.0k/100k · 10:00"]


def test_a_window_that_has_slid_on_is_only_known_to_be_less() -> None:
    assert rows(capped(CapUsed("max_requests_minute", "requests", "minute", 9, 10, 38_000)), 38_001) == [
        "req/min ▕        ▏ <9/10",
        "1 at a time · 3 tries",
    ]


# Circuits.


async def test_a_circuit_is_reset_or_held_open_where_it_stands() -> None:
    async with cockpit(waiting()) as robot:
        await robot.do(ShowLedger)
        await robot.sees("anthropic/claude-opus-5  open · next probe in 0:22 · 5 failures in a minute")
        await robot.sees("claude-sonnet-5-5  closed", "enter change it")
        await robot.press("r")
        assert robot.sent == []
        await robot.do(AskCircuit)
        await robot.sees("claude-opus-5: [r] Reset it   [o] Hold it open")
        await robot.do(CloseCircuit)
        await robot.until(lambda: robot.sent == [ResetCircuit("anthropic/claude-opus-5")])
        await robot.press("j", "enter", "o")
        await robot.until(lambda: robot.sent[-1] == OpenCircuit("claude-sonnet-5-5"))
        await robot.press("enter", "escape")
        await robot.sees("Circuits")
        assert isinstance(robot.app.screen, LedgerScreen)
        await robot.press("escape")
        await robot.until(lambda: isinstance(robot.app.screen, RunScreen))


async def test_a_circuit_is_changed_with_the_mouse() -> None:
    async with cockpit(waiting()) as robot:
        await robot.pilot.click("Gauges", offset=(4, 1))
        await robot.sees("Circuits")
        ledger = robot.app.screen
        assert isinstance(ledger, LedgerScreen)
        await robot.pilot.click("CircuitList", offset=(8, 1))
        await robot.settle()
        line = robot.of(ledger.circuits).split("\n")[-2]
        await robot.pilot.click("CircuitList", offset=(line.index("Hold it open"), ledger.circuits.size.height - 2))
        await robot.until(lambda: robot.sent == [OpenCircuit("anthropic/claude-opus-5")])


@pytest.mark.parametrize("intent", [CloseCircuit, HoldCircuitOpen])
async def test_the_palette_leads_to_the_circuits_with_the_answers_at_hand(intent: type[Intent]) -> None:
    async with cockpit(waiting()) as robot:
        await by_palette(robot, intent)
        await robot.sees("claude-opus-5: [r] Reset it   [o] Hold it open")


async def test_where_nobody_listens_a_circuit_is_only_shown() -> None:
    async with cockpit(waiting(), sends=False) as robot:
        await robot.do(ShowLedger)
        await robot.press("enter")
        await robot.sees("anthropic/claude-opus-5  open")
        assert "Reset it" not in robot.text


# Units, budgets, and what works less well.


async def test_use_is_counted_in_dollars_in_tokens_or_as_a_part_of_a_window() -> None:
    tape = waiting()
    async with cockpit(tape, size=(160, 40)) as robot:
        assert "$0.12 / $5.00" in robot.of(robot.screen.header)
        await robot.do(SwitchUnit)
        assert "62.0k tokens" in robot.of(robot.screen.header)
        assert "15.5k" in robot.of(robot.screen.tasks)
        await robot.do(SwitchUnit)
        assert "100% of req/min" in robot.of(robot.screen.header)
        assert " 16%" in robot.of(robot.screen.tasks)
        assert robot.kept[-1].unit == Unit.WINDOW
        line = robot.of(robot.screen.header)
        await robot.pilot.click("Header", offset=(line.index("100% of req"), 0))
        await robot.until(lambda: "$0.12 / $5.00" in robot.of(robot.screen.header))


async def test_the_header_tells_the_rate_and_how_long_the_budget_lasts() -> None:
    tape = running()
    tape.on("calc-3", MoneySpent("m", Usage(10, 5), 100_000), after=60)
    async with cockpit(tape, size=(200, 40)) as robot:
        header = robot.of(robot.screen.header)
        assert "/min · lasts " in header
        await robot.do(ShowLedger)
        await robot.sees("a minute", "the budget lasts")


async def test_what_works_less_well_is_told_in_the_header_and_explained_among_the_facts() -> None:
    async with cockpit(troubled(), size=(140, 40)) as robot:
        header = robot.of(robot.screen.header)
        assert "degraded: checkpoints" in header
        assert "degraded" not in robot.of(robot.screen.notices)
        await robot.pilot.click("Header", offset=(header.index("degraded"), 0))
        await robot.until(lambda: robot.screen.pane.tab is Tab.INFO)
        await robot.do(ShowInfo)
        await robot.sees("git is not installed", "Install git, then run")
