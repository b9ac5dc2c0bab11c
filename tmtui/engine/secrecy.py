"""Secrets on their way to the log, and to everybody who reads it.

Text that streams is redacted where it is taken in (`OutputStream`), since a secret may be cut in two there. Every
other event passes here once, before it is recorded. An event in which something is found is taken apart, its strings
are redacted one by one, and it is put together again; JSON that stands in a string stays JSON.
"""

import json
from collections.abc import Sequence
from typing import Any, Final, Protocol

import msgspec

from tmtui.events.agent import AgentSpoke, AgentThought
from tmtui.events.attempt import AttemptCheckpointed
from tmtui.events.base import Entry, Event
from tmtui.events.hook import HookPrinted
from tmtui.events.tool import ToolPrinted


REDACTED_BEFORE: Final = frozenset({AgentSpoke, AgentThought, ToolPrinted, HookPrinted, AttemptCheckpointed})
"""Events whose text was redacted as it came, or that hold no text of anybody's."""

DOCUMENTS: Final = frozenset({"input", "parts", "messages", "data"})
"""Fields that hold JSON as text."""


class Stream(Protocol):
    """Redacts bytes that come in pieces."""

    def feed(self, data: bytes) -> bytes:
        """Take the next piece; give back what no later one can change."""
        ...

    def flush(self) -> bytes:
        """Nothing more comes: give back what was held."""
        ...


class Redactor(Protocol):
    """Finds secrets and takes them out."""

    def finds(self, data: str | bytes) -> bool:
        """Whether there is one."""
        ...

    def redact(self, text: str) -> str:
        """The text without them."""
        ...

    def byte_stream(self) -> Stream:
        """For text that comes in pieces."""
        ...


def redacted(text: str, redactor: Redactor | None) -> str:
    """The text without secrets, where somebody looks for them."""
    return text if redactor is None else redactor.redact(text)


class Secrecy:
    """Keeps secrets out of events."""

    def __init__(self, redactor: Redactor) -> None:
        self._redactor = redactor
        self._encoder = msgspec.json.Encoder()

    def kept(self, entries: Sequence[Entry]) -> Sequence[Entry]:
        """The entries without secrets; the same ones when there are none."""
        return [self._entry(entry) for entry in entries]

    def _entry(self, entry: Entry) -> Entry:
        event = entry.event
        if type(event) in REDACTED_BEFORE or not self._redactor.finds(self._encoder.encode(event)):
            return entry
        return Entry(self._event(event), entry.task, entry.attempt)

    def _event(self, event: Event) -> Event:
        redacted = {
            name: self._document(value) if name in DOCUMENTS and isinstance(value, str) else self._walk(value)
            for name, value in msgspec.to_builtins(event).items()
        }
        return msgspec.convert(redacted, type(event))

    def _document(self, text: str) -> str:
        try:
            value = json.loads(text)
        except (ValueError, RecursionError):
            return self._redactor.redact(text)
        return json.dumps(self._walk(value), ensure_ascii=True)

    def _walk(self, value: Any) -> Any:
        match value:
            case str():
                return self._redactor.redact(value)
            case dict():
                return {self._redactor.redact(name): self._walk(each) for name, each in value.items()}
            case list() | tuple():
                return [self._walk(each) for each in value]
            case _:
                return value
