"""What follows from an outcome, a command, a state: tables of it, and the law that whatever is decided also fits."""

from collections.abc import Sequence

import pytest
from hypothesis import given, strategies as st

from tests.state.story import Log, make_plan, make_task
from tests.state.strategies import runs
from tests.state.tale import BAD, CRASH, STOP, Tale
from tmtui.domain.outcome import OK, Kind, Outcome
from tmtui.domain.status import RUN_ENDED, TASK_ENDED, AttemptStatus, RunStatus, TaskStatus
from tmtui.engine.decide import (
    CHOICES,
    POLICY_RETRIES,
    Answers,
    PlannedAnswer,
    Refusal,
    Work,
    abort_run,
    after_attempt,
    answer_by_policy,
    describe_run,
    find_decision,
    goes_on,
    may_retry_request,
    name_outcome,
    on_command,
    reason_to_abort,
    reason_to_stop,
    run_verdict,
    success_evidence,
    why_to_ask,
)
from tmtui.events.attempt import AttemptFinished, AttemptMeasured
from tmtui.events.base import Entry, Event, Recorded
from tmtui.events.commands import Abort, Answer, CancelTask, Command, Pause, Ping, Stop, Unpause, UseFallback
from tmtui.events.decision import DecisionAnswered, DecisionIgnored, DecisionOpened
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
from tmtui.events.task import TaskAborted, TaskFailed, TaskReopened, TaskSkipped, TaskSucceeded
from tmtui.resilience.taxonomy import TREATMENTS, Family
from tmtui.state.fold import fold_all
from tmtui.state.model import State


IDLE = Work(AttemptMeasured("a" * 40, progressed=False))
BUSY = Work(AttemptMeasured("b" * 40, progressed=True, files_total=2), passed=("lint", "test"))
UNKNOWN = Work(AttemptMeasured("", progressed=None, problem="git is missing"))

NOBODY: Answers = {}


def recorded(entries: Sequence[Entry], state: State) -> State:
    """The state after these entries were written."""
    log = Log()
    for entry in entries:
        log.tell(entry.event, entry.task, entry.attempt)
    return fold_all(log.events, state)


def events_of(entries: Sequence[Entry]) -> list[type[Event]]:
    return [type(entry.event) for entry in entries]


def failing(times: int, *, limits: Limits | None = None, idle: bool = False) -> Tale:
    """A task with so many failed attempts behind it, and one more under way."""
    tale = Tale(limits=limits)
    for number in range(1, times + 1):
        tale.begin(number)
        tale.measure(number, progressed=not idle)
        tale.finish(number)
    tale.begin(times + 1)
    return tale


def decided(tale: Tale, outcome: Outcome, work: Work = BUSY, answers: Answers = NOBODY) -> list[Entry]:
    state = tale.state
    subject = state.tasks["it"]
    return after_attempt(state, subject, subject.attempts[-1], work, outcome, 1.5, answers)


# After an attempt.


def test_a_good_attempt_ends_its_task_with_the_evidence() -> None:
    closed, done = decided(failing(1), OK)
    assert closed == Entry(AttemptFinished(AttemptStatus.SUCCEEDED, OK, counted=True, seconds=1.5), "it", 2)
    assert done == Entry(TaskSucceeded("lint, test passed; 2 files changed; tree bbbbbbbbbbbb"), "it", 2)


@pytest.mark.parametrize(
    ("work", "evidence"),
    [
        (BUSY, "lint, test passed; 2 files changed; tree bbbbbbbbbbbb"),
        (IDLE, "no post-hook checks it; 0 files changed; tree aaaaaaaaaaaa"),
        (UNKNOWN, "no post-hook checks it"),
        (Work(passed=("test",)), "test passed"),
        (Work(AttemptMeasured("c" * 40, files_total=1), ("test",)), "test passed; 1 file changed; tree cccccccccccc"),
    ],
)
def test_evidence_says_what_is_known_and_no_more(work: Work, evidence: str) -> None:
    assert success_evidence(work) == evidence


