"""Events as lines of words: for screen readers, pipes, CI, and whoever likes a plain log.

Every type of event has one small function here that says it in one line, or says nothing; a test holds the table
against the list of events. What agents, tools and hooks print comes in pieces that end anywhere: `PlainRenderer`
joins them, so that each of their lines is printed once, whole, and with its source before it.
"""

from collections.abc import Callable, Mapping
from itertools import islice
from typing import Any, Final

from tmtui.cli.limit_notice import limit_notice
from tmtui.cli.output import Line, Tone
from tmtui.cli.times import count, duration, time_of_day
from tmtui.domain.ids import short_run_id
from tmtui.domain.money import format_usd, tell_usd
from tmtui.domain.status import AttemptStatus, HookStatus, RunStatus, ToolStatus
from tmtui.domain.text import clean_line
from tmtui.events import agent, attempt, decision, hook, money, monitor, request, resilience, run, task, tool
from tmtui.events.base import Event, Recorded
from tmtui.state.model import State
from tmtui.state.transcript import flag_words


UNSANDBOXED: Final = "none"

LIMITS_IGNORED: Final = "YOUR RATE LIMITS ARE SET ASIDE"
"""What stands beside a run with `--ignore-config-limits`."""

FILES_NAMED: Final = 5
"""Changed files that are named in one line."""

Teller = Callable[[Recorded, Any, State], Line | None]


def _silent(_: Recorded, __: Any, ___: State) -> None:
    return None


# The run.


def _run_planned(recorded: Recorded, event: run.RunPlanned, _: State) -> Line:
    tasks = count(len(event.plan.tasks), "task")
    return Line(f"○ run {short_run_id(recorded.run)} planned: {tasks} from {event.plan.path}, agent {event.agent}")


def _run_started(_: Recorded, event: run.RunStarted, __: State) -> Line:
    word = "taken up again" if event.resumed else "started"
    only = f", only {', '.join(event.only)}" if event.only else ""
    sandbox = "UNSANDBOXED" if event.sandbox == UNSANDBOXED else f"sandbox {event.sandbox}"
    limits = f"; {LIMITS_IGNORED}" if event.ignores_limits else ""
    return Line(f"▶ {word} by process {event.pid} on {event.host}{only}; {sandbox}{limits}", Tone.STRONG)


def _run_replanned(_: Recorded, event: run.RunReplanned, __: State) -> Line:
    changes = [
        f"{word} {', '.join(names)}"
        for word, names in (("added", event.added), ("removed", event.removed), ("changed", event.changed))
        if names
    ]
    return Line(f"↻ the plan was changed: {'; '.join(changes) or 'no task differs'}", Tone.WARN)


def _run_paused(_: Recorded, event: run.RunPaused, __: State) -> Line:
    return Line(f"⏸ paused by {event.by}; go on with: tmtui unpause", Tone.WARN)


def _run_unpaused(_: Recorded, event: run.RunUnpaused, __: State) -> Line:
    return Line(f"▶ let go on by {event.by}")


def _run_waiting(_: Recorded, event: run.RunWaiting, __: State) -> Line:
    until = f" until {time_of_day(event.until_ms)}" if event.until_ms is not None else ""
    detail = f" ({event.key}: {event.detail})" if event.detail else ""
    return Line(f"⏸ waiting{until}: {event.reason.replace('_', ' ')}{detail}", Tone.WARN)


def _run_woken(_: Recorded, __: run.RunWoken, ___: State) -> Line:
    return Line("▶ goes on")


def _run_suspended(_: Recorded, event: run.RunSuspended, __: State) -> Line:
    return Line(f"⏸ laid down: {event.reason}; take it up with: tmtui resume", Tone.WARN)


def _run_finished(_: Recorded, event: run.RunFinished, __: State) -> Line:
    reason = f": {event.reason}" if event.reason else ""
    if event.outcome is RunStatus.SUCCEEDED:
        return Line(f"✓ the run succeeded{reason}", Tone.GOOD)
    word = {RunStatus.INCOMPLETE: "is incomplete", RunStatus.ABORTED: "was given up"}.get(event.outcome, "failed")
    return Line(f"✗ the run {word}{reason}", Tone.BAD)


