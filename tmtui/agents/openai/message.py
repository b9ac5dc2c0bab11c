"""From the chunks of a stream to an answer that is whole, or to none.

An answer is whole when a reason for stopping has come and the stream said `[DONE]`; until then, what was streamed was
for the eye. Each tool call keeps the raw text of its input, which is read at the end, strictly: a call whose input is
not an object is a call with a problem, that nobody carries out.

Servers of one's own take liberties: some give a whole call at once, some number no calls, some say `stop` where they
mean `tool_calls`. These are taken as they are meant. What cannot be meant in one way only is an error.
"""

from collections.abc import Mapping
from typing import Annotated, Any, Final

import msgspec

from tmtui.agents.anthropic.errors import Broken
from tmtui.agents.anthropic.sse import StreamEvent
from tmtui.agents.model import Called, ModelPart, Replied, Said, StopKind
from tmtui.agents.openai.errors import in_stream
from tmtui.agents.port import Text, Thinking
from tmtui.domain.outcome import OK, Kind, Outcome
from tmtui.domain.text import clean_line
from tmtui.domain.usage import Usage


DONE: Final = b"[DONE]"
SAMPLE: Final = 120
"""Characters of a malformed chunk that are shown."""

Count = Annotated[int, msgspec.Meta(ge=0)]


# What comes over the wire. All of it is optional here: what must be there is asked for where it is needed.


class WireFunction(msgspec.Struct):
    """A function's name, and a piece of its input."""

    name: str | None = None
    arguments: str | None = None


class WireCall(msgspec.Struct):
    """A tool call, or a piece of one."""

    index: int | None = None
    id: str | None = None
    function: WireFunction | None = None


class WireDelta(msgspec.Struct):
    """What is added."""

    content: str | None = None
    refusal: str | None = None
    reasoning_content: str | None = None
    """What some servers show of a model's thinking."""
    reasoning: str | None = None
    """The same with others."""
    tool_calls: list[WireCall] | None = None


class WireChoice(msgspec.Struct):
    """One of the answers; one is asked for."""

    index: int = 0
    delta: WireDelta | None = None
    finish_reason: str | None = None


class WirePromptDetails(msgspec.Struct):
    """What of the prompt caches were used for."""

    cached_tokens: Count | None = None
    cache_write_tokens: Count | None = None


class WireUsage(msgspec.Struct):
    """Tokens. Those of the caches are among those of the prompt."""

    prompt_tokens: Count | None = None
    completion_tokens: Count | None = None
    prompt_tokens_details: WirePromptDetails | None = None


class WireChunk(msgspec.Struct):
    """Any chunk."""

    model: str | None = None
    choices: list[WireChoice] | None = None
    usage: WireUsage | None = None
    error: Any = None


_DECODER: Final = msgspec.json.Decoder(WireChunk)

STOPS: Final[Mapping[str, StopKind]] = {
    "stop": StopKind.END_TURN,
    "length": StopKind.MAX_TOKENS,
    "tool_calls": StopKind.TOOL_USE,
    "function_call": StopKind.TOOL_USE,
    "content_filter": StopKind.REFUSAL,
}
"""The API's reasons for stopping, and ours."""


class Call:
    """A tool call while it comes."""

    def __init__(self, index: int | None) -> None:
        self.index = index
        self.id = ""
        self.name = ""
        self.pieces: list[str] = []

    def add(self, wire: WireCall) -> None:
        """Add a piece."""
        self.id = self.id or wire.id or ""
        if wire.function is not None:
            self.name = self.name or wire.function.name or ""
            self.pieces.append(wire.function.arguments or "")

    def part(self, number: int) -> Called:
        """What it came to. One without an id gets one, by its place."""
        if not self.name:
            raise Broken(Kind.PROTOCOL_ERROR, "a tool call has no name")
        given, problem = read_input("".join(self.pieces))
        return Called(self.id or f"call_{number}", self.name, given, problem)


def read_input(raw: str) -> tuple[dict[str, Any], str]:
    """The input of a call, and what is wrong with it; empty for nothing."""
    if not raw.strip():
        return {}, ""
    try:
        given = msgspec.json.decode(raw)
    except (msgspec.DecodeError, UnicodeEncodeError, RecursionError) as error:
        return {}, f"the input of this call was cut off or is not JSON, so nothing was run: {error}"
    if not isinstance(given, dict):
        return {}, "the input of this call is not a JSON object, so nothing was run"
    return given, ""


