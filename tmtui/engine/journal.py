"""The engine's one way to say that something happened.

An event counts once it is committed: only then is it folded into the engine's own state, shown by a renderer in the
same process, and acted upon. `note` is for what may be a moment late (output, progress); `record` is for what must be
durable before the next step: an intent before its effect, a result before it is relied on.
"""

from collections.abc import Callable, Sequence

from tmtui.engine.ports import EventLog
from tmtui.engine.secrecy import Secrecy
from tmtui.events.base import Entry, Event, Recorded
from tmtui.state.fold import fold
from tmtui.state.model import State


Listener = Callable[[Recorded, State], None]
"""Called with each committed event and the state that holds it and nothing after it. It must not raise."""


class Journal:
    """Writes events to the log and keeps the state that follows from it."""

    def __init__(self, log: EventLog, state: State, secrecy: Secrecy | None = None) -> None:
        self._log = log
        self._secrecy = secrecy
        self._listeners: list[Listener] = []
        self.state = state

    def listen(self, listener: Listener) -> None:
        """Tell `listener` each event that is committed from here on."""
        self._listeners.append(listener)

    def note(self, event: Event, task: str = "", attempt: int = 0) -> None:
        """Say it happened, and go on at once."""
        self._log.submit(self._kept((Entry(event, task, attempt),)), critical=False)

    def note_all(self, entries: Sequence[Entry]) -> None:
        """Say that these happened together, and go on at once."""
        self._log.submit(self._kept(entries), critical=False)

    async def record(self, *entries: Entry) -> None:
        """Say it happened, all of it or nothing, and go on when that is durable and folded."""
        if entries:
            await self._commit(entries)

    async def settled(self) -> None:
        """Go on when everything said so far is durable and folded."""
        await self._commit(())

    async def _commit(self, entries: Sequence[Entry]) -> None:
        waiter = self._log.submit(self._kept(entries), critical=True)
        if waiter is not None:
            await waiter

    def _kept(self, entries: Sequence[Entry]) -> Sequence[Entry]:
        return entries if self._secrecy is None else self._secrecy.kept(entries)

    def committed(self, batch: Sequence[Recorded]) -> None:
        """Take what was committed; the log calls this, in order, before it lets go of who waits."""
        for recorded in batch:
            fold(self.state, recorded)
            for listener in self._listeners:
                listener(recorded, self.state)
