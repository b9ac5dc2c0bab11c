"""A request passes the circuit of its provider and that of its model, and each hears what concerns it."""

import msgspec
import pytest

from tests.resilience.chance import MIDDLE
from tmtui.domain.outcome import OK, Kind, Outcome
from tmtui.resilience.breaker import Breaker, BreakerConfig, Mode, force_open
from tmtui.resilience.circuits import Passage, enter, report
from tmtui.resilience.taxonomy import TREATMENTS, Forced


CONFIG = BreakerConfig()
NOW = 1_800_000_000_000
PROVIDER, MODEL = "claude", "claude/sonnet"

Circuits = dict[str, Breaker]


def ask(circuits: Circuits, now_ms: int = NOW) -> tuple[Circuits, Passage]:
    changed, passage = enter(circuits, "claude", "sonnet", CONFIG, now_ms)
    return {**circuits, **changed}, passage


def hear(circuits: Circuits, passage: Passage, outcome: Outcome, *, slow: bool = False) -> Circuits:
    return {**circuits, **report(circuits, passage, outcome, CONFIG, NOW, MIDDLE, slow=slow)}


def after(kind: Kind, times: int = 1) -> Circuits:
    circuits: Circuits = {}
    for _ in range(times):
        circuits, passage = ask(circuits)
        circuits = hear(circuits, passage, Outcome(kind))
    return circuits


def mode(circuits: Circuits, key: str) -> Mode:
    return circuits.get(key, Breaker()).mode


def test_a_request_passes_two_closed_circuits() -> None:
    circuits, passage = ask({})
    assert passage.allowed
    assert passage.generations == {PROVIDER: 0, MODEL: 0}
    assert circuits == {}


def test_a_model_in_trouble_does_not_close_off_its_provider() -> None:
    circuits = after(Kind.API_500, 5)
    assert (mode(circuits, PROVIDER), mode(circuits, MODEL)) == (Mode.CLOSED, Mode.OPEN)
    _, passage = ask(circuits)
    assert not passage.allowed
    assert passage.wait_until_ms == NOW + 60_000
    assert "claude/sonnet" in passage.reason
    assert enter(circuits, "claude", "haiku", CONFIG, NOW)[1].allowed


def test_an_unreachable_provider_closes_off_all_its_models() -> None:
    circuits = after(Kind.NET_CONNECT, 5)
    assert (mode(circuits, PROVIDER), mode(circuits, MODEL)) == (Mode.OPEN, Mode.CLOSED)
    assert not enter(circuits, "claude", "haiku", CONFIG, NOW)[1].allowed


@pytest.mark.parametrize(("kind", "reason"), [(Kind.AUTH, Forced.AUTH), (Kind.QUOTA_EXHAUSTED, Forced.QUOTA)])
def test_what_was_refused_for_good_holds_the_provider_open_at_once(kind: Kind, reason: Forced) -> None:
    circuits = after(kind)
    assert (mode(circuits, PROVIDER), circuits[PROVIDER].reason) == (Mode.FORCED_OPEN, reason)
    assert not ask(circuits)[1].allowed


def test_requests_that_are_refused_together_hold_it_open_once() -> None:
    circuits, first = ask({})
    circuits, second = ask(circuits)
    circuits = hear(circuits, first, Outcome(Kind.AUTH))
    assert hear(circuits, second, Outcome(Kind.AUTH)) == circuits


def test_a_quota_s_date_is_kept() -> None:
    _, passage = ask({})
    changed = report({}, passage, Outcome(Kind.QUOTA_EXHAUSTED), CONFIG, NOW, MIDDLE, until_ms=NOW + 10**9)
    assert changed[PROVIDER].until_ms == NOW + 10**9


@pytest.mark.parametrize(
    "kind", sorted(kind for kind, each in TREATMENTS.items() if not (each.breaker or each.forces))
)
def test_what_says_nothing_about_health_changes_nothing(kind: Kind) -> None:
    if kind is not Kind.OK:
        assert after(kind, 20) == {}


def test_a_success_ends_a_row_of_failures_and_a_slow_one_adds_half() -> None:
    circuits = after(Kind.API_500, 2)
    circuits, passage = ask(circuits)
    assert hear(circuits, passage, OK)[MODEL].failures == 0
    assert hear(circuits, passage, OK, slow=True)[MODEL].failures == 2.5


def test_a_stream_that_only_pings_is_half_a_failure() -> None:
    assert after(Kind.STALL_PINGS)[MODEL].failures == 0.5


def test_no_probe_s_place_is_taken_when_the_other_circuit_refuses() -> None:
    circuits = {**after(Kind.API_500, 5), PROVIDER: force_open(Breaker(), Forced.MANUAL, NOW)}
    unchanged, passage = ask(circuits, NOW + 60_000)
    assert not passage.allowed
    assert unchanged == circuits
    assert passage.wait_until_ms is None


def test_a_probe_is_one_of_both_circuits() -> None:
    circuits, passage = ask(after(Kind.API_500, 5), NOW + 60_000)
    assert passage.probe
    assert not ask(circuits, NOW + 60_000)[1].allowed
    limited = hear(circuits, passage, Outcome(Kind.RATE_LIMITED))
    assert ask(limited, NOW + 60_000)[1].probe


def test_a_passage_can_be_stored() -> None:
    _, passage = ask({})
    assert msgspec.json.decode(msgspec.json.encode(passage), type=Passage) == passage