@pytest.mark.parametrize("kind", sorted(set(Kind) - {Kind.OK}))
def test_an_attempt_ends_and_counts_as_its_kind_is_treated(kind: Kind) -> None:
    closed = decided(failing(0), Outcome(kind, "because"))[0].event
    assert isinstance(closed, AttemptFinished)
    assert closed.counted is TREATMENTS[kind].counts
    assert closed.status == {
        Kind.CANCELED_USER: AttemptStatus.CANCELED,
        Kind.INTERRUPTED_CRASH: AttemptStatus.INTERRUPTED,
    }.get(kind, AttemptStatus.FAILED)


@pytest.mark.parametrize("kind", sorted(set(Kind) - {Kind.OK}))
def test_a_first_failure_asks_a_person_unless_another_attempt_may_better_it(kind: Kind) -> None:
    treatment = TREATMENTS[kind]
    goes_on_by_itself = kind is Kind.INTERRUPTED_CRASH or (
        treatment.counts and treatment.family is not Family.BLOCKED
    )
    assert (len(decided(failing(0), Outcome(kind, "because"))) == 1) is goes_on_by_itself


@pytest.mark.parametrize(
    ("behind", "outcome", "work", "title"),
    [
        (0, BAD, BUSY, ""),
        (1, BAD, BUSY, ""),
        (2, BAD, BUSY, "failed 3 times"),
        (5, BAD, BUSY, "failed 6 times"),
        (0, Outcome(Kind.AGENT_CRASHED), BUSY, ""),
        (2, Outcome(Kind.AGENT_CRASHED), BUSY, "failed 3 times"),
        (0, Outcome(Kind.AUTH), BUSY, "check the API key: the provider does not accept it"),
        (0, Outcome(Kind.REFUSAL), BUSY, "the model declined: put the task differently"),
        (0, Outcome(Kind.API_500), BUSY, "the provider has a fault; it is tried again"),
        (0, BAD, IDLE, ""),
        (0, BAD, UNKNOWN, ""),
    ],
)
def test_why_a_person_is_asked(behind: int, outcome: Outcome, work: Work, title: str) -> None:
    tale = failing(behind)
    assert why_to_ask(tale.it, work, outcome, tale.state.limits) == title


def test_a_task_that_may_try_once_is_asked_about_after_that() -> None:
    tale = Tale(make_task("it", max_attempts=1))
    tale.begin()
    assert why_to_ask(tale.it, BUSY, BAD, Limits()) == "failed 1 time"


@pytest.mark.parametrize(
    ("outcome", "title"),
    [
        (Outcome(Kind.NO_PROGRESS), "no change in 2 attempts, and the checks still fail"),
        (Outcome(Kind.TURN_LIMIT), "no change in 2 attempts"),
    ],
)
def test_two_attempts_in_a_row_without_a_change_ask(outcome: Outcome, title: str) -> None:
    tale = failing(1, idle=True)
    assert why_to_ask(tale.it, IDLE, outcome, Limits()) == title
    assert why_to_ask(tale.it, BUSY, outcome, Limits()) == ""
    assert why_to_ask(tale.it, UNKNOWN, outcome, Limits()) == ""
    assert why_to_ask(tale.it, IDLE, outcome, Limits(max_non_progress=0)) == ""
    assert why_to_ask(tale.it, IDLE, outcome, Limits(max_non_progress=3)) == ""


def test_a_task_that_needs_no_change_is_not_asked_about_for_making_none() -> None:
    tale = Tale(make_task("it", progress=False))
    tale.begin()
    assert why_to_ask(tale.it, IDLE, BAD, Limits(max_non_progress=1)) == ""


@pytest.mark.parametrize(("crashes", "title"), [(1, ""), (3, ""), (4, "interrupted 4 times in a row")])
def test_crashes_ask_only_when_there_are_too_many_in_a_row(crashes: int, title: str) -> None:
    tale = Tale()
    for number in range(1, crashes):
        tale.begin(number)
        tale.finish(number, CRASH, counted=False)
    tale.begin(crashes)
    assert why_to_ask(tale.it, Work(), CRASH, Limits(max_recoveries=3)) == title


