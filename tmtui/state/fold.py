"""State and event to state.

Theory of operation:

- `fold` is the only thing that changes a `State`. It looks the event's type up in one table and calls one small
  function; a type without an entry would be a fault, and a test holds the table against the list of events.
- It never raises on what a log may hold. An event that does not fit (an unknown task, a move that the transition
  tables do not know) becomes an `Anomaly`, and folding goes on: a replay must reach its end. The engine, for its
  part, never records such an event.
- What follows from other facts is settled here as well: a task becomes ready when the last task it waits for has
  succeeded, and blocked when one of them cannot succeed any more. No event says so, so no event can be wrong.
- Folding a prefix and then the rest gives what folding all of it gives.
- Output (`transcript.STREAMED`) changes nothing but the place and the time, and ends a stall. So nearly all of a long
  log can be left out where only the state at one point is wanted, and the state is the same.
"""

from collections import deque
from collections.abc import Callable, Iterable, Mapping
from copy import copy
from typing import Any, Final

from tmtui.domain.graph import dependents, find_cycle
from tmtui.domain.outcome import Kind
from tmtui.domain.plan import Plan
from tmtui.domain.status import (
    ATTEMPT_TRANSITIONS,
    RUN_ENDED,
    RUN_TRANSITIONS,
    TASK_TRANSITIONS,
    AttemptStatus,
    HookStatus,
    RunStatus,
    TaskStatus,
    ToolStatus,
)
from tmtui.events import agent, attempt, decision, hook, money, monitor, request, resilience, run, task, tool
from tmtui.events.base import Event, Recorded
from tmtui.events.run import Limits
from tmtui.state.burn import Burn, spend
from tmtui.state.model import (
    Anomaly,
    AttemptState,
    Circuit,
    Decision,
    Hold,
    HookState,
    RequestState,
    Spending,
    State,
    TaskState,
    ToolState,
    Trouble,
    Waiting,
    Warned,
)


ANOMALY_CAP: Final = 100
"""How many anomalies are kept: enough to see what is wrong."""

CANNOT_SUCCEED: Final = frozenset({TaskStatus.FAILED, TaskStatus.SKIPPED, TaskStatus.ABORTED, TaskStatus.BLOCKED})


UNFINISHED_HOOKS: Final = frozenset({HookStatus.RUNNING, HookStatus.INTERRUPTED, HookStatus.CANCELED})
STUCK: Final = "task"
"""What a question is about that a stuck task asks; others are asked by an attempt, and end with it."""
LEARNT: Final = {"always": "allow", "reject_always": "deny"}
"""Answers that hold from then on, and what the rule that they write down does."""
CUT_OFF: Final = frozenset({Kind.CANCELED_USER, Kind.INTERRUPTED_CRASH})
"""How an agent's part ends that was not brought to an end."""


class _MisfitError(Exception):
    """The event does not fit the state. Never leaves this module."""


Handler = Callable[[State, Recorded, Any], None]


def fold(state: State, recorded: Recorded) -> None:
    """Take one event into `state`, in place."""
    event = recorded.event
    try:
        HANDLERS[type(event)](state, recorded, event)
    except _MisfitError as misfit:
        if len(state.anomalies) < ANOMALY_CAP:
            state.anomalies.append(Anomaly(recorded.seq, type(event).__name__, str(misfit)))
    state.seq = recorded.seq
    state.updated_ms = recorded.at_wall


def fold_all(batch: Iterable[Recorded], state: State | None = None) -> State:
    """Take events into `state`, or into a new one, and return it."""
    state = State() if state is None else state
    for recorded in batch:
        fold(state, recorded)
    return state


# Finding what an event is about.


def _task(state: State, recorded: Recorded) -> TaskState:
    try:
        return state.tasks[recorded.task]
    except KeyError:
        raise _MisfitError(f"no task {recorded.task!r} in the plan") from None


