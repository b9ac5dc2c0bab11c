"""What one attempt said, did and was asked, as lines.

A state holds no output. Where somebody looks at an attempt, its events are read from the log into a `Transcript`, and
those that come afterwards are taken in one by one. It keeps three texts: `output` is the conversation with its tool
calls, `hooks` the log of each hook, `prompt` what the agent was asked.

An event is taken once: whatever is not newer than the last one taken is passed over, so a read of the log and a live
stream may overlap.
"""

from collections import deque
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

import msgspec

from tmtui.domain.status import AttemptStatus, HookStatus, ToolStatus
from tmtui.domain.text import clean, clean_line
from tmtui.events import agent, attempt, decision, hook, request, resilience, tool
from tmtui.events.base import Event, Recorded
from tmtui.state.lines import LineKind, Lines


INPUT_LINES: Final = 24
"""Lines of a tool's input that are shown: the head of a new file says enough."""

REQUEST_IDS: Final = 50
"""Names of requests that are kept, for whoever has to ask the provider about one."""

OUTPUT_LINES: Final = 200
"""Lines of a tool's result that are shown when it printed nothing while it ran."""

_SHOWN_INPUTS: Final = (
    ("old_str", "-"),
    ("new_str", "+"),
    ("file_text", "+"),
    ("insert_text", "+"),
    ("new_text", "+"),
)
"""The parts of an input that hold text of several lines, with the sign in front of each of them."""


def seconds_text(seconds: float) -> str:
    """A length of time beside a result: `0.8 s`, `2:14`."""
    if seconds < 60:  # noqa: PLR2004  # up to a minute, tenths say something
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes}:{rest:02}"


def input_lines(raw: str) -> list[str]:
    """A tool call's input, made safe and cut to what a reader needs beyond the call's summary."""
    try:
        given = msgspec.json.decode(raw)
    except msgspec.DecodeError:
        return [clean_line(raw)]
    if not isinstance(given, dict):
        return [clean_line(raw)]
    lines: list[str] = []
    for key, sign in _SHOWN_INPUTS:
        if isinstance(value := given.get(key), str) and value:
            lines += [f"{sign} {line}" for line in clean(value).rstrip("\n").split("\n")]
    command = given.get("command")
    if isinstance(command, str) and "\n" in command.strip():
        lines += clean(command).strip("\n").split("\n")
    return _head(lines, INPUT_LINES)


def _head(lines: list[str], cap: int) -> list[str]:
    return lines if len(lines) <= cap else [*lines[:cap], f"… {len(lines) - cap:,} more lines"]


def flag_words(event: tool.ToolFlagged) -> str:
    """What was flagged about a call, with the files and what became of them, in one line."""
    if not event.places:
        return event.what
    became = "put back" if event.undone else "left as they are"
    kept = f"; what it left is kept in {event.kept}" if event.kept else ""
    return f"{event.what}: {', '.join(event.places)}; {became}{kept}"


def _left_out(skipped: int) -> str:
    return f"… {skipped:,} characters left out …"