@pytest.mark.parametrize(
    ("checks", "work", "kind"),
    [
        (BAD, IDLE, Kind.NO_PROGRESS),
        (Outcome(Kind.HOOK_TIMEOUT), IDLE, Kind.NO_PROGRESS),
        (Outcome(Kind.HOOK_SIGNALED), IDLE, Kind.NO_PROGRESS),
        (BAD, BUSY, Kind.HOOK_POST_FAILED),
        (BAD, UNKNOWN, Kind.HOOK_POST_FAILED),
        (BAD, Work(), Kind.HOOK_POST_FAILED),
        (Outcome(Kind.HOOK_NOT_FOUND), IDLE, Kind.HOOK_NOT_FOUND),
        (Outcome(Kind.AUTH), IDLE, Kind.AUTH),
        (OK, IDLE, Kind.OK),
    ],
)
def test_failed_checks_after_no_change_are_no_progress(checks: Outcome, work: Work, kind: Kind) -> None:
    assert name_outcome(failing(0).it, work, checks).kind is kind


@pytest.mark.parametrize("kind", Kind)
def test_hooks_run_after_an_agent_whose_work_may_be_good(kind: Kind) -> None:
    assert goes_on(Outcome(kind)) is (kind in {Kind.OK, Kind.TURN_LIMIT, Kind.MAX_TOKENS})


@pytest.mark.parametrize("kind", Kind)
def test_a_request_is_made_again_when_its_failure_is_passing(kind: Kind) -> None:
    assert may_retry_request(Outcome(kind)) is (TREATMENTS[kind].family is Family.PASSING)


# Asking.


def test_a_question_says_what_happened_what_was_tried_and_what_falls() -> None:
    tale = Tale(make_task("it"), make_task("behind", "it"), make_task("far", "behind"), make_task("apart"))
    tale.begin()
    tale.finish(1)
    tale.begin(2)
    tale.finish(2, STOP, counted=False)
    tale.begin(3, continues=2)
    tale.finish(3, Outcome(Kind.HOOK_TIMEOUT, "test hook was ended"))
    tale.begin(4)
    opened = decided(tale, BAD, IDLE)[1]
    assert opened == Entry(
        DecisionOpened(
            id="it:1",
            title="failed 3 times",
            error="test hook failed",
            failures=("Attempt 1: test hook failed", "Attempt 3: test hook was ended", "Attempt 4: test hook failed"),
            choices=CHOICES,
            falls=("behind", "far"),
            evidence=f"outcome hook_post_failed; tree {'a' * 12} before and after",
        ),
        "it",
        4,
    )


def test_what_has_ended_does_not_fall() -> None:
    tale = Tale(make_task("it"), make_task("behind", "it"), make_task("far", "behind"))
    tale.tell(TaskSkipped("person", "not today"), "behind")
    tale.begin()
    opened = decided(tale, Outcome(Kind.AUTH))[1].event
    assert isinstance(opened, DecisionOpened)
    assert opened.falls == ("far",)


def test_what_is_not_known_about_the_tree_is_said_to_be_unknown() -> None:
    opened = decided(failing(2), BAD, UNKNOWN)[1].event
    assert isinstance(opened, DecisionOpened)
    assert opened.evidence == "outcome hook_post_failed; changes unknown: git is missing"


def test_somebody_who_is_there_is_asked_and_nothing_is_answered_for_him() -> None:
    planned = {"it": [PlannedAnswer("skip")]}
    entries = decided(failing(2, limits=Limits(on_decision="ask")), BAD, answers=planned)
    assert events_of(entries) == [AttemptFinished, DecisionOpened]


@pytest.mark.parametrize(
    ("policy", "follows"),
    [
        ("retry", [DecisionAnswered]),
        ("skip", [DecisionAnswered, TaskSkipped]),
        ("abort", [DecisionAnswered]),
    ],
)
def test_when_nobody_is_there_the_policy_answers_at_once(policy: str, follows: list[type[Event]]) -> None:
    tale = failing(2, limits=Limits(on_decision=policy))
    entries = decided(tale, BAD)
    assert events_of(entries) == [AttemptFinished, DecisionOpened, *follows]
    state = recorded(entries, tale.state)
    assert state.decisions["it:1"].by == "policy"
    assert state.tasks["it"].intervention == policy
    assert state.tasks["it"].status is (TaskStatus.SKIPPED if policy == "skip" else TaskStatus.NEEDS_YOU)
    assert bool(reason_to_abort(state)) is (policy == "abort")


