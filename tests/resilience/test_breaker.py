"""A circuit walks closed, open, half-open and back exactly as configured, whatever comes in whatever order."""

import msgspec
import pytest
from hypothesis import settings, strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from tests.resilience.chance import MIDDLE, Fixed, seeded
from tmtui.resilience.breaker import (
    Breaker,
    BreakerConfig,
    Mode,
    admit,
    circuit_keys,
    disable,
    force_open,
    longest_pause_ms,
    on_failure,
    on_neutral,
    on_success,
    reset,
    restore,
)
from tmtui.resilience.taxonomy import Forced


CONFIG = BreakerConfig()
MINUTE = 60_000
NOW = 1_800_000_000_000


def fail(breaker: Breaker, now_ms: int = NOW, times: int = 1, weight: float = 1.0) -> Breaker:
    for _ in range(times):
        breaker = on_failure(breaker, CONFIG, now_ms, breaker.generation, MIDDLE, weight)
    return breaker


def succeed(breaker: Breaker, now_ms: int = NOW, times: int = 1) -> Breaker:
    for _ in range(times):
        breaker = on_success(breaker, CONFIG, now_ms, breaker.generation)
    return breaker


def opened(now_ms: int = NOW) -> Breaker:
    return fail(Breaker(), now_ms, times=5)


def half_open(now_ms: int = NOW) -> Breaker:
    """One whose first probe is under way."""
    return admit(opened(now_ms - MINUTE), CONFIG, now_ms)[0]


# Closed to open.


def test_a_new_circuit_lets_everything_pass() -> None:
    breaker, admission = admit(Breaker(), CONFIG, NOW)
    assert (breaker.mode, admission.allowed, admission.probe) == (Mode.CLOSED, True, False)


def test_it_opens_after_so_many_failures_in_a_row() -> None:
    assert fail(Breaker(), times=4).mode is Mode.CLOSED
    breaker = fail(Breaker(), times=5)
    assert (breaker.mode, breaker.failures, breaker.until_ms) == (Mode.OPEN, 5, NOW + MINUTE)


def test_a_success_ends_the_row() -> None:
    calls = succeed(Breaker(), times=6)
    assert fail(succeed(fail(calls, times=4)), times=1).failures == 1


def test_half_of_the_latest_calls_opens_it_too_once_there_are_enough() -> None:
    mixed = fail(succeed(fail(Breaker(), times=2)), times=1)
    assert mixed.mode is Mode.CLOSED  # three of four, but four are too few
    assert fail(succeed(mixed)).mode is Mode.OPEN  # four of six


def test_less_than_half_does_not() -> None:
    breaker = succeed(Breaker(), times=6)
    assert fail(breaker, times=4).mode is Mode.CLOSED


def test_what_is_longer_ago_than_the_ratio_looks_back_does_not_count() -> None:
    old = succeed(fail(Breaker(), NOW, times=3), NOW)
    later = fail(fail(old, NOW + 121_000), NOW + 121_000)
    assert later.mode is Mode.CLOSED
    assert len(later.recent) == 2


def test_a_row_of_failures_is_forgotten_when_the_last_is_long_ago() -> None:
    yesterday = fail(Breaker(), NOW, times=4)
    assert fail(yesterday, NOW + 24 * 60 * MINUTE).failures == 1


def test_whoever_asks_for_more_failures_gets_them_before_the_ratio_has_a_word() -> None:
    patient = BreakerConfig(failures=20)
    breaker = Breaker()
    for number in range(1, 20):
        breaker = on_failure(breaker, patient, NOW, breaker.generation, MIDDLE)
        assert (breaker.mode, breaker.failures) == (Mode.CLOSED, number)
    assert on_failure(breaker, patient, NOW, breaker.generation, MIDDLE).mode is Mode.OPEN


