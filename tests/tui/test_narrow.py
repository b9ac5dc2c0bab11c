"""The screen at every width: nothing is lost, some of it is a key further away."""

import pytest
from rich.cells import cell_len

from tests.tui.recordings import finished, needs_you, running
from tests.tui.robot import cockpit
from tmtui.tui.intents import Back, NextPane, OpenTask, ShowInfo
from tmtui.tui.widgets.pane import Pane, Tab
from tmtui.tui.widgets.tree import TaskTree


@pytest.mark.parametrize(
    ("size", "live"),
    [
        ((20, 8), True),
        ((40, 24), False),
        ((60, 30), True),
        ((80, 24), False),
        ((100, 12), True),
        ((120, 40), False),
        ((200, 50), True),
    ],
)
async def test_every_line_is_as_wide_as_the_screen(size: tuple[int, int], live: bool) -> None:
    async with cockpit(finished(), size=size, live=live) as robot:
        strips = robot.app.screen._compositor.render_strips()
        assert len(strips) == size[1]
        assert {cell_len(strip.text) for strip in strips} == {size[0]}
        assert "calc-" in robot.text


async def test_under_fifty_columns_there_is_the_list_and_the_text_is_a_key_away() -> None:
    async with cockpit(running(), size=(40, 24)) as robot:
        assert robot.screen.tasks.region.width == 40
        assert not robot.screen.pane.region
        await robot.do(OpenTask)
        assert robot.at(Pane)
        assert not robot.screen.tasks.region
        assert "Output 1/6" in robot.text
        await robot.do(Back)
        assert robot.at(TaskTree)
        assert not robot.screen.pane.region
        await robot.do(ShowInfo)
        assert robot.screen.pane.tab is Tab.INFO
        assert robot.screen.pane.region
        await robot.do(Back)
        await robot.do(NextPane)
        assert robot.at(Pane)


async def test_under_eighty_columns_the_tree_stands_above_the_text() -> None:
    async with cockpit(running(), size=(60, 30)) as robot:
        tree, pane = robot.screen.tasks.region, robot.screen.pane.region
        assert tree.width == pane.width == 60
        assert tree.bottom == pane.y
        assert not robot.screen.gauges.region


@pytest.mark.parametrize(("width", "expected"), [(80, 30), (100, 36), (120, 43), (200, 50)])
async def test_the_tree_has_a_third_within_bounds(width: int, expected: int) -> None:
    async with cockpit(running(), size=(width, 30)) as robot:
        assert robot.screen.tasks.region.width == expected


async def test_on_a_low_screen_the_gauges_give_way() -> None:
    async with cockpit(running(), size=(120, 16)) as robot:
        assert not robot.screen.gauges.region
        assert "calc-3" in robot.text


async def test_status_and_who_is_needed_are_never_left_out_of_the_header() -> None:
    for width in (30, 40, 60, 80, 120):
        async with cockpit(needs_you(), size=(width, 24)) as robot:
            header = robot.of(robot.screen.header)
            assert "RUNNING" in header
            assert "1 needs you" in header


async def test_the_screen_follows_the_terminals_size() -> None:
    async with cockpit(running(), size=(120, 40)) as robot:
        await robot.pilot.resize_terminal(40, 20)
        await robot.until(lambda: not robot.screen.pane.region)
        await robot.pilot.resize_terminal(120, 40)
        await robot.sees("Output │ Diff")
        assert robot.screen.pane.region