class Transcript:
    """One attempt, as far as it has come."""

    def __init__(self, task: str, attempt: int) -> None:
        self.task = task
        self.attempt = attempt
        self.output = Lines()
        self.hooks = Lines()
        self.prompt = Lines()
        self.seq = 0
        """The last event that was taken."""
        self.loaded = False
        """Whether what the log held when somebody began to look has been read."""
        self.request_ids: deque[str] = deque(maxlen=REQUEST_IDS)
        """What the provider calls the latest requests."""
        self._printed: set[str] = set()

    def __repr__(self) -> str:
        return f"Transcript({self.task} {self.attempt}, {len(self.output)} + {len(self.hooks)} lines, seq {self.seq})"

    def take_all(self, batch: Iterable[Recorded]) -> None:
        """Take events in, in order."""
        for recorded in batch:
            self.take(recorded)

    def take(self, recorded: Recorded) -> None:
        """Take one event in; one of another attempt, or one that was taken, changes nothing."""
        if recorded.seq <= self.seq or (recorded.task, recorded.attempt) != (self.task, self.attempt):
            return
        self.seq = recorded.seq
        writer = WRITERS.get(type(recorded.event))
        if writer is not None:
            writer(self, recorded.event, recorded.at_wall)

    def leave_out(self) -> None:
        """Say that something is missing here."""
        for lines in (self.output, self.hooks):
            lines.add(LineKind.NOTE, "… what came before this is left out here …")

    # The conversation.

    def spoke(self, event: agent.AgentSpoke, at: int) -> None:
        """Words of the agent."""
        self._speak(LineKind.SAID, event.text, event.skipped, at)

    def thought(self, event: agent.AgentThought, at: int) -> None:
        """Thinking, as far as it is shown."""
        self._speak(LineKind.THOUGHT, event.text, event.skipped, at)

    def _speak(self, kind: LineKind, text: str, skipped: int, at: int) -> None:
        if not self.output.continues(kind, ""):
            self.output.gap()
            text = text.lstrip("\n")
        if skipped:
            self.output.add(LineKind.WARN, _left_out(skipped), at)
        self.output.write(kind, text, at)

    def noticed(self, event: agent.AgentNoticed, at: int) -> None:
        """Something about the conversation."""
        self.output.add(LineKind.WARN, event.text, at)

    def agent_started(self, event: agent.AgentStarted, at: int) -> None:
        """The agent was asked."""
        name = f"{event.agent} · {event.model}" if event.model else event.agent
        self.output.add(LineKind.NOTE, f"asked {name}", at)

    def agent_finished(self, event: agent.AgentFinished, at: int) -> None:
        """The agent's part is over."""
        self.output.gap()
        if event.outcome.ok:
            self.output.add(LineKind.NOTE, f"the agent is done · {seconds_text(event.seconds)}", at)
        else:
            reason = event.outcome.message or event.outcome.kind
            self.output.add(LineKind.BAD, f"the agent stopped: {reason} · {seconds_text(event.seconds)}", at)

    def cache_hit(self, event: request.CacheHit, at: int) -> None:
        """The answer was there."""
        self.output.add(LineKind.NOTE, f"answered from the cache: {event.model} was asked the same before", at)

    # Tools.

    def tool_started(self, event: tool.ToolStarted, at: int) -> None:
        """A call, with the part of its input that its summary cannot hold."""
        self.output.gap()
        text = event.summary or event.name
        self.output.add(LineKind.CALL, text, at, lead=len(text.split(" ", 1)[0]))
        for line in input_lines(event.input):
            self.output.add(LineKind.INPUT, line, at)
        if event.verdict == "deny":
            self.output.add(LineKind.BAD, f"denied by {clean_line(event.rule) or 'a rule'}", at)

    def tool_printed(self, event: tool.ToolPrinted, at: int) -> None:
        """Output while it runs."""
        self._printed.add(event.id)
        self._print(self.output, event.id, event.text, event.skipped, at)

    def tool_stalled(self, event: tool.ToolStalled, at: int) -> None:
        """It seems to ask something, and nobody can answer."""
        self.output.add(LineKind.WARN, f"nothing for {event.seconds:.0f} s; it seems to ask: {event.line}", at)

    def tool_flagged(self, event: tool.ToolFlagged, at: int) -> None:
        """It did what it must not, or would not have been allowed by itself."""
        self.output.add(LineKind.WARN, flag_words(event), at)

    def tool_finished(self, event: tool.ToolFinished, at: int) -> None:
        """How it ended; what it told the agent, unless that was seen while it ran."""
        if event.id not in self._printed and event.output.strip():
            for line in _head(event.output.rstrip("\n").split("\n"), OUTPUT_LINES):
                self.output.add(LineKind.PRINTED, line, at)
        well = event.status is ToolStatus.OK and not event.exit_code
        word = "ok" if event.status is ToolStatus.OK else event.status.replace("_", " ")
        if event.exit_code is not None:
            word = f"exit code {event.exit_code}" if event.status in (ToolStatus.OK, ToolStatus.ERROR) else word
        recovered = " · found done after a crash" if event.recovered else ""
        text = f"{word} · {seconds_text(event.seconds)}{recovered}"
        self.output.add(LineKind.GOOD if well else LineKind.BAD, text, at)

    def _print(self, lines: Lines, source: str, text: str, skipped: int, at: int) -> None:
        if skipped:
            lines.add(LineKind.WARN, _left_out(skipped), at)
        lines.write(LineKind.PRINTED, text, at, source)

    # Hooks.

    def hook_started(self, event: hook.HookStarted, at: int) -> None:
        """A hook begins: a block of its own in its log, one line in the conversation."""
        again = f" · run {event.round}" if event.round > 1 else ""
        begun = f"{event.name}  {event.stage}-hook{again}"
        self.hooks.gap()
        self.hooks.add(LineKind.CALL, begun, at, lead=len(event.name))
        for line in _head(event.command.rstrip("\n").split("\n"), INPUT_LINES):
            self.hooks.add(LineKind.INPUT, f"$ {line}", at)
        self.output.gap()
        self.output.add(LineKind.CALL, begun, at, lead=len(event.name))

    def hook_printed(self, event: hook.HookPrinted, at: int) -> None:
        """Output while it runs."""
        self._printed.add(event.id)
        self._print(self.hooks, event.id, event.text, event.skipped, at)

    def hook_stalled(self, event: hook.HookStalled, at: int) -> None:
        """It seems to ask something, and nobody can answer."""
        text = f"nothing for {event.seconds:.0f} s; it seems to ask: {event.line}"
        self.hooks.add(LineKind.WARN, text, at)
        self.output.add(LineKind.WARN, text, at)

    def hook_finished(self, event: hook.HookFinished, at: int) -> None:
        """How it ended; the end of its output, unless that was seen while it ran."""
        if event.id not in self._printed and event.tail.strip():
            self.hooks.write(LineKind.PRINTED, event.tail, at, event.id)
        passed = event.status is HookStatus.PASSED
        kind = LineKind.GOOD if passed else LineKind.BAD
        word = event.message or event.status.replace("_", " ")
        left = f" · {event.survivors} processes left behind were ended" if event.survivors else ""
        self.hooks.add(kind, f"{word} · {seconds_text(event.seconds)}{left}", at)
        self.output.add(kind, f"{word} · {seconds_text(event.seconds)}", at)

    # The attempt.

    def attempt_started(self, event: attempt.AttemptStarted, at: int) -> None:
        """The head of it all."""
        goes_on = f" · goes on from {event.continues}" if event.continues else ""
        self.output.add(LineKind.HEAD, f"Attempt {self.attempt}{goes_on}", at)
        if event.note:
            self.output.add(LineKind.NOTE, f"with the note: {clean_line(event.note)}", at)

    def checkpointed(self, event: attempt.AttemptCheckpointed, at: int) -> None:
        """The tree as it was before."""
        if event.problem:
            self.output.add(LineKind.WARN, f"no checkpoint: {event.problem}", at)
        else:
            self.output.add(LineKind.NOTE, f"checkpoint {event.tree[:10]}", at)

    def prompted(self, event: attempt.AttemptPrompted, at: int) -> None:
        """What the agent is asked, word for word."""
        if event.system:
            self.prompt.add(LineKind.HEAD, "System", at)
            self.prompt.write(LineKind.TEXT, event.system, at)
            self.prompt.gap()
        self.prompt.add(LineKind.HEAD, "Prompt", at)
        self.prompt.write(LineKind.TEXT, event.prompt, at)

    def measured(self, event: attempt.AttemptMeasured, at: int) -> None:
        """What the agent changed."""
        if event.progressed is None:
            self.output.add(LineKind.WARN, f"changes unknown: {event.problem or 'the tree was not measured'}", at)
        elif not event.progressed:
            self.output.add(LineKind.WARN, "nothing changed", at)
        else:
            added, removed = (sum(getattr(each, sign) for each in event.files) for sign in ("added", "removed"))
            total = event.files_total or len(event.files)
            noun = "file" if total == 1 else "files"
            self.output.add(LineKind.NOTE, f"{total} {noun} changed · +{added} -{removed}", at)

    def restored(self, event: attempt.AttemptRestored, at: int) -> None:
        """The tree was put back."""
        kept = f"; what it was is kept as {event.kept}" if event.kept else ""
        self.output.add(LineKind.WARN, f"the tree was put back to the checkpoint{kept}", at)

    def finished(self, event: attempt.AttemptFinished, at: int) -> None:
        """The verdict."""
        self.output.gap()
        took = seconds_text(event.seconds)
        if event.status is AttemptStatus.SUCCEEDED:
            self.output.add(LineKind.GOOD, f"attempt {self.attempt} succeeded · {took}", at)
        else:
            reason = event.outcome.message or event.outcome.kind
            self.output.add(LineKind.BAD, f"attempt {self.attempt} {event.status} · {took} · {reason}", at)

    # What goes on around it.

    def retrying(self, event: resilience.ProviderRetrying, at: int) -> None:
        """A request is made again."""
        reason = event.outcome.message or event.outcome.kind
        self.output.add(
            LineKind.WARN, f"{event.provider}: {reason}; try {event.tries + 1} in {event.delay:.0f} s", at
        )

    def recovered(self, event: resilience.ProviderRecovered, at: int) -> None:
        """It went through."""
        self.output.add(LineKind.NOTE, f"{event.provider} answers again after {event.tries} tries", at)

    def request_finished(self, event: request.RequestFinished, at: int) -> None:
        """A request came to nothing; an answer has been seen as it came."""
        if event.request_id:
            self.request_ids.append(event.request_id)
        if not event.outcome.ok:
            self.output.add(LineKind.WARN, f"request failed: {event.outcome.message or event.outcome.kind}", at)

    def waiting(self, event: request.RequestWaiting, at: int) -> None:
        """A request is held back."""
        self.output.add(LineKind.WARN, f"waits for {event.provider}/{event.model}: {event.reason}", at)

    def released(self, event: request.RequestReleased, at: int) -> None:
        """What it waited for has come."""
        self.output.add(LineKind.NOTE, f"{event.provider}/{event.model} can be asked again", at)

    def switched(self, event: request.ModelSwitched, at: int) -> None:
        """Another model goes on."""
        self.output.add(LineKind.WARN, f"{event.after} takes over from {event.before}: {event.reason}", at)

    def nudged(self, event: request.ConversationNudged, at: int) -> None:
        """The agent was told something."""
        self.output.add(LineKind.NOTE, f"{event.by} to the agent: {clean_line(event.text)}", at)

    def shortened(self, event: request.ConversationShortened, at: int) -> None:
        """It had grown too long."""
        how = "old results were cut" if event.how == "results" else "it begins afresh with a summary"
        sizes = f"about {event.tokens_before:,} to {event.tokens_after:,} tokens"
        self.output.add(LineKind.WARN, f"the conversation was too long; {how} · {sizes}", at)

    def forgotten(self, event: request.ConversationForgotten, at: int) -> None:
        """What was thought no longer fits."""
        self.output.add(LineKind.WARN, f"the model's earlier thinking is left out: {event.why}", at)

    def asked(self, event: decision.DecisionOpened, at: int) -> None:
        """A person is needed."""
        about = f" {event.error}" if event.about == "permission" else ""
        self.output.add(LineKind.WARN, f"needs you: {event.title}{about}", at)

    def answered(self, event: decision.DecisionAnswered, at: int) -> None:
        """What was decided."""
        note = f" with the note: {clean_line(event.note)}" if event.note else ""
        self.output.add(LineKind.NOTE, f"{event.by} decided: {event.choice}{note}", at)


