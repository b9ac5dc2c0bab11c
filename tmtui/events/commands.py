"""What can be asked of a running engine, in the imperative. The socket carries these; the engine decides."""

import msgspec


class Command(msgspec.Struct, frozen=True, tag_field="command", omit_defaults=True):
    """A request from a client. `by` is added by whoever receives it."""


class Answer(Command, frozen=True, tag="answer"):
    """Settle an open decision."""

    decision: str
    """Its id, or the id of the task that waits."""
    choice: str
    """`retry`, `skip` or `abort`."""
    note: str = ""
    prompt: str = ""
    restore: bool = False


class Pause(Command, frozen=True, tag="pause"):
    """Start nothing new."""


class Unpause(Command, frozen=True, tag="unpause"):
    """Go on."""


class Stop(Command, frozen=True, tag="stop"):
    """Lay the run down so that it can be resumed."""

    force: bool = False
    """End what runs at once, rather than letting it finish its current step."""


class Abort(Command, frozen=True, tag="abort"):
    """Give the run up."""

    reason: str = ""


class CancelTask(Command, frozen=True, tag="cancel"):
    """Stop one task's attempt; its question then opens."""

    task: str


class ResetCircuit(Command, frozen=True, tag="circuit_reset"):
    """Close a circuit and forget why it was open."""

    key: str
    """`provider/model`, `provider`, or a model's name."""


class OpenCircuit(Command, frozen=True, tag="circuit_open"):
    """Hold a circuit open until somebody resets it."""

    key: str


class UseFallback(Command, frozen=True, tag="use_fallback"):
    """Let the next model of the chain serve the requests that wait, rather than wait any longer."""


class Ping(Command, frozen=True, tag="ping"):
    """Is anybody there?"""


AnyCommand = Answer | Pause | Unpause | Stop | Abort | CancelTask | ResetCircuit | OpenCircuit | UseFallback | Ping


class Reply(msgspec.Struct, frozen=True, omit_defaults=True):
    """The engine's answer to a command."""

    ok: bool
    message: str = ""
    """One line for the person who asked."""
    run: str = ""
    seq: int = 0
    """The log holds the command's effect up to here."""