# Tasks and attempts.


def _task_started(recorded: Recorded, _: task.TaskStarted, state: State) -> Line:
    subject = state.tasks.get(recorded.task)
    return Line(f"▶ started: {subject.task.title if subject else recorded.task}", Tone.STRONG)


def _task_succeeded(_: Recorded, event: task.TaskSucceeded, __: State) -> Line:
    return Line(f"✓ done: {event.evidence}", Tone.GOOD)


def _task_failed(_: Recorded, event: task.TaskFailed, __: State) -> Line:
    return Line(f"✗ failed: {event.message}", Tone.BAD)


def _task_skipped(_: Recorded, event: task.TaskSkipped, __: State) -> Line:
    return Line(f"» skipped by {event.by}: {event.reason}", Tone.WARN)


def _task_aborted(_: Recorded, event: task.TaskAborted, __: State) -> Line:
    return Line(f"■ given up: {event.reason}", Tone.BAD)


def _task_reopened(_: Recorded, event: task.TaskReopened, __: State) -> Line:
    return Line(f"↻ opened again by {event.by}")


def _attempt_started(recorded: Recorded, event: attempt.AttemptStarted, state: State) -> Line:
    subject = state.tasks.get(recorded.task)
    of = f" of {subject.allowance}" if subject and subject.allowance >= event.round else ""
    onward = ", goes on where the last one was cut off" if event.continues else ""
    note = f", with the note: {event.note}" if event.note else ""
    return Line(f"▶ attempt {event.round}{of} by {event.agent}{onward}{note}")


def _attempt_checkpointed(_: Recorded, event: attempt.AttemptCheckpointed, __: State) -> Line | None:
    return Line(f"⚠ no checkpoint: {event.problem}", Tone.WARN) if event.problem else None


def _file_list(files: tuple[attempt.FileChange, ...], total: int) -> str:
    named = [f"{file.path} +{file.added} -{file.removed}" for file in files[:FILES_NAMED]]
    more = total - len(named)
    return ", ".join(named) + (f" and {more} more" if more > 0 else "")


def _attempt_measured(_: Recorded, event: attempt.AttemptMeasured, __: State) -> Line:
    if event.problem:
        return Line(f"⚠ what changed is not known: {event.problem}", Tone.WARN)
    if not event.files_total:
        return Line("· no file changed", Tone.FAINT)
    return Line(f"· {count(event.files_total, 'file')} changed: {_file_list(event.files, event.files_total)}")


def _attempt_restored(_: Recorded, event: attempt.AttemptRestored, __: State) -> Line:
    return Line(f"↻ the files were put back; what was there before is kept as {event.kept}")


def _attempt_finished(_: Recorded, event: attempt.AttemptFinished, __: State) -> Line | None:
    took = duration(event.seconds)
    match event.status:
        case AttemptStatus.SUCCEEDED:
            return Line(f"✓ attempt succeeded after {took}", Tone.GOOD)
        case AttemptStatus.INTERRUPTED:
            return Line("⚠ attempt interrupted: the engine ended in the middle of it", Tone.WARN)
        case AttemptStatus.CANCELED:
            return Line(f"⏸ attempt canceled after {took}", Tone.WARN)
        case _:
            counted = "" if event.counted else " (does not count)"
            return Line(f"✗ attempt failed after {took}{counted}: {event.outcome.message}", Tone.BAD)


# Agents, tools and hooks. What they print is `PlainRenderer`'s.


def _agent_noticed(_: Recorded, event: agent.AgentNoticed, __: State) -> Line:
    return Line(f"· {event.text}")


def _agent_finished(_: Recorded, event: agent.AgentFinished, __: State) -> Line:
    if event.outcome.ok:
        return Line(f"· agent finished after {duration(event.seconds)}", Tone.FAINT)
    return Line(f"✗ agent stopped: {event.outcome.message or event.outcome.kind}", Tone.BAD)