class Message:
    """An answer while it comes. Feed it events until it is `done`."""

    def __init__(self) -> None:
        self.done = False
        """Whether the stream said that it is."""
        self.events = 0
        self.model = ""
        self.usage: Usage | None = None
        self._texts: list[str] = []
        self._refusals: list[str] = []
        self._calls: list[Call] = []
        self._stop = ""

    def feed(self, event: StreamEvent) -> list[Text | Thinking]:
        """Take the next event; what can be shown of it.

        Raises:
            Broken: it is malformed, or tells of an error.
        """
        if self.done:
            return []
        if event.data.strip() == DONE:
            self._end()
            return []
        chunk = decoded(event)
        if event.name == "error" or chunk.error is not None:
            raise _error_of(event)
        self.events += 1
        return self._take(chunk)

    def _take(self, chunk: WireChunk) -> list[Text | Thinking]:
        self.model = self.model or clean_line(chunk.model or "", 100)
        if chunk.usage is not None:
            self.usage = usage_of(chunk.usage)
        shown: list[Text | Thinking] = []
        for choice in chunk.choices or ():
            if choice.index == 0:
                shown += self._add(choice.delta or WireDelta())
                self._stop = choice.finish_reason or self._stop
        return shown

    def _add(self, delta: WireDelta) -> list[Text | Thinking]:
        if self._stop and (delta.content or delta.tool_calls):
            raise Broken(Kind.PROTOCOL_ERROR, "a part of the answer came after its end")
        shown: list[Text | Thinking] = []
        if thinking := delta.reasoning_content or delta.reasoning:
            shown.append(Thinking(thinking))
        for text, kept in ((delta.content, self._texts), (delta.refusal, self._refusals)):
            if text:
                kept.append(text)
                shown.append(Text(text))
        for wire in delta.tool_calls or ():
            self._call_of(wire).add(wire)
        return shown

    def _call_of(self, wire: WireCall) -> Call:
        """The call that a piece belongs to: by its number, unless it begins one under an id of its own."""
        last = self._calls[-1] if self._calls else None
        known = next((call for call in self._calls if call.index == wire.index), None)
        if wire.index is None:
            known = last
        if known is None or (wire.id and known.id and wire.id != known.id):
            known = Call(wire.index)
            self._calls.append(known)
        return known

    def _end(self) -> None:
        if not self._stop:
            raise Broken(Kind.STREAM_TRUNCATED, "the answer ended without a reason for stopping")
        self.done = True

    def replied(self, outcome: Outcome | None = None) -> Replied:
        """How the request ended. `outcome` is what went wrong elsewhere; without it, the answer speaks for itself."""
        if outcome is None and not self.done:
            outcome = Outcome(Kind.STREAM_TRUNCATED, "the answer ended before it was whole")
        parts: tuple[ModelPart, ...] = ()
        stop = self._stop_kind()
        if outcome is None:
            try:
                parts = self._parts()
                outcome = judged(stop, self._word(), parts)
            except Broken as broken:
                outcome = broken.outcome
        return Replied(
            outcome=outcome,
            stop=stop,
            stop_word=self._word(),
            parts=parts if outcome.ok else (),
            usage=self.usage,
            model=self.model,
        )

    def _stop_kind(self) -> StopKind:
        stop = STOPS.get(self._stop, StopKind.UNKNOWN)
        if stop is StopKind.END_TURN and self._refusals and not self._texts:
            return StopKind.REFUSAL
        return StopKind.TOOL_USE if stop is StopKind.END_TURN and self._calls else stop

    def _parts(self) -> tuple[ModelPart, ...]:
        text = "".join(self._texts)
        calls = [call.part(number) for number, call in enumerate(self._calls, 1)]
        if len({call.id for call in calls}) < len(calls):
            raise Broken(Kind.PROTOCOL_ERROR, "two tool calls have the same id")
        return (*((Said(text),) if text else ()), *calls)

    def _word(self) -> str:
        return clean_line(self._stop, 100)


def usage_of(told: WireUsage) -> Usage:
    """Tokens as we count them: each once."""
    details = told.prompt_tokens_details or WirePromptDetails()
    prompt = told.prompt_tokens or 0
    cached = min(details.cached_tokens or 0, prompt)
    written = min(details.cache_write_tokens or 0, prompt - cached)
    return Usage(
        input_tokens=prompt - cached - written,
        output_tokens=told.completion_tokens or 0,
        cache_read_tokens=cached,
        cache_write_tokens=written,
    )


def judged(stop: StopKind, word: str, parts: tuple[ModelPart, ...]) -> Outcome:
    """What a whole answer comes to. An answer that was cut for length is fine: whoever asked goes on from it."""
    match stop:
        case StopKind.REFUSAL:
            return Outcome(Kind.REFUSAL, f"the model declined ({word})")
        case StopKind.UNKNOWN:
            return Outcome(Kind.STREAM_TRUNCATED, f"the answer stopped for a reason that is not known: {word}")
        case StopKind.TOOL_USE if not any(isinstance(part, Called) for part in parts):
            return Outcome(Kind.PROTOCOL_ERROR, "the model stopped for a tool and called none")
        case StopKind.END_TURN if not parts:
            return Outcome(Kind.EMPTY_RESPONSE, "the model said nothing")
    return OK


def decoded(event: StreamEvent) -> WireChunk:
    """An event's content.

    Raises:
        Broken: it is not JSON, or of another form than a chunk.
    """
    try:
        return _DECODER.decode(event.data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        if event.name == "error":
            return WireChunk(error=event.data)
        sample = event.data[:SAMPLE].decode(errors="replace")
        raise Broken(Kind.PROTOCOL_ERROR, f"an event is not a chunk of an answer ({error}): {sample}") from error


def _error_of(event: StreamEvent) -> Broken:
    """What an error in mid-stream tells, in whatever form it came."""
    try:
        body = msgspec.json.decode(event.data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        body = None
    outcome = in_stream(body)
    return Broken(outcome.kind, outcome.message)