def unattended(policy: str, answers: Answers, questions: int) -> list[tuple[str, str, bool]]:
    """What one task's questions are answered, one after another."""
    tale = Tale(limits=Limits(on_decision=policy))
    given: list[tuple[str, str, bool]] = []
    for number in range(1, questions + 1):
        tale.begin(number)
        for entry in decided(tale, Outcome(Kind.AUTH), answers=answers):
            tale.tell(entry.event, entry.task, entry.attempt)
            if isinstance(entry.event, DecisionAnswered):
                given.append((entry.event.choice, entry.event.note, entry.event.restore))
        if tale.it.status in TASK_ENDED:
            break
    return given


def test_planned_answers_are_given_in_order_and_then_the_policy() -> None:
    answers = {
        "it": [PlannedAnswer("retry", "one"), PlannedAnswer("retry", "two", restore=True)],
        "other": [PlannedAnswer("abort")],
    }
    assert unattended("skip", answers, 9) == [("retry", "one", False), ("retry", "two", True), ("skip", "", False)]


def test_a_policy_of_retrying_comes_to_an_end() -> None:
    choices = [choice for choice, _, _ in unattended("retry", {"it": [PlannedAnswer("retry", "one")]}, 50)]
    assert choices == ["retry"] * (1 + POLICY_RETRIES) + ["skip"]


def test_a_question_left_open_is_answered_as_if_it_had_just_been_asked() -> None:
    tale = Tale(limits=Limits(on_decision="ask"))
    tale.begin()
    tale.finish(1)
    tale.ask(1)
    tale.answer("retry")
    tale.begin(2)
    tale.finish(2)
    tale.ask(2)
    tale.tell(RunSuspended("stopped"))
    tale.tell(RunStarted(2, "deck", "boot", resumed=True, limits=Limits(on_decision="skip")))
    answers = {"it": [PlannedAnswer("skip", "first"), PlannedAnswer("retry", "second")]}
    state = tale.state
    entries = answer_by_policy(state, state.decisions["it:2"], answers)
    assert [entry.event for entry in entries] == [DecisionAnswered("it:2", "retry", "policy", "second")]
    entries = answer_by_policy(state, state.decisions["it:2"], {})
    assert events_of(entries) == [DecisionAnswered, TaskSkipped]


@pytest.mark.parametrize("policy", ["ask", *CHOICES])
def test_to_stop_on_the_first_failure_is_to_fail_instead_of_asking(policy: str) -> None:
    tale = failing(2, limits=Limits(stop_on_first_failure=True, on_decision=policy))
    entries = decided(tale, BAD, answers={"it": [PlannedAnswer("retry")]})
    assert entries[1:] == [Entry(TaskFailed(Kind.HOOK_POST_FAILED, "test hook failed"), "it", 3)]
    state = recorded(entries, tale.state)
    assert "it failed" in reason_to_stop(state)
    verdict = run_verdict(state)
    assert isinstance(verdict, RunFinished)
    assert verdict.outcome is RunStatus.FAILED


def test_an_attempt_that_is_tried_again_is_no_first_failure() -> None:
    tale = failing(0, limits=Limits(stop_on_first_failure=True))
    assert events_of(decided(tale, BAD)) == [AttemptFinished]


# Commands.


def standing(name: str) -> State:
    """A run with a running task `it` and a task `other` that asks, paused, waiting, and so on."""
    tale = Tale(make_task("it"), make_task("other"), limits=Limits(max_parallel=2))
    if name == "planned":
        return fold_all(tale.events[:1])
    tale.begin()
    tale.begin(task="other")
    tale.finish(1, task="other")
    tale.ask(task="other")
    further: dict[str, list[Event]] = {
        "running": [],
        "paused": [RunPaused("person")],
        "waiting": [RunWaiting("rate_limit")],
        "suspended": [RunSuspended("stopped")],
        "succeeded": [RunFinished(RunStatus.SUCCEEDED)],
        "failed": [RunFinished(RunStatus.FAILED, "1 tasks failed")],
    }
    for event in further[name]:
        tale.tell(event)
    return tale.state