def _tool_started(_: Recorded, event: tool.ToolStarted, __: State) -> Line:
    return Line(f"⚙ {event.summary or tool_words(event.name)}")


def _tool_finished(recorded: Recorded, event: tool.ToolFinished, state: State) -> Line:
    name = _tool_name(recorded, event.id, state)
    code = f", exit code {event.exit_code}" if event.exit_code is not None else ""
    if event.status is ToolStatus.DENIED:
        return Line(f"✗ {name} was not allowed: {clean_line(event.output, 200)}", Tone.WARN)
    if event.recovered:
        return Line(f"✓ {name} had been carried out before the engine ended")
    if event.status is ToolStatus.OK:
        return Line(f"✓ {name} ended well after {duration(event.seconds)}{code}", Tone.FAINT)
    return Line(f"✗ {name} {_words(event.status)} after {duration(event.seconds)}{code}", Tone.WARN)


def _tool_name(recorded: Recorded, tool_id: str, state: State) -> str:
    subject = state.tasks.get(recorded.task)
    if subject and 0 < recorded.attempt <= len(subject.attempts):
        known = subject.attempts[recorded.attempt - 1].tools.get(tool_id)
        if known:
            return tool_words(known.name)
    return "tool"


def tool_words(name: str) -> str:
    """A tool's name as a person says it: models know the editor by a long one."""
    return "edit" if name == "str_replace_based_edit_tool" else name


def _words(status: ToolStatus | HookStatus) -> str:
    return {
        "error": "failed",
        "timed_out": "ran out of time and was ended",
        "signaled": "was ended by a signal",
        "not_found": "was not found",
    }.get(status.value, status.value)


def _hook_started(_: Recorded, event: hook.HookStarted, __: State) -> Line | None:
    if event.quiet:
        return None
    again = f" (run {event.round})" if event.round > 1 else ""
    return Line(f"▶ {event.stage}-hook {event.name}{again}: {clean_line(event.command, 120)}")


def _hook_stalled(_: Recorded, event: hook.HookStalled, __: State) -> Line:
    return Line(f"⚠ silent for {duration(event.seconds)} after what looks like a question: {event.line}", Tone.WARN)


def _hook_finished(recorded: Recorded, event: hook.HookFinished, state: State) -> Line | None:
    name, quiet = _hook_facts(recorded, event.id, state)
    left = f"; {count(event.survivors, 'process', 'processes')} that it left behind ended" if event.survivors else ""
    if event.status is HookStatus.PASSED:
        return None if quiet else Line(f"✓ hook {name} passed after {duration(event.seconds)}{left}", Tone.GOOD)
    message = event.message or f"{name} {_words(event.status)}"
    return Line(f"✗ hook {name}: {message}{left}", Tone.BAD)


def _hook_facts(recorded: Recorded, hook_id: str, state: State) -> tuple[str, bool]:
    subject = state.tasks.get(recorded.task)
    if subject and 0 < recorded.attempt <= len(subject.attempts):
        for known in reversed(subject.attempts[recorded.attempt - 1].hooks):
            if known.id == hook_id:
                return known.name, known.quiet
    return hook_id, False


# Questions, limits, money, the engine.


def _decision_opened(recorded: Recorded, event: decision.DecisionOpened, _: State) -> Line:
    falls = f" ({count(len(event.falls), 'task')} would fall with it)" if event.falls else ""
    how = f"answer with: tmtui answer {recorded.task} {'|'.join(event.choices)}"
    return Line(f"? needs you, {event.title}: {event.error}{falls}; {how}", Tone.WARN)


def _decision_answered(_: Recorded, event: decision.DecisionAnswered, __: State) -> Line:
    note = f", with the note: {event.note}" if event.note else ""
    restored = ", from the files as they were before" if event.restore else ""
    return Line(f"● answered by {event.by}: {event.choice}{restored}{note}")