def _attempt(state: State, recorded: Recorded) -> AttemptState:
    attempts = _task(state, recorded).attempts
    if 0 < recorded.attempt <= len(attempts):
        found = attempts[recorded.attempt - 1]
        found.last_seq = recorded.seq
        return found
    raise _MisfitError(f"task {recorded.task!r} has no attempt {recorded.attempt}")


def _printing(state: State, recorded: Recorded) -> AttemptState | None:
    """The attempt that output comes from, if there is one. Output fits everywhere and leaves no mark."""
    subject = state.tasks.get(recorded.task)
    known = subject is not None and 0 < recorded.attempt <= len(subject.attempts)
    return subject.attempts[recorded.attempt - 1] if subject is not None and known else None


def _hook(state: State, recorded: Recorded, hook_id: str) -> HookState:
    for found in reversed(_attempt(state, recorded).hooks):
        if found.id == hook_id:
            found.last_seq = recorded.seq
            return found
    raise _MisfitError(f"no hook {hook_id!r} in this attempt")


# Moving along the tables.


def _move_run(state: State, to: RunStatus) -> None:
    stays = to is state.status and to not in RUN_ENDED
    if not stays and to not in RUN_TRANSITIONS[state.status]:
        raise _MisfitError(f"a run cannot go from {state.status} to {to}")
    state.status = to


def _move_task(state: State, subject: TaskState, to: TaskStatus) -> None:
    if to not in TASK_TRANSITIONS[subject.status]:
        raise _MisfitError(f"a task cannot go from {subject.status} to {to}")
    subject.status = to
    _settle_dependents(state, subject.task.id)


def _move_attempt(subject: AttemptState, to: AttemptStatus) -> None:
    if to not in ATTEMPT_TRANSITIONS[subject.status]:
        raise _MisfitError(f"an attempt cannot go from {subject.status} to {to}")
    subject.status = to


def _settle(state: State, subject: TaskState) -> bool:
    """Derive pending, ready or blocked from the tasks it waits for; say whether that changed it."""
    if subject.status not in (TaskStatus.PENDING, TaskStatus.READY, TaskStatus.BLOCKED):
        return False
    needs = [state.tasks[need] for need in subject.task.depends_on if need in state.tasks]
    in_the_way = tuple(need.task.id for need in needs if need.status in CANNOT_SUCCEED)
    if in_the_way:
        status = TaskStatus.BLOCKED
    elif all(need.status is TaskStatus.SUCCEEDED for need in needs):
        status = TaskStatus.READY
    else:
        status = TaskStatus.PENDING
    if (status, in_the_way) == (subject.status, subject.blocked_by):
        return False
    subject.status, subject.blocked_by = status, in_the_way
    return True


def _settle_dependents(state: State, changed: str) -> None:
    queue = deque(state.dependents.get(changed, ()))
    while queue:
        task_id = queue.popleft()
        if _settle(state, state.tasks[task_id]):
            queue.extend(state.dependents.get(task_id, ()))


# The run.


def _lay_out(state: State, plan: Plan, limits: Limits) -> None:
    graph = {each.id: each.depends_on for each in plan.tasks}
    if cycle := find_cycle(graph):
        raise _MisfitError(f"the plan's tasks wait for each other: {' -> '.join(cycle)}")
    known = state.tasks
    state.plan = plan
    state.tasks = {}
    for each in plan.tasks:
        if each.id in known:
            kept = known[each.id]
            kept.task = each
            state.tasks[each.id] = kept
        else:
            state.tasks[each.id] = TaskState(task=each, allowance=each.max_attempts or limits.max_attempts)
    for task_id, removed in known.items():
        if task_id not in state.tasks:
            _withdraw_question(state, removed)
    state.dependents = dependents(graph)
    for task_id, subject in state.tasks.items():
        if _settle(state, subject):
            _settle_dependents(state, task_id)


