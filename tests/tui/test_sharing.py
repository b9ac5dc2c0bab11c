"""How the room is shared out among tree and text, and what is kept of it."""

import pytest

from tests.tui.recordings import needs_you, running
from tests.tui.robot import Robot, cockpit
from tmtui.tui.intents import (
    Back,
    Enlarge,
    NarrowTree,
    NextPane,
    OpenTask,
    ShareRoom,
    ToggleProse,
    ToggleTimes,
    ToggleWrap,
    WidenTree,
)
from tmtui.tui.ports import Habits
from tmtui.tui.widgets.pane import Pane
from tmtui.tui.widgets.tree import TaskTree


def widths(robot: Robot) -> tuple[int, int]:
    return robot.screen.tasks.region.width, robot.screen.pane.region.width


async def test_a_pane_takes_all_the_room_and_gives_it_back() -> None:
    async with cockpit(running(), size=(120, 40)) as robot:
        shared = widths(robot)
        await robot.do(OpenTask)
        await robot.do(Enlarge)
        assert widths(robot) == (0, 120)
        assert not robot.screen.gauges.region
        await robot.do(ShareRoom)
        assert widths(robot) == shared
        await robot.do(NextPane)
        await robot.do(Enlarge)
        assert widths(robot) == (120, 0)
        await robot.do(Back)
        assert widths(robot) == shared
        assert robot.at(TaskTree)


async def test_the_zoom_goes_with_the_focus() -> None:
    async with cockpit(running()) as robot:
        await robot.do(Enlarge)
        await robot.do(NextPane)
        assert robot.at(Pane)
        assert widths(robot) == (0, 120)
        await robot.do(NextPane)
        assert robot.at(TaskTree)
        assert widths(robot) == (120, 0)


async def test_a_question_is_seen_and_answered_beside_a_zoomed_text() -> None:
    async with cockpit(needs_you()) as robot:
        await robot.do(OpenTask)
        await robot.do(Enlarge)
        assert "needs you: test failed" in robot.text
        await robot.press("exclamation_mark", "r")
        assert len(robot.sent) == 1
        assert robot.at(TaskTree)
        assert robot.screen.tasks.region


async def test_the_border_moves_by_keys_within_bounds_and_is_kept() -> None:
    async with cockpit(running(), size=(100, 30)) as robot:
        before = widths(robot)[0]
        await robot.do(WidenTree)
        await robot.do(WidenTree)
        await robot.do(NarrowTree)
        assert widths(robot) == (before + 4, 100 - before - 4)
        assert robot.kept[-1].tree_width == before + 4
        for _ in range(30):
            await robot.do(WidenTree)
        assert widths(robot) == (70, 30)
        for _ in range(30):
            await robot.do(NarrowTree)
        assert widths(robot) == (20, 80)


async def test_the_border_is_dragged_with_the_mouse() -> None:
    async with cockpit(running(), size=(120, 40)) as robot:
        edge = widths(robot)[0] - 1
        await robot.pilot.mouse_down("TaskTree", offset=(edge, 5))
        await robot.pilot.hover("TaskTree", offset=(edge - 9, 5))
        await robot.pilot.mouse_up("TaskTree", offset=(edge - 9, 5))
        await robot.settle()
        assert widths(robot) == (edge - 8, 120 - (edge - 8))
        assert robot.screen.tasks.chosen == "calc-3"


async def test_what_was_chosen_is_found_again() -> None:
    habits = Habits(tree_width=28, theme="tmtui-light", wrap=False, times=True, as_written=True)
    async with cockpit(running(), habits=habits) as robot:
        assert widths(robot)[0] == 28
        assert robot.app.theme == "tmtui-light"
        assert robot.screen.pane.times
        assert not robot.screen.pane.view.wrap
        assert robot.screen.pane.view.as_written
        assert robot.kept == []


async def test_a_kept_width_gives_way_where_there_is_no_room() -> None:
    async with cockpit(running(), habits=Habits(tree_width=80), size=(100, 30)) as robot:
        assert widths(robot) == (70, 30)
        await robot.pilot.resize_terminal(60, 30)
        await robot.until(lambda: widths(robot) == (60, 60))
        await robot.pilot.resize_terminal(160, 30)
        await robot.until(lambda: widths(robot) == (80, 80))


@pytest.mark.parametrize(
    ("intent", "kept"),
    [(ToggleWrap, Habits(wrap=False)), (ToggleTimes, Habits(times=True)), (ToggleProse, Habits(as_written=True))],
)
async def test_how_the_text_is_shown_is_kept(intent: type[ToggleWrap], kept: Habits) -> None:
    async with cockpit(running()) as robot:
        await robot.do(OpenTask)
        await robot.do(intent)
        assert robot.kept == [kept]


async def test_a_theme_that_was_chosen_is_kept_and_one_that_was_set_is_not() -> None:
    async with cockpit(running(), theme="tmtui-light") as robot:
        await robot.do(WidenTree)
        assert robot.kept[-1].theme == ""
        robot.app.wear(robot.app.themes_to_choose()["color-blind"])
        assert robot.kept[-1].theme == "color-blind"
