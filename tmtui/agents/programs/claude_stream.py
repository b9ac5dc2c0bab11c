"""What Claude Code tells while it works, made into what the engine knows.

    system/init        it has begun                     rate_limit_event   limits
    stream_event       pieces of text and thinking      system/api_retry   a notice, and limits
    assistant          whole messages, with tool calls and usage
    user               results of tools                 result             the end

A message comes twice: in pieces, and whole. What was shown in pieces is not shown again. Records and fields that are
not known are left alone: there are more of them with every version.
"""

import time
from collections.abc import Iterator, Mapping
from typing import Any, Final

import msgspec

from tmtui.agents.port import Chunk, Limits, Notice, Returned, Spent, Text, Thinking, ToolResult, Used
from tmtui.agents.programs.records import Record, RecordReader, count_in, part_in, parts_in, text_in
from tmtui.agents.programs.tally import Tally
from tmtui.agents.programs.used import OUTPUT_CAP, shortened, summary
from tmtui.domain.limits import LimitNotice
from tmtui.domain.outcome import OK, Kind, Outcome
from tmtui.domain.status import ToolStatus
from tmtui.domain.text import clean_line
from tmtui.domain.usage import Usage
from tmtui.resilience.notice import read_limit_event


ERRORS: Final[Mapping[str, Kind]] = {
    "authentication_failed": Kind.AUTH,
    "oauth_org_not_allowed": Kind.AUTH,
    "billing_error": Kind.QUOTA_EXHAUSTED,
    "rate_limit": Kind.RATE_LIMITED,
    "overloaded": Kind.OVERLOADED,
    "invalid_request": Kind.INVALID_REQUEST,
    "model_not_found": Kind.MODEL_NOT_FOUND,
    "server_error": Kind.API_500,
    "max_output_tokens": Kind.MAX_TOKENS,
    "unknown": Kind.API_500,
}
"""What went wrong with a request to the API."""

STATUSES: Final[Mapping[int, Kind]] = {
    400: Kind.INVALID_REQUEST,
    401: Kind.AUTH,
    402: Kind.QUOTA_EXHAUSTED,
    403: Kind.AUTH,
    404: Kind.MODEL_NOT_FOUND,
    413: Kind.REQUEST_TOO_LARGE,
    429: Kind.RATE_LIMITED,
    529: Kind.OVERLOADED,
}
"""The same by the API's status, where only that is told."""

RESULTS: Final[Mapping[str, Kind]] = {
    "success": Kind.OK,
    "error_max_turns": Kind.TURN_LIMIT,
    "error_max_budget_usd": Kind.BUDGET_TASK,
    "error_during_execution": Kind.AGENT_CRASHED,
    "error_max_structured_output_retries": Kind.SCHEMA_INVALID,
}
"""The ways in which it ends."""

WORDS: Final[Mapping[Kind, str]] = {
    Kind.TURN_LIMIT: "Claude Code used up its turns",
    Kind.BUDGET_TASK: "Claude Code used up the task's budget",
    Kind.SCHEMA_INVALID: "Claude Code gave no answer of the form that was asked for",
}

PASSING: Final = frozenset({Kind.RATE_LIMITED, Kind.OVERLOADED})
"""What says that the provider wants fewer requests."""


