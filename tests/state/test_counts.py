"""What a state counts and remembers: attempts, questions, money, time, and what an interrupted attempt leaves."""

import msgspec
import pytest

from tests.state.story import START_MS, Log, make_plan, make_task
from tests.state.tale import BAD, CRASH, STOP, Tale
from tmtui.domain.hook import Stage
from tmtui.domain.outcome import OK, Kind, Outcome
from tmtui.domain.status import HookStatus, RunStatus, TaskStatus, ToolStatus
from tmtui.domain.usage import Usage
from tmtui.events.agent import AgentFinished, AgentSpoke, AgentStarted, AgentThought
from tmtui.events.attempt import AttemptCheckpointed
from tmtui.events.decision import DecisionAnswered, DecisionIgnored
from tmtui.events.hook import HookFinished, HookPrinted, HookStalled, HookStarted
from tmtui.events.money import MoneySpent
from tmtui.events.monitor import Degraded, TailLost, Troubled
from tmtui.events.resilience import ProviderRecovered, ProviderRetrying
from tmtui.events.run import (
    Limits,
    RunFinished,
    RunPaused,
    RunReplanned,
    RunStarted,
    RunSuspended,
    RunUnpaused,
    RunWaiting,
    RunWoken,
)
from tmtui.events.task import TaskAborted, TaskFailed, TaskReopened, TaskSkipped, TaskStarted, TaskSucceeded
from tmtui.events.tool import ToolFinished, ToolPrinted, ToolStarted
from tmtui.state.fold import ANOMALY_CAP, fold_all
from tmtui.state.model import State


# Attempts that count.


def test_only_counted_attempts_are_used_up() -> None:
    tale = Tale()
    tale.begin()
    tale.finish(1, CRASH, counted=False)
    tale.begin(2, continues=1)
    tale.finish(2)
    assert (tale.it.used, tale.it.failures) == (1, 1)


@pytest.mark.parametrize(("own", "allowance"), [(None, 3), (5, 5)])
def test_a_task_may_have_as_many_attempts_as_it_or_the_settings_say(own: int | None, allowance: int) -> None:
    assert Tale(make_task("it", max_attempts=own)).it.allowance == allowance


@pytest.mark.parametrize(("failures", "allowance"), [(1, 3), (2, 3), (3, 4), (4, 5)])
def test_an_answer_to_retry_gives_one_more_attempt_when_all_are_used_up(failures: int, allowance: int) -> None:
    tale = Tale()
    for number in range(1, failures + 1):
        tale.begin(number)
        tale.finish(number)
    tale.ask()
    tale.answer("retry", note="mind the zero")
    assert tale.it.allowance == allowance
    assert tale.it.allowance > tale.it.used
    assert tale.it.note == "mind the zero"
    tale.begin(failures + 1)
    assert tale.it.note == ""


def test_attempts_without_a_change_are_counted_in_a_row() -> None:
    tale = Tale()
    expected = []
    for number, progressed in enumerate([False, False, True, False, None, False], 1):
        tale.begin(number)
        tale.measure(number, progressed=progressed)
        tale.finish(number)
        expected.append(tale.it.non_progress)
    assert expected == [1, 2, 0, 1, 0, 1]


@pytest.mark.parametrize("outcome", [BAD, CRASH])
def test_an_answer_to_retry_begins_to_count_anew(outcome: Outcome) -> None:
    tale = Tale()
    tale.begin()
    tale.measure(1, progressed=False)
    tale.finish(1, outcome, counted=outcome is BAD)
    assert tale.it.non_progress + tale.it.recoveries == 1
    tale.ask()
    tale.answer("retry")
    assert (tale.it.non_progress, tale.it.recoveries) == (0, 0)


def test_a_task_that_needs_no_change_is_never_idle() -> None:
    tale = Tale(make_task("it", progress=False))
    tale.begin()
    tale.measure(1, progressed=False)
    tale.finish(1)
    assert tale.it.non_progress == 0


def test_crashes_are_counted_in_a_row_until_something_else_ends_an_attempt() -> None:
    tale = Tale()
    counts = []
    for number, outcome in enumerate([CRASH, CRASH, STOP, CRASH, BAD], 1):
        tale.begin(number, continues=0)
        tale.finish(number, outcome, counted=outcome is BAD)
        counts.append(tale.it.recoveries)
    assert counts == [1, 2, 0, 1, 0]


