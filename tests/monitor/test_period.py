"""Periods are days of the place, whatever its clocks do."""

import datetime as dt
import time
from collections.abc import Iterator

import pytest
from hypothesis import given, strategies as st

from tmtui.domain.problem import WrongValueError
from tmtui.monitor.period import Period, midnight, parse_period
from tmtui.resilience import periods as budgets


@pytest.fixture(autouse=True)
def berlin(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "Europe/Berlin")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def at(text: str) -> int:
    return int(dt.datetime.fromisoformat(text).timestamp() * 1000)


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("today", "2026-11-20", "2026-11-20"),
        ("Yesterday", "2026-11-19", "2026-11-19"),
        ("this-week", "2026-11-16", "2026-11-22"),
        ("last week", "2026-11-09", "2026-11-15"),
        ("this_month", "2026-11-01", "2026-11-30"),
        ("last-month", "2026-10-01", "2026-10-31"),
        ("last-7-days", "2026-11-14", "2026-11-20"),
        ("last-1-day", "2026-11-20", "2026-11-20"),
        ("last-30-days", "2026-10-22", "2026-11-20"),
        ("2026-11-03", "2026-11-03", "2026-11-03"),
        ("2026-02", "2026-02-01", "2026-02-28"),
        ("2026-12", "2026-12-01", "2026-12-31"),
        ("2026-11-01..2026-11-07", "2026-11-01", "2026-11-07"),
        ("2026-11-01/2026-11-07", "2026-11-01", "2026-11-07"),
        ("2026-11-01 .. 2026-11-07", "2026-11-01", "2026-11-07"),
    ],
)
def test_what_a_period_means_on_a_friday_in_november(text: str, first: str, last: str) -> None:
    found = parse_period(text, at("2026-11-20T15:00:00"))
    assert (str(found.first), str(found.last)) == (first, last)


def test_all_has_no_ends() -> None:
    assert parse_period("all", 0) == Period("all")
    assert (Period("all").since_ms, Period("all").until_ms) == (0, None)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "soon",
        "last-0-days",
        "last-99999-days",
        "2026-13-01",
        "2026-11-07..2026-11-01",
        "2026-13",
        "..",
        "2026",
        "-1",
    ],
)
def test_what_is_no_period_is_told_with_those_there_are(text: str) -> None:
    with pytest.raises(WrongValueError, match="there is no period") as wrong:
        parse_period(text, at("2026-11-20T15:00:00"))
    assert "last-7-days" in wrong.value.hint


@pytest.mark.parametrize(("day", "hours"), [("2026-03-29", 23), ("2026-10-25", 25), ("2026-11-20", 24)])
def test_a_day_on_which_the_clock_is_changed_is_one_day(day: str, hours: int) -> None:
    found = parse_period(day, 0)
    assert found.until_ms is not None
    assert found.until_ms - found.since_ms == hours * 3_600_000
    assert (found.since_ms, found.until_ms) == (at(day), midnight(dt.date.fromisoformat(day) + dt.timedelta(1)))


@given(st.integers(at("2020-01-01"), at("2035-01-01")))
def test_what_is_shown_of_a_budget_is_the_period_that_it_holds_for(now: int) -> None:
    for name, kind in (
        ("today", budgets.Period.DAY),
        ("this-week", budgets.Period.WEEK),
        ("this-month", budgets.Period.MONTH),
    ):
        found = parse_period(name, now)
        assert found.until_ms == budgets.span_at(kind, now, None).ends_ms
        assert found.since_ms <= now < found.until_ms


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("last-7-days", "last-7-days (2026-11-14 to 2026-11-20)"),
        ("today", "today (2026-11-20)"),
        ("2026-11-20", "2026-11-20"),
        ("all", "all"),
    ],
)
def test_a_period_is_shown_with_its_days(text: str, shown: str) -> None:
    assert str(parse_period(text, at("2026-11-20T15:00:00"))) == shown