def _run_planned(state: State, recorded: Recorded, event: run.RunPlanned) -> None:
    if state.plan is not None:
        raise _MisfitError("the run was planned before")
    _lay_out(state, event.plan, event.limits)
    state.run = recorded.run
    state.created_ms = recorded.at_wall
    state.root, state.agent, state.version, state.limits = (
        event.root,
        event.agent,
        event.version,
        event.limits,
    )


def _run_started(state: State, recorded: Recorded, event: run.RunStarted) -> None:
    _move_run(state, RunStatus.RUNNING)
    state.epoch = recorded.epoch
    state.pid, state.host, state.sandbox, state.only = event.pid, event.host, event.sandbox, event.only
    if event.limits is not None:
        state.limits = event.limits
    state.ignores_limits = event.ignores_limits
    state.burn = Burn(recorded.at_wall)
    # The log of a sitting that a crash cut off ends with its last event: nobody knows how much longer it worked.
    _end_sitting(state, state.updated_ms)
    state.sitting_ms = recorded.at_wall
    state.suspended = state.paused = False
    state.reason, state.until_ms, state.finished_ms = "", None, 0
    state.consecutive_failures = 0


def _run_replanned(state: State, _: Recorded, event: run.RunReplanned) -> None:
    if state.plan is None:
        raise _MisfitError("the run was not planned yet")
    _lay_out(state, event.plan, state.limits)


def _run_paused(state: State, _: Recorded, event: run.RunPaused) -> None:
    _move_run(state, RunStatus.WAITING)
    state.paused, state.reason = True, f"paused by {event.by}"


def _run_unpaused(state: State, _: Recorded, __: run.RunUnpaused) -> None:
    if not state.paused:
        raise _MisfitError("the run is not paused")
    _move_run(state, RunStatus.RUNNING)
    state.paused, state.reason = False, ""


def _run_waiting(state: State, _: Recorded, event: run.RunWaiting) -> None:
    _move_run(state, RunStatus.WAITING)
    state.reason, state.until_ms = event.reason, event.until_ms
    if event.key:
        state.holds[event.key] = Hold(event.reason, event.detail, event.until_ms)


def _run_woken(state: State, _: Recorded, __: run.RunWoken) -> None:
    if state.status is not RunStatus.WAITING:
        raise _MisfitError(f"a run that is {state.status} waits for nothing")
    if state.reason == "storage" and state.holds:  # it goes back to what it waited for before
        hold = list(state.holds.values())[-1]
        state.reason, state.until_ms = hold.cause, hold.until_ms
        return
    if not state.paused:
        _move_run(state, RunStatus.RUNNING)
    state.reason, state.until_ms = "", None
    state.holds.clear()


def _end_sitting(state: State, at_ms: int) -> None:
    if state.sitting_ms:
        state.active_ms += max(0, at_ms - state.sitting_ms)
        state.sitting_ms = 0


def _run_suspended(state: State, recorded: Recorded, event: run.RunSuspended) -> None:
    _move_run(state, RunStatus.WAITING)
    state.suspended, state.reason = True, event.reason
    _end_sitting(state, recorded.at_wall)


def _run_finished(state: State, recorded: Recorded, event: run.RunFinished) -> None:
    if event.outcome not in RUN_ENDED:
        raise _MisfitError(f"a run cannot finish as {event.outcome}")
    _move_run(state, event.outcome)
    state.reason, state.finished_ms = event.reason, recorded.at_wall
    _end_sitting(state, recorded.at_wall)
    _put_back(state)


def _put_back(state: State) -> None:
    """In a run that has ended nothing runs: what was under way is as ready as before it began."""
    for subject in state.tasks.values():
        if subject.status is TaskStatus.RUNNING or (subject.status is TaskStatus.NEEDS_YOU and not subject.decision):
            _move_task(state, subject, TaskStatus.READY)


# Tasks.


