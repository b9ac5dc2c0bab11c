"""What Codex tells while it works, made into what the engine knows.

    thread.started    its name of the conversation      turn.completed    usage, and the end
    item.started      a command that it runs            turn.failed       the end
    item.completed    what it says, thinks, ran, changed

What it used is told once for each turn; tokens from the cache are among those of the input. Kinds of items that are
not known are left alone.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Final

from tmtui.agents.port import Chunk, Notice, Returned, Spent, Text, Thinking, ToolResult, Used
from tmtui.agents.programs.records import Record, RecordReader, count_in, part_in, parts_in, text_in
from tmtui.agents.programs.used import OUTPUT_CAP, shortened, summary
from tmtui.domain.outcome import OK, Kind, Outcome
from tmtui.domain.status import ToolStatus
from tmtui.domain.text import clean_line
from tmtui.domain.usage import Usage


STATUSES: Final[Mapping[str, ToolStatus]] = {
    "completed": ToolStatus.OK,
    "failed": ToolStatus.ERROR,
    "declined": ToolStatus.DENIED,
}

TOOLS: Final = ("command_execution", "file_change", "mcp_tool_call", "web_search")
"""Kinds of items that do something."""

FAILURES: Final[tuple[tuple[re.Pattern[str], Kind], ...]] = tuple(
    (re.compile(pattern, re.IGNORECASE), kind)
    for pattern, kind in (
        (r"usage limit|quota|billing|insufficient_quota|credit", Kind.QUOTA_EXHAUSTED),
        (r"rate.?limit|\b429\b|too many requests", Kind.RATE_LIMITED),
        (r"\b401\b|unauthorized|not logged in|invalid.{1,20}api.?key|\b403\b", Kind.AUTH),
        (r"overloaded|at capacity|\b503\b", Kind.OVERLOADED),
        (r"context.{1,20}(?:window|length)", Kind.CONTEXT_TOO_LONG),
        (r"model.{1,60}(?:not (?:found|exist|supported)|does not exist)", Kind.MODEL_NOT_FOUND),
        (r"stream (?:disconnected|error)|\b50[024]\b|internal server error", Kind.API_500),
    )
)
"""What a failure says; it tells nothing but words."""

UNNAMED: Final = "codex"
"""Stands for the model where neither we nor the program name one."""


class CodexReading:
    """One run of the program. See `programs.program.Reading`.

    Args:
        provider: The provider's name in the settings.
        model: The model that was asked for; empty when that is left to the program.
        profile: On whose behalf.
        session: The conversation that it goes on with.
    """

    def __init__(self, provider: str, model: str = "", *, profile: str = "", session: str = "") -> None:
        self.outcome: Outcome | None = None
        self.session = session
        self.begun = False
        self._provider = provider
        self._model = model
        self._profile = profile
        self._records = RecordReader()
        self._running: set[str] = set()
        """Items that were shown to have begun."""
        self._trouble = ""

    @property
    def noise(self) -> bytes:
        """The last line that made no sense, or what it last complained of."""
        return self._trouble.encode("utf-8", "replace") or self._records.noise

    def feed(self, data: bytes) -> list[Chunk]:
        """The next bytes."""
        return self._told(self._records.feed(data))

    def finish(self) -> list[Chunk]:
        """The end of them."""
        return self._told(self._records.finish())

    def _told(self, found: list[Record | Notice]) -> list[Chunk]:
        chunks: list[Chunk] = []
        for each in found:
            chunks += [each] if isinstance(each, Notice) else self._read(each)
        return chunks

    def _read(self, record: Record) -> Iterator[Chunk]:
        match record.get("type"):
            case "thread.started":
                self.session = clean_line(text_in(record, "thread_id"), 80) or self.session
            case "turn.started":
                self.outcome = None
            case "item.started" | "item.updated":
                yield from self._begin(part_in(record, "item"))
            case "item.completed":
                yield from self._complete(part_in(record, "item"))
            case "turn.completed":
                yield from self._completed(part_in(record, "usage"))
            case "turn.failed":
                self.outcome = failure(text_in(record, "error", "message") or self._trouble)
            case "error":
                self._trouble = clean_line(text_in(record, "message"), 300)
                yield Notice(f"Codex says: {self._trouble}")

    def _begin(self, item: Record) -> Iterator[Chunk]:
        id_ = text_in(item, "id")
        if item.get("type") in TOOLS and id_ not in self._running:
            self.begun = True
            self._running.add(id_)
            yield used(item)

    def _complete(self, item: Record) -> Iterator[Chunk]:
        self.begun = True
        match item.get("type"):
            case "agent_message":
                yield Text(f"{text_in(item, 'text')}\n")
            case "reasoning":
                yield Thinking(f"{text_in(item, 'text')}\n")
            case "error":
                yield Notice(clean_line(f"Codex says: {text_in(item, 'message')}"))
            case kind if kind in TOOLS:
                yield from self._begin(item)
                self._running.discard(text_in(item, "id"))
                yield returned(item)

    def _completed(self, told: Record) -> Iterator[Chunk]:
        usage = usage_of(told)
        if usage.total:
            yield Spent(self._model or UNNAMED, usage, provider=self._provider, profile=self._profile)
        self.outcome = OK


def failure(words: str) -> Outcome:
    """What a turn that failed comes to."""
    kind = next((kind for pattern, kind in FAILURES if pattern.search(words)), Kind.AGENT_CRASHED)
    return Outcome(kind, clean_line(f"Codex failed: {words or 'it gives no reason'}", 400))


def used(item: Record) -> Used:
    """Something that the program does."""
    kind = text_in(item, "type")
    match kind:
        case "command_execution":
            name, given = "shell", {"command": text_in(item, "command")}
        case "file_change":
            name, given = "edit", {"path": ", ".join(text_in(each, "path") for each in parts_in(item, "changes"))}
        case "mcp_tool_call":
            name, given = f"{text_in(item, 'server')}.{text_in(item, 'tool')}", part_in(item, "arguments")
        case _:
            name, given = kind, {"query": text_in(item, "query")}
    name = clean_line(name, 80)
    return Used(text_in(item, "id"), name, shortened(given), summary(name, given))


def returned(item: Record) -> Returned:
    """What came of it."""
    code = item.get("exit_code")
    status = STATUSES.get(text_in(item, "status"), ToolStatus.OK)
    output = text_in(item, "aggregated_output") or text_in(item, "error", "message")
    exit_code = code if isinstance(code, int) and not isinstance(code, bool) else None
    return Returned(text_in(item, "id"), ToolResult(status, output[:OUTPUT_CAP], exit_code))


def usage_of(told: Record) -> Usage:
    """Tokens as we count them: each once."""
    prompt = count_in(told, "input_tokens")
    cached = min(prompt, count_in(told, "cached_input_tokens"))
    return Usage(prompt - cached, count_in(told, "output_tokens"), cached)