def test_reopening_gives_all_attempts_anew() -> None:
    tale = Tale()
    for number in (1, 2, 3):
        tale.begin(number)
        tale.measure(number, progressed=False)
        tale.finish(number)
    tale.tell(TaskFailed("hook_post_failed", "test hook failed"), "it", 3)
    tale.tell(TaskReopened("person"), "it")
    it = tale.it
    assert (it.status, it.allowance, it.used, it.non_progress, it.ended_ms) == (TaskStatus.READY, 6, 3, 0, 0)
    assert it.evidence == ""


# Going on after an interruption.


def interrupted(answered: Outcome | None) -> Tale:
    """A first attempt with a checkpoint, a passed and a running hook, and an agent that was asked."""
    tale = Tale()
    tale.begin()
    tale.tell(AttemptCheckpointed("a" * 40), "it", 1)
    for name, status in (("install", HookStatus.PASSED), ("lint", HookStatus.INTERRUPTED)):
        tale.tell(HookStarted(f"h-{name}", name, Stage.PRE, name), "it", 1)
        tale.tell(HookFinished(f"h-{name}", status), "it", 1)
    tale.tell(AgentStarted("scripted"), "it", 1)
    if answered is not None:
        tale.tell(AgentFinished(answered), "it", 1)
    tale.finish(1, CRASH, counted=False)
    tale.begin(2, continues=1)
    return tale


@pytest.mark.parametrize(
    ("answered", "asked"),
    [(None, False), (CRASH, False), (STOP, False), (OK, True), (Outcome(Kind.TURN_LIMIT), True)],
)
def test_an_attempt_that_goes_on_keeps_what_had_come_to_its_end(answered: Outcome | None, asked: bool) -> None:
    attempt = interrupted(answered).attempt
    assert attempt.checkpoint is not None
    assert attempt.checkpoint.tree == "a" * 40
    assert [run.name for run in attempt.hooks] == ["install"]
    assert attempt.asked is asked
    assert attempt.answered == (answered if asked else None)


def test_an_attempt_that_starts_afresh_keeps_nothing() -> None:
    tale = Tale()
    tale.begin()
    tale.tell(AttemptCheckpointed("a" * 40), "it", 1)
    tale.finish(1)
    tale.begin(2)
    assert tale.attempt.checkpoint is None


# Questions.


def test_the_first_answer_wins() -> None:
    tale = Tale()
    tale.begin()
    tale.finish(1)
    tale.ask()
    tale.answer("retry")
    tale.tell(DecisionIgnored("it:1", "skip", "person"), "it")
    assert tale.state.decisions["it:1"].choice == "retry"
    late = Log()
    late.tell(DecisionAnswered("it:1", "skip", "person"), "it")
    state = fold_all(late.events, tale.state)
    assert state.decisions["it:1"].choice == "retry"
    assert "not open" in state.anomalies[0].why


def test_an_answer_that_was_not_offered_does_not_count() -> None:
    tale = Tale()
    tale.begin()
    tale.finish(1)
    tale.ask()
    late = Log()
    late.tell(DecisionAnswered("it:1", "dance", "person"), "it")
    state = fold_all(late.events, tale.state)
    assert state.decisions["it:1"].open


def test_a_question_is_withdrawn_when_its_task_ends_without_an_answer() -> None:
    tale = Tale()
    tale.begin()
    tale.finish(1)
    tale.ask()
    tale.tell(TaskAborted("enough"), "it")
    assert tale.state.open_decisions == []
    assert tale.state.decisions["it:1"].withdrawn
    assert tale.it.decision == ""


def test_a_question_is_withdrawn_when_its_task_leaves_the_plan() -> None:
    tale = Tale(make_task("it"), make_task("other"))
    tale.begin()
    tale.finish(1)
    tale.ask()
    tale.tell(RunReplanned(make_plan(make_task("other")), removed=("it",)))
    assert tale.state.open_decisions == []
    assert list(tale.state.tasks) == ["other"]