Writer = Callable[[Transcript, Any, int], None]

WRITERS: Final[Mapping[type[Event], Writer]] = {
    agent.AgentSpoke: Transcript.spoke,
    agent.AgentThought: Transcript.thought,
    agent.AgentNoticed: Transcript.noticed,
    agent.AgentStarted: Transcript.agent_started,
    agent.AgentFinished: Transcript.agent_finished,
    tool.ToolStarted: Transcript.tool_started,
    tool.ToolPrinted: Transcript.tool_printed,
    tool.ToolStalled: Transcript.tool_stalled,
    tool.ToolFlagged: Transcript.tool_flagged,
    tool.ToolFinished: Transcript.tool_finished,
    hook.HookStarted: Transcript.hook_started,
    hook.HookPrinted: Transcript.hook_printed,
    hook.HookStalled: Transcript.hook_stalled,
    hook.HookFinished: Transcript.hook_finished,
    attempt.AttemptStarted: Transcript.attempt_started,
    attempt.AttemptCheckpointed: Transcript.checkpointed,
    attempt.AttemptPrompted: Transcript.prompted,
    attempt.AttemptMeasured: Transcript.measured,
    attempt.AttemptRestored: Transcript.restored,
    attempt.AttemptFinished: Transcript.finished,
    resilience.ProviderRetrying: Transcript.retrying,
    resilience.ProviderRecovered: Transcript.recovered,
    request.RequestFinished: Transcript.request_finished,
    request.RequestWaiting: Transcript.waiting,
    request.RequestReleased: Transcript.released,
    request.ModelSwitched: Transcript.switched,
    request.CacheHit: Transcript.cache_hit,
    request.ConversationNudged: Transcript.nudged,
    request.ConversationShortened: Transcript.shortened,
    request.ConversationForgotten: Transcript.forgotten,
    decision.DecisionOpened: Transcript.asked,
    decision.DecisionAnswered: Transcript.answered,
}
"""The events that leave a line. The others are the state's alone."""

STREAMED: Final[frozenset[type[Event]]] = frozenset(
    {agent.AgentSpoke, agent.AgentThought, tool.ToolPrinted, hook.HookPrinted}
)
"""The events that are nothing but output: they change no figure that a row or a gauge shows."""
