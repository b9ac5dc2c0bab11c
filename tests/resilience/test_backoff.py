"""Pauses between requests: bounded, jittered, and no longer than a sane server asked for."""

import math
import random

import msgspec
import pytest
from hypothesis import given, strategies as st

from tmtui.domain.outcome import Kind, Outcome
from tmtui.resilience.backoff import (
    LONGEST_HINT,
    RetryRules,
    longest_pause,
    pause_before_retry,
    retries_of,
    sane_hint,
)
from tmtui.resilience.error_names import kinds_named
from tmtui.resilience.taxonomy import TREATMENTS, Family


PASSING = [kind for kind, treatment in TREATMENTS.items() if treatment.family is Family.PASSING]

kinds = st.sampled_from(PASSING)
chances = st.integers().map(random.Random)
hints = st.none() | st.floats()


class Highest:
    """A die that always falls on its highest side."""

    def random(self) -> float:
        return math.nextafter(1.0, 0.0)

    def randrange(self, stop: int, /) -> int:
        return stop - 1


@pytest.mark.parametrize(
    ("hint", "sane"),
    [
        (None, None),
        (0.0, None),
        (-1.0, None),
        (math.nan, None),
        (math.inf, None),
        (-math.inf, None),
        (1e309, None),
        (1.0, 1.0),
        (3_600.0, 3_600.0),
        (LONGEST_HINT, LONGEST_HINT),
        (LONGEST_HINT + 1, None),
    ],
)
def test_a_hint_is_taken_when_it_is_a_time_and_believable(hint: float | None, sane: float | None) -> None:
    assert sane_hint(hint) == sane


@given(kinds, st.integers(1, 10_000), chances, hints)
def test_a_request_is_made_again_as_often_as_its_treatment_says(
    kind: Kind, tries: int, chance: random.Random, hint: float | None
) -> None:
    pause = pause_before_retry(Outcome(kind, retry_after=hint), tries, chance)
    assert (pause is None) == (tries > TREATMENTS[kind].retries)


@given(kinds, st.integers(1, 8), chances)
def test_a_pause_without_a_hint_is_between_nothing_and_what_has_doubled(
    kind: Kind, tries: int, chance: random.Random
) -> None:
    treatment = TREATMENTS[kind]
    pause = pause_before_retry(Outcome(kind), tries, chance)
    if pause is not None:
        assert 0 <= pause <= min(treatment.cap, treatment.base * 2 ** (tries - 1))


@given(kinds, st.floats(0.001, LONGEST_HINT), chances)
def test_a_hint_is_honoured_and_a_little_more(kind: Kind, hint: float, chance: random.Random) -> None:
    pause = pause_before_retry(Outcome(kind, retry_after=hint), 1, chance)
    assert pause is not None
    assert hint <= pause <= hint * 1.1


@given(st.sampled_from(sorted(set(Kind) - set(PASSING))), st.integers(1, 10), hints)
def test_what_is_not_passing_is_never_asked_for_again(kind: Kind, tries: int, hint: float | None) -> None:
    assert pause_before_retry(Outcome(kind, retry_after=hint), tries, random.Random(0)) is None


def test_the_longest_pause_doubles_up_to_its_cap() -> None:
    pauses = [pause_before_retry(Outcome(Kind.RATE_LIMITED), tries, Highest()) for tries in range(1, 10)]
    assert [pause and round(pause) for pause in pauses] == [2, 4, 8, 16, 32, 64, 128, 256, None]
    pauses = [pause_before_retry(Outcome(Kind.NET_CONNECT), tries, Highest()) for tries in range(1, 8)]
    assert [pause and round(pause, 3) for pause in pauses] == [0.5, 1, 2, 4, 8, 16, None]


def test_clients_that_failed_together_do_not_come_back_together() -> None:
    pauses = {pause_before_retry(Outcome(Kind.OVERLOADED, retry_after=5.0), 1, random.Random(n)) for n in range(20)}
    assert len(pauses) == 20


# What is configured.

GUIDE = RetryRules(
    tries=3,
    base=1.0,
    cap=30.0,
    multiplier=2.0,
    again=kinds_named("rate_limit_exceeded") | kinds_named("server_error") | kinds_named("timeout"),
    never=kinds_named("invalid_api_key") | kinds_named("content_policy_violation"),
)
"""The configuration that the guides show."""


@pytest.mark.parametrize(
    ("rules", "kind", "retries"),
    [
        (RetryRules(), Kind.API_500, 4),
        (RetryRules(tries=1), Kind.API_500, 0),
        (RetryRules(tries=3), Kind.API_500, 2),
        (RetryRules(tries=9), Kind.STALL_NOBYTES, 1),
        (RetryRules(tries=9, again=frozenset({Kind.STALL_NOBYTES})), Kind.STALL_NOBYTES, 8),
        (RetryRules(again=frozenset({Kind.API_500})), Kind.API_500, 4),
        (RetryRules(again=frozenset({Kind.API_500})), Kind.NET_CONNECT, 0),
        (RetryRules(never=frozenset({Kind.API_500})), Kind.API_500, 0),
        (RetryRules(again=frozenset({Kind.API_500}), never=frozenset({Kind.API_500})), Kind.API_500, 0),
        (RetryRules(tries=9, again=frozenset({Kind.AUTH, Kind.REFUSAL})), Kind.AUTH, 0),
        (GUIDE, Kind.RATE_LIMITED, 2),
        (GUIDE, Kind.OVERLOADED, 2),
        (GUIDE, Kind.STALL_PINGS, 2),
        (GUIDE, Kind.NET_CONNECT, 0),
        (GUIDE, Kind.AUTH, 0),
    ],
)
def test_rules_say_how_often_but_never_what_cannot_be_tried_again(
    rules: RetryRules, kind: Kind, retries: int
) -> None:
    assert retries_of(kind, rules) == retries
    assert (pause_before_retry(Outcome(kind), retries + 1, Highest(), rules)) is None
    if retries:
        assert pause_before_retry(Outcome(kind), retries, Highest(), rules) is not None


def test_the_guides_pauses_are_the_longest_that_a_jittered_one_can_be() -> None:
    rules = RetryRules(tries=6, base=2.0, cap=16.0, again=frozenset({Kind.RATE_LIMITED}))
    assert [longest_pause(Kind.RATE_LIMITED, tries, rules) for tries in range(1, 6)] == [2, 4, 8, 16, 16]


@given(st.floats(0, 1e9), st.floats(0, 1e9), st.floats(0, 1e300), st.integers(-5, 10**9))
def test_no_configuration_makes_a_pause_longer_than_its_cap(
    base: float, cap: float, multiplier: float, tries: int
) -> None:
    rules = RetryRules(base=base, cap=cap, multiplier=multiplier)
    assert 0 <= longest_pause(Kind.API_500, tries, rules) <= cap


def test_a_multiplier_below_one_does_not_hurry() -> None:
    assert longest_pause(Kind.API_500, 3, RetryRules(multiplier=0.1)) == 0.5


@given(kinds, st.integers(1, 8), chances, hints, st.floats(0, 100))
def test_a_try_that_could_not_begin_in_time_is_not_made(
    kind: Kind, tries: int, chance: random.Random, hint: float | None, time_left: float
) -> None:
    pause = pause_before_retry(Outcome(kind, retry_after=hint), tries, chance, time_left=time_left)
    assert pause is None or pause < time_left


def test_rules_can_be_stored() -> None:
    assert msgspec.json.decode(msgspec.json.encode(GUIDE), type=RetryRules) == GUIDE
