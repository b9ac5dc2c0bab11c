"""From a `Script` to its file, and from the log of a run to a script that does the same again.

A log tells what was said and done, in pieces and with everything that came between. What makes a script of it:

- Pieces of one text become one step again.
- Attempts of one round become one entry: an attempt that a crash or a cancel cut off goes on in the next.
- A call counts when it came to its end. What was said behind the last such call of a request or an attempt that
  was cut off is left out, since whoever goes on says it again. What was paid is kept: it was paid.
- An attempt that its agent ended with a fault ends with that fault.

A call whose input was too long for the log cannot be told again. It is left out, and the script's head says so.
"""

import json
from collections.abc import Iterable
from typing import Any, Final

import msgspec

from tmtui.agents.port import ToolCall
from tmtui.agents.script import (
    DEFAULT_MODEL,
    Entry,
    Fault,
    Manner,
    Pay,
    Say,
    Script,
    Step,
    Think,
    Use,
    Wait,
)
from tmtui.agents.script_reading import EDITOR_STEPS, FORMS, VERSION
from tmtui.agents.tools.names import EDITOR
from tmtui.domain.money import MICRO
from tmtui.domain.outcome import Kind
from tmtui.domain.status import ToolStatus
from tmtui.domain.text import clean_line
from tmtui.events.agent import AgentFinished, AgentSpoke, AgentStarted, AgentThought
from tmtui.events.attempt import AttemptStarted
from tmtui.events.base import Recorded
from tmtui.events.money import MoneySpent
from tmtui.events.resilience import ProviderRetrying
from tmtui.events.tool import ToolFinished, ToolStarted
from tmtui.system.documents.scalars import resolve


_NOT_REPLAYED: Final = frozenset({Kind.OK, Kind.CANCELED_USER, Kind.INTERRUPTED_CRASH})
"""Ends that say nothing about the agent."""

Round = tuple[str, int]
"""A task and which of its rounds."""


def script_from_log(recorded: Iterable[Recorded]) -> str:
    """The text of a script that says, does and spends what the run in `recorded` did, by task and round."""
    telling = _Telling()
    for item in recorded:
        telling.hear(item)
    return telling.head() + write_script(telling.script())


class _Telling:
    """The rounds of a run as they become known, event by event."""

    def __init__(self) -> None:
        self._rounds: dict[Round, list[Step]] = {}
        self._current: dict[tuple[str, int], list[Step]] = {}
        """The steps of the round that each attempt belongs to."""
        self._calls: dict[str, ToolStarted] = {}
        """Calls under way."""
        self._lost: list[str] = []
        self._model = ""

    def hear(self, item: Recorded) -> None:
        """Take the next event in."""
        event = item.event
        if isinstance(event, AttemptStarted):
            self._current[item.task, item.attempt] = self._rounds.setdefault((item.task, event.round), [])
            self._model = self._model or event.model
            return
        steps = self._current.get((item.task, item.attempt), [])
        match event:
            case AgentStarted() | ProviderRetrying():
                _forget_unfinished(steps)
            case AgentSpoke(text):
                _extend(steps, Say(text))
            case AgentThought(text):
                _extend(steps, Think(text))
            case MoneySpent(model=model, usage=usage, micro=micro):
                self._model = self._model or model
                steps.append(Pay(usage, micro))
            case ToolStarted() if not event.own:
                self._calls[event.id] = event
            case ToolFinished() if event.status is not ToolStatus.INTERRUPTED and event.id in self._calls:
                self._finish(self._calls.pop(event.id), item.task, steps)
            case AgentFinished(outcome=outcome) if outcome.kind not in _NOT_REPLAYED:
                steps.append(Fault(manner=Manner.STOP, outcome=outcome))

    def _finish(self, started: ToolStarted, task: str, steps: list[Step]) -> None:
        call = call_recorded(started)
        if call is None:
            self._lost.append(f"{task}: {started.summary}")
        else:
            steps.append(Use(call))

    def head(self) -> str:
        """Comment lines that tell what the log could not give back."""
        if not self._lost:
            return ""
        lines = ["These calls were too long for the log and are left out:", *(f"- {line}" for line in self._lost)]
        return "".join(f"# {clean_line(line)}\n" for line in lines)

    def script(self) -> Script:
        """What was told, as a script."""
        tasks: dict[str, list[Entry]] = {task: [] for task, _ in self._rounds}
        for (task, _), steps in sorted(self._rounds.items(), key=lambda item: item[0][1]):
            tasks[task].append(Entry(tuple(steps)))
        return Script(path="", model=self._model or DEFAULT_MODEL, tasks=tasks)