EVERYWHERE = ("planned", "running", "paused", "waiting", "suspended", "succeeded", "failed")

COMMANDS: dict[str, tuple[Command, dict[str, list[type[Event]]]]] = {
    "pause": (Pause(), {"running": [RunPaused]}),
    "unpause": (Unpause(), {"paused": [RunUnpaused], "waiting": [RunWoken]}),
    "use fallback": (UseFallback(), {name: [] for name in EVERYWHERE}),
    "stop": (Stop(), {name: [] for name in EVERYWHERE}),
    "abort": (Abort("enough"), {name: [] for name in EVERYWHERE}),
    "ping": (Ping(), {name: [] for name in EVERYWHERE}),
    "cancel": (CancelTask("it"), {name: [] for name in ("running", "paused", "waiting", "suspended")}),
    "cancel what asks": (CancelTask("other"), {}),
    "cancel what is nowhere": (CancelTask("nowhere"), {}),
    "answer": (Answer("other", "retry"), {name: [DecisionAnswered] for name in EVERYWHERE if name != "planned"}),
    "answer nothing": (Answer("it", "retry"), {}),
}
"""Each command with the standings in which it does something, and the events that it then comes to."""


@pytest.mark.parametrize("name", EVERYWHERE)
@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_comes_to_events_or_is_told_why_not(command: str, name: str) -> None:
    asked, does = COMMANDS[command]
    came = on_command(standing(name), asked)
    if name in does:
        assert not isinstance(came, Refusal)
        assert events_of(came) == does[name]
    else:
        assert isinstance(came, Refusal)
        assert len(came.message) > 10


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("paused", "paused"),
        ("waiting", "waiting (rate_limit)"),
        ("running", "running"),
        ("failed", "failed (1 tasks failed)"),
    ],
)
def test_where_a_run_stands_is_said_in_words(name: str, words: str) -> None:
    assert describe_run(standing(name)) == words


def test_a_command_that_this_engine_does_not_know_is_refused() -> None:
    class Dance(Command, frozen=True, tag="dance"):
        pass

    came = on_command(standing("running"), Dance())
    assert isinstance(came, Refusal)
    assert "Dance" in came.message


@pytest.mark.parametrize(
    ("answer", "events"),
    [
        (
            Answer("other:1", "retry", "a note", "another prompt", restore=True),
            [DecisionAnswered("other:1", "retry", "person", "a note", "another prompt", restore=True)],
        ),
        (
            Answer("other", "skip"),
            [
                DecisionAnswered("other:1", "skip", "person"),
                TaskSkipped("person", "skipped by person: test hook failed"),
            ],
        ),
        (Answer("other", "abort"), [DecisionAnswered("other:1", "abort", "person")]),
    ],
)
def test_an_answer_is_taken_by_the_question_s_name_or_the_task_s(answer: Answer, events: list[Event]) -> None:
    came = on_command(standing("running"), answer)
    assert not isinstance(came, Refusal)
    assert [entry.event for entry in came] == events
    assert {entry.task for entry in came} == {"other"}


def test_the_first_answer_wins_and_a_later_one_is_recorded_as_ignored() -> None:
    state = standing("running")
    first, second = Answer("other", "skip"), Answer("other", "retry")
    came = on_command(state, first)
    assert not isinstance(came, Refusal)
    state = recorded(came, state)
    late = on_command(state, second)
    assert late == [Entry(DecisionIgnored("other:1", "retry", "person"), "other")]
    assert recorded(late, state).decisions["other:1"].choice == "skip"


@pytest.mark.parametrize("choice", ["", "Retry", "dance"])
def test_an_answer_that_is_none_is_told_the_answers(choice: str) -> None:
    came = on_command(standing("running"), Answer("other", choice))
    assert isinstance(came, Refusal)
    assert "retry, skip, abort" in came.message


