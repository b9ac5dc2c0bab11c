"""Which tasks the tree shows."""

import pytest

from tests.tui.recordings import Tape, needs_you, running
from tests.tui.robot import cockpit
from tmtui.domain.plan import Plan, Task
from tmtui.events.commands import CancelTask
from tmtui.state.fold import fold_all
from tmtui.state.model import State
from tmtui.state.selectors import outline
from tmtui.tui.intents import (
    Back,
    FilterTasks,
    MarkTask,
    NextPart,
    OpenTask,
    ShowCriticalPath,
    ShowDependencies,
    StopTask,
)
from tmtui.tui.picking import Only, Pick, critical_path, falls, picked, relations, waits_for
from tmtui.tui.widgets.pane import Tab
from tmtui.tui.widgets.tree import TaskTree


def state_of(tape: Tape) -> State:
    return fold_all(tape.events)


def rows_of(tape: Tape, pick: Pick) -> list[str]:
    state = state_of(tape)
    return [row.key for row in picked(state, outline(state), pick)]


def chain(*tasks: tuple[str, tuple[str, ...]]) -> State:
    plan = Plan(
        path="tasks.yml", name="chain", hash="0", tasks=tuple(Task(id=i, title=i, depends_on=n) for i, n in tasks)
    )
    return state_of(Tape(plan))


@pytest.mark.parametrize(
    ("pick", "rows"),
    [
        (Pick("root"), ["Features", "calc-5"]),
        (Pick("SQUARE root"), ["Features", "calc-5"]),
        (Pick("foundation"), ["Foundation", "calc-1", "calc-2"]),
        (Pick("done !add"), ["Foundation", "calc-2"]),
        (Pick("!features"), ["Foundation", "calc-1", "calc-2"]),
        (Pick("!"), ["Foundation", "calc-1", "calc-2", "Features", "calc-3", "calc-4", "calc-5", "calc-6"]),
        (Pick(only=Only.TROUBLED), ["Features", "calc-5"]),
        (Pick(only=Only.OPEN), ["Features", "calc-3", "calc-4", "calc-5", "calc-6"]),
        (Pick(only=Only.DONE), ["Foundation", "calc-1", "calc-2"]),
        (Pick("zero", Only.DONE), []),
        (Pick(among=frozenset({"calc-2", "calc-6"})), ["Foundation", "calc-2", "Features", "calc-6"]),
    ],
)
def test_words_and_parts_leave_tasks_out_and_phases_that_have_none(pick: Pick, rows: list[str]) -> None:
    assert rows_of(needs_you(), pick) == rows


def test_walking_through_the_parts_comes_back() -> None:
    part, walked = Only.ALL, []
    for _ in Only:
        part = part.following
        walked.append(part)
    assert walked == [Only.OPEN, Only.TROUBLED, Only.DONE, Only.ALL]


def test_who_waits_and_who_falls_is_found_near_and_far() -> None:
    state = state_of(running())
    assert waits_for(state, "calc-4") == ["calc-1", "calc-2", "calc-3"]
    assert falls(state, "calc-2") == ["calc-3", "calc-4", "calc-5", "calc-6"]
    assert relations(state, "calc-5") == {"calc-5": "", "calc-1": "↑", "calc-2": "↑", "calc-6": "↓"}
    assert relations(state, "nobody") == {}


def test_the_critical_path_is_the_longest_chain_of_open_tasks() -> None:
    state = chain(("a", ()), ("b", ("a",)), ("c", ()), ("d", ("c", "b")), ("e", ("c",)))
    assert critical_path(state) == ["a", "b", "d"]
    assert critical_path(state_of(running())) == ["calc-3", "calc-4"]
    assert critical_path(State()) == []


def test_a_long_chain_does_no_harm() -> None:
    long = chain(*((f"t{n}", (f"t{n - 1}",) if n else ()) for n in range(3_000)))
    assert len(critical_path(long)) == 3_000
    assert len(waits_for(long, "t2999")) == 2_999


