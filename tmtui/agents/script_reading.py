"""From a script file to a `Script`, with every fault of the file told at once.

A step is a mapping with one key, its kind. `FORMS` says for each kind which fields it has and what they make; the
field that matters most may stand alone, so `bash: make` is `bash: {command: make}`. The table is all there is to know
about the format: reading walks it, and so does the hint that lists what could have been meant.
"""

import math
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, Final, NamedTuple

from tmtui.agents.port import ToolCall
from tmtui.agents.script import (
    DEFAULT_MODEL,
    DEFAULT_PACE,
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
from tmtui.agents.tools.names import BASH, EDITOR, GLOB, GREP
from tmtui.domain.money import micro_from_usd
from tmtui.domain.outcome import Kind, Outcome
from tmtui.domain.problem import Problem, ProblemsError
from tmtui.domain.text import clean_line
from tmtui.domain.usage import Usage
from tmtui.system.documents import Document, read_document
from tmtui.system.documents.near import did_you_mean


VERSION: Final = 1

MALFORMED_TOOL: Final = "malformed_tool"
FAULTS: Final = (*(kind.value for kind in Kind if kind is not Kind.OK), "hang", "cut", MALFORMED_TOOL)
"""What `fault:` may name."""

Place = tuple[str | int, ...]
"""The way to a value in the document, as `Document.places` has it."""

Fields = Mapping[str, Any]


class Type(NamedTuple):
    """What a field may hold."""

    words: str
    """For people, as in "it must be text"."""
    fits: Callable[[Any], bool]


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value) and value >= 0


def _is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _is_range(value: Any) -> bool:
    return isinstance(value, list) and len(value) == 2 and all(type(item) is int for item in value)  # noqa: PLR2004  # first and last


TEXT: Final = Type("text", lambda value: isinstance(value, str))
NUMBER: Final = Type("a number that is not negative", _is_number)
WHOLE: Final = Type("a whole number that is not negative", _is_whole)
RANGE: Final = Type("two line numbers, such as [1, 20]", _is_range)
ANYTHING: Final = Type("anything", lambda _: True)
FAULT_NAME: Final = Type("the name of a fault", lambda value: value in FAULTS if isinstance(value, str) else False)


class Form(NamedTuple):
    """One kind of step."""

    build: Callable[[Fields], Step | str]
    """Makes the step of fields that fit their types, or says what is wrong with them together."""
    required: Mapping[str, Type] = {}
    optional: Mapping[str, Type] = {}

    @property
    def fields(self) -> Mapping[str, Type]:
        """All fields."""
        return {**self.required, **self.optional}

    @property
    def main(self) -> str:
        """The field that may stand alone; empty when it takes more than one to say anything."""
        return next(iter(self.required)) if len(self.required) == 1 else ""

    def accepts(self, fields: Fields) -> bool:
        """Whether all that is required is there, all that is there is known, and everything fits its type."""
        known = self.fields
        return self.required.keys() <= fields.keys() <= known.keys() and all(
            known[name].fits(value) for name, value in fields.items()
        )


EDITOR_STEPS: Final[Mapping[str, tuple[str, Mapping[str, str]]]] = {
    "view": ("view", {"path": "path", "view_range": "range"}),
    "create": ("create", {"path": "path", "file_text": "content"}),
    "replace": ("str_replace", {"path": "path", "old_str": "old", "new_str": "new"}),
    "insert": ("insert", {"path": "path", "insert_line": "line", "insert_text": "text"}),
}
"""Steps that are calls of the editor: its command, and the editor's names for the step's fields."""


def _editor(kind: str) -> Callable[[Fields], Step]:
    command, names = EDITOR_STEPS[kind]

    def build(fields: Fields) -> Step:
        given = {theirs: fields[ours] for theirs, ours in names.items() if ours in fields}
        return Use(ToolCall(EDITOR, {"command": command, **given}))

    return build


def _call(tool: str) -> Callable[[Fields], Step]:
    return lambda fields: Use(ToolCall(tool, dict(fields)))


def _any_call(fields: Fields) -> Step:
    given, problem = fields.get("input", {}), fields.get("problem", "")
    if not isinstance(given, dict):
        given, problem = {}, problem or "the input is no object with named fields"
    return Use(ToolCall(fields["name"], given, problem))


def _pay(fields: Fields) -> Step:
    tokens = {name: count for name, count in fields.items() if name != "usd"}
    return Pay(Usage(**tokens), micro_from_usd(fields["usd"]) if "usd" in fields else None)


