"""Calendar periods in local time: the day, the week from Monday, and the month that a moment lies in.

A period is named by its dates, `2026-11-20`, and not by when somebody last looked. So money spent in it stays in it
when the clock jumps forth and back, and a day of 23 or 25 hours is a day.
"""

from datetime import date, datetime, time, timedelta, tzinfo
from enum import StrEnum

import msgspec


class Period(StrEnum):
    """How long a calendar budget lasts."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"


class Span(msgspec.Struct, frozen=True):
    """One day, week or month of the calendar."""

    name: str
    """`2026-11-20`, `2026-W47`, `2026-11`."""
    ends_ms: int
    """Wall time at which the next one begins."""


def span_at(period: Period, now_ms: int, zone: tzinfo | None) -> Span:
    """The period of a moment, where clocks show the time of `zone`; None takes this machine's."""
    today = datetime.fromtimestamp(now_ms / 1_000, zone).date()
    match period:
        case Period.DAY:
            name, after = today.isoformat(), today + timedelta(days=1)
        case Period.WEEK:
            year, week, weekday = today.isocalendar()
            name, after = f"{year}-W{week:02}", today + timedelta(days=8 - weekday)
        case Period.MONTH:
            name, after = f"{today:%Y-%m}", (today.replace(day=1) + timedelta(days=31)).replace(day=1)
    return Span(name, _midnight_ms(after, zone))


def _midnight_ms(day: date, zone: tzinfo | None) -> int:
    return round(datetime.combine(day, time(), tzinfo=zone).timestamp() * 1_000)