async def test_the_tree_is_filtered_while_one_types_and_escape_shows_everything_again() -> None:
    async with cockpit(needs_you()) as robot:
        tree = robot.screen.tasks
        await robot.do(FilterTasks)
        await robot.type("root")
        assert "calc-5" in robot.of(tree)
        assert "calc-3" not in robot.of(tree)
        await robot.press("enter")
        assert robot.at(TaskTree)
        assert "/root · 1 of 6" in robot.of(tree)
        await robot.do(Back)
        assert "calc-3" in robot.of(tree)
        assert robot.at(TaskTree)


async def test_a_filter_that_is_left_is_gone_and_one_that_fits_nothing_says_so() -> None:
    async with cockpit(needs_you()) as robot:
        await robot.do(FilterTasks)
        await robot.type("zzz")
        assert "No task is like that; esc shows all." in robot.of(robot.screen.tasks)
        await robot.do(Back)
        assert robot.at(TaskTree)
        assert "calc-1" in robot.of(robot.screen.tasks)


async def test_only_a_part_is_shown_and_it_follows_what_happens() -> None:
    tape = needs_you()
    asked = next(each.seq for each in tape.events if type(each.event).__name__ == "DecisionOpened")
    async with cockpit(tape, upto=asked - 1) as robot:
        await robot.do(NextPart)
        await robot.do(NextPart)
        assert "only in trouble · 0 of 6" in robot.of(robot.screen.tasks)
        await robot.happen()
        assert "? calc-5" in robot.of(robot.screen.tasks)
        assert "calc-1" not in robot.of(robot.screen.tasks)


async def test_the_dependencies_of_a_task_stand_around_it() -> None:
    async with cockpit(needs_you()) as robot:
        await robot.press("G", "k")
        await robot.do(ShowDependencies)
        tree = robot.of(robot.screen.tasks)
        assert "↑  ✓ calc-1" in tree
        assert "↓  ○ calc-6" in tree
        assert "calc-3" not in tree
        assert "around calc-5 · 4 of 6" in tree
        await robot.do(ShowDependencies)
        assert "calc-3" in robot.of(robot.screen.tasks)


async def test_the_critical_path_is_a_key_away() -> None:
    async with cockpit(running()) as robot:
        await robot.do(ShowCriticalPath)
        tree = robot.of(robot.screen.tasks)
        assert "calc-4" in tree
        assert "calc-5" not in tree
        assert "critical path · 2 of 6" in tree


async def test_marked_tasks_are_stopped_together_after_a_question() -> None:
    tape = running()
    tape.start("calc-5")
    async with cockpit(tape) as robot:
        await robot.press("g", "j", "j", "j", "j")
        await robot.do(MarkTask)
        await robot.press("j")
        await robot.do(MarkTask)
        assert "2 marked" in robot.of(robot.screen.tasks)
        assert "▌  ▶ calc-3" in robot.of(robot.screen.tasks)
        await robot.do(StopTask)
        assert "Stop calc-3, calc-5" in robot.text
        assert robot.sent == []
        await robot.press("y")
        assert robot.sent == [CancelTask("calc-3"), CancelTask("calc-5")]


async def test_a_phase_marks_all_of_its_tasks_and_escape_takes_the_marks_away() -> None:
    async with cockpit(running()) as robot:
        await robot.press("g")
        await robot.do(MarkTask)
        assert robot.screen.tasks.marked == {"calc-1", "calc-2"}
        await robot.do(Back)
        assert robot.screen.tasks.marked == set()


async def test_what_does_not_run_cannot_be_stopped() -> None:
    async with cockpit(running()) as robot:
        await robot.press("g", "j")
        await robot.do(StopTask)
        assert robot.screen.question.question is None


async def test_opening_a_task_that_has_not_begun_tells_why_it_waits() -> None:
    async with cockpit(running()) as robot:
        await robot.press("G")
        await robot.do(OpenTask)
        assert robot.screen.pane.tab is Tab.INFO
        assert "calc-5 is ready" in robot.pane
