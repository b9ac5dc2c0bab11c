"""What a provider says narrows what is asked of it, gives back at its reset, and allows nothing by itself."""

import msgspec
import pytest
from hypothesis import given, strategies as st

from tmtui.domain.limits import LimitNotice, Quota
from tmtui.domain.usage import Usage
from tmtui.resilience.buckets import Bucket, Buckets, flow, learn, left, settle, take, units_of


NOW = 1_800_000_000_000
MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000
ONE = {"requests": 1}


def told(*quotas: Quota, retry_after: float | None = None, status: str = "", known: Buckets | None = None) -> Buckets:
    return learn(known or Buckets(), LimitNotice(quotas, retry_after, status), NOW)


def test_nothing_is_known_at_first_and_nothing_is_in_the_way() -> None:
    assert flow(Buckets(), ONE, NOW).ok


def test_what_remains_is_what_may_be_asked() -> None:
    buckets = told(Quota("requests", limit=60, remaining=2))
    for _ in range(2):
        assert flow(buckets, ONE, NOW).ok
        buckets = take(buckets, ONE, NOW)
    blocked = flow(buckets, ONE, NOW)
    assert (blocked.ok, blocked.name, blocked.wait_until_ms) == (False, "requests", NOW + 1_000)


def test_it_refills_steadily_to_its_limit_and_no_further() -> None:
    buckets = told(Quota("requests", limit=60, remaining=0))
    assert not flow(buckets, ONE, NOW + 999).ok
    assert flow(buckets, ONE, NOW + 1_000).ok
    assert flow(buckets, {"requests": 30}, NOW + 30_000).ok
    assert left(buckets.leaking["requests"], NOW + HOUR) == 60


def test_at_its_reset_all_is_there_but_what_was_taken_since() -> None:
    buckets = told(Quota("requests", limit=60, remaining=0, reset_ms=NOW + 5_000))
    assert flow(buckets, {"requests": 20}, NOW).wait_until_ms == NOW + 5_000
    assert left(buckets.leaking["requests"], NOW + 4_999) < 5
    assert left(buckets.leaking["requests"], NOW + 5_000) == 60
    taken = take(buckets, {"requests": 4}, NOW + 4_500)
    assert left(taken.leaking["requests"], NOW + 5_000) == pytest.approx(56)


def test_more_than_was_known_here_gives_nothing() -> None:
    buckets = take(told(Quota("requests", limit=60, remaining=60)), {"requests": 50}, NOW)
    again = told(Quota("requests", limit=60, remaining=60), known=buckets)
    assert left(again.leaking["requests"], NOW) == pytest.approx(10)


def test_a_limit_that_was_lowered_counts_at_once() -> None:
    buckets = told(Quota("requests", limit=10, remaining=10), known=told(Quota("requests", limit=60, remaining=60)))
    assert left(buckets.leaking["requests"], NOW) == 10


def test_a_request_that_is_larger_than_the_limit_waits_until_it_is_full() -> None:
    buckets = told(Quota("tokens", limit=1_000, remaining=0))
    assert flow(buckets, {"tokens": 5_000}, NOW).wait_until_ms == NOW + MINUTE
    assert flow(buckets, {"tokens": 5_000}, NOW + MINUTE).ok


def test_an_estimate_is_put_right() -> None:
    buckets = take(told(Quota("tokens", limit=60_000, remaining=60_000)), {"tokens": 30_000}, NOW)
    less = settle(buckets, {"tokens": 30_000}, {"tokens": 10_000}, NOW)
    more = settle(buckets, {"tokens": 30_000}, {"tokens": 50_000}, NOW)
    assert left(less.leaking["tokens"], NOW) == pytest.approx(50_000)
    assert left(more.leaking["tokens"], NOW) == pytest.approx(10_000)


@pytest.mark.parametrize(
    ("retry_after", "until"),
    [(30.0, NOW + 30_000), (3_600.0, NOW + HOUR), (0.0, None), (-1.0, None), (float("nan"), None), (1e9, None)],
)
def test_a_refusal_with_a_time_that_is_to_be_believed_closes_it(retry_after: float, until: int | None) -> None:
    assert flow(told(retry_after=retry_after), ONE, NOW).wait_until_ms == until