class ClaudeReading:
    """One run of the program. See `programs.program.Reading`.

    Args:
        provider: The provider's name in the settings.
        model: The model that was asked for; empty when that is left to the program.
        profile: On whose behalf.
        resumed: Whether it goes on with an earlier conversation: then its totals hold that one too.
    """

    def __init__(self, provider: str, model: str = "", *, profile: str = "", resumed: bool = False) -> None:
        self.outcome: Outcome | None = None
        self.session = ""
        self.begun = False
        self._provider = provider
        self._model = model
        self._profile = profile
        self._resumed = resumed
        self._records = RecordReader()
        self._tally = Tally()
        self._streamed: set[str] = set()
        """Messages that were shown in pieces."""
        self._open = ""
        """The message that is being shown in pieces."""
        self._trouble: Outcome | None = None
        """What the API last said no with."""

    @property
    def noise(self) -> bytes:
        """The last line that made no sense."""
        return self._records.noise

    def feed(self, data: bytes) -> list[Chunk]:
        """The next bytes."""
        return self._told(self._records.feed(data))

    def finish(self) -> list[Chunk]:
        """The end of them."""
        return [*self._told(self._records.finish()), *self._paid(self._tally.finish())]

    def _told(self, found: list[Record | Notice]) -> list[Chunk]:
        chunks: list[Chunk] = []
        for each in found:
            chunks += [each] if isinstance(each, Notice) else self._read(each)
        return chunks

    def _read(self, record: Record) -> Iterator[Chunk]:
        match record.get("type"):
            case "stream_event":
                yield from self._piece(record)
            case "assistant":
                yield from self._message(record)
            case "user":
                yield from self._results(record)
            case "system":
                yield from self._system(record)
            case "rate_limit_event":
                yield from self._limited(record)
            case "result":
                yield from self._result(record)

    # Beginning, waiting.

    def _system(self, record: Record) -> Iterator[Chunk]:
        match record.get("subtype"):
            case "init":
                self.session = clean_line(text_in(record, "session_id"), 80)
                self._model = clean_line(text_in(record, "model"), 80) or self._model
            case "api_retry":
                yield from self._retry(record)
            case "status" if record.get("status") == "compacting":
                yield Notice("Claude Code shortens its conversation")

    def _retry(self, record: Record) -> Iterator[Chunk]:
        word = text_in(record, "error") or "unknown"
        kind = ERRORS.get(word, Kind.API_500)
        seconds = count_in(record, "retry_delay_ms") / 1000
        tries = f"{count_in(record, 'attempt')} of {count_in(record, 'max_retries')}"
        status = f" (HTTP {status})" if (status := count_in(record, "error_status")) else ""
        self._trouble = Outcome(kind, clean_line(f"the API said {word}{status}"))
        yield Notice(clean_line(f"Claude Code asks the API again in {seconds:g} s, {tries}: {word}{status}"))
        if kind in PASSING:
            yield self._limits(LimitNotice(retry_after=seconds or None))

    def _limited(self, record: Record) -> Iterator[Chunk]:
        now_ms = round(time.time() * 1000)
        notice = read_limit_event(record, now_ms)
        yield self._limits(notice)
        if notice.status != "rejected":
            return
        resets = [quota.reset_ms for quota in notice.quotas if quota.reset_ms is not None]
        wait = (min(resets) - now_ms) / 1000 if resets else None
        name = notice.quotas[0].name.replace("_", " ") if notice.quotas else "plan"
        self._trouble = Outcome(Kind.RATE_LIMITED, f"the limit of the {name} window is reached", wait)
        yield Notice(self._trouble.message)

    def _limits(self, notice: LimitNotice) -> Limits:
        return Limits(self._provider, self._model, notice)

    # What it says and does.

    def _piece(self, record: Record) -> Iterator[Chunk]:
        if record.get("parent_tool_use_id"):
            return
        self.begun = True
        match text_in(record, "event", "type"):
            case "message_start":
                message = part_in(record, "event", "message")
                self._open = text_in(message, "id")
                yield from self._spent(self._open, text_in(message, "model"), message)
            case "message_delta":
                yield from self._spent(self._open, "", part_in(record, "event"))
            case "content_block_delta":
                yield from self._delta(part_in(record, "event", "delta"))

    def _delta(self, delta: Record) -> Iterator[Chunk]:
        text, thinking = text_in(delta, "text"), text_in(delta, "thinking")
        if text or thinking:
            self._streamed.add(self._open)
        if text:
            yield Text(text)
        if thinking:
            yield Thinking(thinking)

    def _message(self, record: Record) -> Iterator[Chunk]:
        message = part_in(record, "message")
        id_ = text_in(message, "id")
        if word := text_in(record, "error"):
            self._trouble = Outcome(ERRORS.get(word, Kind.API_500), clean_line(f"the API said {word}"))
        else:
            self.begun = True
            yield from self._spent(id_, text_in(message, "model"), message)
        helper = bool(record.get("parent_tool_use_id"))
        for block in parts_in(message, "content"):
            match block.get("type"):
                case "tool_use":
                    yield used(block)
                case "text" if not helper and id_ not in self._streamed:
                    yield Text(f"{text_in(block, 'text')}\n")
                case "thinking" if not helper and id_ not in self._streamed:
                    yield Thinking(f"{text_in(block, 'thinking')}\n")

    def _results(self, record: Record) -> Iterator[Chunk]:
        for block in parts_in(record, "message", "content"):
            if block.get("type") == "tool_result":
                yield returned(block)

    # Money.

    def _spent(self, message: str, model: str, told: Record) -> Iterator[Chunk]:
        usage = part_in(told, "usage")
        if usage and message:
            yield from self._paid(self._tally.told(message, clean_line(model, 80) or self._model, usage_of(usage)))

    def _paid(self, spent: Iterator[tuple[str, Usage]]) -> Iterator[Chunk]:
        for model, usage in spent:
            yield Spent(model or self._model, usage, provider=self._provider, profile=self._profile)

    # The end.

    def _result(self, record: Record) -> Iterator[Chunk]:
        totals = {} if self._resumed else totals_of(record, self._model)
        yield from self._paid(self._tally.finish(totals))
        self.outcome = self._judged(record)

    def _judged(self, record: Record) -> Outcome:
        subtype = text_in(record, "subtype")
        kind = RESULTS.get(subtype, Kind.PROTOCOL_ERROR)
        said = clean_line(text_in(record, "result") or _errors(record), 300)
        if kind is Kind.OK and not record.get("is_error"):
            return OK if text_in(record, "stop_reason") != "refusal" else Outcome(Kind.REFUSAL, "the model declined")
        if (status := count_in(record, "api_error_status")) and kind in (Kind.OK, Kind.AGENT_CRASHED):
            wait = self._trouble.retry_after if self._trouble else None
            return Outcome(STATUSES.get(status, Kind.API_500), f"HTTP {status}: {said}", wait)
        if kind in (Kind.OK, Kind.AGENT_CRASHED) and self._trouble is not None:
            return msgspec.structs.replace(self._trouble, message=said or self._trouble.message)
        if kind is Kind.OK:
            kind = Kind.AGENT_CRASHED
        return Outcome(kind, WORDS.get(kind) or f"Claude Code ended with {clean_line(subtype, 60)!r}: {said}")


