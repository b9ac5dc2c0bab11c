"""Who wants to make a request, and the leave to make it."""

import msgspec

from tmtui.agents.model import Model
from tmtui.engine.providers.traffic import Call
from tmtui.resilience.circuits import Passage


class Applicant(msgspec.Struct, frozen=True):
    """Who wants to make a request, and how large it may get."""

    request: str
    """Its id in the log."""
    task: str
    attempt: int
    profile: str
    model: Model
    tokens: int
    """Estimated, of the prompt."""
    worst_micro: int | None
    """What it can cost at most; None when nobody knows."""
    tries: int
    """How often it was made before, to this model."""
    priority: int
    """The task's; higher is sooner."""
    task_cap: int | None
    """The task's own budget."""
    has_fallback: bool

    @property
    def who(self) -> str:
        """The conversation that it is a part of."""
        return conversation_of(self.task, self.attempt)

    @property
    def place(self) -> int:
        """Where it stands in line: lower is nearer to the front. What is made again goes before what is new."""
        return 2 * -self.priority + (not self.tries)


def conversation_of(task: str, attempt: int) -> str:
    """The name of a conversation: it waits for one thing at a time."""
    return f"{task}:{attempt}"


class Pass(msgspec.Struct, frozen=True):
    """Leave to make one request. It is given back with `ProviderGate.settle`."""

    applicant: Applicant
    passage: Passage
    call: Call
    reserved_micro: int
