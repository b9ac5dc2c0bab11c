"""What the engine noticed about itself and its surroundings."""

from tmtui.events.base import Event


class Degraded(Event, frozen=True, tag="monitor.degraded"):
    """Something works less well than it could; the run goes on."""

    what: str
    why: str
    remedy: str


class Restored(Event, frozen=True, tag="monitor.restored"):
    """What had been degraded works again as it should."""

    what: str


class Troubled(Event, frozen=True, tag="monitor.troubled"):
    """Something inside tmtui went wrong; the details are in the file named."""

    where: str
    message: str
    details: str = ""


class TailLost(Event, frozen=True, tag="monitor.tail_lost"):
    """Events that had been shown are no longer in the log: the disk lost its last writes."""

    shown: int
    """The last `seq` that had been shown."""
    found: int
