"""Counts of late are bounded in memory, and err on the side that is asked for."""

from hypothesis import given, strategies as st

from tmtui.domain.tally import Tally, add, at_least, at_most


@given(st.lists(st.floats(0, 20), max_size=200), st.floats(1, 120))
def test_the_true_count_lies_between_the_two_that_are_told(pauses: list[float], seconds: float) -> None:
    now, moments, tally = 1_000.0, list[float](), Tally()
    for pause in pauses:
        now += pause
        moments.append(now)
        tally = add(tally, now)
    true = sum(1 for moment in moments if now - moment < seconds)
    assert at_least(tally, now, seconds) <= true <= at_most(tally, now, seconds)
    assert len(tally.slots) <= tally.kept


def test_a_clock_that_stood_still_counts_in_one_slot() -> None:
    tally = add(add(add(Tally(), 5.0), 5.0, 3), 4.0)
    assert at_most(tally, 5.0, 10) == 5