def _fault(fields: Fields) -> Step | str:
    kind = fields["kind"]
    sayable = {"hang": ("times",), "cut": ("times",), MALFORMED_TOOL: ("message",)}.get(kind, tuple(fields))
    if idle := [name for name in fields if name not in ("kind", *sayable)]:
        return f"`{idle[0]}` says nothing about the fault `{kind}`"
    message, times = fields.get("message", ""), fields.get("times", 0)
    match kind:
        case "malformed_tool":
            return Use(ToolCall(BASH, {}, message or "the input of this call is cut off: it is no valid JSON"))
        case "hang" | "cut":
            return Fault(manner=Manner(kind), times=times)
        case _:
            outcome = Outcome(Kind(kind), message or f"the script says {kind}", fields.get("retry_after"))
            return Fault(manner=Manner.STOP, outcome=outcome, times=times)


FORMS: Final[Mapping[str, Form]] = {
    "text": Form(lambda fields: Say(fields["text"]), {"text": TEXT}),
    "thinking": Form(lambda fields: Think(fields["text"]), {"text": TEXT}),
    "view": Form(_editor("view"), {"path": TEXT}, {"range": RANGE}),
    "create": Form(_editor("create"), {"path": TEXT, "content": TEXT}),
    "replace": Form(_editor("replace"), {"path": TEXT, "old": TEXT, "new": TEXT}),
    "insert": Form(_editor("insert"), {"path": TEXT, "line": WHOLE, "text": TEXT}),
    "glob": Form(_call(GLOB), {"pattern": TEXT}, {"path": TEXT}),
    "grep": Form(_call(GREP), {"pattern": TEXT}, {"path": TEXT}),
    "bash": Form(_call(BASH), {"command": TEXT}, {"timeout": NUMBER}),
    "tool": Form(_any_call, {"name": TEXT}, {"input": ANYTHING, "problem": TEXT}),
    "usage": Form(
        _pay,
        {},
        {
            "input_tokens": WHOLE,
            "output_tokens": WHOLE,
            "cache_read_tokens": WHOLE,
            "cache_write_tokens": WHOLE,
            "usd": NUMBER,
        },
    ),
    "delay": Form(lambda fields: Wait(fields["seconds"]), {"seconds": NUMBER}),
    "fault": Form(
        _fault,
        {"kind": FAULT_NAME},
        {"message": TEXT, "retry_after": NUMBER, "times": WHOLE},
    ),
}
"""Every kind of step."""


def load_script(path: Path, *, shown: str | None = None) -> Script:
    """Read the script at `path`; `shown` is its name in messages.

    Raises:
        ProblemsError: it cannot be read or used; all faults are in it.
    """
    return script_from(read_document(path, shown=shown))


def script_from(document: Document) -> Script:
    """The script that `document` holds.

    Raises:
        ProblemsError: it cannot be used; all faults are in it.
    """
    reading = _Reading(document)
    script = reading.script()
    if reading.problems:
        raise ProblemsError(tuple(sorted(reading.problems)))
    return script