def test_tasks_given_up_without_a_person_s_word_are_counted_until_one_succeeds() -> None:
    tale = Tale(*(make_task(name) for name in "abcde"))
    counts = []
    for name, by in (("a", "policy"), ("b", "person"), ("c", "policy")):
        tale.tell(TaskSkipped(by, "not done"), name)
        counts.append(tale.state.consecutive_failures)
    tale.begin(task="d")
    tale.finish(1, task="d")
    tale.tell(TaskFailed("internal", "a fault"), "d")
    counts.append(tale.state.consecutive_failures)
    tale.begin(task="e")
    tale.finish(1, OK, task="e")
    tale.tell(TaskSucceeded("test passed"), "e")
    assert [*counts, tale.state.consecutive_failures] == [1, 1, 2, 3, 0]


# Money.


@pytest.mark.parametrize(
    ("prices", "known", "unknown", "shown"),
    [
        ([], 0, 0, 0),
        ([100, 20], 120, 0, 120),
        ([None], 0, 1, None),
        ([None, None], 0, 2, None),
        ([None, 5], 5, 1, 5),
        ([0], 0, 0, 0),
    ],
)
def test_what_is_not_known_is_not_nothing(
    prices: list[int | None], known: int, unknown: int, shown: int | None
) -> None:
    tale = Tale()
    tale.begin()
    for price in prices:
        tale.tell(MoneySpent("demo-1", Usage(10, 1), price), "it", 1)
    for spending in (tale.state.spending, tale.it.spending, tale.attempt.spending):
        assert (spending.micro, spending.unknown, spending.micro_or_unknown) == (known, unknown, shown)
        assert spending.usage == Usage(10 * len(prices), len(prices))


# Time.


def test_time_between_sittings_and_after_a_crash_is_not_worked() -> None:
    tale = Tale()
    tale.begin()
    tale.tell(AgentSpoke("hello"), "it", 1, after_ms=5_000)
    crashed_at = tale.now
    tale.tell(RunStarted(2, "deck", "boot", resumed=True), after_ms=3_600_000)
    assert tale.state.elapsed_ms(tale.now) == crashed_at - (START_MS + 80)
    tale.finish(1, STOP, counted=False)
    tale.tell(RunSuspended("stopped"), after_ms=1_000)
    worked = tale.state.elapsed_ms(tale.now)
    assert tale.state.elapsed_ms(tale.now + 86_400_000) == worked


def test_a_clock_that_jumps_back_takes_nothing_away() -> None:
    tale = Tale()
    tale.tell(RunSuspended("stopped"), after_ms=-7_200_000)
    assert tale.state.elapsed_ms(0) == 0


def test_a_finished_run_can_be_taken_up_again() -> None:
    tale = Tale()
    tale.begin()
    tale.finish(1)
    tale.tell(TaskFailed("hook_post_failed", "test hook failed"), "it", 1)
    tale.tell(RunFinished(RunStatus.FAILED, "1 tasks failed"))
    assert tale.state.finished_ms == tale.now
    tale.tell(RunStarted(2, "deck", "boot", resumed=True, only=("it",), limits=Limits(max_parallel=2)))
    state = tale.state
    assert (state.finished_ms, state.reason, state.consecutive_failures) == (0, "", 0)
    assert (state.only, state.limits.max_parallel, state.pid) == (("it",), 2, 2)


# Why a run holds.


def standing(tale: Tale) -> tuple[RunStatus, bool, bool, str, int | None]:
    state = tale.state
    return (state.status, state.paused, state.suspended, state.reason, state.until_ms)


def test_a_run_that_holds_says_why_and_until_when() -> None:
    tale = Tale()
    tale.tell(RunWaiting("rate_limit", 99))
    assert standing(tale) == (RunStatus.WAITING, False, False, "rate_limit", 99)
    tale.tell(RunWoken())
    assert standing(tale) == (RunStatus.RUNNING, False, False, "", None)
    tale.tell(RunPaused("person"))
    assert standing(tale) == (RunStatus.WAITING, True, False, "paused by person", None)
    tale.tell(RunUnpaused("person"))
    assert standing(tale) == (RunStatus.RUNNING, False, False, "", None)
    tale.tell(RunSuspended("stopped by a person"))
    assert standing(tale) == (RunStatus.WAITING, False, True, "stopped by a person", None)
    tale.tell(RunStarted(2, "deck", "boot", resumed=True))
    assert standing(tale) == (RunStatus.RUNNING, False, False, "", None)


