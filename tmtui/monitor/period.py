"""Periods that people ask for, as moments: days, weeks and months of the place.

A day begins at its midnight where the program runs, and ends at the next one: on a day whose clock is changed, that
is 23 or 25 hours. Weeks begin on Monday.
"""

import datetime as dt
import re
from collections.abc import Callable, Mapping
from typing import Final

import msgspec

from tmtui.domain.problem import WrongValueError


LONGEST: Final = 3_660
"""Days that `last-N-days` goes back at most."""

HINT: Final = (
    "Write today, yesterday, this-week, last-week, this-month, last-month, last-7-days, all, a day: 2026-11-20,"
    " a month: 2026-11, or two days: 2026-11-01..2026-11-07."
)


class Period(msgspec.Struct, frozen=True):
    """From a first to a last day, both belonging to it; None for as far as the log goes."""

    name: str
    first: dt.date | None = None
    last: dt.date | None = None

    @property
    def since_ms(self) -> int:
        """Wall time at which it begins."""
        return 0 if self.first is None else midnight(self.first)

    @property
    def until_ms(self) -> int | None:
        """Wall time at which it is over; None when it never is."""
        return None if self.last is None else midnight(self.last + dt.timedelta(days=1))

    def __str__(self) -> str:
        """Its name, with the days that it means."""
        if self.first is None or self.last is None:
            return self.name
        days = f"{self.first}" if self.first == self.last else f"{self.first} to {self.last}"
        return self.name if self.name == days else f"{self.name} ({days})"


def midnight(day: dt.date) -> int:
    """Wall milliseconds of the beginning of a day of the place."""
    return int(dt.datetime.combine(day, dt.time()).astimezone().timestamp() * 1000)


def day_of(moment_ms: int) -> dt.date:
    """The day of the place in which a moment lies."""
    return dt.datetime.fromtimestamp(moment_ms / 1000).astimezone().date()


def parse_period(text: str, now_ms: int) -> Period:
    """The period that `text` names, seen from `now_ms`.

    Raises:
        WrongValueError: it names none.
    """
    name = re.sub(r"[\s_]+", "-", text.strip().lower())
    today = day_of(now_ms)
    if name == "all":
        return Period(name)
    if name in NAMED:
        return Period(name, *NAMED[name](today))
    if (found := re.fullmatch(r"last-(\d{1,4})-days?", name)) and 0 < int(found[1]) <= LONGEST:
        return Period(name, today - dt.timedelta(days=int(found[1]) - 1), today)
    try:
        return _written(name)
    except ValueError:
        raise WrongValueError(f"there is no period `{text}`", HINT) from None


def _written(name: str) -> Period:
    """A period in ISO dates.

    Raises:
        ValueError: it is none.
    """
    if re.fullmatch(r"\d{4}-\d{2}", name):
        first = dt.date.fromisoformat(f"{name}-01")
        return Period(name, first, _end_of_month(first))
    ends = [dt.date.fromisoformat(part.strip("-")) for part in re.split(r"\.\.|/", name, maxsplit=1)]
    if ends[0] > ends[-1]:
        raise ValueError(f"{name} ends before it begins")
    return Period(name, ends[0], ends[-1])


Days = tuple[dt.date, dt.date]


def _today(today: dt.date) -> Days:
    return today, today


def _yesterday(today: dt.date) -> Days:
    day = today - dt.timedelta(days=1)
    return day, day


def _this_week(today: dt.date) -> Days:
    monday = today - dt.timedelta(days=today.weekday())
    return monday, monday + dt.timedelta(days=6)


def _last_week(today: dt.date) -> Days:
    return _this_week(today - dt.timedelta(days=7))


def _this_month(today: dt.date) -> Days:
    first = today.replace(day=1)
    return first, _end_of_month(first)


def _last_month(today: dt.date) -> Days:
    return _this_month(today.replace(day=1) - dt.timedelta(days=1))


def _end_of_month(first: dt.date) -> dt.date:
    return (first + dt.timedelta(days=31)).replace(day=1) - dt.timedelta(days=1)


NAMED: Final[Mapping[str, Callable[[dt.date], Days]]] = {
    "today": _today,
    "yesterday": _yesterday,
    "this-week": _this_week,
    "last-week": _last_week,
    "this-month": _this_month,
    "last-month": _last_month,
}
"""Periods with a name of their own."""