def _task_started(state: State, recorded: Recorded, _: task.TaskStarted) -> None:
    subject = _task(state, recorded)
    if subject.status is TaskStatus.NEEDS_YOU:
        raise _MisfitError("a task that asks goes on with an attempt")
    _move_task(state, subject, TaskStatus.RUNNING)
    subject.started_ms = subject.started_ms or recorded.at_wall


def _end_task(state: State, recorded: Recorded, status: TaskStatus) -> TaskState:
    subject = _task(state, recorded)
    _move_task(state, subject, status)
    _withdraw_question(state, subject)
    subject.blocked_by = ()
    subject.ended_ms = recorded.at_wall
    return subject


def _withdraw_question(state: State, subject: TaskState) -> None:
    """Nobody needs to answer for a task that has ended or is gone."""
    if subject.decision:
        state.decisions[subject.decision].withdrawn = True
        subject.decision = ""


def _withdraw_side_question(state: State, subject: TaskState) -> None:
    """A question that an attempt waits for goes with the attempt."""
    if subject.decision and state.decisions[subject.decision].about != STUCK:
        _withdraw_question(state, subject)
        _move_task(state, subject, TaskStatus.RUNNING)


def _task_succeeded(state: State, recorded: Recorded, event: task.TaskSucceeded) -> None:
    _end_task(state, recorded, TaskStatus.SUCCEEDED).evidence = event.evidence
    state.consecutive_failures = 0


def _task_failed(state: State, recorded: Recorded, event: task.TaskFailed) -> None:
    subject = _end_task(state, recorded, TaskStatus.FAILED)
    subject.evidence = subject.last_error = event.message
    state.consecutive_failures += 1


def _task_skipped(state: State, recorded: Recorded, event: task.TaskSkipped) -> None:
    _end_task(state, recorded, TaskStatus.SKIPPED).evidence = event.reason
    if event.by != "person":
        state.consecutive_failures += 1


def _task_aborted(state: State, recorded: Recorded, event: task.TaskAborted) -> None:
    _end_task(state, recorded, TaskStatus.ABORTED).evidence = event.reason


def _task_reopened(state: State, recorded: Recorded, _: task.TaskReopened) -> None:
    subject = _task(state, recorded)
    if not subject.ended:
        raise _MisfitError(f"a task that is {subject.status} needs no reopening")
    _move_task(state, subject, TaskStatus.PENDING)
    if _settle(state, subject):
        _settle_dependents(state, subject.task.id)
    subject.allowance = subject.used + (subject.task.max_attempts or state.limits.max_attempts)
    subject.non_progress = subject.recoveries = subject.ended_ms = 0
    subject.evidence = ""


# Attempts.


def _attempt_started(state: State, recorded: Recorded, event: attempt.AttemptStarted) -> None:
    subject = _task(state, recorded)
    _check_begin(subject, recorded.attempt, event.continues)
    if subject.status is TaskStatus.NEEDS_YOU:
        _move_task(state, subject, TaskStatus.RUNNING)
    begun = AttemptState(
        number=recorded.attempt,
        round=event.round,
        agent=event.agent,
        model=event.model,
        started_ms=recorded.at_wall,
        started_ns=recorded.at_mono,
        continues=event.continues,
        note=event.note,
        description=event.description,
        restore=event.restore,
        first_seq=recorded.seq,
        last_seq=recorded.seq,
    )
    if event.continues:
        before = subject.attempts[event.continues - 1]
        _go_on_from(begun, before)
    subject.attempts.append(begun)
    subject.note = subject.prompt = ""
    subject.restore = False


