"""What every event is."""

import msgspec


SCHEMA_VERSION = 1
"""Raised when the meaning of a stored event changes; `codec` then learns to read the older form."""


class Event(msgspec.Struct, frozen=True, tag_field="kind", omit_defaults=True, gc=False):
    """Something that happened, in the past tense. Foreign text in it has passed `domain.text`.

    Events hold values and no way back to themselves, so the garbage collector need not look at them: a replay
    holds very many, and is a quarter faster for it.
    """


class Recorded(msgspec.Struct, frozen=True, gc=False):
    """An event with its place in the log: the form in which it is stored, sent and folded."""

    seq: int
    """Its place among all events of the log, from 1, without a gap."""
    run: str
    epoch: int
    """Which incarnation of the engine wrote it."""
    task: str
    """The task it is about; empty for the run's own."""
    attempt: int
    """Which attempt at that task, counted from 1; 0 when it is about none."""
    at_wall: int
    """Milliseconds since the epoch, for people: `seq` orders, not this."""
    at_mono: int
    """Nanoseconds of the engine's monotonic clock, for durations within one epoch."""
    event: Event


class Entry(msgspec.Struct, frozen=True, gc=False):
    """An event on its way to the log, before it has a place there."""

    event: Event
    task: str = ""
    attempt: int = 0