def test_an_answer_to_nothing_is_told_what_is_asked() -> None:
    came = on_command(standing("running"), Answer("nowhere", "retry"))
    assert isinstance(came, Refusal)
    assert "open questions: other" in came.message


def test_a_task_s_open_question_is_found_before_its_latest() -> None:
    tale = Tale()
    for number in (1, 2):
        tale.begin(number)
        tale.finish(number)
        tale.ask(number)
        if number == 1:
            tale.answer("retry")
    found = find_decision(tale.state, "it")
    assert found is not None
    assert found.id == "it:2"
    tale.answer("retry", 2)
    found = find_decision(tale.state, "it")
    assert found is not None
    assert found.id == "it:2"
    assert find_decision(tale.state, "nowhere") is None


# The end of a run.


def test_an_answer_of_abort_is_acted_on_once() -> None:
    tale = Tale()
    tale.begin()
    tale.finish(1)
    tale.ask()
    tale.answer("abort")
    reason = reason_to_abort(tale.state)
    assert reason == "aborted at it: test hook failed"
    for entry in abort_run(tale.state, reason):
        tale.tell(entry.event, entry.task)
    assert tale.state.status is RunStatus.ABORTED
    tale.tell(TaskReopened("person"), "it")
    tale.tell(RunStarted(2, "deck", "boot", resumed=True))
    assert reason_to_abort(tale.state) == ""
    tale.begin(2, reopened=True)
    tale.finish(2)
    tale.ask(2)
    assert reason_to_abort(tale.state) == ""


def test_giving_up_ends_what_is_open_and_leaves_what_is_done() -> None:
    tale = Tale(*(make_task(name) for name in ("done", "it", "left")))
    tale.begin(task="done")
    tale.finish(1, OK, task="done")
    tale.tell(TaskSucceeded("test passed"), "done")
    tale.begin()
    tale.finish(1)
    tale.ask()
    state = recorded(abort_run(tale.state, "enough"), tale.state)
    assert [subject.status for subject in state.tasks.values()] == ["succeeded", "aborted", "aborted"]
    assert (state.status, state.reason, state.open_decisions) == (RunStatus.ABORTED, "enough", [])


@pytest.mark.parametrize(("failures", "most", "stops"), [(1, 2, False), (2, 2, True), (3, 2, True), (3, 0, False)])
def test_failures_in_a_row_stop_the_run(failures: int, most: int, stops: bool) -> None:
    tale = Tale(*(make_task(name) for name in "abcd"), limits=Limits(max_consecutive_failures=most))
    for name in "abcd"[:failures]:
        tale.tell(TaskSkipped("policy", "skipped by policy"), name)
    assert bool(reason_to_stop(tale.state)) is stops


def ended(*how: str, only: tuple[str, ...] = (), most: int = 2) -> State:
    """A run whose tasks came to this; `left` for those to which nothing happened."""
    tale = Tale(*(make_task(f"t{place}") for place in range(len(how))), limits=Limits(max_consecutive_failures=most))
    tale.tell(RunStarted(1, "deck", "boot", only=only))
    for place, each in enumerate(how):
        name = f"t{place}"
        if each in ("done", "failed"):
            tale.begin(task=name)
            tale.finish(1, OK if each == "done" else BAD, task=name)
        if each != "left":
            tale.tell(
                {
                    "done": TaskSucceeded("test passed"),
                    "failed": TaskFailed("internal", "a fault"),
                    "skipped": TaskSkipped("person", "not today"),
                    "given up": TaskSkipped("policy", "skipped by policy"),
                    "aborted": TaskAborted("enough"),
                }[each],
                name,
            )
    return tale.state


