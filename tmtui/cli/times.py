"""Time in words. Every moment is milliseconds since the epoch; `now` is always an argument."""

import time
from datetime import UTC, datetime
from typing import Final


SECOND: Final = 1_000
MINUTE: Final = 60 * SECOND
HOUR: Final = 60 * MINUTE
DAY: Final = 24 * HOUR

_JUST_NOW: Final = 5 * SECOND
_UNITS: Final = ((DAY, "day"), (HOUR, "hour"), (MINUTE, "minute"), (SECOND, "second"))


def count(number: int, noun: str, plural: str = "") -> str:
    """A number with its noun: `1 task`, `1,200 tasks`."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def _span(milliseconds: int) -> str:
    for size, noun in _UNITS:
        if milliseconds >= size:
            return count(milliseconds // size, noun)
    return "a moment"


def ago(then: int, now: int) -> str:
    """How far from `now` a moment is: `just now`, `2 minutes ago`; `in 45 seconds` when it is still to come."""
    if abs(now - then) < _JUST_NOW:
        return "just now"
    return f"{_span(now - then)} ago" if now > then else f"in {_span(then - now)}"


def duration(seconds: float) -> str:
    """A length of time: `0.4 s`, `12 s`, `2 min 14 s`, `1 h 02 min`."""
    if seconds < 10:  # noqa: PLR2004  # below ten seconds a tenth still says something
        return f"{max(0.0, seconds):.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes_left = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes_left:02} min"
    return f"{minutes} min {rest:02} s" if minutes else f"{rest} s"


def _local(moment: int) -> datetime:
    return datetime.fromtimestamp(moment / 1000).astimezone()


def date_and_time(moment: int) -> str:
    """`2025-11-16 10:15:00`, in the time of the place."""
    return f"{_local(moment):%Y-%m-%d %H:%M:%S}"


def time_of_day(moment: int) -> str:
    """`10:15:02`, in the time of the place."""
    return time.strftime("%H:%M:%S", time.localtime(moment // 1000))


def utc_time(moment: int) -> str:
    """`2025-11-16 10:15:00`, in UTC."""
    return f"{datetime.fromtimestamp(moment / 1000, UTC):%Y-%m-%d %H:%M:%S}"