def _check_begin(subject: TaskState, number: int, continues: int) -> None:
    """An attempt follows the ended ones before it, at a task that is under way and asks nothing."""
    if number != len(subject.attempts) + 1:
        raise _MisfitError(f"attempt {number} follows {len(subject.attempts)} attempts")
    if not 0 <= continues < number:
        raise _MisfitError(f"attempt {number} cannot go on from {continues}")
    if subject.status not in (TaskStatus.RUNNING, TaskStatus.NEEDS_YOU) or subject.decision:
        raise _MisfitError(f"no attempt can begin at a task that is {subject.status}")
    if subject.attempt is not None and subject.attempt.status is AttemptStatus.RUNNING:
        raise _MisfitError(f"attempt {number - 1} has not ended")


def _go_on_from(begun: AttemptState, before: AttemptState) -> None:
    """Let an attempt keep what the interrupted one before it had brought to an end."""
    begun.checkpoint, begun.digest, begun.restored = before.checkpoint, before.digest, before.restored
    begun.hooks = [copy(known) for known in before.hooks if known.status not in UNFINISHED_HOOKS]
    if before.answered is not None and before.answered.kind not in CUT_OFF:
        begun.asked, begun.answered = True, before.answered


def _attempt_checkpointed(state: State, recorded: Recorded, event: attempt.AttemptCheckpointed) -> None:
    _attempt(state, recorded).checkpoint = event


def _attempt_prompted(state: State, recorded: Recorded, event: attempt.AttemptPrompted) -> None:
    _attempt(state, recorded).digest = event.digest


def _attempt_measured(state: State, recorded: Recorded, event: attempt.AttemptMeasured) -> None:
    _attempt(state, recorded).measured = event


def _attempt_restored(state: State, recorded: Recorded, event: attempt.AttemptRestored) -> None:
    _attempt(state, recorded).restored = not event.problem


def _attempt_finished(state: State, recorded: Recorded, event: attempt.AttemptFinished) -> None:
    subject = _task(state, recorded)
    ended = _attempt(state, recorded)
    _move_attempt(ended, event.status)
    ended.outcome, ended.counted = event.outcome, event.counted
    ended.seconds, ended.ended_ms = event.seconds, recorded.at_wall
    ended.retry, ended.retry_until_ms = None, 0
    ended.request = ended.waiting = None
    _withdraw_side_question(state, subject)
    subject.recoveries = subject.recoveries + 1 if event.outcome.kind is Kind.INTERRUPTED_CRASH else 0
    if event.counted:
        subject.used += 1
        idle = ended.measured is not None and ended.measured.progressed is False and subject.task.progress
        subject.non_progress = subject.non_progress + 1 if idle else 0
    if not event.outcome.ok:
        subject.last_error = event.outcome.message


# The agent.


def _agent_started(state: State, recorded: Recorded, event: agent.AgentStarted) -> None:
    subject = _attempt(state, recorded)
    subject.asked = True
    subject.model = event.model or subject.model


def _agent_session(state: State, recorded: Recorded, event: agent.AgentSession) -> None:
    _attempt(state, recorded).session = event.id


def _agent_spoke(_: State, __: Recorded, ___: agent.AgentSpoke | agent.AgentThought) -> None:
    """Output is the transcript's."""


def _agent_noticed(state: State, recorded: Recorded, _: agent.AgentNoticed) -> None:
    _attempt(state, recorded)


def _agent_finished(state: State, recorded: Recorded, event: agent.AgentFinished) -> None:
    _attempt(state, recorded).answered = event.outcome


# Tools.


def _tool_started(state: State, recorded: Recorded, event: tool.ToolStarted) -> None:
    tools = _attempt(state, recorded).tools
    if event.id in tools:
        raise _MisfitError(f"tool call {event.id!r} had begun before")
    tools[event.id] = ToolState(
        event.id, event.name, event.summary, recorded.at_wall, verdict=event.verdict, rule=event.rule
    )


def _tool(state: State, recorded: Recorded, tool_id: str) -> ToolState:
    try:
        return _attempt(state, recorded).tools[tool_id]
    except KeyError:
        raise _MisfitError(f"no tool call {tool_id!r} in this attempt") from None


