"""What the headers of an answer tell of limits: how much is left of each, and when it is full again."""

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from math import isfinite
from typing import Final

from tmtui.domain.limits import LimitNotice, Quota


PREFIX: Final = "anthropic-ratelimit-"

QUOTAS: Final[Mapping[str, str]] = {
    "requests": "requests",
    "tokens": "tokens",
    "input-tokens": "input_tokens",
    "output-tokens": "output_tokens",
}
"""The headers' names of what is limited, and ours."""


def read_limits(headers: Mapping[str, str], now: float) -> LimitNotice | None:
    """What `headers` tell; None when they tell nothing. Their names are in lower case, or found in any.

    Args:
        headers: Of the answer.
        now: Wall time in seconds, to which a date is compared.
    """
    quotas = tuple(quota for name, ours in QUOTAS.items() if (quota := _quota(headers, name, ours)))
    retry_after = read_retry_after(headers, now)
    return LimitNotice(quotas, retry_after) if quotas or retry_after is not None else None


def _quota(headers: Mapping[str, str], name: str, ours: str) -> Quota | None:
    limit, remaining, reset = (headers.get(f"{PREFIX}{name}-{part}", "") for part in ("limit", "remaining", "reset"))
    quota = Quota(ours, limit=_count(limit), remaining=_count(remaining), reset_ms=_moment(reset))
    return None if quota == Quota(ours) else quota


def _count(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 15 else None  # noqa: PLR2004  # no limit is larger


def _moment(text: str) -> int | None:
    """Milliseconds of an RFC 3339 moment."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return round((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp() * 1000)


def read_retry_after(headers: Mapping[str, str], now: float) -> float | None:
    """Seconds that an answer asks to wait: `retry-after-ms`, else `retry-after` in seconds or as a date."""
    if (milliseconds := _seconds(headers.get("retry-after-ms", ""))) is not None:
        return milliseconds / 1000
    text = headers.get("retry-after", "")
    return seconds if (seconds := _seconds(text)) is not None else _until(text, now)


def _seconds(text: str) -> float | None:
    try:
        seconds = float(text)
    except ValueError:
        return None
    return seconds if isfinite(seconds) and seconds >= 0 else None


def _until(text: str, now: float) -> float | None:
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    return max(0.0, (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp() - now)
