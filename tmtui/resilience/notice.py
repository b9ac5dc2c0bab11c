"""What a provider says about its limits: in the headers of every answer, or in an event of a CLI agent.

    anthropic-ratelimit-input-tokens-remaining: 379000        a number
    anthropic-ratelimit-requests-reset: 2026-11-20T12:00:00Z  a moment
    x-ratelimit-reset-tokens: 6m0s                            a duration
    retry-after: 30 | 1.5 | Fri, 20 Nov 2026 12:00:00 GMT     seconds, or a moment
    {"status": "rejected", "rateLimitType": "five_hour", "resetsAt": 1795182000, "utilization": 0.87}

Headers pass through proxies and may hold anything. What is no number, no time, negative, or beyond belief is as
good as missing; nothing here raises. Times become wall time in milliseconds.
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from math import isfinite
from typing import Any, Final

from tmtui.domain.limits import LimitNotice, Quota
from tmtui.domain.text import clean_line


LONGEST_RESET_MS: Final = 32 * 86_400_000
"""Limits start over once a month at the latest: a later reset is not believed."""

_LONGEST_VALUE: Final = 64
_LARGEST_COUNT: Final = 1e10
_EPOCH_SECONDS: Final = 1e9
"""A number that is as large as this counts seconds from the epoch."""
_EPOCH_MS: Final = 1e12
"""A number that is as large as this counts milliseconds from the epoch."""

_ANTHROPIC: Final = re.compile(
    r"anthropic-(?:ratelimit|(priority|fast))-([a-z0-9-]{1,40})-(limit|remaining|reset|utilization)"
)
_X: Final = re.compile(r"x-ratelimit-(limit|remaining|reset)-([a-z0-9-]{1,40})")
_PART: Final = re.compile(r"([0-9]{1,9}(?:\.[0-9]{1,9})?)(ms|s|m|h|d)")
_UNITS: Final = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3_600.0, "d": 86_400.0}
_NUMBER: Final = re.compile(r"[0-9]{1,18}(?:\.[0-9]{1,9})?")


def read_headers(headers: Mapping[str, str], now_ms: int) -> LimitNotice:
    """What an answer's headers say about limits; their names may be written in any case."""
    said: dict[str, dict[str, str]] = {}
    plain = {name.lower(): value.strip()[:_LONGEST_VALUE] for name, value in headers.items()}
    for name, value in plain.items():
        place = _place(name)
        if place is not None:
            said.setdefault(place[0], {})[place[1]] = value
    quotas = tuple(_quota(name, facts, now_ms) for name, facts in sorted(said.items()))
    return LimitNotice(tuple(filter(_says_something, quotas)), _wanted_wait(plain, now_ms))


def _place(header: str) -> tuple[str, str] | None:
    """The limit that a header is about, and what it says of it."""
    if found := _ANTHROPIC.fullmatch(header):
        name = "-".join(filter(None, (found[1], found[2])))
        return name.replace("-", "_"), found[3]
    if found := _X.fullmatch(header):
        return found[2].replace("-", "_"), found[1]
    return None


def _quota(name: str, facts: Mapping[str, str], now_ms: int) -> Quota:
    return Quota(
        name,
        limit=_count(facts.get("limit")),
        remaining=_count(facts.get("remaining")),
        used=_share(facts.get("utilization")),
        reset_ms=_moment(facts.get("reset"), now_ms),
    )


def _says_something(quota: Quota) -> bool:
    return quota != Quota(quota.name)


def _wanted_wait(headers: Mapping[str, str], now_ms: int) -> float | None:
    """The header in milliseconds is the more exact one."""
    exact = _number(headers.get("retry-after-ms"))
    return retry_after(headers.get("retry-after"), now_ms) if exact is None else exact / 1_000


def retry_after(value: str | None, now_ms: int) -> float | None:
    """Seconds that a `Retry-After` asks for, or None when it says nothing. It may still be beyond belief."""
    if value is None:
        return None
    value = value.strip()[:_LONGEST_VALUE]
    seconds = _number(value)
    if seconds is not None:
        return seconds
    at_ms = _http_date_ms(value)
    return None if at_ms is None else max(0.0, (at_ms - now_ms) / 1_000)


_STATUSES: Final = {"allowed": "allowed", "allowed_warning": "warning", "rejected": "rejected"}


def read_limit_event(event: Mapping[str, Any], now_ms: int) -> LimitNotice:
    """What a CLI agent's `rate_limit_event` says; it may hold its facts in `rate_limit_info`."""
    inner = event.get("rate_limit_info")
    facts: Mapping[str, Any] = inner if isinstance(inner, Mapping) else event
    name = facts.get("rateLimitType")
    quota = Quota(
        (clean_line(name, 40) if isinstance(name, str) else "") or "plan",
        used=_share(_as_text(facts.get("utilization"))),
        reset_ms=_moment(_as_text(facts.get("resetsAt")), now_ms),
    )
    status = _STATUSES.get(_as_text(facts.get("status")) or "", "")
    return LimitNotice((quota,) if _says_something(quota) else (), status=status)


def _as_text(value: object) -> str | None:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        return str(value)[:_LONGEST_VALUE]
    except ValueError:  # an integer of thousands of digits
        return None


def _number(value: str | None) -> float | None:
    return float(value) if value is not None and _NUMBER.fullmatch(value) else None


def _count(value: str | None) -> int | None:
    number = _number(value)
    return None if number is None or number > _LARGEST_COUNT else int(number)


def _share(value: str | None) -> float | None:
    number = _number(value)
    return None if number is None else min(number, 1.0)


def _moment(value: str | None, now_ms: int) -> int | None:
    """A reset as wall time: a moment, seconds since the epoch, seconds from now, or a duration from now."""
    if not value:
        return None
    number = _number(value)
    if number is not None:
        at_ms = _number_ms(number, now_ms)
    else:
        found = _duration_ms(value, now_ms) or _iso_ms(value) or _http_date_ms(value)
        if found is None:
            return None
        at_ms = found
    return round(at_ms) if isfinite(at_ms) and now_ms <= at_ms <= now_ms + LONGEST_RESET_MS else None


def _number_ms(number: float, now_ms: int) -> float:
    if number >= _EPOCH_MS:
        return number
    return number * 1_000 + (0 if number >= _EPOCH_SECONDS else now_ms)


def _duration_ms(value: str, now_ms: int) -> float | None:
    parts = _PART.findall(value)
    if not parts or "".join(number + unit for number, unit in parts) != value:
        return None
    return now_ms + sum(float(number) * _UNITS[unit] for number, unit in parts) * 1_000


def _iso_ms(value: str) -> float | None:
    try:
        return _epoch_ms(datetime.fromisoformat(value))
    except (ValueError, OverflowError):
        return None


def _http_date_ms(value: str) -> float | None:
    try:
        return _epoch_ms(parsedate_to_datetime(value))
    except (ValueError, OverflowError, IndexError, TypeError):
        return None


def _epoch_ms(moment: datetime) -> float:
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp() * 1_000
