"""What an agent said and how its part of an attempt went."""

from tmtui.domain.outcome import Outcome
from tmtui.events.base import Event


class AgentStarted(Event, frozen=True, tag="agent.started"):
    """A conversation begins or goes on."""

    agent: str
    model: str = ""


class AgentSession(Event, frozen=True, tag="agent.session"):
    """The agent's program keeps a record of the conversation, under this name, and can go on from it."""

    id: str


class AgentSpoke(Event, frozen=True, tag="agent.spoke"):
    """Text from the model. Pieces of one message follow each other."""

    text: str
    skipped: int = 0
    """Characters left out before this piece, because there was too much."""


class AgentThought(Event, frozen=True, tag="agent.thought"):
    """Thinking, as far as the model shows it."""

    text: str
    skipped: int = 0


class AgentNoticed(Event, frozen=True, tag="agent.noticed"):
    """Something about the conversation that a reader should know: a retry, a stall, a warning."""

    text: str


class AgentFinished(Event, frozen=True, tag="agent.finished"):
    """The conversation ended."""

    outcome: Outcome
    stop_reason: str = ""
    seconds: float = 0.0
