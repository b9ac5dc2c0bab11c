"""Pauses between requests: bounded, jittered, and no longer than a sane server asked for."""

import math
import random

import pytest
from hypothesis import given, strategies as st

from tmtui.domain.outcome import Kind, Outcome
from tmtui.resilience.backoff import LONGEST_HINT, pause_before_retry, sane_hint
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