def test_a_slow_call_is_half_a_failure() -> None:
    mostly_good = succeed(Breaker(), times=6)
    assert fail(mostly_good, times=4, weight=0.5).failures == 2
    assert fail(Breaker(), times=4, weight=0.5).mode is Mode.CLOSED
    assert fail(Breaker(), times=5, weight=0.5).mode is Mode.OPEN  # all of them slow is half of them failed


# Open to half-open.


def test_open_it_lets_nobody_pass_and_says_until_when() -> None:
    breaker, admission = admit(opened(), CONFIG, NOW + MINUTE - 1)
    assert breaker.mode is Mode.OPEN
    assert (admission.allowed, admission.wait_until_ms) == (False, NOW + MINUTE)
    assert admission.reason


def test_when_its_time_is_up_one_probe_may_pass() -> None:
    breaker, admission = admit(opened(), CONFIG, NOW + MINUTE)
    assert (breaker.mode, admission.allowed, admission.probe) == (Mode.HALF_OPEN, True, True)
    assert not admit(breaker, CONFIG, NOW + MINUTE)[1].allowed


def test_the_probes_go_one_after_another_and_all_must_come_back() -> None:
    first = succeed(half_open())
    assert (first.mode, first.passed) == (Mode.HALF_OPEN, 1)
    second, admission = admit(first, CONFIG, NOW)
    assert admission.probe
    closed = succeed(second)
    assert (closed.mode, closed.failures, closed.recent) == (Mode.CLOSED, 0, ())


def test_one_failed_probe_opens_it_again_for_twice_as_long() -> None:
    again = fail(succeed(half_open()))
    assert (again.mode, again.until_ms) == (Mode.OPEN, NOW + 2 * MINUTE)


def test_a_slow_probe_neither_closes_nor_opens_it_but_two_open_it() -> None:
    slow = fail(half_open(), weight=0.5)
    assert (slow.mode, slow.passed) == (Mode.HALF_OPEN, 0)
    assert fail(admit(slow, CONFIG, NOW)[0], weight=0.5).mode is Mode.OPEN


def test_a_probe_that_says_nothing_about_health_gives_its_place_back() -> None:
    breaker = on_neutral(half_open(), half_open().generation)
    assert admit(breaker, CONFIG, NOW)[1].probe


def test_a_probe_that_never_reports_is_given_up_and_its_late_word_ignored() -> None:
    lost = half_open()
    assert not admit(lost, CONFIG, NOW + CONFIG.probe_ms - 1)[1].allowed
    breaker, admission = admit(lost, CONFIG, NOW + CONFIG.probe_ms)
    assert admission.probe
    assert on_failure(breaker, CONFIG, NOW, lost.generation, MIDDLE) == breaker


