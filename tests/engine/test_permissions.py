"""A call that the rules want asked about waits for a person; nothing is spent and nobody else is kept meanwhile."""

import asyncio
from collections.abc import Mapping
from typing import Any

from tests.engine.providers.calm import CalmWorld, until
from tests.engine.simulation import Allowed
from tmtui.agents.port import ToolCall
from tmtui.domain.status import RunStatus, TaskStatus, ToolStatus
from tmtui.engine.runner import Runner
from tmtui.events.commands import Answer
from tmtui.events.decision import DecisionOpened
from tmtui.events.run import RunSuspended
from tmtui.events.tool import ToolFinished, ToolStarted


class AsksAbout:
    """Rules that want a person asked about one tool, unless an answer has settled it."""

    def __init__(self, tool: str) -> None:
        self._tool = tool

    def judge(self, call: ToolCall, planned: Any, learnt: Mapping[str, str], *, attended: bool) -> Allowed:
        if call.name != self._tool:
            return Allowed()
        settled = learnt.get(self._tool)
        if settled is not None:
            return Allowed(settled, self._tool)
        return Allowed("ask" if attended else "deny", self._tool, "it is not ordinary", self._tool)


def asking(tool: str, **more: Any) -> CalmWorld:
    world = CalmWorld(**more)
    world.judge = AsksAbout(tool)
    return world


def questions(world: CalmWorld) -> list[DecisionOpened]:
    return [event for event in world.told(DecisionOpened) if isinstance(event, DecisionOpened)]


def test_nothing_is_asked_of_a_model_while_a_person_is() -> None:
    world = asking("append")

    async def person(runner: Runner) -> None:
        await until(lambda: bool(runner.state.open_decisions))
        asked = len(world.asked_at())
        await asyncio.sleep(3_600)
        assert len(world.asked_at()) == asked
        assert world.effects.written == []
        await runner.handle(Answer("a", "once"))

    state = world.live(person)
    assert state.status is RunStatus.SUCCEEDED, "and an hour of waiting is none of the agent's time"
    assert len(world.effects.written) == 1
    assert not world.audit()


def test_two_calls_side_by_side_ask_one_question_at_a_time() -> None:
    world = asking("look", lines=2)  # two lines are looked at twice, side by side

    async def person(runner: Runner) -> None:
        await until(lambda: bool(runner.state.open_decisions))
        await asyncio.sleep(60)
        assert len(runner.state.open_decisions) == 1
        await runner.handle(Answer("a", "once"))
        await until(lambda: len(runner.state.decisions) == 2)
        await runner.handle(Answer("a", "reject"))

    state = world.live(person)
    assert state.status is RunStatus.SUCCEEDED
    ended = [event.status for event in world.told(ToolFinished) if isinstance(event, ToolFinished)]
    assert ended.count(ToolStatus.DENIED) == 1
    assert not world.audit()


def test_an_answer_for_good_settles_the_next_question_before_it_is_asked() -> None:
    world = asking("look", lines=2)

    async def person(runner: Runner) -> None:
        await until(lambda: bool(runner.state.open_decisions))
        await runner.handle(Answer("a", "always"))

    assert world.live(person).status is RunStatus.SUCCEEDED
    assert len(questions(world)) == 1
    assert sum(isinstance(recorded.event, ToolStarted) for recorded in world.events) >= 3


def test_the_task_that_asks_lends_its_place_so_that_others_go_on() -> None:
    world = asking("append", tasks=3, max_parallel=1)

    async def person(runner: Runner) -> None:
        await until(lambda: len(runner.state.open_decisions) == 3)
        assert len(world.asked_at()) == 3, "each began in its turn, and asks"
        for name in "cab":
            await runner.handle(Answer(name, "once"))

    state = world.live(person)
    assert {subject.status for subject in state.tasks.values()} == {TaskStatus.SUCCEEDED}
    assert not world.audit()


def test_with_nobody_there_it_is_denied_at_once() -> None:
    world = asking("append", on_decision="skip", max_attempts=1)
    world.live()
    assert questions(world) == [question for question in questions(world) if question.about != "permission"]
    assert world.effects.written == []


def test_a_stop_while_it_asks_leaves_no_question_behind_and_a_resume_asks_again() -> None:
    world = asking("append")

    async def person(runner: Runner) -> None:
        await until(lambda: bool(runner.state.open_decisions))
        runner.stop("enough for today")

    state = world.live(person)
    assert world.told(RunSuspended)
    assert state.open_decisions == []
    assert not world.audit()
