"""The runs of a project: found, sorted, opened and left again, and held against each other."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from textual.command import CommandPalette

from tests.tui.recordings import MODEL, START_MS, finished, needs_you, running
from tests.tui.robot import Feed, Robot
from tmtui.state.fold import fold_all
from tmtui.state.model import State
from tmtui.state.selectors import RunWord
from tmtui.tui.app import Cockpit
from tmtui.tui.intents import (
    INTENTS,
    CompareRuns,
    FilterRuns,
    Intent,
    MarkRun,
    OpenRun,
    SortRuns,
    Where,
)
from tmtui.tui.keymap import keys_of
from tmtui.tui.pages.runs import runs_compared
from tmtui.tui.palette import Commands
from tmtui.tui.ports import Habits, Rig, SourceLostError
from tmtui.tui.screens.run import RunScreen
from tmtui.tui.screens.runs import ComparedScreen, RunsScreen
from tmtui.tui.shelf import Order, RunRow, Shelf, shown_runs


def row(run: str, word: RunWord, micro: int | None, minutes: int, ended: int, name: str = "calculator") -> RunRow:
    return RunRow(
        run=f"20261120-1905{ended:02}-{run}",
        name=name,
        agent="scripted",
        word=word,
        done=3,
        total=6,
        micro=micro,
        began_ms=START_MS + ended * 3_600_000 - minutes * 60_000,
        updated_ms=START_MS + ended * 3_600_000,
    )


ROWS = [
    row("aaaa", "succeeded", 420_000, 12, 1),
    row("bbbb", "failed", 1_500_000, 3, 2, name="parser"),
    row("cccc", "running", 0, 5, 3),
]
TAPES = {"aaaa": finished, "bbbb": needs_you, "cccc": running}


class Browser(Robot):
    """Somebody in front of the list of runs."""

    lost = ""
    rows = ROWS
    dressed: list[Habits]

    @property
    def above(self) -> RunsScreen:
        """The list's screen."""
        return next(each for each in self.app.screen_stack if isinstance(each, RunsScreen))

    @property
    def order(self) -> list[str]:
        """The runs as they stand, from the top."""
        return [each.run[-4:] for each in self.above.runs.rows]


async def by_key(robot: Browser, intent: type[Intent]) -> None:
    await robot.press(keys_of(intent)[0])


@asynccontextmanager
async def browser(
    *, size: tuple[int, int] = (120, 30), first: str = "", rows: list[RunRow] = ROWS
) -> AsyncIterator[Browser]:
    tape = running()
    robot = Browser(Feed(tape.events, live=True), tape)
    robot.rows, robot.dressed = rows, []

    async def read() -> list[RunRow]:
        if robot.lost:
            raise SourceLostError(robot.lost)
        return robot.rows

    def rig(chosen: RunRow) -> Rig:
        live = chosen.word == "running"
        events = TAPES[chosen.run[-4:]]().events
        return Rig(source=Feed(events, live=live), live=live, now=lambda: events[-1].at_wall)

    async def state(run: str) -> State:
        if robot.lost:
            raise SourceLostError(robot.lost)
        return fold_all(TAPES[run[-4:]]().events)

    shelf = Shelf(
        title="calculator", nothing="No run has been started here.", rows=read, rig=rig, state=state, first=first,
        now=lambda: START_MS, keep=robot.dressed.append,
    )  # fmt: skip
    robot.app = Cockpit(shelf)
    async with robot.app.run_test(size=size, notifications=True) as pilot:
        robot.pilot = pilot
        await robot.settle()
        await robot.until(lambda: "reading the log" not in robot.text)
        yield robot


async def test_the_runs_stand_with_their_outcome_money_and_time() -> None:
    async with browser() as robot:
        assert robot.order == ["cccc", "bbbb", "aaaa"]
        lines = robot.text.split("\n")
        assert "▶ running" in lines[1]
        assert "✗ failed" in lines[2]
        assert "parser" in lines[2]
        assert "$1.50" in lines[2]
        assert "3/6" in lines[3]
        assert "12:00" in lines[3]
        assert "3 runs" in robot.text


@pytest.mark.parametrize("width", [40, 60, 80, 120, 200])
async def test_at_every_width_status_plan_and_progress_are_there(width: int) -> None:
    async with browser(size=(width, 24)) as robot:
        for part in ("✗ failed", "parser", "3/6"):
            assert part in robot.text
        assert all(len(line) <= width for line in robot.text.split("\n"))


@pytest.mark.parametrize(
    ("words", "order", "found"),
    [
        ("", Order.LATEST, "cba"),
        ("", Order.MONEY, "bac"),
        ("", Order.TIME, "acb"),
        ("", Order.STATUS, "cab"),
        ("parser", Order.LATEST, "b"),
        ("!failed calculator", Order.LATEST, "ca"),
        ("nothing like it", Order.LATEST, ""),
    ],
)
def test_runs_are_found_by_words_and_sorted(words: str, order: Order, found: str) -> None:
    assert "".join(each.run[-1] for each in shown_runs(ROWS, words, order)) == found


