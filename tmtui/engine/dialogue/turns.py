"""What follows from a model's answer. Pure: the table of the provider's stop reasons, read once and in one place."""

from typing import Final

import msgspec

from tmtui.agents.model import Called, Replied, Said, StopKind
from tmtui.domain.outcome import OK, Kind, Outcome


MAX_TURNS: Final = 100
"""Answers in one attempt."""
MAX_NUDGES: Final = 1
"""Times that a model which said nothing is asked to go on."""
MAX_RAISES: Final = 2
"""Times that a longer answer is allowed, or a cut one is continued."""
MAX_PAUSES: Final = 10
"""Answers in a row that were paused by the provider."""
MAX_SHORTENINGS: Final = 2
"""Times that a conversation is made shorter."""

GO_ON: Final = "Please continue where you left off."
GO_ON_CUT: Final = "Your answer was cut off at its limit. Continue exactly where it ended."


class Standing(msgspec.Struct, frozen=True):
    """What has been tried in this conversation. Each remedy is taken only so often."""

    turns: int = 0
    nudges: int = 0
    raises: int = 0
    pauses: int = 0
    shortenings: int = 0
    forgotten: bool = False
    unknown: int = 0
    repairs: int = 0


class Finish(msgspec.Struct, frozen=True):
    """The conversation is over."""

    outcome: Outcome


class Carry(msgspec.Struct, frozen=True):
    """The answer stands, and its calls are to be carried out."""

    calls: tuple[Called, ...]


class Tell(msgspec.Struct, frozen=True):
    """The answer stands, and the model is told this."""

    text: str


class GoOn(msgspec.Struct, frozen=True):
    """The answer stands, and the same model is asked again as it is."""


class AskAgain(msgspec.Struct, frozen=True):
    """The answer is dropped and asked for again, at most this long."""

    max_tokens: int


class Shorten(msgspec.Struct, frozen=True):
    """The answer is dropped; the conversation has to become shorter."""

    outcome: Outcome


class Forget(msgspec.Struct, frozen=True):
    """The answer is dropped; the conversation goes on without what was thought before."""

    why: str


Next = Finish | Carry | Tell | GoOn | AskAgain | Shorten | Forget


class Bounds(msgspec.Struct, frozen=True):
    """How far a conversation may go."""

    max_turns: int = MAX_TURNS
    max_tokens: int = 32_000
    """Of one answer, as it was asked for."""
    most_tokens: int = 128_000
    """Of one answer, as the model can give it."""


def after_reply(reply: Replied, standing: Standing, bounds: Bounds) -> tuple[Next, Standing]:
    """What to do about `reply`, and what has been tried then.

    `reply` is what is left after asking again and after other models: its outcome is not a passing one.
    """
    if not reply.outcome.ok:
        return _after_failure(reply.outcome, standing)
    standing = msgspec.structs.replace(
        standing, turns=standing.turns + 1, pauses=standing.pauses + 1 if reply.stop is StopKind.PAUSE_TURN else 0
    )
    calls = calls_of(reply)
    match reply.stop:
        case StopKind.TOOL_USE | StopKind.END_TURN | StopKind.STOP_SEQUENCE if calls:
            return (_turn_limit(bounds) if standing.turns >= bounds.max_turns else Carry(calls)), standing
        case StopKind.END_TURN | StopKind.STOP_SEQUENCE | StopKind.TOOL_USE:
            return _after_end(reply, standing)
        case StopKind.MAX_TOKENS:
            return _after_cut(reply, standing, bounds)
        case StopKind.PAUSE_TURN:
            over = standing.pauses > MAX_PAUSES
            return (Finish(Outcome(Kind.TURN_LIMIT, "the provider paused too often")) if over else GoOn()), standing
        case StopKind.REFUSAL:
            return Finish(Outcome(Kind.REFUSAL, f"the model declined ({reply.stop_word or 'refusal'})")), standing
        case StopKind.CONTEXT_EXCEEDED:
            return _after_failure(Outcome(Kind.CONTEXT_TOO_LONG, "the model's context is full"), standing)
        case StopKind.UNKNOWN:
            return _after_unknown(reply, standing, bounds)


def _turn_limit(bounds: Bounds) -> Finish:
    return Finish(Outcome(Kind.TURN_LIMIT, f"the agent was stopped after {bounds.max_turns} turns"))


def _after_failure(outcome: Outcome, standing: Standing) -> tuple[Next, Standing]:
    if outcome.kind is Kind.THINKING_BINDING and not standing.forgotten:
        return Forget(outcome.message), msgspec.structs.replace(standing, forgotten=True)
    if outcome.kind in (Kind.CONTEXT_TOO_LONG, Kind.REQUEST_TOO_LARGE):
        if standing.shortenings < MAX_SHORTENINGS:
            more = msgspec.structs.replace(standing, shortenings=standing.shortenings + 1)
            return Shorten(outcome), more
        words = f"{outcome.message}; it was made shorter {standing.shortenings} times"
        return Finish(Outcome(outcome.kind, words)), standing
    return Finish(outcome), standing


def _after_end(reply: Replied, standing: Standing) -> tuple[Next, Standing]:
    if says_something(reply):
        return Finish(OK), standing
    if standing.nudges >= MAX_NUDGES:
        return Finish(Outcome(Kind.EMPTY_RESPONSE, "the model ended its turn and said nothing")), standing
    return Tell(GO_ON), msgspec.structs.replace(standing, nudges=standing.nudges + 1)


def _after_cut(reply: Replied, standing: Standing, bounds: Bounds) -> tuple[Next, Standing]:
    if standing.raises >= MAX_RAISES:
        words = f"an answer was longer than {bounds.max_tokens} tokens, {standing.raises + 1} times"
        return Finish(Outcome(Kind.MAX_TOKENS, words)), standing
    more = msgspec.structs.replace(standing, raises=standing.raises + 1)
    if not stands(reply):
        if bounds.max_tokens >= bounds.most_tokens:
            words = f"an answer was longer than the {bounds.most_tokens} tokens that the model can give"
            return Finish(Outcome(Kind.MAX_TOKENS, words)), standing
        return AskAgain(min(bounds.most_tokens, bounds.max_tokens * 2)), more
    return Tell(GO_ON_CUT), more


def _after_unknown(reply: Replied, standing: Standing, bounds: Bounds) -> tuple[Next, Standing]:
    if standing.unknown:
        words = f"the model stopped twice for a reason that is not known here: {reply.stop_word or 'none'}"
        return Finish(Outcome(Kind.STREAM_TRUNCATED, words)), standing
    return AskAgain(bounds.max_tokens), msgspec.structs.replace(standing, unknown=1)


def stands(reply: Replied) -> bool:
    """Whether an answer becomes part of the conversation. One that was cut where it cannot go on does not."""
    if not reply.outcome.ok:
        return False
    match reply.stop:
        case StopKind.MAX_TOKENS:
            return says_something(reply) and not calls_of(reply)
        case StopKind.UNKNOWN | StopKind.REFUSAL | StopKind.CONTEXT_EXCEEDED:
            return False
        case _:
            return True


def calls_of(reply: Replied) -> tuple[Called, ...]:
    """The tool calls of an answer."""
    return tuple(part for part in reply.parts if isinstance(part, Called))


def says_something(reply: Replied) -> bool:
    """Whether there is any text in it."""
    return any(isinstance(part, Said) and part.text.strip() for part in reply.parts)