def _decision_ignored(_: Recorded, event: decision.DecisionIgnored, __: State) -> Line:
    return Line(f"· a later answer by {event.by} came too late: {event.choice}", Tone.FAINT)


def _provider_retrying(_: Recorded, event: resilience.ProviderRetrying, __: State) -> Line:
    words = [f"{event.provider}: {event.outcome.message or event.outcome.kind}"]
    words += [f"Retry-After: {event.outcome.retry_after:g} seconds"] if event.outcome.retry_after else []
    of = f"/{event.of}" if event.of >= event.tries else ""
    waits = f"Attempt {event.tries}{of}: Waiting {seconds_words(event.delay)}..."
    return Line(f"⚠ {', '.join(words)}. {waits}", Tone.WARN)


def seconds_words(seconds: float) -> str:
    """`2 seconds`, `0.4 seconds`."""
    shown = f"{seconds:.1f}".removesuffix(".0")
    return f"{shown} {'second' if shown == '1' else 'seconds'}"


def _provider_recovered(_: Recorded, event: resilience.ProviderRecovered, __: State) -> Line:
    return Line(f"✓ {event.provider} answers again after {count(event.tries, 'try', 'tries')}")


def _provider_broken(_: Recorded, event: resilience.ProviderBroken, __: State) -> Line:
    until = f" until {time_of_day(event.until_ms)}" if event.until_ms else ""
    why = f": {event.reason}" if event.reason else ""
    return Line(f"◐ circuit of {event.key} is {event.state}{until}{why}", Tone.WARN)


def _request_finished(_: Recorded, event: request.RequestFinished, __: State) -> Line | None:
    if event.outcome.ok:
        return None
    return Line(f"✗ request failed: {event.outcome.message or event.outcome.kind}", Tone.WARN)


def _request_waiting(_: Recorded, event: request.RequestWaiting, __: State) -> Line:
    until = f", until {time_of_day(event.until_ms)}" if event.until_ms else ""
    return Line(f"⏸ waits for {event.provider}/{event.model}{until}: {event.reason}", Tone.WARN)


def _request_released(_: Recorded, event: request.RequestReleased, __: State) -> Line:
    return Line(f"▶ {event.provider}/{event.model} can be asked again", Tone.FAINT)


def _conversation_shortened(_: Recorded, event: request.ConversationShortened, __: State) -> Line:
    how = {"results": "old results were cut", "summary": "it begins afresh with a summary"}.get(event.how, event.how)
    sizes = f" (about {event.tokens_before:,} to {event.tokens_after:,} tokens)"
    return Line(f"⚠ the conversation was too long; {how}{sizes}", Tone.WARN)


def _conversation_nudged(_: Recorded, event: request.ConversationNudged, __: State) -> Line:
    return Line(f"→ {event.by} to the agent: {clean_line(event.text, 160)}", Tone.FAINT)


def _conversation_forgotten(_: Recorded, event: request.ConversationForgotten, __: State) -> Line:
    return Line(f"⚠ the model's earlier thinking is left out: {event.why}", Tone.WARN)


def _cache_hit(_: Recorded, event: request.CacheHit, __: State) -> Line:
    saved = f", which cost {format_usd(event.saved_micro)} then" if event.saved_micro else ""
    return Line(f"· answered from the cache: {event.model} was asked the same before{saved}", Tone.GOOD)


def _model_switched(_: Recorded, event: request.ModelSwitched, __: State) -> Line:
    return Line(f"⇄ {event.after} takes over from {event.before}: {event.reason}", Tone.WARN)


def _tool_stalled(_: Recorded, event: tool.ToolStalled, __: State) -> Line:
    return Line(f"⚠ silent for {duration(event.seconds)} after what looks like a question: {event.line}", Tone.WARN)


def _tool_flagged(_: Recorded, event: tool.ToolFlagged, __: State) -> Line:
    return Line(f"⚠ {flag_words(event)}", Tone.WARN)