def _tool_printed(state: State, recorded: Recorded, event: tool.ToolPrinted) -> None:
    found = _printing(state, recorded)
    if found is not None and event.id in found.tools:
        found.tools[event.id].stalled = ""


def _tool_stalled(state: State, recorded: Recorded, event: tool.ToolStalled) -> None:
    _tool(state, recorded, event.id).stalled = event.line


def _tool_flagged(state: State, recorded: Recorded, event: tool.ToolFlagged) -> None:
    _tool(state, recorded, event.id).flagged = event.what


def _tool_finished(state: State, recorded: Recorded, event: tool.ToolFinished) -> None:
    subject = _tool(state, recorded, event.id)
    if subject.status is not ToolStatus.RUNNING:
        raise _MisfitError(f"tool call {event.id!r} had ended before")
    subject.status, subject.exit_code, subject.seconds = event.status, event.exit_code, event.seconds
    subject.stalled = ""


# Requests to models.


def _request_started(state: State, recorded: Recorded, event: request.RequestStarted) -> None:
    subject = _attempt(state, recorded)
    subject.waiting = None
    subject.hop = event.hop
    subject.request = RequestState(
        event.id,
        event.provider,
        event.model,
        event.turn,
        event.hop,
        recorded.at_wall,
        event.reserved_micro,
        event.estimated_tokens,
        event.profile,
    )


def _request_finished(state: State, recorded: Recorded, event: request.RequestFinished) -> None:
    subject = _attempt(state, recorded)
    if subject.request is None or subject.request.id != event.id:
        raise _MisfitError(f"request {event.id!r} is not under way")
    asked, subject.request = subject.request, None
    subject.context = event.context or subject.context
    if event.usage is not None:
        subject.prompt_tokens = event.usage.prompt_tokens
    if event.outcome.ok:
        subject.turns += 1
        subject.served_by = event.served_by or asked.model
        subject.retry, subject.retry_until_ms = None, 0


def _request_waiting(state: State, recorded: Recorded, event: request.RequestWaiting) -> None:
    _attempt(state, recorded).waiting = Waiting(
        event.provider, event.model, event.reason, event.cause, event.until_ms
    )


def _request_released(state: State, recorded: Recorded, _: request.RequestReleased) -> None:
    _attempt(state, recorded).waiting = None


def _conversation_changed(
    state: State,
    recorded: Recorded,
    _: request.ConversationShortened | request.ConversationNudged | request.ConversationForgotten,
) -> None:
    _attempt(state, recorded)


def _model_switched(state: State, recorded: Recorded, event: request.ModelSwitched) -> None:
    subject = _attempt(state, recorded)
    subject.hop, subject.model, subject.switched = event.hop, event.after, event.reason


def _limits_told(state: State, _: Recorded, event: request.LimitsTold) -> None:
    state.told[f"{event.provider}/{event.model}"] = event.notice


def _limits_used(state: State, _: Recorded, event: request.LimitsUsed) -> None:
    state.used[event.provider] = event.caps


def _cache_hit(state: State, recorded: Recorded, event: request.CacheHit) -> None:
    _attempt(state, recorded).question = event.key
    state.cache.hits += 1


def _cache_missed(state: State, recorded: Recorded, event: request.CacheMissed) -> None:
    _attempt(state, recorded).question = event.key
    state.cache.misses += 1


# Hooks.


def _hook_started(state: State, recorded: Recorded, event: hook.HookStarted) -> None:
    begun = HookState(event.id, event.name, event.stage, event.command, event.round, recorded.at_wall, event.quiet)
    begun.first_seq = begun.last_seq = recorded.seq
    _attempt(state, recorded).hooks.append(begun)


def _hook_printed(state: State, recorded: Recorded, event: hook.HookPrinted) -> None:
    found = _printing(state, recorded)
    for each in found.hooks if found is not None else ():
        if each.id == event.id:
            each.stalled = ""