@pytest.mark.parametrize(
    ("state", "outcome", "reason"),
    [
        (ended("done", "done"), RunStatus.SUCCEEDED, ""),
        (ended("done", "skipped"), RunStatus.INCOMPLETE, "1 of 2 tasks were not done"),
        (ended("done", "failed"), RunStatus.FAILED, "1 tasks failed"),
        (ended("failed", "skipped", "failed", most=0), RunStatus.FAILED, "2 tasks failed"),
        (ended("done", "given up"), RunStatus.INCOMPLETE, "1 of 2 tasks were not done"),
        (ended("given up", "given up", "left"), RunStatus.FAILED, "2 tasks failed one after another"),
        (ended("done", "left", only=("t0",)), RunStatus.INCOMPLETE, "kept to t0"),
        (ended("done", "done", only=("t0",)), RunStatus.SUCCEEDED, ""),
        (ended("done", "aborted"), RunStatus.INCOMPLETE, "1 of 2 tasks were not done"),
    ],
)
def test_the_verdict_on_a_run(state: State, outcome: RunStatus, reason: str) -> None:
    verdict = run_verdict(state)
    assert isinstance(verdict, RunFinished)
    assert verdict.outcome is outcome
    assert verdict.reason.startswith(reason)


def test_a_run_that_has_ended_gets_no_second_verdict() -> None:
    assert run_verdict(standing("failed")) is None


# Whatever is decided fits.


works = st.sampled_from([IDLE, BUSY, UNKNOWN, Work()])
outcomes = st.sampled_from(Kind).map(lambda kind: Outcome(kind, "because"))
policies = st.sampled_from(["ask", *CHOICES])
answer_lists = st.lists(st.builds(PlannedAnswer, st.sampled_from(CHOICES), st.just("a note")), max_size=3)
all_limits = st.builds(
    Limits,
    on_decision=policies,
    stop_on_first_failure=st.booleans(),
    max_recoveries=st.integers(0, 3),
    max_non_progress=st.integers(0, 2),
)


def under_way(state: State) -> list[str]:
    return [
        name
        for name, subject in state.tasks.items()
        if subject.attempt is not None and subject.attempt.status is AttemptStatus.RUNNING
    ]


@given(runs(), st.data())
def test_whatever_follows_an_attempt_fits(log: list[Recorded], data: st.DataObject) -> None:
    state = fold_all(log)
    state.limits = data.draw(all_limits)
    answers = {name: data.draw(answer_lists) for name in state.tasks}
    for name in under_way(state):
        subject = state.tasks[name]
        attempt = subject.attempts[-1]
        entries = after_attempt(state, subject, attempt, data.draw(works), data.draw(outcomes), 1.0, answers)
        state = recorded(entries, state)
    assert state.anomalies == []
    assert under_way(state) == []


commands = st.one_of(
    st.builds(Answer, st.sampled_from(["a", "a:1", "b", "b:2", "nowhere"]), st.sampled_from([*CHOICES, "dance"])),
    st.just(Pause()),
    st.just(Unpause()),
    st.builds(CancelTask, st.sampled_from(["a", "nowhere"])),
    st.just(Ping()),
)


@given(runs(), st.lists(commands, max_size=8))
def test_whatever_a_command_comes_to_fits(log: list[Recorded], asked: list[Command]) -> None:
    state = fold_all(log)
    for command in asked:
        came = on_command(state, command)
        if not isinstance(came, Refusal):
            state = recorded(came, state)
    assert state.anomalies == []


@given(runs())
def test_a_verdict_and_an_abort_fit_wherever_a_run_is_open(log: list[Recorded]) -> None:
    if fold_all(log).status in RUN_ENDED:
        return
    state = recorded(abort_run(fold_all(log), "enough"), fold_all(log))
    assert state.anomalies == []
    assert all(subject.status in TASK_ENDED for subject in state.tasks.values())
    verdict = run_verdict(fold_all(log))
    assert verdict is not None
    assert recorded([Entry(verdict)], fold_all(log)).anomalies == []


def test_a_question_about_a_task_that_left_the_plan_can_no_longer_be_answered() -> None:
    tale = Tale(make_task("it"), make_task("other"))
    tale.begin()
    tale.finish(1, STOP, counted=False)
    tale.ask()
    tale.tell(RunReplanned(make_plan(make_task("other")), removed=("it",)))
    came = on_command(tale.state, Answer("it", "retry"))
    assert not isinstance(came, Refusal)
    assert events_of(came) == [DecisionIgnored]
    assert recorded(came, tale.state).anomalies == []
