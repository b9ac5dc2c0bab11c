"""Taking up what a crash left: closed once, judged by what the files show, and bounded."""

import pytest
from hypothesis import given, strategies as st

from tests.state.story import Log, make_task
from tests.state.strategies import runs
from tests.state.tale import CRASH, STOP, Tale
from tmtui.domain.hook import Stage
from tmtui.domain.outcome import OK, Kind
from tmtui.domain.status import RUN_ENDED, TASK_ENDED, AttemptStatus, HookStatus, RunStatus, TaskStatus, ToolStatus
from tmtui.engine.decide import CHOICES, PlannedAnswer
from tmtui.engine.recover import answer_left_open, close_half_done, give_up, half_done
from tmtui.engine.schedule import startable
from tmtui.events.agent import AgentFinished, AgentStarted
from tmtui.events.attempt import AttemptFinished, AttemptMeasured
from tmtui.events.base import Entry, Recorded
from tmtui.events.decision import DecisionAnswered, DecisionOpened
from tmtui.events.hook import HookFinished, HookStarted
from tmtui.events.run import Limits, RunStarted, RunSuspended
from tmtui.events.task import TaskSkipped
from tmtui.events.tool import ToolFinished, ToolStarted
from tmtui.state.fold import fold_all
from tmtui.state.model import State


def recorded(entries: list[Entry], state: State) -> State:
    log = Log()
    for entry in entries:
        log.tell(entry.event, entry.task, entry.attempt)
    return fold_all(log.events, state)


def crashed(behind: int = 0, *, limits: Limits | None = None) -> Tale:
    """An attempt that a crash cut off in the middle of calls and a hook, after so many others that it cut off."""
    tale = Tale(limits=limits)
    for number in range(1, behind + 1):
        tale.begin(number, continues=number - 1)
        tale.finish(number, CRASH, counted=False)
    number = behind + 1
    tale.begin(number, continues=behind)
    tale.tell(AgentStarted("scripted"), "it", number)
    for call in ("c1", "c2", "c3", "c4"):
        tale.tell(ToolStarted(call, "bash", "{}", "bash"), "it", number)
    tale.tell(ToolFinished("c1", ToolStatus.OK, "done"), "it", number)
    tale.tell(HookStarted("h1", "test", Stage.POST, "pytest"), "it", number)
    tale.epoch += 1
    tale.tell(RunStarted(2, "deck", "boot", resumed=True))
    return tale


def test_what_was_under_way_is_closed_and_what_had_ended_is_left() -> None:
    tale = crashed()
    entries = close_half_done(tale.state, {"c2": True, "c3": False}, {})
    assert {(entry.task, entry.attempt) for entry in entries} == {("it", 1)}
    assert [type(entry.event) for entry in entries] == [
        *[ToolFinished] * 3,
        HookFinished,
        AgentFinished,
        AttemptFinished,
    ]
    state = recorded(entries, tale.state)
    attempt = state.tasks["it"].attempts[0]
    assert attempt.status is AttemptStatus.INTERRUPTED
    assert not attempt.counted
    assert [run.status for run in attempt.hooks] == [HookStatus.INTERRUPTED]
    assert state.tasks["it"].status is TaskStatus.RUNNING
    assert startable(state.tasks["it"])


@pytest.mark.parametrize(
    ("call", "judgement", "status", "words"),
    [
        ("c2", True, ToolStatus.OK, "the change is in place"),
        ("c2", False, ToolStatus.INTERRUPTED, "nothing was changed"),
        ("c2", None, ToolStatus.INTERRUPTED, "it may have had effects"),
        ("c3", None, ToolStatus.INTERRUPTED, "it may have had effects"),
    ],
)
def test_a_call_whose_result_was_lost_is_judged_by_the_file(
    call: str, judgement: bool | None, status: ToolStatus, words: str
) -> None:
    entries = close_half_done(crashed().state, {"c2": judgement}, {})
    (event,) = [each.event for each in entries if isinstance(each.event, ToolFinished) and each.event.id == call]
    assert event.status is status
    assert words in event.output
    assert event.recovered is (status is ToolStatus.OK)


def test_an_agent_that_had_answered_is_not_said_to_have_been_cut_off() -> None:
    tale = crashed()
    tale.tell(AgentFinished(OK), "it", 1)
    assert not any(isinstance(entry.event, AgentFinished) for entry in close_half_done(tale.state, {}, {}))


def test_a_run_that_was_laid_down_in_order_leaves_nothing_to_close() -> None:
    tale = Tale()
    tale.begin()
    tale.finish(1, STOP, counted=False)
    tale.tell(RunSuspended("stopped"))
    assert half_done(tale.state) == []
    assert close_half_done(tale.state, {}, {}) == []


def test_work_that_did_not_change_anything_before_a_crash_is_no_idleness() -> None:
    tale = crashed()
    tale.tell(AttemptMeasured("a" * 40, progressed=False), "it", 1)
    state = recorded(close_half_done(tale.state, {}, {}), tale.state)
    assert (state.tasks["it"].used, state.tasks["it"].non_progress) == (0, 0)