def _hook_stalled(state: State, recorded: Recorded, event: hook.HookStalled) -> None:
    _hook(state, recorded, event.id).stalled = event.line


def _hook_finished(state: State, recorded: Recorded, event: hook.HookFinished) -> None:
    subject = _hook(state, recorded, event.id)
    if subject.status is not HookStatus.RUNNING:
        raise _MisfitError(f"hook {event.id!r} had ended before")
    subject.status, subject.exit_code, subject.signal = event.status, event.exit_code, event.signal
    subject.seconds, subject.message, subject.tail = event.seconds, event.message, event.tail
    subject.survivors, subject.stalled = event.survivors, ""


# Decisions.


def _decision_opened(state: State, recorded: Recorded, event: decision.DecisionOpened) -> None:
    subject = _task(state, recorded)
    if event.id in state.decisions:
        raise _MisfitError(f"decision {event.id!r} was opened before")
    _move_task(state, subject, TaskStatus.NEEDS_YOU)
    subject.decision = event.id
    if event.about == STUCK:
        subject.last_error = event.error
    state.decisions[event.id] = Decision(
        id=event.id,
        task=recorded.task,
        title=event.title,
        error=event.error,
        failures=event.failures,
        choices=event.choices,
        falls=event.falls,
        evidence=event.evidence,
        opened_ms=recorded.at_wall,
        about=event.about,
        subject=event.subject,
        rule=event.rule,
    )


def _decision_answered(state: State, recorded: Recorded, event: decision.DecisionAnswered) -> None:
    found = state.decisions.get(event.id)
    if found is None or not found.open:
        raise _MisfitError(f"decision {event.id!r} is not open")
    if event.choice not in found.choices:
        raise _MisfitError(f"{event.choice!r} does not answer decision {event.id!r}")
    found.choice, found.by, found.note, found.answered_ms = (
        event.choice,
        event.by,
        event.note,
        recorded.at_wall,
    )
    subject = state.tasks[found.task]
    subject.decision = ""
    if found.about != STUCK:
        _move_task(state, subject, TaskStatus.RUNNING)
        _learn_rule(state, found)
        return
    subject.intervention = event.choice
    if event.choice == "retry":
        subject.allowance = max(subject.allowance, subject.used) + (subject.used >= subject.allowance)
        subject.non_progress = subject.recoveries = 0
        subject.note, subject.prompt, subject.restore = event.note, event.prompt, event.restore


def _learn_rule(state: State, found: Decision) -> None:
    if found.rule and found.choice in LEARNT:
        state.rules[found.rule] = LEARNT[found.choice]


def _decision_ignored(state: State, _: Recorded, event: decision.DecisionIgnored) -> None:
    if event.id not in state.decisions:
        raise _MisfitError(f"no decision {event.id!r}")


# Money, waiting, and the engine itself.


def _money_spent(state: State, recorded: Recorded, event: money.MoneySpent) -> None:
    subject = _task(state, recorded)
    spent = (state.spending, subject.spending, _attempt(state, recorded).spending)
    for spending in (*spent, state.models.setdefault(event.model, Spending())):
        spending.charge(event)
    if event.micro:
        state.burn = spend(state.burn, event.micro, recorded.at_wall)


def _provider_retrying(state: State, recorded: Recorded, event: resilience.ProviderRetrying) -> None:
    subject = _attempt(state, recorded)
    subject.retry, subject.retry_until_ms = event.outcome, event.until_ms


def _provider_broken(state: State, recorded: Recorded, event: resilience.ProviderBroken) -> None:
    state.circuits[event.key] = Circuit(event.state, event.reason, recorded.at_wall, event.until_ms, event.data)


def _money_warned(state: State, _: Recorded, event: money.MoneyWarned) -> None:
    state.warned[event.budget] = Warned(event.level, event.spent_micro, event.cap_micro, event.action)


