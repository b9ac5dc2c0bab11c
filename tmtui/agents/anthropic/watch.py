"""How long is waited for what: times, and no clock.

The SDK's own times are no guard: they begin anew with every byte, and a server that does nothing but ping would be
waited for without an end. Only waiting counts: the time that a consumer takes for what it was given is not the
server's.
"""

from enum import Enum, auto

import msgspec

from tmtui.domain.outcome import Kind, Outcome
from tmtui.resilience.defaults import CONNECT_SECONDS, FIRST_BYTE_SECONDS, NO_BYTES_SECONDS, ONLY_PINGS_SECONDS


class Patience(msgspec.Struct, frozen=True, kw_only=True):
    """Seconds that are waited for each thing."""

    connect: float = CONNECT_SECONDS.value
    first_byte: float = FIRST_BYTE_SECONDS.value
    """From the request to the first byte of the answer."""
    no_bytes: float = NO_BYTES_SECONDS.value
    """Between two bytes."""
    only_pings: float = ONLY_PINGS_SECONDS.value
    """While bytes come, and nothing with them. Long, for a model that thinks in silence is well."""


class Cause(Enum):
    """What a wait was too long for."""

    FIRST_BYTE = auto()
    NO_BYTES = auto()
    ONLY_PINGS = auto()
    TOTAL = auto()


class Watch:
    """Says how long the next wait may be.

    Args:
        patience: How long is waited for each thing.
        total: Seconds for the whole answer.
        started: When the request was begun, in seconds of any clock that only grows.
    """

    def __init__(self, patience: Patience, total: float, started: float) -> None:
        self._patience = patience
        self._total = total
        self._started = started
        self._quiet = 0.0
        """Seconds waited since anything but a ping came."""
        self._begun = False
        """Whether a byte of the answer has come."""

    def next(self, now: float) -> tuple[float, Cause]:
        """How many seconds the next wait may take, from `now`, and what it would then be too long for."""
        spent = now - self._started
        left, cause = self._total - spent, Cause.TOTAL
        if not self._begun:
            return _sooner(left, cause, self._patience.first_byte - spent, Cause.FIRST_BYTE)
        left, cause = _sooner(left, cause, self._patience.no_bytes, Cause.NO_BYTES)
        return _sooner(left, cause, self._patience.only_pings - self._quiet, Cause.ONLY_PINGS)

    def came(self, waited: float, *, news: bool) -> None:
        """Bytes came, after `waited` seconds; `news` says whether there was more to them than a ping."""
        self._begun = True
        self._quiet = 0.0 if news else self._quiet + waited

    def outcome(self, cause: Cause) -> Outcome:
        """What it means that a wait was too long."""
        match cause:
            case Cause.FIRST_BYTE:
                words = f"no answer began within {self._patience.first_byte:g} s"
                return Outcome(Kind.TIMEOUT_FIRST_BYTE, words)
            case Cause.NO_BYTES:
                return Outcome(Kind.STALL_NOBYTES, f"no byte came for {self._patience.no_bytes:g} s")
            case Cause.ONLY_PINGS:
                words = f"nothing but signs of life came for {self._patience.only_pings:g} s"
                return Outcome(Kind.STALL_PINGS, words)
            case Cause.TOTAL:
                return Outcome(Kind.STALL_PINGS, f"the answer took longer than {self._total:g} s")


def _sooner(left: float, cause: Cause, other: float, other_cause: Cause) -> tuple[float, Cause]:
    return (max(0.0, other), other_cause) if other < left else (max(0.0, left), cause)
