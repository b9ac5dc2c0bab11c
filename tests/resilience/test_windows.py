"""Whoever asks first never passes a cap, in no window of its length, wherever it lies."""

from collections.abc import Sequence

import msgspec
import pytest
from hypothesis import given, strategies as st

from tests.resilience.chance import seeded
from tmtui.domain.problem import WrongValueError
from tmtui.resilience.windows import (
    EXACT,
    GRAINS,
    LENGTHS,
    Cap,
    Room,
    Unit,
    Use,
    Windows,
    caps_of,
    record,
    release,
    reserve,
    room,
    settle,
    standings,
)


NOW = 1_800_000_000_000
MINUTE, HOUR, DAY = LENGTHS["minute"], LENGTHS["hour"], LENGTHS["day"]
WRITTEN = {"max_requests_minute": 10, "max_tokens_hour": 100_000, "max_tokens_day": 500_000}
CAPS = caps_of(WRITTEN)


def spend(uses: Sequence[tuple[int, int]], windows: Windows | None = None) -> Windows:
    """Requests that each took no time: when, and how many tokens."""
    windows = windows or Windows()
    for number, (at_ms, tokens) in enumerate(uses):
        windows = settle(reserve(windows, f"{at_ms}:{number}", tokens, at_ms), f"{at_ms}:{number}", tokens, at_ms)
    return windows


# Configuration.


def test_caps_are_read_by_their_names() -> None:
    assert [(cap.unit, cap.length_ms, cap.most) for cap in CAPS] == [
        (Unit.REQUESTS, MINUTE, 10),
        (Unit.TOKENS, HOUR, 100_000),
        (Unit.TOKENS, DAY, 500_000),
    ]
    assert caps_of({"max_requests_per_hour": 50})[0].length == "hour"


@pytest.mark.parametrize("written", [{"max_requests_year": 1}, {"requests_minute": 1}, {"max_requests_minute": 0}])
def test_a_cap_that_is_none_is_refused(written: dict[str, int]) -> None:
    with pytest.raises(WrongValueError):
        caps_of(written)


# Room.


def test_without_caps_there_is_always_room() -> None:
    assert room(spend([(NOW, 10**9)]), (), 10**9, NOW) == Room(ok=True)


def test_the_eleventh_request_of_a_minute_waits_for_the_first_to_leave_it() -> None:
    windows = spend([(NOW + second * 1_000, 0) for second in range(10)])
    blocked = room(windows, CAPS, 0, NOW + 30_000)
    assert (blocked.ok, blocked.used, blocked.wait_until_ms) == (False, 10, NOW + MINUTE)
    assert blocked.cap == CAPS[0]
    assert not room(windows, CAPS, 0, NOW + MINUTE - 1).ok
    assert room(windows, CAPS, 0, NOW + MINUTE).ok


def test_around_the_edge_of_a_clock_minute_no_more_than_the_cap_gets_through() -> None:
    edge = NOW - NOW % MINUTE
    windows = spend([(edge - 1_000, 0)] * 10)
    assert not room(windows, CAPS, 0, edge + 1_000).ok


def test_of_several_caps_the_one_that_lasts_longest_is_named() -> None:
    windows = spend([(NOW - 10_000, 10_000)] * 10)
    blocked = room(windows, CAPS, 1, NOW)
    assert blocked.cap == CAPS[1]
    assert blocked.wait_until_ms == NOW - 10_000 + HOUR


def test_a_large_request_waits_until_enough_has_left() -> None:
    windows = spend([(NOW, 30_000), (NOW + 1_000, 30_000), (NOW + 2_000, 30_000)])
    assert room(windows, CAPS, 60_000, NOW + 3_000).wait_until_ms == NOW + 1_000 + HOUR


def test_a_request_that_is_larger_than_a_cap_never_fits() -> None:
    blocked = room(Windows(), CAPS, 200_000, NOW)
    assert (blocked.ok, blocked.never, blocked.wait_until_ms) == (False, True, None)


def test_what_is_held_by_requests_under_way_is_not_free_however_long_they_take() -> None:
    windows = reserve(Windows(), "a", 90_000, NOW)
    blocked = room(windows, CAPS, 20_000, NOW + 2 * HOUR)
    assert (blocked.ok, blocked.never, blocked.wait_until_ms) == (False, False, None)
    assert room(settle(windows, "a", 10_000, NOW + 2 * HOUR), CAPS, 20_000, NOW + 2 * HOUR).ok


def test_tokens_are_used_when_a_request_ends_and_a_request_when_it_starts() -> None:
    ended = NOW + 2 * HOUR
    windows = settle(reserve(Windows(), "a", 90_000, NOW), "a", 80_000, ended)
    assert [each.used for each in standings(windows, CAPS, ended)] == [0, 80_000, 80_000]


def test_unknown_usage_counts_as_estimated() -> None:
    windows = settle(reserve(Windows(), "a", 90_000, NOW), "a", None, NOW)
    assert standings(windows, CAPS, NOW)[1].used == 90_000


def test_settling_twice_counts_once() -> None:
    windows = settle(reserve(Windows(), "a", 5, NOW), "a", 5, NOW)
    assert settle(windows, "a", 5, NOW) == windows


def test_a_request_that_was_not_made_counts_nothing() -> None:
    assert release(reserve(Windows(), "a", 5, NOW), "a") == Windows()