def _errors(record: Record) -> str:
    errors = record.get("errors")
    return "; ".join(str(each) for each in errors) if isinstance(errors, list) else ""


def used(block: Record) -> Used:
    """A tool that the program uses."""
    name = clean_line(text_in(block, "name"), 80) or "tool"
    given = part_in(block, "input")
    return Used(text_in(block, "id"), name, shortened(given), summary(name, given))


def returned(block: Record) -> Returned:
    """What came of it."""
    status = ToolStatus.ERROR if block.get("is_error") else ToolStatus.OK
    return Returned(text_in(block, "tool_use_id"), ToolResult(status, _plain(block.get("content"))[:OUTPUT_CAP]))


def _plain(content: Any) -> str:
    if isinstance(content, str):
        return content
    return "\n".join(text_in(block, "text") for block in parts_in({"content": content}, "content"))


def usage_of(told: Record) -> Usage:
    """Tokens, as the API counts them."""
    written = count_in(told, "cache_creation_input_tokens")
    hour = min(written, count_in(told, "cache_creation", "ephemeral_1h_input_tokens"))
    return Usage(
        input_tokens=count_in(told, "input_tokens"),
        output_tokens=count_in(told, "output_tokens"),
        cache_read_tokens=count_in(told, "cache_read_input_tokens"),
        cache_write_tokens=written - hour,
        cache_write_1h_tokens=hour,
    )


def totals_of(record: Record, model: str) -> dict[str, Usage]:
    """What the program says that it used in all, by model."""
    by_model = part_in(record, "modelUsage")
    if not by_model:
        usage = usage_of(part_in(record, "usage"))
        return {model: usage} if usage.total else {}
    return {_plain_name(name): _camel_usage(part_in(by_model, name)) for name in by_model}


def _plain_name(model: str) -> str:
    """A model's id without the size of its window, which the program writes behind it in brackets."""
    return clean_line(model.partition("[")[0], 80)


def _camel_usage(told: Record) -> Usage:
    return Usage(
        input_tokens=count_in(told, "inputTokens"),
        output_tokens=count_in(told, "outputTokens"),
        cache_read_tokens=count_in(told, "cacheReadInputTokens"),
        cache_write_tokens=count_in(told, "cacheCreationInputTokens"),
    )