def test_a_rejected_plan_closes_it_until_the_plan_s_reset() -> None:
    buckets = told(Quota("five_hour", used=1.0, reset_ms=NOW + 5 * HOUR), status="rejected")
    assert flow(buckets, ONE, NOW).wait_until_ms == NOW + 5 * HOUR
    assert flow(buckets, ONE, NOW + 5 * HOUR).ok


def test_a_warning_closes_nothing_and_is_kept_for_the_screen() -> None:
    buckets = told(Quota("five_hour", used=0.9, reset_ms=NOW + HOUR), status="warning")
    assert flow(buckets, ONE, NOW).ok
    assert buckets.quotas["five_hour"].used == 0.9


@pytest.mark.parametrize("reset_ms", [NOW - 1, NOW, NOW + 400 * DAY])
def test_a_reset_that_lies_behind_or_beyond_belief_is_not_believed(reset_ms: int) -> None:
    buckets = told(Quota("requests", limit=60, remaining=0, reset_ms=reset_ms), status="rejected")
    assert flow(buckets, ONE, NOW).wait_until_ms == NOW + 1_000


def test_what_is_read_from_a_cache_is_free() -> None:
    usage = Usage(input_tokens=10, output_tokens=5, cache_read_tokens=1_000, cache_write_tokens=100)
    assert units_of(usage) == {"requests": 1, "tokens": 115, "input_tokens": 110, "output_tokens": 5}


def test_all_of_it_can_be_stored() -> None:
    buckets = take(told(Quota("requests", 60, 3, None, NOW + 1_000), retry_after=5.0), ONE, NOW)
    assert msgspec.json.decode(msgspec.json.encode(buckets), type=Buckets) == buckets


NOTICES = st.builds(
    Quota,
    st.just("requests"),
    limit=st.none() | st.integers(1, 200),
    remaining=st.none() | st.integers(0, 300),
    reset_ms=st.none() | st.integers(NOW - HOUR, NOW + HOUR),
)


@given(st.lists(NOTICES | st.integers(0, 30) | st.integers(31, 90_000), max_size=30))
def test_what_is_heard_allows_no_more_than_before_and_what_a_wait_promises_holds(
    steps: list[Quota | int],
) -> None:
    """A quota is heard, a small number is taken, a large one passes in milliseconds."""
    now, buckets = NOW, Buckets()
    for step in steps:
        before = {name: left(bucket, now) for name, bucket in buckets.leaking.items()}
        if isinstance(step, Quota):
            buckets = learn(buckets, LimitNotice((step,)), now)
            same_limit = "requests" in before and step.limit in (None, buckets_limit(buckets))
            if same_limit and step.remaining is not None:
                assert left(buckets.leaking["requests"], now) <= step.remaining + 0.05
        elif step <= 30:
            if flow(buckets, {"requests": step}, now).ok:
                buckets = take(buckets, {"requests": step}, now)
        else:
            now += step
        blocked = flow(buckets, {"requests": 7}, now)
        if not blocked.ok:
            assert blocked.wait_until_ms is not None
            assert blocked.wait_until_ms > now
            assert flow(buckets, {"requests": 7}, blocked.wait_until_ms).ok


def buckets_limit(buckets: Buckets) -> int | None:
    known = buckets.leaking.get("requests")
    return known.limit if known else None


@given(st.integers(1, 1_000), st.lists(st.tuples(st.integers(0, 5_000), st.integers(0, 50)), max_size=80))
def test_nobody_takes_more_in_a_minute_than_the_bucket_held_and_what_came_back(
    limit: int, steps: list[tuple[int, int]]
) -> None:
    now = NOW
    buckets = Buckets({"requests": Bucket(limit, NOW)})
    taken: list[tuple[int, int]] = []
    for pause, wanted in steps:
        now += pause
        if wanted <= limit and flow(buckets, {"requests": wanted}, now).ok:
            buckets = take(buckets, {"requests": wanted}, now)
            taken.append((now, wanted))
    for index, (start, _) in enumerate(taken):
        for last in range(index, len(taken)):
            refilled = limit * (taken[last][0] - start) / MINUTE
            assert sum(units for _, units in taken[index : last + 1]) <= limit + refilled + 1