async def test_filtering_and_sorting_by_key() -> None:
    async with browser() as robot:
        await by_key(robot, SortRuns)
        assert robot.order == ["bbbb", "aaaa", "cccc"]
        assert "by money" in robot.text
        await by_key(robot, FilterRuns)
        await robot.type("!failed")
        await robot.press("enter")
        assert robot.order == ["aaaa", "cccc"]
        assert "2 of 3" in robot.text
        await robot.press("escape")
        assert len(robot.order) == 3


async def test_a_run_that_goes_on_is_watched_and_one_that_ended_is_played() -> None:
    async with browser() as robot:
        await by_key(robot, OpenRun)
        await robot.until(lambda: isinstance(robot.app.screen, RunScreen) and "calc-3" in robot.text)
        assert "RUNNING" in robot.text
        assert "esc runs" in robot.text
        await robot.press("tab", "escape")
        assert isinstance(robot.app.screen, RunScreen)
        await robot.press("escape")
        await robot.until(lambda: isinstance(robot.app.screen, RunsScreen))
        await robot.press("j")
        await by_key(robot, OpenRun)
        await robot.until(lambda: isinstance(robot.app.screen, RunScreen))
        await robot.sees("REPLAY")
        await robot.press("escape")
        await robot.until(lambda: isinstance(robot.app.screen, RunsScreen))


async def test_the_run_that_is_going_on_is_opened_at_once_with_the_list_behind_it() -> None:
    async with browser(first=ROWS[2].run) as robot:
        await robot.until(lambda: isinstance(robot.app.screen, RunScreen))
        await robot.press("escape")
        await robot.until(lambda: isinstance(robot.app.screen, RunsScreen))
        robot.above._look()
        await robot.settle()
        assert isinstance(robot.app.screen, RunsScreen)


async def test_a_run_is_opened_with_the_mouse() -> None:
    async with browser() as robot:
        await robot.pilot.click("RunList", offset=(10, 3), times=2)
        await robot.until(lambda: isinstance(robot.app.screen, RunScreen))
        await robot.sees("REPLAY")


async def test_two_marked_runs_are_compared() -> None:
    async with browser() as robot:
        await by_key(robot, CompareRuns)
        await robot.sees("mark two runs with space; 0 marked")
        await robot.press("j", *keys_of(MarkRun), *keys_of(MarkRun))
        await by_key(robot, CompareRuns)
        await robot.until(lambda: isinstance(robot.app.screen, ComparedScreen))
        await robot.sees("≠ outcome", "attempts", "calc-4")
        await robot.press("escape")
        assert isinstance(robot.app.screen, RunsScreen)


def test_what_differs_between_two_runs_is_marked() -> None:
    lines = [line.text for line in runs_compared(fold_all(finished().events), fold_all(running().events))]
    rows = {line[2:16].strip(): line for line in lines}
    assert rows["outcome"].startswith("≠ ")
    assert "» incomplete" in rows["outcome"]
    assert "▶ running" in rows["outcome"]
    assert rows["models"].split() == ["models", MODEL, MODEL]
    assert rows["calc-1"].startswith("  calc-1")
    assert "✓ done · 1 try" in rows["calc-4"]
    assert rows["calc-4"].endswith("○ pending")


@pytest.mark.parametrize("width", [40, 60, 120])
def test_two_runs_fit_side_by_side(width: int) -> None:
    lines = runs_compared(fold_all(finished().events), fold_all(needs_you().events), width)
    assert max(len(line.text) for line in lines) <= width - 4


async def test_a_log_that_cannot_be_read_is_told_and_the_list_stays() -> None:
    async with browser() as robot:
        robot.lost = "the log is locked"
        robot.above._look()
        await robot.sees("the log is locked")
        assert len(robot.order) == 3


async def test_a_project_without_runs_says_so() -> None:
    async with browser(rows=[]) as robot:
        await robot.sees("No run has been started here.")
        await by_key(robot, OpenRun)
        assert isinstance(robot.app.screen, RunsScreen)


async def test_hostile_names_stay_text() -> None:
    async with browser(rows=[row("aaaa", "failed", 1, 1, 1, name="[@click=app.quit]\x1b[2Jx[/]")]) as robot:
        assert "[@click=app.quit]␛[2Jx[/]" in robot.text


async def test_every_command_of_the_list_is_in_the_palette_the_footer_works_and_q_leaves() -> None:
    async with browser() as robot:
        offered = {intent for intent, _ in Commands(robot.above)._offered()}
        wanted = {each for each in INTENTS.values() if each.WHERE is Where.RUNS and each.PALETTE}
        assert wanted <= offered
        line = robot.of(robot.above.footer)
        await robot.pilot.click("Footer", offset=(line.index("sort"), 0))
        await robot.until(lambda: "by money" in robot.text)
        await robot.press("ctrl+p")
        assert isinstance(robot.app.screen, CommandPalette)
        await robot.type("sort runs")
        await robot.until(lambda: "Sort runs" in robot.text)
        await robot.press("enter")
        await robot.until(lambda: "by time" in robot.text)
        await robot.press("question_mark")
        await robot.sees("The runs of this project")
        await robot.press("escape", "q")
        await asyncio.sleep(0)
        assert robot.app.return_value is not None
        assert robot.app.return_value.reason == "finished"
