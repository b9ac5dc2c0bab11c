"""From the events of a stream to an answer that is whole, or to none.

The order of events is a table (`ORDER`), and an event that stands where it cannot is an error:

    AWAITED ──message_start──► BETWEEN ◄──content_block_stop── IN_BLOCK ◄─┐ content_block_delta
                                  │  └───content_block_start────►  └──────┘
                                  └──message_stop──► DONE                       message_delta: once it has begun

Until `message_stop` has come, with a reason for stopping, there is no answer: what was streamed was for the eye. The
SDK's own helpers hide that a stream was cut, and make of a tool's input that was cut one that looks whole; so each
block keeps the raw text of its input, which is read when the block ends, strictly, and a call whose input is not an
object is a call with a problem, that nobody carries out.

What is not known (events, deltas, kinds of blocks) is no error: the API may add them at any time. A block of unknown
kind is kept as it came, to be given back to the same model; it is left out when it changed in ways unknown.
"""

from collections.abc import Mapping
from enum import Enum, auto
from typing import Annotated, Any, Final

import msgspec

from tmtui.agents.anthropic.errors import Broken, in_stream
from tmtui.agents.anthropic.sse import StreamEvent
from tmtui.agents.model import Called, ModelPart, Replied, Said, StopKind, Thought
from tmtui.agents.port import Notice, Text, Thinking
from tmtui.domain.outcome import OK, Kind, Outcome
from tmtui.domain.text import clean_line
from tmtui.domain.usage import Usage


CHARACTERS_A_TOKEN: Final = 3
"""Low, so that an estimate of what was cut off is not too low."""

SAMPLE: Final = 120
"""Characters of a malformed event that are shown."""

Count = Annotated[int, msgspec.Meta(ge=0)]


# What comes over the wire. All of it is optional here: what must be there is asked for where it is needed.


class WireCacheCreation(msgspec.Struct):
    """What was written into caches, by how long they last."""

    ephemeral_1h_input_tokens: Count | None = None


class WireUsage(msgspec.Struct):
    """Tokens, as far as they are told. All counts are cumulative."""

    input_tokens: Count | None = None
    output_tokens: Count | None = None
    cache_creation_input_tokens: Count | None = None
    cache_read_input_tokens: Count | None = None
    cache_creation: WireCacheCreation | None = None


class WireMessage(msgspec.Struct):
    """The message as it begins."""

    model: str = ""
    usage: WireUsage | None = None


class WireStopDetails(msgspec.Struct):
    """Why a model declined."""

    category: str | None = None


class WireDelta(msgspec.Struct):
    """What is added: to a block, or to the message."""

    type: str = ""
    text: str = ""
    thinking: str = ""
    signature: str = ""
    partial_json: str = ""
    stop_reason: str | None = None
    stop_details: WireStopDetails | None = None


class WireEvent(msgspec.Struct):
    """Any event."""

    type: str = ""
    index: int | None = None
    message: WireMessage | None = None
    content_block: dict[str, Any] | None = None
    delta: WireDelta | None = None
    usage: WireUsage | None = None


_DECODER: Final = msgspec.json.Decoder(WireEvent)


class Stage(Enum):
    """Where in its answer a stream is."""

    AWAITED = auto()
    BETWEEN = auto()
    IN_BLOCK = auto()
    DONE = auto()


ORDER: Final[Mapping[Stage, frozenset[str]]] = {
    Stage.AWAITED: frozenset({"message_start"}),
    Stage.BETWEEN: frozenset({"content_block_start", "message_delta", "message_stop"}),
    Stage.IN_BLOCK: frozenset({"content_block_delta", "content_block_stop", "message_delta"}),
    Stage.DONE: frozenset(),
}
"""The events that may come next. `ping` and `error` may come at any time."""

KNOWN: Final = frozenset[str]().union(*ORDER.values())

DELTAS: Final[Mapping[str, frozenset[str]]] = {
    "text_delta": frozenset({"text"}),
    "citations_delta": frozenset({"text"}),
    "thinking_delta": frozenset({"thinking"}),
    "signature_delta": frozenset({"thinking"}),
    "input_json_delta": frozenset({"tool_use", "server_tool_use", "mcp_tool_use"}),
}
"""The kinds of blocks that each kind of delta belongs to."""