def _money_warned(_: Recorded, event: money.MoneyWarned, __: State) -> Line:
    share = round(100 * event.spent_micro / event.cap_micro) if event.cap_micro else 100
    then = f"; {event.action}" if event.action else ""
    spent = f"{format_usd(event.spent_micro)} of {format_usd(event.cap_micro)} ({share}%)"
    return Line(f"⚠ budget of the {event.budget}, {event.level}: {spent}{then}", Tone.WARN)


def _money_spent(_: Recorded, event: money.MoneySpent, __: State) -> Line | None:
    if event.reused:
        return None
    told = tell_usd(event.micro, estimated=event.estimated)
    return Line(f"· {told} for {count(event.usage.total, 'token')} of {event.model}", Tone.FAINT)


def _degraded(_: Recorded, event: monitor.Degraded, __: State) -> Line:
    return Line(f"⚠ degraded: {degraded_words(event)}", Tone.WARN)


def degraded_words(event: monitor.Degraded) -> str:
    """What works less well, why, and what to do."""
    return f"{event.what}: {event.why.rstrip('.')}. {event.remedy}".rstrip()


def _restored(_: Recorded, event: monitor.Restored, __: State) -> Line:
    return Line(f"✓ no longer degraded: {event.what}", Tone.GOOD)


def _troubled(_: Recorded, event: monitor.Troubled, __: State) -> Line:
    details = f" (details: {event.details})" if event.details else ""
    return Line(f"✗ trouble in {event.where}: {event.message}{details}", Tone.BAD)


def _tail_lost(_: Recorded, event: monitor.TailLost, __: State) -> Line:
    lost = count(event.shown - event.found, "event")
    return Line(f"✗ the disk lost the last {lost} that had been shown", Tone.BAD)