def test_the_standing_of_each_cap_can_be_shown() -> None:
    shown = standings(spend([(NOW, 45_000)]), CAPS, NOW + 1_000)
    assert [(each.used, each.reset_ms) for each in shown] == [
        (1, NOW + MINUTE),
        (45_000, NOW + HOUR),
        (45_000, NOW + DAY),
    ]
    assert standings(Windows(), CAPS, NOW)[0].reset_ms is None


def test_it_is_found_again_after_a_restart() -> None:
    windows = reserve(spend([(NOW, 45_000)]), "b", 7, NOW)
    assert msgspec.json.decode(msgspec.json.encode(windows), type=Windows) == windows
    rebuilt = record(Windows(), [Use(NOW, 1, 45_000)], NOW + 5)
    assert [each.used for each in standings(rebuilt, CAPS, NOW + 5)] == [1, 45_000, 45_000]


def test_a_clock_that_jumped_back_holds_nobody_up_for_longer_than_a_window() -> None:
    windows = spend([(NOW + 1_000 * DAY, 0)] * 10)
    blocked = room(windows, CAPS, 0, NOW)
    assert blocked.wait_until_ms == NOW + MINUTE
    moved = spend([(NOW, 0)], windows)
    assert max(use.at_ms for use in moved.uses) == NOW


# Laws.

SMALL = (Cap("requests", Unit.REQUESTS, "minute", 5), Cap("tokens", Unit.TOKENS, "hour", 100))

asked = st.lists(
    st.tuples(
        st.integers(0, 40_000),  # milliseconds until it asks
        st.integers(0, 60),  # the tokens it estimates
        st.floats(0, 1),  # the share of them that it takes
        st.integers(0, 400_000),  # milliseconds that it takes
    ),
    max_size=60,
)


def obey(requests: list[tuple[int, int, float, int]], caps: Sequence[Cap]) -> tuple[list[Use], list[Use], Windows]:
    """Let callers ask one after another; give what was used as of its start, and as of its end."""
    windows, now, starts, ends = Windows(), NOW, list[Use](), list[Use]()
    under_way: dict[str, tuple[int, int]] = {}
    for number, (pause, estimate, share, takes) in enumerate(requests):
        now += pause
        for name, (done_ms, tokens) in sorted(under_way.items(), key=lambda each: each[1]):
            if done_ms <= now:
                windows = settle(windows, name, tokens, done_ms)
                ends.append(Use(done_ms, 0, tokens))
                del under_way[name]
        if room(windows, caps, estimate, now).ok:
            tokens = round(estimate * share)
            windows = reserve(windows, str(number), estimate, now)
            under_way[str(number)] = (now + takes, tokens)
            starts.append(Use(now, 1, tokens))
    return starts, ends, windows


def most_in_any(uses: list[Use], cap: Cap) -> int:
    amounts = [(use.at_ms, use.requests if cap.unit is Unit.REQUESTS else use.tokens) for use in uses]
    return max(
        (sum(amount for at, amount in amounts if last - cap.length_ms < at <= last) for last, _ in amounts), default=0
    )


@given(asked)
def test_no_window_ever_holds_more_than_the_cap_when_everybody_asks(
    requests: list[tuple[int, int, float, int]],
) -> None:
    starts, ends, _ = obey(requests, SMALL)
    for cap in SMALL:
        assert most_in_any(starts, cap) <= cap.most
        assert most_in_any(ends, cap) <= cap.most


@given(asked, st.integers(0, 60))
def test_when_a_wait_ends_there_is_room(requests: list[tuple[int, int, float, int]], tokens: int) -> None:
    _, _, windows = obey(requests, SMALL)
    now = NOW + sum(each[0] for each in requests)
    blocked = room(windows, SMALL, tokens, now)
    if blocked.wait_until_ms is not None:
        assert blocked.wait_until_ms > now
        assert room(windows, SMALL, tokens, blocked.wait_until_ms).ok


@pytest.mark.parametrize("seed", range(6))
def test_what_is_long_ago_is_kept_coarser_but_never_counted_too_low(seed: int) -> None:
    chance, now, uses, windows = seeded(seed), NOW, list[Use](), Windows()
    for _ in range(20):
        batch = []
        for _ in range(60):
            now += chance.randrange(chance.choice((MINUTE // 10, HOUR // 5)))
            batch.append(Use(now, 1, chance.randrange(50)))
        uses += batch
        windows = record(windows, batch, now)
    assert len(windows.uses) < len(uses)
    caps = caps_of({f"max_{unit}_{length}": 1 for unit in Unit for length in LENGTHS})
    for cap, standing in zip(caps, standings(windows, caps, now), strict=True):
        assert within(uses, cap, now, cap.length_ms) <= standing.used
        assert standing.used <= within(uses, cap, now, cap.length_ms + cap.length_ms // GRAINS)


def within(uses: list[Use], cap: Cap, now: int, length_ms: int) -> int:
    amounts = [(use.at_ms, use.requests if cap.unit is Unit.REQUESTS else use.tokens) for use in uses]
    return sum(amount for at, amount in amounts if now - at < length_ms)


def test_a_busy_week_is_remembered_in_bounded_memory() -> None:
    windows, now = Windows(), NOW
    for _ in range(7 * 24):
        uses = [Use(now + second * 60_000, 1, 100) for second in range(60)]
        now += HOUR
        windows = record(windows, uses, now)
    assert EXACT < len(windows.uses) <= 4 * 600
    assert standings(windows, caps_of({"max_requests_week": 10**6}), now)[0].used == 7 * 24 * 60