BLOCKS: Final = frozenset[str]().union(*DELTAS.values())
"""The kinds of blocks that come in deltas."""

STOPS: Final[Mapping[str, StopKind]] = {
    "end_turn": StopKind.END_TURN,
    "tool_use": StopKind.TOOL_USE,
    "max_tokens": StopKind.MAX_TOKENS,
    "stop_sequence": StopKind.STOP_SEQUENCE,
    "pause_turn": StopKind.PAUSE_TURN,
    "refusal": StopKind.REFUSAL,
    "model_context_window_exceeded": StopKind.CONTEXT_EXCEEDED,
}
"""The API's reasons for stopping, and ours."""


class Block:
    """One block of the answer while it comes."""

    def __init__(self, index: int, start: dict[str, Any]) -> None:
        kind = start.get("type")
        if not isinstance(kind, str):
            raise Broken(Kind.PROTOCOL_ERROR, "a part of the answer has no type")
        self.index = index
        self.kind = kind
        self.known = kind in BLOCKS
        self.start = start
        self.texts = [_text_of(start, "text"), _text_of(start, "thinking")]
        self.signatures = [_text_of(start, "signature")]
        self.inputs: list[str] = []
        self.strange = False
        """Whether it changed in a way that is not known."""

    def add(self, delta: WireDelta) -> Text | Thinking | None:
        """Add to it; what can be shown of that."""
        self._check(delta.type)
        match delta.type:
            case "text_delta":
                self.texts.append(delta.text)
                return Text(delta.text) if delta.text else None
            case "thinking_delta":
                self.texts.append(delta.thinking)
                return Thinking(delta.thinking) if delta.thinking else None
            case "input_json_delta":
                self.inputs.append(delta.partial_json)
            case "signature_delta":
                self.signatures.append(delta.signature)
            case _:
                self.strange = True
        return None

    def _check(self, kind: str) -> None:
        if self.known and self.kind not in DELTAS.get(kind, BLOCKS):
            raise Broken(Kind.PROTOCOL_ERROR, f"a {kind} came for a part of kind {self.kind}")

    def part(self) -> ModelPart | None:
        """What it came to; None when there is nothing to keep."""
        match self.kind:
            case "text":
                return Said(text) if (text := "".join(self.texts)) else None
            case "tool_use":
                return self._call()
            case "thinking":
                return self._thought()
        return None if self.strange else Thought(_encoded(self._whole()))

    def _thought(self) -> Thought | None:
        """Thinking without a signature was cut off, and is not taken back."""
        signature = "".join(self.signatures)
        if not signature:
            return None
        return Thought(_encoded({"type": "thinking", "thinking": "".join(self.texts), "signature": signature}))

    def _call(self) -> Called:
        id_, name = _text_of(self.start, "id"), _text_of(self.start, "name")
        if not id_ or not name:
            raise Broken(Kind.PROTOCOL_ERROR, "a tool call has no name or no id")
        given, problem = self._input()
        return Called(id_, name, given, problem)

    def _input(self) -> tuple[dict[str, Any], str]:
        raw = "".join(self.inputs)
        if not raw:
            started = self.start.get("input")
            return (started if isinstance(started, dict) else {}), ""
        try:
            given = msgspec.json.decode(raw)
        except (msgspec.DecodeError, RecursionError) as error:
            return {}, f"the input of this call was cut off or is not JSON, so nothing was run: {error}"
        if not isinstance(given, dict):
            return {}, "the input of this call is not a JSON object, so nothing was run"
        return given, ""

    def _whole(self) -> dict[str, Any]:
        if not self.inputs:
            return self.start
        given, problem = self._input()
        if problem:
            raise Broken(Kind.PROTOCOL_ERROR, f"a part of kind {self.kind} is malformed")
        return {**self.start, "input": given}


def _text_of(values: Mapping[str, Any], name: str) -> str:
    value = values.get(name)
    return value if isinstance(value, str) else ""


def _encoded(block: dict[str, Any]) -> str:
    return msgspec.json.encode(block).decode()