TELLERS: Final[Mapping[type[Event], Teller]] = {
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
    attempt.AttemptPrompted: _silent,
    attempt.AttemptMeasured: _attempt_measured,
    attempt.AttemptRestored: _attempt_restored,
    attempt.AttemptFinished: _attempt_finished,
    agent.AgentStarted: _silent,
    agent.AgentSession: _silent,
    agent.AgentSpoke: _silent,
    agent.AgentThought: _silent,
    agent.AgentNoticed: _agent_noticed,
    agent.AgentFinished: _agent_finished,
    request.RequestStarted: _silent,
    request.RequestFinished: _request_finished,
    request.RequestWaiting: _request_waiting,
    request.RequestReleased: _request_released,
    request.ConversationShortened: _conversation_shortened,
    request.ConversationNudged: _conversation_nudged,
    request.ConversationForgotten: _conversation_forgotten,
    request.ModelSwitched: _model_switched,
    request.LimitsTold: _silent,
    request.LimitsUsed: _silent,
    request.CacheHit: _cache_hit,
    request.CacheMissed: _silent,
    tool.ToolStarted: _tool_started,
    tool.ToolPrinted: _silent,
    tool.ToolStalled: _tool_stalled,
    tool.ToolFlagged: _tool_flagged,
    tool.ToolFinished: _tool_finished,
    hook.HookStarted: _hook_started,
    hook.HookPrinted: _silent,
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
"""How each event is told."""

RESULTS: Final = frozenset(
    {
        run.RunSuspended,
        run.RunFinished,
        task.TaskSucceeded,
        task.TaskFailed,
        task.TaskSkipped,
        task.TaskAborted,
        decision.DecisionOpened,
        decision.DecisionAnswered,
        monitor.Troubled,
        monitor.TailLost,
    }
)
"""What is still told when only results are wanted."""


def plain_line(recorded: Recorded, state: State) -> Line | None:
    """One event in one line, or None when it says nothing by itself.

    Args:
        recorded: The event.
        state: The run's state with that event folded in.
    """
    told = TELLERS[type(recorded.event)](recorded, recorded.event, state)
    return None if told is None else Line(_prefix(recorded.task, recorded.at_wall, state) + told.text, told.tone)


WIDTHS: Final = (6, 20)
"""Fewest and most columns for a task's id."""

SAMPLED: Final = 50
"""Task ids that are looked at for the width, since this is done for each line."""


def _prefix(task_id: str, at_wall: int, state: State) -> str:
    widest = max(map(len, islice(state.tasks, SAMPLED)), default=0)
    width = min(max(widest, WIDTHS[0]), WIDTHS[1])
    return f"{time_of_day(at_wall)} {task_id or 'run':<{width}} "


def _output_line(task_id: str, at_wall: int, state: State, name: str, text: str) -> Line:
    return Line(f"{_prefix(task_id, at_wall, state)}{name} │ {text}")


Source = tuple[str, int, str, str]
"""Task, attempt, what kind of output it is, and which hook or tool."""


class PlainRenderer:
    """Tells a run in lines. Output of agents, tools and hooks is joined to whole lines first."""

    def __init__(self, *, verbose: bool = False) -> None:
        self._verbose = verbose
        self._open: dict[Source, str] = {}

    def lines(self, recorded: Recorded, state: State) -> list[Line]:
        """The lines that one event adds.

        Args:
            recorded: The event.
            state: The run's state with that event folded in.
        """
        match recorded.event:
            case agent.AgentSpoke(text=text, skipped=skipped):
                return self._output(recorded, state, ("agent", ""), text, skipped)
            case agent.AgentThought(text=text, skipped=skipped):
                return self._output(recorded, state, ("thinking", ""), text, skipped) if self._verbose else []
            case tool.ToolPrinted(id=tool_id, text=text, skipped=skipped):
                name = _tool_name(recorded, tool_id, state)
                return self._output(recorded, state, (name, tool_id), text, skipped)
            case hook.HookPrinted(id=hook_id, text=text, skipped=skipped):
                name, quiet = _hook_facts(recorded, hook_id, state)
                hidden = quiet and not self._verbose
                return [] if hidden else self._output(recorded, state, (name, hook_id), text, skipped)
        told = plain_line(recorded, state)
        notice = limit_notice(recorded, state)
        return [*self._flush(recorded, state), *([told] if told else []), *self._details(recorded, state), *notice]

    def rest(self, at_wall: int, state: State) -> list[Line]:
        """What is still held back when nothing more comes after `at_wall`."""
        lines = [_output_line(source[0], at_wall, state, source[2], text) for source, text in self._open.items()]
        self._open.clear()
        return lines

    def _output(
        self, recorded: Recorded, state: State, named: tuple[str, str], text: str, skipped: int
    ) -> list[Line]:
        source = (recorded.task, recorded.attempt, *named)
        held = self._open.pop(source, "")
        *whole, last = (text if skipped else held + text).split("\n")
        if skipped:
            whole = [*([held] if held else []), f"… {count(skipped, 'character')} left out", *whole]
        if last:
            self._open[source] = last
        return [_output_line(recorded.task, recorded.at_wall, state, named[0], line) for line in whole]

    def _flush(self, recorded: Recorded, state: State) -> list[Line]:
        """Whoever spoke in this attempt has stopped in the middle of a line: something else happens there."""
        mine = [source for source in self._open if source[:2] == (recorded.task, recorded.attempt)]
        return [
            _output_line(recorded.task, recorded.at_wall, state, source[2], self._open.pop(source)) for source in mine
        ]

    def _details(self, recorded: Recorded, state: State) -> list[Line]:
        texts: list[tuple[str, str]] = []
        match recorded.event:
            case attempt.AttemptPrompted(system=system, prompt=prompt) if self._verbose:
                texts = [("system", system), ("prompt", prompt)]
            case hook.HookFinished(id=hook_id, status=status, tail=tail) if status is not HookStatus.PASSED:
                name, quiet = _hook_facts(recorded, hook_id, state)
                texts = [(name, tail)] if quiet and not self._verbose else []
        return [
            _output_line(recorded.task, recorded.at_wall, state, name, line)
            for name, text in texts
            for line in text.splitlines()
        ]