class _Reading:
    """One walk through a document. What is wrong is collected, and something harmless goes in its place."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self.problems: list[Problem] = []

    def script(self) -> Script:
        top = self._mapping(self._document.value, ())
        self._known(top, ("version", "model", "pace", "tasks"), ())
        if top.get("version", VERSION) != VERSION:
            self._problem(
                ("version",), f"this is no version that tmtui knows: {top['version']!r}", f"write {VERSION}"
            )
        if "tasks" not in top:
            self._problem((), "`tasks` is missing", "give each task's id its steps; '*' stands for all others")
        tasks = self._mapping(top.get("tasks", {}), ("tasks",))
        return Script(
            path=self._document.path,
            model=self._typed(top.get("model", DEFAULT_MODEL), TEXT, ("model",), DEFAULT_MODEL),
            pace=float(self._typed(top.get("pace", DEFAULT_PACE), NUMBER, ("pace",), DEFAULT_PACE)),
            tasks={task: self._entries(value, ("tasks", task)) for task, value in tasks.items()},
        )

    def _entries(self, value: Any, place: Place) -> tuple[Entry, ...]:
        items = self._list(value, place)
        if not any(isinstance(item, dict) and "steps" in item for item in items):
            return (Entry(self._steps(items, place)),)
        entries = tuple(self._entry(item, (*place, index)) for index, item in enumerate(items))
        if sum(entry.noted for entry in entries) > 1:
            self._problem(place, "only one entry can be the one for notes", "keep one `when: note`")
        if all(entry.noted for entry in entries):
            self._problem(place, "nothing is said for an attempt without a note", "add an entry without `when`")
        return entries

    def _entry(self, value: Any, place: Place) -> Entry:
        entry = self._mapping(value, place)
        if entry and "steps" not in entry:
            self._problem(
                place, "this is a step among entries", "put it under `steps:` of an entry, as the others are"
            )
            return Entry(())
        self._known(entry, ("steps", "when"), place)
        if entry.get("when", "note") != "note":
            self._problem(
                (*place, "when"), f"`when` cannot be {entry['when']!r}", "leave it out, or write `when: note`"
            )
        steps = self._list(entry.get("steps", []), (*place, "steps"))
        return Entry(self._steps(steps, (*place, "steps")), noted="when" in entry)

    def _steps(self, items: Iterable[Any], place: Place) -> tuple[Step, ...]:
        read = (self._step(item, (*place, index)) for index, item in enumerate(items))
        return tuple(step for step in read if step is not None)

    def _step(self, value: Any, place: Place) -> Step | None:
        if not isinstance(value, dict) or len(value) != 1:
            self._problem(place, "a step is a mapping with one key, such as `text: …`", f"kinds: {', '.join(FORMS)}")
            return None
        ((kind, body),) = value.items()
        if not self._known(value, tuple(FORMS), place):
            return None
        place = (*place, kind)
        form = FORMS[kind]
        fields = self._fields(form, body, kind, place)
        if fields is None:
            return None
        step = form.build(fields)
        if isinstance(step, str):
            self._problem(place, step, "leave it out")
            return None
        return step

    def _fields(self, form: Form, body: Any, kind: str, place: Place) -> Fields | None:
        """The fields that `body` gives, or None when something is wrong with them."""
        before = len(self.problems)
        if not isinstance(body, dict):
            if not form.main:
                self._problem(place, f"`{kind}` is a mapping", f"fields: {', '.join(form.fields)}")
                return None
            self._typed(body, form.required[form.main], place, None)
            return {form.main: body} if len(self.problems) == before else None
        self._known(body, tuple(form.fields), place)
        for name in form.required:
            if name not in body:
                self._problem(place, f"`{kind}` needs `{name}`", f"fields: {', '.join(form.fields)}")
        for name, value in body.items():
            if name in form.fields:
                self._typed(value, form.fields[name], (*place, name), None)
        return body if len(self.problems) == before else None

    def _typed(self, value: Any, kind: Type, place: Place, default: Any) -> Any:
        if kind.fits(value):
            return value
        hint = ""
        if kind is FAULT_NAME:
            hint = did_you_mean(str(value), FAULTS) or f"one of {', '.join(FAULTS)}"
        elif kind is TEXT and not isinstance(value, dict | list):
            hint = "put it in quotes"
        self._problem(place, f"this must be {kind.words}, and it is {_brief(value)}", hint)
        return default

    def _known(self, value: Mapping[Any, Any], names: tuple[str, ...], place: Place) -> bool:
        strange = [key for key in value if key not in names]
        for key in strange:
            hint = did_you_mean(str(key), names) or f"known are {', '.join(names)}"
            self._problem((*place, key), f"`{key}` is not known here", hint)
        return not strange

    def _mapping(self, value: Any, place: Place) -> dict[str, Any]:
        if isinstance(value, dict):
            return value
        self._problem(place, f"this must be a mapping, and it is {_brief(value)}")
        return {}

    def _list(self, value: Any, place: Place) -> list[Any]:
        if isinstance(value, list):
            return value
        self._problem(place, f"this must be a list, and it is {_brief(value)}", "start each item with a dash")
        return []

    def _problem(self, place: Place, message: str, hint: str = "") -> None:
        line, column = 0, 0
        for length in range(len(place), -1, -1):
            if place[:length] in self._document.places:
                line, column = self._document.places[place[:length]]
                break
        self.problems.append(Problem(self._document.path, line, column, clean_line(message), clean_line(hint)))


def _brief(value: Any) -> str:
    match value:
        case None:
            return "empty"
        case dict():
            return "a mapping"
        case list():
            return "a list"
        case _:
            text = repr(value)
            return text if len(text) <= 40 else f"{text[:39]}…"  # noqa: PLR2004  # a line holds it