class Message:
    """An answer while it comes. Feed it events until it is `done`."""

    def __init__(self) -> None:
        self.stage = Stage.AWAITED
        self.events = 0
        """Events so far, pings left out."""
        self.model = ""
        self.usage: Usage | None = None
        self._parts: list[ModelPart] = []
        self._block: Block | None = None
        self._last = -1
        """Index of the last block."""
        self._stop = ""
        self._category = ""
        self._characters = 0
        """Said so far, tool calls included."""

    @property
    def done(self) -> bool:
        """Whether `message_stop` has come."""
        return self.stage is Stage.DONE

    def feed(self, event: StreamEvent) -> Text | Thinking | Notice | None:
        """Take the next event; what can be shown of it.

        Raises:
            Broken: it is malformed, stands where it cannot, or tells of an error.
        """
        if event.name == "ping":
            return None
        if event.name == "error":
            raise _error_of(event)
        wire = decoded(event)
        if wire is None or wire.type == "ping":
            return None
        if wire.type == "error":
            raise _error_of(event)
        self.events += 1
        if wire.type not in KNOWN or self.done:
            return None
        if wire.type not in ORDER[self.stage]:
            raise Broken(Kind.PROTOCOL_ERROR, f"{wire.type} came where it cannot be")
        return self._take(wire)

    def _take(self, wire: WireEvent) -> Text | Thinking | Notice | None:
        match wire.type:
            case "content_block_delta":
                return self._add(wire)
            case "content_block_start":
                return self._open(wire)
            case "content_block_stop":
                return self._close(wire)
            case "message_start":
                self._begin(wire)
            case "message_delta":
                self._change(wire)
            case "message_stop":
                self._end()
        return None

    def _begin(self, wire: WireEvent) -> None:
        self.stage = Stage.BETWEEN
        if wire.message is not None:
            self.model = clean_line(wire.message.model, 100)
            self._count(wire.message.usage)

    def _open(self, wire: WireEvent) -> Text | Thinking | None:
        if wire.index is None or wire.index <= self._last or wire.content_block is None:
            raise Broken(Kind.PROTOCOL_ERROR, "a part of the answer begins out of order")
        if self._stop:
            raise Broken(Kind.PROTOCOL_ERROR, "a part of the answer begins after its end")
        self._block = block = Block(wire.index, wire.content_block)
        self._last = wire.index
        self.stage = Stage.IN_BLOCK
        text, thinking = block.texts
        if text and block.kind == "text":
            return Text(text)
        return Thinking(thinking) if thinking and block.kind == "thinking" else None

    def _open_block(self, wire: WireEvent) -> Block:
        if self._block is None or wire.index != self._block.index:
            raise Broken(Kind.PROTOCOL_ERROR, f"{wire.type} came for a part that is not open")
        return self._block

    def _add(self, wire: WireEvent) -> Text | Thinking | None:
        block = self._open_block(wire)
        if wire.delta is None:
            raise Broken(Kind.PROTOCOL_ERROR, "a delta holds nothing")
        self._characters += len(wire.delta.text) + len(wire.delta.thinking) + len(wire.delta.partial_json)
        return block.add(wire.delta)

    def _close(self, wire: WireEvent) -> Notice | None:
        block = self._open_block(wire)
        self._block = None
        self.stage = Stage.BETWEEN
        part = block.part()
        if isinstance(part, Called) and any(isinstance(each, Called) and each.id == part.id for each in self._parts):
            raise Broken(Kind.PROTOCOL_ERROR, "two tool calls have the same id")
        if part is not None:
            self._parts.append(part)
        elif block.strange and not block.known:
            return Notice(f"a part of the answer is of a kind that is not known ({block.kind}); it was left out")
        return None

    def _change(self, wire: WireEvent) -> None:
        self._count(wire.usage)
        if wire.delta is None or wire.delta.stop_reason is None:
            return
        if self.stage is Stage.IN_BLOCK:
            raise Broken(Kind.PROTOCOL_ERROR, "the answer stopped inside one of its parts")
        self._stop = wire.delta.stop_reason
        details = wire.delta.stop_details
        self._category = (details.category if details else None) or ""

    def _count(self, told: WireUsage | None) -> None:
        """Take counts over: they are cumulative, and what is not told stays."""
        if told is None:
            return
        before = self.usage or Usage()
        written = before.cache_write_tokens + before.cache_write_1h_tokens
        written = _or(told.cache_creation_input_tokens, written)
        creation = told.cache_creation
        hour = min(
            written, _or(creation.ephemeral_1h_input_tokens if creation else None, before.cache_write_1h_tokens)
        )
        self.usage = Usage(
            input_tokens=_or(told.input_tokens, before.input_tokens),
            output_tokens=_or(told.output_tokens, before.output_tokens),
            cache_read_tokens=_or(told.cache_read_input_tokens, before.cache_read_tokens),
            cache_write_tokens=written - hour,
            cache_write_1h_tokens=hour,
        )

    def _end(self) -> None:
        if not self._stop:
            raise Broken(Kind.STREAM_TRUNCATED, "the answer ended without a reason for stopping")
        self.stage = Stage.DONE

    def replied(self, outcome: Outcome | None = None) -> Replied:
        """How the request ended. `outcome` is what went wrong elsewhere; without it, the answer speaks for itself."""
        if outcome is None and not self.done:
            outcome = Outcome(Kind.STREAM_TRUNCATED, "the answer ended before it was whole")
        stop = STOPS.get(self._stop, StopKind.UNKNOWN) if self._stop else StopKind.UNKNOWN
        outcome = outcome or judged(stop, self._word(), self._parts)
        return Replied(
            outcome=outcome,
            stop=stop,
            stop_word=self._word(),
            parts=tuple(self._parts) if outcome.ok else (),
            usage=self.usage if self.done else self._used_so_far(),
            model=self.model,
        )

    def _used_so_far(self) -> Usage | None:
        """What was told of an answer that broke off. Its length is told at the end, so here it is estimated."""
        if self.usage is None:
            return None
        said = max(self.usage.output_tokens, self._characters // CHARACTERS_A_TOKEN)
        return msgspec.structs.replace(self.usage, output_tokens=said)

    def _word(self) -> str:
        return clean_line(f"{self._stop}: {self._category}" if self._category else self._stop, 100)


def _or(told: int | None, before: int) -> int:
    return before if told is None else told


def judged(stop: StopKind, word: str, parts: list[ModelPart]) -> Outcome:
    """What a whole answer comes to. An answer that was cut for length is fine: whoever asked goes on from it."""
    match stop:
        case StopKind.REFUSAL:
            return Outcome(Kind.REFUSAL, f"the model declined ({word})")
        case StopKind.CONTEXT_EXCEEDED:
            return Outcome(
                Kind.CONTEXT_TOO_LONG, "the conversation and the answer are longer than the model's context"
            )
        case StopKind.UNKNOWN:
            return Outcome(Kind.STREAM_TRUNCATED, f"the answer stopped for a reason that is not known: {word}")
        case StopKind.TOOL_USE if not any(isinstance(part, Called) for part in parts):
            return Outcome(Kind.PROTOCOL_ERROR, "the model stopped for a tool and called none")
        case StopKind.END_TURN | StopKind.STOP_SEQUENCE if not any(isinstance(part, Said | Called) for part in parts):
            return Outcome(Kind.EMPTY_RESPONSE, "the model said nothing")
    return OK


def decoded(event: StreamEvent) -> WireEvent | None:
    """An event's content; None for one of a form that is not known, which is no error.

    Raises:
        Broken: it is not JSON, or a known event of another form.
    """
    try:
        return _fitting(event)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        sample = event.data[:SAMPLE].decode(errors="replace")
        raise Broken(Kind.PROTOCOL_ERROR, f"an event is not JSON ({error}): {sample}") from error


def _fitting(event: StreamEvent) -> WireEvent | None:
    try:
        return _DECODER.decode(event.data)
    except msgspec.ValidationError as error:
        if _is_known(msgspec.json.decode(event.data)):
            raise Broken(Kind.PROTOCOL_ERROR, f"an event has another form than was agreed: {error}") from error
        return None


def _is_known(value: Any) -> bool:
    """Whether an event that does not fit is one whose form is known."""
    if not isinstance(value, dict):
        return True
    if value.get("type") == "content_block_delta" and isinstance(delta := value.get("delta"), dict):
        return delta.get("type") in DELTAS
    return value.get("type") in KNOWN


def _error_of(event: StreamEvent) -> Broken:
    """What an `error` event tells, in whatever form it came."""
    try:
        body = msgspec.json.decode(event.data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        body = None
    outcome = in_stream(body)
    return Broken(outcome.kind, outcome.message)
