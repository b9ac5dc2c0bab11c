"""A conversation from its events: what a model was told and what it said, whichever attempts held it.

The log is the only place where a conversation is kept. So one that a crash cut off goes on behind its last complete
turn: calls that came to their end are answered with what came of them, and one that was cut off, with that. An answer
from which nothing had followed yet is looked at as if it had just come.
"""

from collections.abc import Iterable

import msgspec

from tmtui.agents.model import (
    Answered,
    Called,
    FromModel,
    FromUser,
    Message,
    ModelPart,
    Replied,
    Said,
    StopKind,
    Thought,
    UserPart,
)
from tmtui.domain.status import ToolStatus
from tmtui.events.attempt import AttemptPrompted
from tmtui.events.base import Recorded
from tmtui.events.request import (
    ConversationForgotten,
    ConversationNudged,
    ConversationShortened,
    RequestFinished,
    RequestStarted,
)
from tmtui.events.tool import ToolFinished, ToolStarted


_encoder = msgspec.json.Encoder()
_parts = msgspec.json.Decoder(tuple[ModelPart, ...])
_messages = msgspec.json.Decoder(tuple[Message, ...])


def write_parts(parts: tuple[ModelPart, ...]) -> str:
    """The parts of an answer as the log keeps them: JSON in ASCII."""
    return _ascii(parts)


def write_messages(messages: tuple[Message, ...]) -> str:
    """Messages as the log keeps them: JSON in ASCII."""
    return _ascii(messages)


def write_stop(reply: Replied) -> str:
    """Why an answer stopped, as the log keeps it: in tmtui's word, with the provider's where that says more."""
    kind, word = str(reply.stop), reply.stop_word
    return word if word.startswith(kind) else f"{kind}: {word}" if word else kind


def read_stop(written: str) -> StopKind:
    """The other way round."""
    word = written.partition(":")[0]
    return StopKind(word) if word in set(StopKind) else StopKind.UNKNOWN


def _ascii(value: object) -> str:
    text = _encoder.encode(value).decode()
    return text if text.isascii() else "".join(c if c.isascii() else _escape(c) for c in text)


def _escape(character: str) -> str:
    units = character.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[place : place + 2].hex()}" for place in range(0, len(units), 2))


class Memory:
    """The messages of one conversation. They only ever grow, unless one of the two ways to shorten them is taken."""

    def __init__(self, messages: Iterable[Message] = ()) -> None:
        self._messages: list[Message] = list(messages)
        self._open: list[UserPart] = []
        self._stop = StopKind.UNKNOWN

    @property
    def messages(self) -> tuple[Message, ...]:
        """What a request is made of: the last message is the user's."""
        return (*self._messages, FromUser(tuple(self._open))) if self._open else tuple(self._messages)

    @property
    def unanswered(self) -> tuple[Called, ...]:
        """The last answer's calls that nothing came of yet, in order."""
        last = self._messages[-1] if self._messages else None
        if not isinstance(last, FromModel):
            return ()
        answered = {part.id for part in self._open if isinstance(part, Answered)}
        return tuple(part for part in last.parts if isinstance(part, Called) and part.id not in answered)

    @property
    def left_off(self) -> Replied | None:
        """The last answer, when nothing has followed from it and it makes no calls."""
        last = self._messages[-1] if self._messages and not self._open else None
        if not isinstance(last, FromModel) or self.unanswered:
            return None
        return Replied(stop=self._stop, parts=last.parts, model=last.model)

    @property
    def turns(self) -> int:
        """How many answers the model has given."""
        return sum(isinstance(message, FromModel) for message in self._messages)

    @property
    def last_text(self) -> str:
        """What the model said last, without its thinking and its calls."""
        for message in reversed(self._messages):
            if isinstance(message, FromModel):
                return "".join(part.text for part in message.parts if isinstance(part, Said))
        return ""

    def hear(self, reply: Replied, model: str) -> None:
        """The model answered. When it was let go on without a word, that belongs to its answer before."""
        self._close()
        self._stop = reply.stop
        parts = reply.parts
        last = self._messages[-1] if self._messages else None
        if isinstance(last, FromModel):
            self._messages.pop()
            parts = (last if last.model == model else _thoughtless(last)).parts + parts
        self._messages.append(FromModel(parts, model))

    def answer(self, call: str, output: str, *, failed: bool) -> None:
        """A call came to its end. The answers stand in the order of the calls, before anything else."""
        self._open.append(Answered(call, output, failed))
        last = self._messages[-1]
        if isinstance(last, FromModel):
            places = {part.id: place for place, part in enumerate(last.parts) if isinstance(part, Called)}
            self._open.sort(
                key=lambda part: places.get(part.id, len(places)) if isinstance(part, Answered) else 10**9
            )

    def say(self, text: str) -> None:
        """Tell the model something, behind the answers to its calls."""
        self._open.append(Said(text))

    def replace(self, messages: Iterable[Message]) -> None:
        """Go on from other messages than those that were said."""
        self._messages = list(messages)
        self._open = []
        last = self._messages[-1] if self._messages else None
        if isinstance(last, FromUser):
            self._messages.pop()
            self._open = list(last.parts)

    def forget_thinking(self) -> None:
        """Leave out all thinking so far."""
        self._messages = list(without_thinking(self._messages))

    def _close(self) -> None:
        if self._open:
            self._messages.append(FromUser(tuple(self._open)))
            self._open = []


def without_thinking(messages: Iterable[Message]) -> tuple[Message, ...]:
    """The messages without what the models thought. An answer that was nothing else says so."""
    return tuple(_thoughtless(message) if isinstance(message, FromModel) else message for message in messages)


def _thoughtless(message: FromModel) -> FromModel:
    parts = tuple(part for part in message.parts if not isinstance(part, Thought))
    return FromModel(parts or (Said("(I was thinking.)"),), message.model)


def remember(events: Iterable[Recorded]) -> Memory:
    """The conversation that `events` hold: those of its attempts, oldest first."""
    memory = Memory()
    asked: dict[str, str] = {}
    calls: dict[str, str] = {}
    for recorded in events:
        match recorded.event:
            case AttemptPrompted(prompt=prompt) if not memory.messages:
                memory.say(prompt)
            case RequestStarted(id=name, model=model):
                asked[name] = model
            case RequestFinished() as finished if finished.parts:
                reply = Replied(stop=read_stop(finished.stop), parts=_parts.decode(finished.parts))
                memory.hear(reply, asked.get(finished.id, finished.served_by))
            case ToolStarted(id=name, call=call) if call:
                calls[name] = call
            case ToolFinished() as done if done.id in calls:
                memory.answer(calls[done.id], done.output, failed=done.status is not ToolStatus.OK)
            case ConversationNudged(text=text):
                memory.say(text)
            case ConversationForgotten():
                memory.forget_thinking()
            case ConversationShortened(messages=messages):
                memory.replace(_messages.decode(messages))
            case _:
                pass
    return memory
