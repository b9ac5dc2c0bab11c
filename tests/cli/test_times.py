import pytest
from hypothesis import given, strategies as st

from tmtui.cli.times import DAY, HOUR, MINUTE, SECOND, ago, count, date_and_time, duration, time_of_day


@pytest.mark.parametrize(
    ("before", "words"),
    [
        (0, "just now"),
        (4 * SECOND, "just now"),
        (12 * SECOND, "12 seconds ago"),
        (MINUTE, "1 minute ago"),
        (2 * MINUTE + 59 * SECOND, "2 minutes ago"),
        (3 * HOUR, "3 hours ago"),
        (2 * DAY, "2 days ago"),
        (-45 * SECOND, "in 45 seconds"),
        (-2 * SECOND, "just now"),
    ],
)
def test_a_moment_is_told_from_now(before: int, words: str) -> None:
    now = 1_795_000_000_000
    assert ago(now - before, now) == words


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (-1, "0.0 s"),
        (0.44, "0.4 s"),
        (12.4, "12 s"),
        (59.6, "1 min 00 s"),
        (134, "2 min 14 s"),
        (3_720, "1 h 02 min"),
    ],
)
def test_a_length_of_time_is_told_in_two_units(seconds: float, words: str) -> None:
    assert duration(seconds) == words


def test_a_noun_follows_its_number() -> None:
    assert [count(number, "task") for number in (0, 1, 2, 1_200)] == ["0 tasks", "1 task", "2 tasks", "1,200 tasks"]
    assert count(2, "entry", "entries") == "2 entries"


@given(st.integers(0, 4_000_000_000_000))
def test_every_moment_has_a_date_and_a_time(moment: int) -> None:
    assert date_and_time(moment).endswith(time_of_day(moment))


@given(st.floats(0, 10**9))
def test_every_length_of_time_has_words(seconds: float) -> None:
    assert duration(seconds)
