"""The names under which configuration and reports speak of errors: a few families instead of every kind."""

import re
from collections.abc import Mapping
from typing import Final

from tmtui.domain.outcome import Kind
from tmtui.domain.problem import WrongValueError


_TIMEOUTS = frozenset({Kind.TIMEOUT_CONNECT, Kind.TIMEOUT_FIRST_BYTE, Kind.STALL_NOBYTES, Kind.STALL_PINGS})
_STREAM = frozenset({Kind.STREAM_INTERRUPTED, Kind.STREAM_TRUNCATED, Kind.PROTOCOL_ERROR})

ERROR_NAMES: Final[Mapping[str, frozenset[Kind]]] = {
    "rate_limit_exceeded": frozenset({Kind.RATE_LIMITED, Kind.LOCAL_RATE_LIMIT}),
    "server_error": frozenset({Kind.API_500, Kind.OVERLOADED}),
    "overloaded_error": frozenset({Kind.OVERLOADED}),
    "timeout": _TIMEOUTS,
    "network_error": frozenset({Kind.NET_CONNECT}),
    "connection_error": frozenset({Kind.NET_CONNECT}),
    "stream_error": _STREAM,
    "invalid_api_key": frozenset({Kind.AUTH}),
    "authentication_error": frozenset({Kind.AUTH}),
    "insufficient_quota": frozenset({Kind.QUOTA_EXHAUSTED}),
    "content_policy_violation": frozenset({Kind.REFUSAL}),
    "invalid_request_error": frozenset({Kind.INVALID_REQUEST}),
    "context_length_exceeded": frozenset({Kind.CONTEXT_TOO_LONG, Kind.REQUEST_TOO_LARGE}),
    "schema_violation": frozenset({Kind.SCHEMA_INVALID}),
}
"""Families, each with its kinds. A kind's report name is that of the first family it is in."""

_HUMP: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


def kinds_named(name: str) -> frozenset[Kind]:
    """The kinds that a configured name means: a family of the table, or one kind by its own name.

    Raises:
        WrongValueError: there is no error of that name.
    """
    plain = _HUMP.sub("_", name.strip()).lower().replace("-", "_")
    if plain in ERROR_NAMES:
        return ERROR_NAMES[plain]
    if plain in set(Kind):
        return frozenset({Kind(plain)})
    raise WrongValueError(f"there is no error {name!r}", f"Write one of {', '.join(ERROR_NAMES)}.")


def report_name(kind: Kind) -> str:
    """The name under which a report counts a kind."""
    return next((name for name, kinds in ERROR_NAMES.items() if kind in kinds), str(kind))
