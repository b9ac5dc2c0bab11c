"""The engine in a world of its own: what it does, and what a crash at any moment leaves."""

import asyncio
from collections.abc import Sequence

import msgspec
import pytest

from tests.engine.simulation import (
    Check,
    Crash,
    SimulatedWorld,
    Step,
    append,
    failing,
    holds,
    hook,
)
from tests.engine.virtual_time import run_virtually
from tmtui.agents.port import ToolCall
from tmtui.domain.outcome import Kind
from tmtui.domain.plan import Task
from tmtui.domain.status import AttemptStatus, RunStatus, TaskStatus
from tmtui.engine.decide import PlannedAnswer
from tmtui.engine.runner import Runner
from tmtui.events.attempt import AttemptStarted
from tmtui.events.commands import Abort, Answer, CancelTask, Pause, Stop, Unpause
from tmtui.events.hook import HookStarted
from tmtui.events.run import Limits
from tmtui.events.task import TaskReopened, TaskSucceeded
from tmtui.events.tool import ToolFinished, ToolStarted
from tmtui.state.model import State


@pytest.fixture(params=["errand", "dialogue"], autouse=True)
def _who_leads(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Everything here holds for an agent that does its errand, and for a model that the engine leads."""
    monkeypatch.setattr(SimulatedWorld, "led", request.param == "dialogue")


def one_task(script: Sequence[Sequence[Step]], **limits: object) -> SimulatedWorld:
    task = Task(id="a", title="A", post_hooks=(hook("check a"),))
    settings = {"on_decision": "skip", **limits}
    return SimulatedWorld(
        [task],
        {"check a": holds("a", "good")},
        {"a": script},
        limits=Limits(**settings),  # type: ignore[arg-type]  # the names are fields of it
    )


def sit(world: SimulatedWorld) -> State:
    async def main() -> State:
        return await world.sit(Crash())

    return run_virtually(main())


def statuses(state: State) -> dict[str, TaskStatus]:
    return {name: subject.status for name, subject in state.tasks.items()}


def test_a_task_whose_checks_pass_succeeds_with_evidence() -> None:
    state = sit(one_task([["hello", append("a", "good")]]))
    assert state.status is RunStatus.SUCCEEDED
    assert "check a passed; 1 file changed" in state.tasks["a"].evidence
    assert state.tasks["a"].spending.micro == 100
    assert not state.anomalies


def test_a_failed_check_is_fed_back_and_the_next_attempt_mends_it() -> None:
    world = one_task([[append("a", "bad")], [append("a", "good")]])
    state = sit(world)
    assert [attempt.status for attempt in state.tasks["a"].attempts] == [
        AttemptStatus.FAILED,
        AttemptStatus.SUCCEEDED,
    ]
    prompts = [r.event.prompt for r in world.events if hasattr(r.event, "prompt") and hasattr(r.event, "digest")]
    assert "no 'good' in a" in prompts[1]


def test_two_attempts_without_a_change_ask_rather_than_try_a_third_time() -> None:
    state = sit(one_task([["I shall not."]]))
    (decision,) = state.decisions.values()
    assert "no change in 2 attempts" in decision.title
    assert state.tasks["a"].status is TaskStatus.SKIPPED
    assert state.status is RunStatus.INCOMPLETE


def test_a_planned_answer_retries_with_its_note() -> None:
    world = one_task([[], [], [append("a", "good")]])
    world.answers = {"a": [PlannedAnswer("retry", "append to a")]}
    state = sit(world)
    assert state.status is RunStatus.SUCCEEDED
    assert state.tasks["a"].attempts[2].note == "append to a"


def test_a_passing_failure_is_asked_again_within_the_attempt() -> None:
    state = sit(one_task([[failing(Kind.OVERLOADED), append("a", "good")]]))
    assert [attempt.status for attempt in state.tasks["a"].attempts] == [AttemptStatus.SUCCEEDED]


def test_a_failure_that_only_a_person_can_mend_asks_at_once_and_uses_up_no_attempt() -> None:
    state = sit(one_task([[failing(Kind.AUTH)]]))
    assert len(state.tasks["a"].attempts) == 1
    assert state.tasks["a"].used == 0
    assert state.tasks["a"].intervention == "skip"


def test_malformed_calls_in_a_row_end_the_attempt() -> None:
    state = sit(one_task([[ToolCall("nope", {})] * 5], max_attempts=1))
    assert state.tasks["a"].attempts[0].outcome is not None
    assert state.tasks["a"].attempts[0].outcome.kind is Kind.TOOL_INPUT_INVALID
    assert len(state.tasks["a"].attempts[0].tools) == 3


def test_a_hook_that_may_fail_is_shown_and_does_not_fail_the_task() -> None:
    world = one_task([[append("a", "good")]])
    task = Task(id="a", title="A", post_hooks=(hook("lint", stop=False), hook("check a")))
    world.plan = SimulatedWorld([task], {}, {}, limits=Limits()).plan
    world.checks = {**world.checks, "lint": lambda _: (1, "ugly\n")}
    state = sit(world)
    assert state.status is RunStatus.SUCCEEDED
    assert [run.status for run in state.tasks["a"].attempts[0].hooks] == ["failed", "passed"]


def test_the_first_failure_ends_the_run_when_asked_to() -> None:
    tasks = [Task(id="a", title="A", post_hooks=(hook("never"),)), Task(id="b", title="B")]
    world = SimulatedWorld(
        tasks, {"never": lambda _: (1, "no\n")}, {}, limits=Limits(stop_on_first_failure=True, max_attempts=1)
    )
    state = sit(world)
    assert statuses(state) == {"a": TaskStatus.FAILED, "b": TaskStatus.READY}
    assert state.status is RunStatus.FAILED


def test_a_run_that_ends_early_leaves_nothing_running_and_a_resume_goes_on_with_what_was_begun() -> None:
    tasks = [
        Task(id="a", title="A", post_hooks=(hook("never"),)),
        Task(id="b", title="B", post_hooks=(hook("one"), hook("two"), hook("three"))),
    ]
    fine: Check = lambda _: (0, "")  # noqa: E731  # one check under three names
    world = SimulatedWorld(
        tasks,
        {"never": lambda _: (1, "no\n"), "one": fine, "two": fine, "three": fine},
        {},
        limits=Limits(stop_on_first_failure=True, max_attempts=1, max_parallel=2),
    )
    state = sit(world)
    assert state.status is RunStatus.FAILED
    assert statuses(state) == {"a": TaskStatus.FAILED, "b": TaskStatus.READY}
    assert state.tasks["b"].attempts[0].status is AttemptStatus.INTERRUPTED
    again = TaskReopened("resume")
    world.events.append(msgspec.structs.replace(world.events[-1], seq=state.seq + 1, task="a", event=again))
    state = sit(world)
    assert state.tasks["b"].attempts[1].continues == 1
    assert not state.anomalies


def test_failures_in_a_row_stop_the_run() -> None:
    tasks = [Task(id=name, title=name, post_hooks=(hook("never"),)) for name in "abc"]
    world = SimulatedWorld(
        tasks,
        {"never": lambda _: (1, "no\n")},
        {},
        limits=Limits(on_decision="skip", max_attempts=1, max_consecutive_failures=2),
    )
    state = sit(world)
    assert statuses(state)["c"] is TaskStatus.READY
    assert "2 tasks failed one after another" in state.reason


def attended(**limits: object) -> SimulatedWorld:
    """Two tasks: one asks, the other does not depend on it."""
    tasks = [
        Task(id="a", title="A", post_hooks=(hook("check a"),)),
        Task(id="b", title="B", post_hooks=(hook("check b"),)),
        Task(id="c", title="C", depends_on=("a",)),
    ]
    checks = {"check a": holds("a", "good"), "check b": holds("b", "good")}
    last: list[Step] = [append("a", "good")]
    script: dict[str, list[list[Step]]] = {"a": [[], [], last], "b": [[append("b", "good")]], "c": [[]]}
    return SimulatedWorld(tasks, checks, script, limits=Limits(**limits))  # type: ignore[arg-type]  # likewise


async def until(runner: Runner, task: str, status: TaskStatus) -> None:
    """Wait, on virtual time, which costs nothing."""
    while task not in runner.state.tasks or runner.state.tasks[task].status is not status:  # noqa: ASYNC110  # the time is virtual
        await asyncio.sleep(0.05)


def drive(world: SimulatedWorld, script: object) -> State:
    async def main() -> State:
        return await world.sit(Crash(), script)  # type: ignore[arg-type]  # a coroutine function, told as an object

    return run_virtually(main())


def test_a_question_holds_nobody_else_and_its_first_answer_counts() -> None:
    async def person(runner: Runner) -> None:
        await until(runner, "a", TaskStatus.NEEDS_YOU)
        await until(runner, "b", TaskStatus.SUCCEEDED)
        first, second = await asyncio.gather(
            runner.handle(Answer("a", "retry", "do it")), runner.handle(Answer("a", "skip"))
        )
        assert first.ok
        assert second.ok

    state = drive(attended(), person)
    assert state.status is RunStatus.SUCCEEDED
    assert [decision.choice for decision in state.decisions.values()] == ["retry"]


def test_skipping_names_what_falls_and_blocks_it() -> None:
    async def person(runner: Runner) -> None:
        await until(runner, "a", TaskStatus.NEEDS_YOU)
        assert runner.state.open_decisions[0].falls == ("c",)
        await runner.handle(Answer("a", "skip"))

    state = drive(attended(), person)
    assert statuses(state) == {"a": TaskStatus.SKIPPED, "b": TaskStatus.SUCCEEDED, "c": TaskStatus.BLOCKED}
    assert state.status is RunStatus.INCOMPLETE


@pytest.mark.parametrize("command", [Answer("a", "abort"), Abort("enough")])
def test_abort_gives_up_what_is_open(command: Answer | Abort) -> None:
    async def person(runner: Runner) -> None:
        await until(runner, "a", TaskStatus.NEEDS_YOU)
        await runner.handle(command)

    state = drive(attended(), person)
    assert state.status is RunStatus.ABORTED
    assert statuses(state)["a"] is TaskStatus.ABORTED


def test_pause_starts_nothing_new_until_unpause() -> None:
    async def person(runner: Runner) -> None:
        await until(runner, "a", TaskStatus.RUNNING)
        assert (await runner.handle(Pause())).ok
        before = len(runner.state.tasks["a"].attempts)
        await asyncio.sleep(60)
        assert len(runner.state.tasks["a"].attempts) == before
        assert not (await runner.handle(Pause())).ok
        await runner.handle(Unpause())
        await until(runner, "a", TaskStatus.NEEDS_YOU)
        await runner.handle(Answer("a", "retry"))

    assert drive(attended(), person).status is RunStatus.SUCCEEDED


def test_stopping_one_task_opens_its_question() -> None:
    async def person(runner: Runner) -> None:
        await until(runner, "a", TaskStatus.RUNNING)
        await runner.handle(CancelTask("a"))
        await until(runner, "a", TaskStatus.NEEDS_YOU)
        assert runner.state.open_decisions[0].title == "you stopped it"
        await runner.handle(Answer("a", "skip"))

    assert statuses(drive(attended(), person))["a"] is TaskStatus.SKIPPED


def test_a_stopped_run_goes_on_where_it_was() -> None:
    world = attended(on_decision="retry")

    async def person(runner: Runner) -> None:
        await until(runner, "a", TaskStatus.RUNNING)
        await runner.handle(Stop())

    state = drive(world, person)
    assert state.suspended
    assert statuses(state)["a"] is TaskStatus.RUNNING
    state = sit(world)
    assert state.status is RunStatus.SUCCEEDED
    assert state.tasks["a"].attempts[0].status is AttemptStatus.INTERRUPTED
    assert state.tasks["a"].attempts[1].continues == 1


@pytest.mark.parametrize("most", [1, 2, 3])
def test_parallel_tasks_keep_to_the_limit(most: int) -> None:
    names = [f"t{number}" for number in range(6)]
    busy: set[str] = set()
    world = SimulatedWorld(
        [Task(id=name, title=name, post_hooks=(hook("fine"),)) for name in names],
        {"fine": lambda _: (0, "")},
        {},
        limits=Limits(max_parallel=most),
    )
    state = sit(world)
    assert state.status is RunStatus.SUCCEEDED
    peak = 0
    for recorded in world.events:
        if isinstance(recorded.event, AttemptStarted):
            busy.add(recorded.task)
        if isinstance(recorded.event, TaskSucceeded):
            busy.discard(recorded.task)
        peak = max(peak, len(busy))
    assert peak == most


# Crashes.


def eventful() -> SimulatedWorld:
    """A plan in which everything happens: feedback, a question that the policy answers, a dependency, a skip."""
    tasks = [
        Task(id="a", title="A", pre_hooks=(hook("fine"),), post_hooks=(hook("check a"),)),
        Task(id="b", title="B", depends_on=("a",), post_hooks=(hook("fine"), hook("check b"))),
        Task(id="c", title="C", post_hooks=(hook("check c"),)),
        Task(id="d", title="D", depends_on=("c",)),
    ]
    checks = {
        "fine": lambda _: (0, "fine\n"),
        "check a": holds("a", "good"),
        "check b": holds("b", "good"),
        "check c": holds("c", "good"),
    }
    script: dict[str, list[list[Step]]] = {
        "a": [["thinking", append("a", "first"), append("a", "bad")], [append("a", "good"), "done"]],
        "b": [[failing(Kind.OVERLOADED), append("b", "one"), "so", append("b", "good")]],
        "c": [[], [], [append("c", "good")]],
        "d": [[append("d", "last")]],
    }
    answers = {"c": [PlannedAnswer("retry", "append good")]}
    return SimulatedWorld(tasks, checks, script, limits=Limits(on_decision="skip"), answers=answers)


UNDISTURBED_FILES = {
    "a": "first\nbad\ngood\n",
    "b": "one\ngood\n",
    "c": "good\n",
    "d": "last\n",
}


def audit(world: SimulatedWorld) -> list[str]:
    """What is wrong with a run, held against the world's own record; empty when nothing is."""
    faults: list[str] = []
    intents = {r.event.id for r in world.events if isinstance(r.event, ToolStarted | HookStarted)}
    faults += [f"{job} had an effect without an intent" for job, _ in world.effects.written if job not in intents]
    faults += [f"{job} ran without an intent" for job in world.effects.hooks if job not in intents]
    finished = [r.event.id for r in world.events if isinstance(r.event, ToolFinished)]
    faults += [f"{call} finished twice" for call in set(finished) if finished.count(call) > 1]
    done: set[str] = set()
    for recorded in world.events:
        if isinstance(recorded.event, TaskSucceeded):
            done.add(recorded.task)
        elif isinstance(recorded.event, AttemptStarted) and recorded.task in done:
            faults.append(f"{recorded.task} was begun again after it had succeeded")
    if [recorded.seq for recorded in world.events] != list(range(1, len(world.events) + 1)):
        faults.append("the log has a gap")
    return faults


def crash_and_resume(at: int, *, before: bool, again: int | None = None) -> SimulatedWorld:
    world = eventful()

    async def main() -> None:
        await world.sit(Crash(at, before=before))
        if again is not None:
            await world.sit(Crash(again))
        await world.sit(Crash())

    run_virtually(main())
    return world


def commits_of_an_undisturbed_run() -> int:
    world = eventful()
    assert sit(world).status is RunStatus.SUCCEEDED
    assert world.files == UNDISTURBED_FILES
    assert not audit(world)
    return world.commits


@pytest.mark.parametrize("before", [True, False])
def test_a_crash_at_any_commit_changes_nothing_about_the_end(before: bool) -> None:
    for at in range(1, commits_of_an_undisturbed_run() + 1):
        world = crash_and_resume(at, before=before)
        state = sit_state(world)
        assert state.status is RunStatus.SUCCEEDED, at
        assert world.files == UNDISTURBED_FILES, at
        assert not audit(world), (at, audit(world))
        assert not state.anomalies, (at, state.anomalies)


def sit_state(world: SimulatedWorld) -> State:
    from tmtui.state.fold import fold_all  # noqa: PLC0415  # only the sweep folds by hand

    return fold_all(world.events)


def test_a_crash_during_recovery_is_safe_as_well() -> None:
    for at in range(3, commits_of_an_undisturbed_run(), 5):
        for again in (1, 2, 3):
            world = crash_and_resume(at, before=False, again=again)
            assert world.files == UNDISTURBED_FILES, (at, again)
            assert not audit(world), (at, again, audit(world))


def test_crashes_under_the_same_attempt_are_bounded() -> None:
    world = one_task([[append("a", "good")]])

    async def main() -> None:
        for _ in range(8):
            await world.sit(Crash(3))
        await world.sit(Crash())

    run_virtually(main())
    state = sit_state(world)
    assert state.status in (RunStatus.INCOMPLETE, RunStatus.SUCCEEDED)
    assert len(state.tasks["a"].attempts) <= 6