@pytest.mark.parametrize(("behind", "most", "asks"), [(0, 3, False), (2, 3, False), (3, 3, True), (0, 0, True)])
def test_crashes_under_one_attempt_are_bounded(behind: int, most: int, asks: bool) -> None:
    tale = crashed(behind, limits=Limits(max_recoveries=most))
    state = recorded(close_half_done(tale.state, {}, {}), tale.state)
    assert bool(state.open_decisions) is asks
    assert state.tasks["it"].recoveries == behind + 1
    if asks:
        assert state.open_decisions[0].title == f"interrupted {behind + 1} times in a row"


def test_too_many_crashes_are_answered_by_the_policy_when_nobody_is_there() -> None:
    tale = crashed(3, limits=Limits(on_decision="skip"))
    entries = close_half_done(tale.state, {}, {"it": [PlannedAnswer("retry", "once more")]})
    assert [type(entry.event) for entry in entries[-2:]] == [DecisionOpened, DecisionAnswered]
    state = recorded(entries, tale.state)
    assert state.tasks["it"].recoveries == 0
    assert startable(state.tasks["it"])


# Questions that were left open.


def left_open(policy: str) -> Tale:
    tale = Tale(make_task("it"), make_task("other"), limits=Limits(max_parallel=2))
    for name in ("it", "other"):
        tale.begin(task=name)
        tale.finish(1, task=name)
        tale.ask(task=name)
    tale.answer("retry", task="other")
    tale.tell(RunStarted(2, "deck", "boot", resumed=True, limits=Limits(on_decision=policy)))
    return tale


def test_a_question_stays_open_for_somebody_who_is_there() -> None:
    assert answer_left_open(left_open("ask").state, {}) == []


@pytest.mark.parametrize("policy", CHOICES)
def test_an_open_question_is_answered_once_when_nobody_is_there(policy: str) -> None:
    tale = left_open(policy)
    entries = answer_left_open(tale.state, {})
    answered = DecisionAnswered("it:1", policy, "policy")
    skipped = [Entry(TaskSkipped("policy", "skipped by policy: test hook failed"), "it")]
    assert entries == [Entry(answered, "it"), *(skipped if policy == "skip" else [])]
    assert answer_left_open(recorded(entries, tale.state), {}) == []


# Giving up what nobody works on.


def test_giving_up_closes_what_a_crash_left_as_well() -> None:
    tale = crashed()
    state = recorded(give_up(tale.state, "enough"), tale.state)
    assert state.anomalies == []
    assert half_done(state) == []
    assert (state.status, state.tasks["it"].status) == (RunStatus.ABORTED, TaskStatus.ABORTED)
    assert state.tasks["it"].used == 0
    assert all(run.status is not HookStatus.RUNNING for run in state.tasks["it"].attempts[0].hooks)


# Laws.


judgements = st.sampled_from([True, False, None])
all_limits = st.builds(
    Limits,
    on_decision=st.sampled_from(["ask", *CHOICES]),
    stop_on_first_failure=st.booleans(),
    max_recoveries=st.integers(0, 3),
)


@given(runs(), all_limits, judgements)
def test_recovering_twice_is_recovering_once(log: list[Recorded], limits: Limits, judgement: bool | None) -> None:
    state = fold_all(log)
    if state.status in RUN_ENDED:
        return
    state = recorded([Entry(RunStarted(2, "deck", "boot", resumed=True, limits=limits))], state)
    calls = [call for subject, attempt in half_done(state) for call in attempt.tools]
    state = recorded(close_half_done(state, dict.fromkeys(calls, judgement), {}), state)
    state = recorded(answer_left_open(state, {}), state)
    assert state.anomalies == []
    assert close_half_done(state, {}, {}) == []
    assert answer_left_open(state, {}) == []
    for subject in state.tasks.values():
        for attempt in subject.attempts:
            assert all(call.status is not ToolStatus.RUNNING for call in attempt.tools.values())
            assert all(run.status is not HookStatus.RUNNING for run in attempt.hooks)


@given(runs(), st.integers(0, 20))
def test_recovery_that_is_itself_cut_off_comes_to_the_same_end(log: list[Recorded], cut: int) -> None:
    def closed(state: State) -> State:
        return recorded(close_half_done(state, {}, {}), state)

    def facts(state: State) -> object:
        return [
            (name, subject.status, [(each.status, each.counted) for each in subject.attempts], subject.recoveries)
            for name, subject in state.tasks.items()
        ]

    at_once = closed(fold_all(log))
    entries = close_half_done(fold_all(log), {}, {})
    in_two = closed(recorded(entries[:cut], fold_all(log)))
    assert facts(in_two) == facts(at_once)


@given(runs())
def test_giving_up_fits_wherever_a_run_is_open(log: list[Recorded]) -> None:
    state = fold_all(log)
    if state.status in RUN_ENDED:
        return
    state = recorded(give_up(state, "enough"), state)
    assert state.anomalies == []
    assert all(subject.status in TASK_ENDED for subject in state.tasks.values())
    assert half_done(state) == []


def test_the_outcome_of_a_crash_is_that_and_counts_for_nothing() -> None:
    (closed,) = [
        entry.event for entry in close_half_done(crashed().state, {}, {}) if isinstance(entry.event, AttemptFinished)
    ]
    assert closed.outcome.kind is Kind.INTERRUPTED_CRASH
    assert not closed.counted