def _provider_recovered(state: State, recorded: Recorded, _: resilience.ProviderRecovered) -> None:
    subject = _attempt(state, recorded)
    subject.retry, subject.retry_until_ms = None, 0


def _degraded(state: State, _: Recorded, event: monitor.Degraded) -> None:
    state.degraded = [known for known in state.degraded if known.what != event.what]
    state.degraded.append(event)


def _restored(state: State, _: Recorded, event: monitor.Restored) -> None:
    state.degraded = [known for known in state.degraded if known.what != event.what]


def _troubled(state: State, _: Recorded, event: monitor.Troubled) -> None:
    state.troubles.append(Trouble(event.where, event.message, event.details))


def _tail_lost(state: State, _: Recorded, event: monitor.TailLost) -> None:
    lost = event.shown - event.found
    state.troubles.append(Trouble("log", f"the disk lost the last {lost} events that had been shown", ""))


HANDLERS: Final[Mapping[type[Event], Handler]] = {
    run.RunPlanned: _run_planned,
    run.RunStarted: _run_started,
    run.RunReplanned: _run_replanned,
    run.RunPaused: _run_paused,
    run.RunUnpaused: _run_unpaused,
    run.RunWaiting: _run_waiting,
    run.RunWoken: _run_woken,
    run.RunSuspended: _run_suspended,
    run.RunFinished: _run_finished,
    task.TaskStarted: _task_started,
    task.TaskSucceeded: _task_succeeded,
    task.TaskFailed: _task_failed,
    task.TaskSkipped: _task_skipped,
    task.TaskAborted: _task_aborted,
    task.TaskReopened: _task_reopened,
    attempt.AttemptStarted: _attempt_started,
    attempt.AttemptCheckpointed: _attempt_checkpointed,
    attempt.AttemptPrompted: _attempt_prompted,
    attempt.AttemptMeasured: _attempt_measured,
    attempt.AttemptRestored: _attempt_restored,
    attempt.AttemptFinished: _attempt_finished,
    agent.AgentStarted: _agent_started,
    agent.AgentSession: _agent_session,
    agent.AgentSpoke: _agent_spoke,
    agent.AgentThought: _agent_spoke,
    agent.AgentNoticed: _agent_noticed,
    agent.AgentFinished: _agent_finished,
    request.RequestStarted: _request_started,
    request.RequestFinished: _request_finished,
    request.RequestWaiting: _request_waiting,
    request.RequestReleased: _request_released,
    request.ConversationShortened: _conversation_changed,
    request.ConversationNudged: _conversation_changed,
    request.ConversationForgotten: _conversation_changed,
    request.ModelSwitched: _model_switched,
    request.LimitsTold: _limits_told,
    request.LimitsUsed: _limits_used,
    request.CacheHit: _cache_hit,
    request.CacheMissed: _cache_missed,
    tool.ToolStarted: _tool_started,
    tool.ToolPrinted: _tool_printed,
    tool.ToolStalled: _tool_stalled,
    tool.ToolFlagged: _tool_flagged,
    tool.ToolFinished: _tool_finished,
    hook.HookStarted: _hook_started,
    hook.HookPrinted: _hook_printed,
    hook.HookStalled: _hook_stalled,
    hook.HookFinished: _hook_finished,
    decision.DecisionOpened: _decision_opened,
    decision.DecisionAnswered: _decision_answered,
    decision.DecisionIgnored: _decision_ignored,
    resilience.ProviderRetrying: _provider_retrying,
    resilience.ProviderRecovered: _provider_recovered,
    resilience.ProviderBroken: _provider_broken,
    money.MoneyWarned: _money_warned,
    money.MoneySpent: _money_spent,
    monitor.Degraded: _degraded,
    monitor.Restored: _restored,
    monitor.Troubled: _troubled,
    monitor.TailLost: _tail_lost,
}
"""The whole fold. A test holds it against `codec.EVENT_TYPES`."""
