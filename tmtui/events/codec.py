"""Events to JSON and back.

The log holds each event as one JSON object whose `kind` names its type. Fields that this version does not know
are ignored and missing ones take their defaults, so that logs of neighbouring versions stay readable; a change
of meaning raises `SCHEMA_VERSION` and adds an upcaster below.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any, Final

import msgspec

from tmtui.events import agent, attempt, decision, hook, money, monitor, request, resilience, run, task, tool
from tmtui.events.base import SCHEMA_VERSION, Event, Recorded


FAMILIES: Final = (run, task, attempt, agent, request, tool, hook, decision, resilience, money, monitor)

EVENT_TYPES: Final[tuple[type[Event], ...]] = tuple(
    value
    for family in FAMILIES
    for value in vars(family).values()
    if isinstance(value, type) and issubclass(value, Event) and value is not Event
)
"""Every event there is, in the order in which the families list them."""

KINDS: Final[Mapping[type[Event], str]] = {kind: str(kind.__struct_config__.tag) for kind in EVENT_TYPES}
"""The name under which each type is stored."""


class UnreadableEventError(Exception):
    """An event in the log cannot be read: it is damaged or was written by a newer tmtui."""


Upcaster = Callable[[dict[str, Any]], dict[str, Any]]

UPCASTERS: Final[Mapping[int, Mapping[str, Upcaster]]] = {}
"""For each older schema version, how an event of a kind becomes one of the next version."""

_encoder: Final = msgspec.json.Encoder()


def _union() -> Any:
    result: Any = EVENT_TYPES[0]
    for kind in EVENT_TYPES[1:]:
        result |= kind
    return result


_decoder: Final[msgspec.json.Decoder[Event]] = msgspec.json.Decoder(_union())


def encode(event: Event) -> bytes:
    """One JSON object, without a line end."""
    return _encoder.encode(event)


def decode(data: bytes | str, version: int = SCHEMA_VERSION) -> Event:
    """The event that `data` holds, brought up from schema `version`.

    Raises:
        UnreadableEventError: the text is damaged, or its kind is unknown to this version.
    """
    try:
        if version == SCHEMA_VERSION:
            return _decoder.decode(data)
        raw = msgspec.json.decode(data)
        for step in range(version, SCHEMA_VERSION):
            upcast = UPCASTERS.get(step, {}).get(raw.get("kind", ""))
            raw = upcast(raw) if upcast else raw
        return msgspec.convert(raw, _union())  # type: ignore[no-any-return]  # the union is built, not written
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise UnreadableEventError(f"an event of schema {version} cannot be read: {error}") from error


_OBEYED: Final = re.compile(
    "[\x7f-\x9f\u00ad\u061c\u180e\u200b\u200c\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\U000e0000-\U000e0fff]"
)


def _escaped(match: re.Match[str]) -> str:
    units = match.group().encode("utf-16-be")
    return "".join(f"\\u{units[place : place + 2].hex()}" for place in range(0, len(units), 2))


def escape_controls(line: bytes) -> bytes:
    """JSON that says the same, with every character that a terminal obeys or hides written as an escape.

    JSON itself escapes only those below a blank; DEL, C1, bidirectional overrides and invisible ones stand in it raw.
    """
    if line.isascii() and b"\x7f" not in line:
        return line
    return _OBEYED.sub(_escaped, line.decode()).encode()


def encode_line(recorded: Recorded) -> bytes:
    """A recorded event as one line for `--json`: its place first, then the event's own fields, flat.

    The line is safe to print on a terminal.
    """
    head = {
        "seq": recorded.seq,
        "run": recorded.run,
        "epoch": recorded.epoch,
        "task": recorded.task or None,
        "attempt": recorded.attempt or None,
        "at": recorded.at_wall,
    }
    return escape_controls(_encoder.encode({**head, **msgspec.to_builtins(recorded.event)})) + b"\n"
