"""What a warden's process says to its engine: one JSON object to a line, told apart by `say`."""

from typing import Final

import msgspec


class Started(msgspec.Struct, tag_field="say", tag="started"):
    """A job's first process runs."""

    job: int
    pid: int


class Refused(msgspec.Struct, tag_field="say", tag="refused"):
    """A job could not be started. It is over."""

    job: int
    why: str


class Exited(msgspec.Struct, tag_field="say", tag="exited"):
    """A job's first process ended, and left something behind that is being ended."""

    job: int


class Over(msgspec.Struct, tag_field="say", tag="over"):
    """Nothing of a job is left, or nothing that could be ended."""

    job: int
    code: int | None
    """None when its first process did not exit by itself."""
    signal: int | None
    seconds: float
    timed_out: bool
    canceled: bool
    survivors: int
    unkillable: int


class Ready(msgspec.Struct, tag_field="say", tag="ready"):
    """The warden holds its lock and waits for requests."""


class Occupied(msgspec.Struct, tag_field="say", tag="held"):
    """Another warden holds the lock. This one ends."""

    holder: str
    """What the lock file says."""


class Failed(msgspec.Struct, tag_field="say", tag="failed"):
    """The warden met something that it does not know. It ends, with everything below it."""

    why: str


JobWord = Started | Refused | Exited | Over
Word = JobWord | Ready | Occupied | Failed

_decoder: Final[msgspec.json.Decoder[Word]] = msgspec.json.Decoder(Word)


def decode(line: bytes) -> Word:
    """The word that a line holds."""
    return _decoder.decode(line)
