"""However many requests fail, retries stay a small share of what is asked."""

import msgspec
from hypothesis import given, strategies as st

from tmtui.resilience.retry_budget import RetryBudget, RetryShare, count_request, take_retry


SHARE = RetryShare()


def retry(budget: RetryBudget, now: float, share: RetryShare = SHARE) -> tuple[RetryBudget, bool]:
    after, grant = take_retry(budget, share, now)
    assert bool(grant.reason) is not grant.ok
    return after, grant.ok


def test_a_quiet_client_may_try_three_times() -> None:
    budget, granted = RetryBudget(), []
    for _ in range(5):
        budget, ok = retry(budget, 100.0)
        granted.append(ok)
    assert granted == [True, True, True, False, False]


def test_a_busy_one_may_repeat_a_tenth() -> None:
    budget = RetryBudget()
    for number in range(200):
        budget = count_request(budget, number / 10)
    count = 0
    while True:
        budget, ok = retry(budget, 20.0)
        if not ok:
            break
        count += 1
    assert count == 20


def test_requests_that_are_two_minutes_old_earn_nothing() -> None:
    budget, count = RetryBudget(), 0
    for _ in range(200):
        budget = count_request(budget, 100.0)
    for _ in range(20):
        budget, ok = retry(budget, 220.5)
        count += ok
    assert count == 3


def test_after_two_minutes_it_may_try_again() -> None:
    budget = RetryBudget()
    for _ in range(3):
        budget, _ = retry(budget, 100.0)
    assert not retry(budget, 219.0)[1]
    assert retry(budget, 222.0)[1]


def test_no_more_than_fifty_in_a_minute_however_many_requests_there_are() -> None:
    budget, count = RetryBudget(), 0
    for _ in range(2_000):
        budget = count_request(budget, 10.0)
        budget, ok = retry(budget, 10.0)
        count += ok
    assert count == 50


def test_it_can_be_stored() -> None:
    budget, _ = retry(count_request(RetryBudget(), 5.0), 5.0)
    assert msgspec.json.decode(msgspec.json.encode(budget), type=RetryBudget) == budget


@given(st.lists(st.tuples(st.floats(0, 3), st.booleans()), max_size=300))
def test_in_no_two_minutes_are_there_more_than_the_share_allows(steps: list[tuple[float, bool]]) -> None:
    now, budget = 1_000.0, RetryBudget()
    requests, retries = list[float](), list[float]()
    for pause, failed in steps:
        now += pause
        budget = count_request(budget, now)
        requests.append(now)
        budget, ok = retry(budget, now) if failed else (budget, False)
        if ok:
            retries.append(now)
            late = sum(1 for moment in retries if now - moment < 120)
            asked = sum(1 for moment in requests if now - moment < 120)
            assert late <= max(3, asked / 10)
            assert sum(1 for moment in retries if now - moment < 60) <= 50