def test_each_time_it_stays_open_twice_as_long_up_to_a_bound() -> None:
    now, breaker, pauses = NOW, opened(), []
    for _ in range(7):
        assert breaker.until_ms is not None
        pauses.append((breaker.until_ms - now) // MINUTE)
        now = breaker.until_ms
        breaker = fail(admit(breaker, CONFIG, now)[0], now)
    assert pauses == [1, 2, 4, 8, 10, 10, 10]


def test_having_been_closed_for_long_it_starts_over() -> None:
    closed = succeed(admit(succeed(half_open()), CONFIG, NOW)[0])
    soon = fail(closed, NOW + 9 * MINUTE, times=5)
    late = fail(closed, NOW + 10 * MINUTE, times=5)
    assert soon.until_ms == NOW + 11 * MINUTE
    assert late.until_ms == NOW + 11 * MINUTE
    assert (soon.openings, late.openings) == (2, 1)


@pytest.mark.parametrize(("side", "pause"), [(0.0, 48_000), (0.5, 60_000), (0.999999, 72_000)])
def test_the_pause_differs_by_a_fifth_either_way(side: float, pause: int) -> None:
    breaker = Breaker(failures=4, failed_ms=NOW)
    tripped = on_failure(breaker, CONFIG, NOW, 0, Fixed(side))
    assert tripped.until_ms == NOW + pause


# Late results.


@pytest.mark.parametrize("breaker", [opened(), half_open(), force_open(Breaker(), Forced.MANUAL, NOW)])
def test_what_was_asked_before_the_last_change_says_nothing(breaker: Breaker) -> None:
    late = breaker.generation - 1
    assert on_success(breaker, CONFIG, NOW, late) == breaker
    assert on_failure(breaker, CONFIG, NOW, late, MIDDLE) == breaker
    assert on_neutral(breaker, late) == breaker


# Held open, disabled, reset.


@pytest.mark.parametrize("reason", Forced)
def test_forced_open_it_stays_so_until_somebody_resets_it(reason: Forced) -> None:
    breaker, admission = admit(force_open(Breaker(), reason, NOW), CONFIG, NOW + 10**9)
    assert (breaker.mode, breaker.reason) == (Mode.FORCED_OPEN, reason)
    assert (admission.allowed, admission.wait_until_ms) == (False, None)
    assert admission.reason
    assert admit(reset(breaker, NOW), CONFIG, NOW)[1].allowed


def test_forced_open_with_a_date_it_is_probed_from_then_on() -> None:
    month = 30 * 24 * 60 * MINUTE
    breaker = force_open(Breaker(), Forced.QUOTA, NOW, NOW + month)
    assert admit(breaker, CONFIG, NOW)[1].wait_until_ms == NOW + month
    assert admit(breaker, CONFIG, NOW + month)[1].probe


def test_disabled_it_counts_nothing_and_lets_everything_pass() -> None:
    breaker = disable(opened(), NOW)
    assert admit(breaker, CONFIG, NOW)[1].allowed
    assert fail(breaker, times=50) == breaker
    assert force_open(breaker, Forced.AUTH, NOW) == breaker
    assert reset(breaker, NOW).mode is Mode.CLOSED


# Restarts and clocks.


def test_after_a_restart_it_stands_as_it_stood() -> None:
    stored = msgspec.json.decode(msgspec.json.encode(opened()), type=Breaker)
    restored = restore(stored, CONFIG, NOW + 10_000)
    assert (restored.mode, restored.until_ms, restored.failures) == (Mode.OPEN, NOW + MINUTE, 5)
    assert not admit(restored, CONFIG, NOW + MINUTE - 1)[1].allowed
    assert admit(restored, CONFIG, NOW + MINUTE)[1].probe


def test_a_probe_that_was_under_way_is_asked_anew_after_a_restart() -> None:
    assert admit(restore(half_open(), CONFIG, NOW), CONFIG, NOW)[1].probe


def test_a_clock_that_jumped_back_does_not_keep_it_open_for_longer_than_the_longest_pause() -> None:
    year = 365 * 24 * 60 * MINUTE
    restored = restore(opened(NOW + year), CONFIG, NOW)
    assert restored.until_ms == NOW + longest_pause_ms(CONFIG)
    breaker, admission = admit(opened(NOW + year), CONFIG, NOW)
    assert admission.wait_until_ms == NOW + longest_pause_ms(CONFIG)
    assert admit(breaker, CONFIG, NOW + longest_pause_ms(CONFIG))[1].probe


def test_a_quota_s_date_is_kept_over_a_restart() -> None:
    forced = force_open(Breaker(), Forced.QUOTA, NOW, NOW + 30 * 24 * 60 * MINUTE)
    assert restore(forced, CONFIG, NOW).until_ms == forced.until_ms


def test_a_circuit_has_the_name_of_its_provider_and_another_for_each_model() -> None:
    assert circuit_keys("claude", "sonnet") == ("claude", "claude/sonnet")


class CircuitMachine(RuleBasedStateMachine):
    """Any number of calls under way, ending in any order and any way, with people, restarts and jumping clocks."""

    def __init__(self) -> None:
        super().__init__()
        self.config = BreakerConfig(failures=3, ratio_least=4, reset_ms=1_000, longest_ms=8_000, probe_ms=50_000)
        self.breaker = Breaker()
        self.now = NOW
        self.rng = seeded()
        self.under_way: list[tuple[int, bool]] = []
        self.seen = 0

    def keep(self, breaker: Breaker) -> None:
        assert breaker.generation >= self.breaker.generation
        if breaker.mode is not self.breaker.mode:
            assert breaker.generation > self.breaker.generation
        self.breaker = breaker

    @rule(milliseconds=st.integers(0, 20_000))
    def time_passes(self, milliseconds: int) -> None:
        self.now += milliseconds

    @rule(milliseconds=st.integers(0, 10**10))
    def the_clock_jumps_back(self, milliseconds: int) -> None:
        self.now -= milliseconds

    @rule()
    def a_call_is_asked_for(self) -> None:
        breaker, admission = admit(self.breaker, self.config, self.now)
        self.keep(breaker)
        if admission.allowed:
            assert admission.generation == breaker.generation
            assert admission.probe == (breaker.mode is Mode.HALF_OPEN)
            self.under_way.append((admission.generation, admission.probe))
        else:
            assert admission.reason
            assert breaker.mode in (Mode.OPEN, Mode.HALF_OPEN, Mode.FORCED_OPEN)

    @precondition(lambda self: self.under_way)
    @rule(data=st.data(), end=st.sampled_from(["good", "bad", "slow", "neither"]))
    def a_call_comes_back(self, data: st.DataObject, end: str) -> None:
        number = data.draw(st.integers(0, len(self.under_way) - 1))
        generation, _ = self.under_way.pop(number)
        before = self.breaker
        match end:
            case "good":
                after = on_success(before, self.config, self.now, generation)
            case "neither":
                after = on_neutral(before, generation)
            case _:
                weight = 1.0 if end == "bad" else 0.5
                after = on_failure(before, self.config, self.now, generation, self.rng, weight)
        if generation != before.generation:
            assert after == before
        if before.mode is Mode.HALF_OPEN and end == "bad" and generation == before.generation:
            assert after.mode is Mode.OPEN
        self.keep(after)

    @rule(reason=st.sampled_from(Forced), date=st.none() | st.integers(0, 100_000))
    def it_is_forced_open(self, reason: Forced, date: int | None) -> None:
        self.keep(force_open(self.breaker, reason, self.now, None if date is None else self.now + date))

    @rule()
    def somebody_resets_it(self) -> None:
        self.keep(reset(self.breaker, self.now))

    @rule()
    def somebody_disables_it(self) -> None:
        self.keep(disable(self.breaker, self.now))

    @rule()
    def the_engine_dies_and_starts_again(self) -> None:
        stored = msgspec.json.decode(msgspec.json.encode(self.breaker), type=Breaker)
        assert stored == self.breaker
        self.keep(restore(stored, self.config, self.now))

    @invariant()
    def one_probe_at_most_is_under_way(self) -> None:
        present = [probe for generation, probe in self.under_way if generation == self.breaker.generation]
        if self.breaker.mode is Mode.HALF_OPEN:
            assert len(present) <= 1

    @invariant()
    def it_remembers_a_bounded_number_of_calls(self) -> None:
        assert len(self.breaker.recent) <= 10

    @invariant()
    def asking_tells_an_end_that_is_not_too_far(self) -> None:
        if self.breaker.mode is Mode.OPEN:
            admission = admit(self.breaker, self.config, self.now)[1]
            until = admission.wait_until_ms
            assert admission.allowed or (until is not None and until - self.now <= longest_pause_ms(self.config))

    @invariant()
    def only_what_is_held_open_has_a_reason(self) -> None:
        assert (self.breaker.reason is not None) == (self.breaker.mode is Mode.FORCED_OPEN)


TestCircuitMachine = CircuitMachine.TestCase
TestCircuitMachine.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)