def test_a_paused_run_stays_so_when_what_it_waited_for_has_come() -> None:
    tale = Tale()
    tale.tell(RunWaiting("rate_limit", 99))
    tale.tell(RunPaused("person"))
    tale.tell(RunWoken())
    state = tale.state
    assert (state.status, state.paused, state.until_ms) == (RunStatus.WAITING, True, None)


# What goes on inside an attempt.


def test_a_call_and_a_hook_are_known_by_their_ids_and_end_once() -> None:
    tale = Tale()
    tale.begin()
    tale.tell(ToolStarted("it:1:1", "bash", "{}", "bash  ls"), "it", 1)
    tale.tell(ToolFinished("it:1:1", ToolStatus.OK, "done", 0, 0.5), "it", 1)
    tale.tell(HookStarted("h1", "test", Stage.POST, "pytest"), "it", 1)
    tale.tell(HookStalled("h1", "Continue? [y/N]", 45.0), "it", 1)
    assert tale.attempt.hooks[0].stalled == "Continue? [y/N]"
    tale.tell(HookFinished("h1", HookStatus.PASSED, 0), "it", 1)
    assert tale.attempt.hooks[0].stalled == ""
    late = Log()
    late.tell(ToolStarted("it:1:1", "bash", "{}", "bash  ls"), "it", 1)
    late.tell(ToolFinished("it:1:1", ToolStatus.ERROR, "no"), "it", 1)
    late.tell(HookFinished("h1", HookStatus.FAILED, 1), "it", 1)
    late.tell(HookFinished("h2", HookStatus.FAILED, 1), "it", 1)
    state = fold_all(late.events, tale.state)
    assert len(state.anomalies) == 4
    attempt = state.tasks["it"].attempts[0]
    assert attempt.tools["it:1:1"].status is ToolStatus.OK
    assert attempt.hooks[0].status is HookStatus.PASSED


def test_a_request_that_is_made_again_is_known_until_it_goes_through() -> None:
    tale = Tale()
    tale.begin()
    overloaded = Outcome(Kind.OVERLOADED, "overloaded", 2.0)
    tale.tell(ProviderRetrying("demo", overloaded, 1, 2.0, 99), "it", 1)
    assert (tale.attempt.retry, tale.attempt.retry_until_ms) == (overloaded, 99)
    tale.tell(ProviderRecovered("demo", 1), "it", 1)
    assert (tale.attempt.retry, tale.attempt.retry_until_ms) == (None, 0)


def test_output_changes_nothing_but_the_place_and_the_time() -> None:
    tale = Tale()
    tale.begin()
    before = tale.state
    for event in (AgentSpoke("hello"), AgentThought("hm", 100), ToolPrinted("no", "x"), HookPrinted("no", "x")):
        tale.tell(event, "it", 1)
        tale.tell(event, "nowhere", 7)
    before.seq, before.updated_ms = tale.state.seq, tale.state.updated_ms
    assert tale.state == before


def test_what_works_less_well_is_said_once_and_what_broke_each_time() -> None:
    tale = Tale()
    tale.tell(Degraded("sandbox", "no bwrap", "install it"))
    tale.tell(Degraded("checkpoints", "no git", "install it"))
    tale.tell(Degraded("sandbox", "no userns", "allow it"))
    tale.tell(Troubled("screen", "KeyError"))
    tale.tell(TailLost(12, 10))
    state = tale.state
    assert [(each.what, each.why) for each in state.degraded] == [("checkpoints", "no git"), ("sandbox", "no userns")]
    assert [each.where for each in state.troubles] == ["screen", "log"]
    assert "last 2 events" in state.troubles[1].message


def test_only_so_many_anomalies_are_kept() -> None:
    log = Log()
    for _ in range(ANOMALY_CAP + 50):
        log.tell(TaskStarted(), "nowhere")
    assert [each.seq for each in fold_all(log.events).anomalies] == list(range(1, ANOMALY_CAP + 1))


def test_a_state_comes_back_from_json_as_it_was() -> None:
    state = interrupted(OK).state
    assert msgspec.json.decode(msgspec.json.encode(state), type=State) == state