def call_recorded(started: ToolStarted) -> ToolCall | None:
    """The call that `started` recorded, or None when its input was cut."""
    try:
        given = json.loads(started.input)
    except json.JSONDecodeError:
        return None
    return ToolCall(started.name, given) if isinstance(given, dict) else None


def _extend(steps: list[Step], piece: Say | Think) -> None:
    """Add a piece of text or thinking; it goes on with the last step when that is one of its kind."""
    last = steps[-1] if steps else None
    if isinstance(last, Say | Think) and type(last) is type(piece):
        steps[-1] = type(piece)(last.text + piece.text)
    else:
        steps.append(piece)


def _forget_unfinished(steps: list[Step]) -> None:
    """Take out what was said and how it ended behind the last finished call."""
    calls = [place for place, step in enumerate(steps) if isinstance(step, Use)]
    start = calls[-1] + 1 if calls else 0
    steps[start:] = [step for step in steps[start:] if isinstance(step, Pay)]


def write_script(script: Script) -> str:
    """The text of a script file that reads back as `script`."""
    import yaml  # noqa: PLC0415  # only whoever saves a script pays for it

    class Dumper(yaml.SafeDumper):
        """Writes texts of several lines as blocks, so that a person can edit them."""

    def represent_text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
        style = "|" if "\n" in text else None if isinstance(resolve(text), str) else "'"
        return dumper.represent_scalar("tag:yaml.org,2002:str", text, style)

    Dumper.add_representer(str, represent_text)
    document = {
        "version": VERSION,
        "model": script.model,
        "pace": script.pace,
        "tasks": {task: [_entry_told(entry) for entry in entries] for task, entries in script.tasks.items()},
    }
    return yaml.dump(document, Dumper=Dumper, sort_keys=False, allow_unicode=True, width=100)


def _entry_told(entry: Entry) -> dict[str, Any]:
    told: dict[str, Any] = {"when": "note"} if entry.noted else {}
    return {**told, "steps": [_step_told(step) for step in entry.steps]}


def _step_told(step: Step) -> dict[str, Any]:
    match step:
        case Say(text):
            return {"text": text}
        case Think(text):
            return {"thinking": text}
        case Wait(seconds):
            return {"delay": seconds}
        case Pay(usage, micro):
            tokens = {name: count for name, count in msgspec.structs.asdict(usage).items() if count}
            return {"usage": tokens if micro is None else {**tokens, "usd": micro / MICRO}}
        case Use(call):
            return _call_told(call)
        case Fault():
            return {"fault": _fault_told(step)}


def _fault_told(fault: Fault) -> dict[str, Any]:
    times = {"times": fault.times} if fault.times else {}
    if fault.manner is not Manner.STOP:
        return {"kind": fault.manner.value, **times}
    message = {"message": fault.outcome.message} if fault.outcome.message else {}
    wait = {} if fault.outcome.retry_after is None else {"retry_after": fault.outcome.retry_after}
    return {"kind": fault.outcome.kind.value, **message, **wait, **times}


def _call_told(call: ToolCall) -> dict[str, Any]:
    """The short form of a call when it has one that says the same, else the long form."""
    kind, fields = _short_form(call)
    form = FORMS.get(kind)
    if form and form.accepts(fields) and form.build(fields) == Use(call):
        return {kind: fields[form.main] if list(fields) == [form.main] else fields}
    problem = {"problem": call.problem} if call.problem else {}
    return {"tool": {"name": call.name, "input": call.input, **problem}}


def _short_form(call: ToolCall) -> tuple[str, dict[str, Any]]:
    if call.name != EDITOR:
        return call.name, dict(call.input)
    for kind, (command, names) in EDITOR_STEPS.items():
        if call.input.get("command") == command:
            return kind, {ours: call.input[theirs] for theirs, ours in names.items() if theirs in call.input}
    return "", {}
