"""Days, weeks and months are those of the calendar where the user is, whatever the clocks there do."""

from datetime import UTC, datetime, tzinfo
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, strategies as st

from tmtui.resilience.periods import Period, span_at


BERLIN = ZoneInfo("Europe/Berlin")


def ms(year: int, month: int, day: int, hour: int = 0, minute: int = 0, *, zone: tzinfo = BERLIN) -> int:
    return round(datetime(year, month, day, hour, minute, tzinfo=zone).timestamp() * 1_000)


@pytest.mark.parametrize(
    ("period", "name", "ends"),
    [
        (Period.DAY, "2026-11-20", ms(2026, 11, 21)),
        (Period.WEEK, "2026-W47", ms(2026, 11, 23)),
        (Period.MONTH, "2026-11", ms(2026, 12, 1)),
    ],
)
def test_a_moment_lies_in_a_day_a_week_and_a_month(period: Period, name: str, ends: int) -> None:
    span = span_at(period, ms(2026, 11, 20, 15), BERLIN)
    assert (span.name, span.ends_ms) == (name, ends)


@pytest.mark.parametrize(("day", "hours"), [((2026, 3, 29), 23), ((2026, 10, 25), 25), ((2026, 11, 20), 24)])
def test_a_day_on_which_the_clocks_change_is_one_day(day: tuple[int, int, int], hours: int) -> None:
    start = ms(*day)
    assert span_at(Period.DAY, start, BERLIN).ends_ms - start == hours * 3_600_000


def test_a_year_s_last_days_may_lie_in_the_next_one_s_first_week() -> None:
    assert span_at(Period.WEEK, ms(2025, 12, 30), BERLIN).name == "2026-W01"


def test_a_day_without_midnight_begins_when_the_clocks_say_so() -> None:
    beirut = ZoneInfo("Asia/Beirut")  # on this day the clocks went from 00:00 to 01:00
    ends = span_at(Period.DAY, ms(2026, 3, 28, 12, zone=beirut), beirut).ends_ms
    assert span_at(Period.DAY, ends, beirut).name == "2026-03-29"
    assert span_at(Period.DAY, ends - 1, beirut).name == "2026-03-28"


def test_the_machine_s_own_time_is_taken_when_no_zone_is_named() -> None:
    now = ms(2026, 11, 20, 12)
    assert span_at(Period.DAY, now, None).name == datetime.fromtimestamp(now / 1_000).astimezone().date().isoformat()


ZONES = st.sampled_from(
    [UTC, *map(ZoneInfo, ["Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "Asia/Beirut"])]
)


@given(st.sampled_from(Period), st.integers(ms(2020, 1, 1), ms(2035, 1, 1)), ZONES)
def test_periods_follow_each_other_without_a_gap(period: Period, now: int, zone: tzinfo) -> None:
    span = span_at(period, now, zone)
    assert span.ends_ms > now
    assert span_at(period, span.ends_ms - 1, zone) == span
    assert span_at(period, span.ends_ms, zone).name != span.name
