"""Taking up what a crash left.

Recovery makes no state of its own: it records the same events that a normal end would have, so it can itself be cut
off and done again. What was under way is closed as interrupted; a file tool whose result was lost is judged by the
file, since that shows whether the call had been done. A request whose answer was lost is charged with all that was
set aside for it: nobody knows what of it was carried out, and what was spent is never told too low.
"""

from collections.abc import Mapping

from tmtui.domain.outcome import Kind, Outcome
from tmtui.domain.status import AttemptStatus, HookStatus, TaskStatus, ToolStatus
from tmtui.domain.usage import Usage
from tmtui.engine.decide import Answers, Work, abort_run, after_attempt, answer_by_policy
from tmtui.events.agent import AgentFinished
from tmtui.events.attempt import AttemptFinished
from tmtui.events.base import Entry, Event
from tmtui.events.hook import HookFinished
from tmtui.events.money import MoneySpent
from tmtui.events.request import RequestFinished
from tmtui.events.tool import ToolFinished
from tmtui.state.model import AttemptState, RequestState, State, TaskState


CRASHED = Outcome(Kind.INTERRUPTED_CRASH, "the engine ended under it; it goes on from where it was")

Judgements = Mapping[str, bool | None]
"""For each tool call that was under way: whether it had been carried out; None when nobody can tell."""


def half_done(state: State) -> list[tuple[TaskState, AttemptState]]:
    """The attempts that were under way when the log ends."""
    return [
        (subject, subject.attempt)
        for subject in state.tasks.values()
        if subject.attempt is not None and subject.attempt.status is AttemptStatus.RUNNING
    ]


def close_half_done(state: State, judgements: Judgements, answers: Answers) -> list[Entry]:
    """The events that close what was under way."""
    entries: list[Entry] = []
    for subject, attempt in half_done(state):
        task_id = subject.task.id
        entries += [Entry(event, task_id, attempt.number) for event in _close_parts(attempt, judgements)]
        entries += after_attempt(state, subject, attempt, Work(attempt.measured), CRASHED, 0.0, answers)
    return entries


def _close_parts(attempt: AttemptState, judgements: Judgements) -> list[Event]:
    closed: list[Event] = [
        _close_tool(tool.id, judgements.get(tool.id))
        for tool in attempt.tools.values()
        if tool.status is ToolStatus.RUNNING
    ]
    closed += [
        HookFinished(run.id, HookStatus.INTERRUPTED, message=f"{run.name} hook was interrupted")
        for run in attempt.hooks
        if run.status is HookStatus.RUNNING
    ]
    if attempt.request is not None:
        closed += _close_request(attempt.request)
    if attempt.asked and attempt.answered is None:
        closed.append(AgentFinished(CRASHED, CRASHED.kind))
    return closed


def _close_tool(tool_id: str, done: bool | None) -> ToolFinished:
    if done:
        told = "Done. (The engine was restarted in between; the file itself shows that the change is in place.)"
        return ToolFinished(tool_id, ToolStatus.OK, told, recovered=True)
    told = "Interrupted before it ended" + (
        ": nothing was changed." if done is False else "; it may have had effects."
    )
    return ToolFinished(tool_id, ToolStatus.INTERRUPTED, told)


def _close_request(request: RequestState) -> list[Event]:
    spent = MoneySpent(
        request.model,
        Usage(input_tokens=request.estimated_tokens),
        request.reserved_micro,
        "set aside",
        provider=request.provider,
        profile=request.profile,
        request=request.id,
        estimated=True,
    )
    return [RequestFinished(request.id, CRASHED, served_by=request.model), spent]


def give_up(state: State, reason: str) -> list[Entry]:
    """Give up a run on which no engine works: what a crash left half-done, and all that is open."""
    cut = AttemptFinished(AttemptStatus.INTERRUPTED, CRASHED, counted=False)
    closed = [
        Entry(event, subject.task.id, attempt.number)
        for subject, attempt in half_done(state)
        for event in (*_close_parts(attempt, {}), cut)
    ]
    return [*closed, *abort_run(state, reason)]


def answer_left_open(state: State, answers: Answers) -> list[Entry]:
    """Answer the questions that an earlier sitting left open, when this one has nobody to ask."""
    if state.limits.on_decision == "ask":
        return []
    return [
        entry
        for decision in state.open_decisions
        if state.tasks[decision.task].status is TaskStatus.NEEDS_YOU
        for entry in answer_by_policy(state, decision, answers)
    ]
