"""Runs as they can really happen, made up by Hypothesis: whatever is drawn next fits what was before it."""

from hypothesis import strategies as st

from tests.store.logs import RUN, START_MS
from tmtui.domain.outcome import OK, Kind, Outcome
from tmtui.domain.plan import Plan, Task
from tmtui.domain.status import AttemptStatus, RunStatus, TaskStatus
from tmtui.domain.usage import Usage
from tmtui.events.agent import AgentSpoke, AgentStarted
from tmtui.events.attempt import AttemptCheckpointed, AttemptFinished, AttemptMeasured, AttemptStarted
from tmtui.events.base import Entry, Event, Recorded
from tmtui.events.decision import DecisionAnswered, DecisionOpened
from tmtui.events.money import MoneySpent
from tmtui.events.run import (
    Limits,
    RunFinished,
    RunPaused,
    RunPlanned,
    RunReplanned,
    RunStarted,
    RunSuspended,
    RunUnpaused,
    RunWaiting,
    RunWoken,
)
from tmtui.events.task import TaskAborted, TaskFailed, TaskReopened, TaskSkipped, TaskStarted, TaskSucceeded
from tmtui.state.fold import fold
from tmtui.state.model import State, TaskState


ENDINGS = [RunStatus.SUCCEEDED, RunStatus.INCOMPLETE, RunStatus.FAILED, RunStatus.ABORTED]


def plan_of(names: list[str], digest: str) -> Plan:
    return Plan(
        path="tasks.yml", name="calculator", tasks=tuple(Task(id=name, title=name) for name in names), hash=digest
    )


@st.composite
def stories(draw: st.DrawFn) -> list[Recorded]:
    """The events of one run."""
    names = [f"calc-{number}" for number in range(draw(st.integers(1, 3)))]
    planned = RunPlanned(plan=plan_of(names, "1"), root="/srv", limits=Limits(), agent="scripted", version="1")
    state, story = State(), list[Recorded]()

    def happens(entry: Entry) -> None:
        seq = len(story) + 1
        at_wall = START_MS + 1000 * seq
        story.append(Recorded(seq, RUN, 1, entry.task, entry.attempt, at_wall, at_wall * 1_000_000, entry.event))
        fold(state, story[-1])
        assert not state.anomalies

    happens(Entry(planned))
    for _ in range(draw(st.integers(0, 25))):
        if next_ones := possible(state):
            happens(draw(draw(st.sampled_from(next_ones))))
    return story


def possible(state: State) -> list[st.SearchStrategy[Entry]]:
    """What can happen next."""
    run = _about_the_run(state)
    found = [st.sampled_from(run)] if run else []
    if state.status is RunStatus.RUNNING:
        for task in state.tasks.values():
            found += _about_a_task(state, task)
    return found


def _about_the_run(state: State) -> list[Entry]:
    events: list[Event] = []
    match state.status:
        case RunStatus.RUNNING:
            events += [RunPaused(by="person"), RunWaiting(reason="rate_limit"), RunSuspended("stopped")]
            events += [RunFinished(outcome=outcome) for outcome in ENDINGS]
        case RunStatus.WAITING:
            events += [RunStarted(pid=1, host="h", boot_id="b", resumed=True), RunWoken()]
            events += [RunUnpaused(by="person")] if state.paused else []
            events += [RunFinished(outcome=RunStatus.ABORTED)]
        case RunStatus.PLANNED | RunStatus.INCOMPLETE | RunStatus.FAILED | RunStatus.ABORTED:
            events += [RunStarted(pid=1, host="h", boot_id="b")]
        case RunStatus.SUCCEEDED:
            pass
    if state.status is not RunStatus.RUNNING and len(state.tasks) > 1:
        *kept, gone = state.tasks
        events.append(RunReplanned(plan=plan_of(kept, "2"), removed=(gone,)))
    return [Entry(event) for event in events]


def _about_a_task(state: State, task: TaskState) -> list[st.SearchStrategy[Entry]]:
    name, attempt = task.task.id, len(task.attempts)
    running = bool(task.attempts) and task.attempts[-1].status is AttemptStatus.RUNNING
    match task.status:
        case TaskStatus.READY:
            return [st.just(Entry(TaskStarted(), name))]
        case TaskStatus.RUNNING if running:
            return [_within_an_attempt(name, attempt)]
        case TaskStatus.RUNNING:
            return [_between_attempts(name, attempt, len(state.decisions))]
        case TaskStatus.NEEDS_YOU if task.decision:
            return [st.just(Entry(DecisionAnswered(id=task.decision, choice="retry", by="person"), name))]
        case TaskStatus.NEEDS_YOU:
            return [st.just(Entry(AttemptStarted(round=attempt + 1, agent="scripted"), name, attempt + 1))]
        case TaskStatus.FAILED | TaskStatus.SKIPPED | TaskStatus.ABORTED:
            return [st.just(Entry(TaskReopened(by="person"), name))]
        case _:
            return []


def _within_an_attempt(task: str, attempt: int) -> st.SearchStrategy[Entry]:
    usages = st.builds(Usage, *[st.integers(0, 10_000)] * 4)
    events = st.one_of(
        st.builds(AgentSpoke, text=st.text("abc", max_size=5)),
        st.builds(AgentStarted, agent=st.just("scripted"), model=st.sampled_from(["", "opus", "haiku"])),
        st.builds(AttemptCheckpointed, tree=st.text("0123456789abcdef", min_size=4, max_size=4)),
        st.builds(AttemptMeasured, tree=st.text("0123456789abcdef", min_size=4, max_size=4)),
        st.builds(
            MoneySpent,
            model=st.just("opus"),
            usage=usages,
            micro=st.none() | st.integers(0, 10**9),
            estimated=st.booleans(),
            profile=st.sampled_from(["", "analysis"]),
            user=st.sampled_from(["", "ada"]),
        ),
        st.builds(
            AttemptFinished,
            status=st.sampled_from([status for status in AttemptStatus if status is not AttemptStatus.RUNNING]),
            outcome=st.sampled_from([OK, Outcome(Kind.HOOK_POST_FAILED, "pytest failed")]),
            counted=st.booleans(),
        ),
    )
    return events.map(lambda event: Entry(event, task, attempt))


def _between_attempts(task: str, attempt: int, decisions: int) -> st.SearchStrategy[Entry]:
    opened = DecisionOpened(id=f"decision-{decisions}", title="stuck", error="pytest failed")
    return st.sampled_from(
        [
            Entry(AttemptStarted(round=attempt + 1, agent="scripted", model="opus"), task, attempt + 1),
            Entry(TaskSucceeded(evidence="pytest passed"), task),
            Entry(TaskFailed(outcome="hook_post_failed", message="pytest failed"), task),
            Entry(TaskSkipped(by="person", reason="later"), task),
            Entry(TaskAborted(reason="enough"), task),
            Entry(opened, task, attempt),
        ]
    )
