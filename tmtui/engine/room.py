"""Looks after the room on the disk: tells when it is short, and has the run wait before the log is in the way."""

from collections.abc import Callable
from enum import IntEnum
from typing import Final

from tmtui.domain.clock import Clock
from tmtui.engine.journal import Journal
from tmtui.engine.runner import Runner
from tmtui.events.monitor import Degraded, Restored
from tmtui.resilience.defaults import DISK_HOLD_BYTES, DISK_WARN_BYTES


DISK: Final = "disk"
"""What it is called that works less well."""

SECONDS: Final = 2.0
"""Between two looks."""

AWAY: Final = 1.1
"""Room has to grow to so many times a mark before the mark no longer counts, so that nothing flutters."""


class Room(IntEnum):
    """How much there is."""

    ENOUGH = 0
    LITTLE = 1
    NONE = 2
    """So little that nothing is started."""


def judge_room(free: int, before: Room = Room.ENOUGH) -> Room:
    """How much room so many free bytes are, where there was `before`."""
    for mark, room in ((DISK_HOLD_BYTES, Room.NONE), (DISK_WARN_BYTES, Room.LITTLE)):
        if free < mark.value * (AWAY if before >= room else 1):
            return room
    return Room.ENOUGH


def short_of_room(free: int, room: Room) -> Degraded:
    """What is said of it."""
    left = f"{free // 1024**2:,} MB are left"
    hold = f"{DISK_HOLD_BYTES.value // 1024**2} MB"
    if room is Room.NONE:
        return Degraded(DISK, f"{left}, and nothing is started below {hold}", "make room; the run goes on by itself")
    return Degraded(DISK, left, f"make room: below {hold} the run waits")


class RoomWatch:
    """Watches one disk for one engine.

    Args:
        clock: For the time between two looks.
        journal: Told what is found.
        free: The free bytes.
        runner: Starts nothing while there is no room.
    """

    def __init__(self, clock: Clock, journal: Journal, free: Callable[[], int], runner: Runner) -> None:
        self._clock = clock
        self._journal = journal
        self._free = free
        self._runner = runner
        self._room = Room.ENOUGH

    async def watch(self) -> None:
        """Look, again and again, until canceled."""
        while True:
            self.look()
            await self._clock.sleep(SECONDS)

    def look(self) -> None:
        """Look once. A disk that does not tell is taken for one with room: the log notices when it has none."""
        try:
            free = self._free()
        except OSError:
            return
        before, self._room = self._room, judge_room(free, self._room)
        if self._room is before:
            return
        self._journal.note(Restored(DISK) if self._room is Room.ENOUGH else short_of_room(free, self._room))
        if self._room is Room.NONE:
            self._runner.hold_for_room()
        elif before is Room.NONE:
            self._runner.room_is_back()
