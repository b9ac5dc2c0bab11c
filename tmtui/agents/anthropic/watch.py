"""How long is waited for what: times, and no clock.

The SDK's own times are no guard: they begin anew with every byte, and a server that does nothing but ping would be
waited for without an end. Only waiting counts: the time that a consumer takes for what it was given is not the
server's.
"""

from collections.abc import Iterator

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


class Limit(msgspec.Struct, frozen=True):
    """How long the next wait may be, and what it means when nothing came."""

    seconds: float
    outcome: Outcome


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

    def next(self, now: float) -> Limit:
        """The shortest of what is left at `now`."""
        return min(self._limits(now), key=lambda limit: limit.seconds)

    def came(self, waited: float, *, news: bool) -> None:
        """Bytes came, after `waited` seconds; `news` says whether there was more to them than a ping."""
        self._begun = True
        self._quiet = 0.0 if news else self._quiet + waited

    def _limits(self, now: float) -> Iterator[Limit]:
        asked, spent = self._patience, now - self._started
        yield _limit(Kind.STALL_PINGS, self._total - spent, f"the answer took longer than {self._total:g} s")
        if not self._begun:
            words = f"no answer began within {asked.first_byte:g} s"
            yield _limit(Kind.TIMEOUT_FIRST_BYTE, asked.first_byte - spent, words)
            return
        yield _limit(Kind.STALL_NOBYTES, asked.no_bytes, f"no byte came for {asked.no_bytes:g} s")
        words = f"nothing but signs of life came for {asked.only_pings:g} s"
        yield _limit(Kind.STALL_PINGS, asked.only_pings - self._quiet, words)


def _limit(kind: Kind, seconds: float, words: str) -> Limit:
    return Limit(max(0.0, seconds), Outcome(kind, words))
