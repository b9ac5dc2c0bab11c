"""Who serves a request instead: never silently, never much dearer, never somebody who is known to be down."""

import msgspec
import pytest
from hypothesis import given, strategies as st

from tests.resilience.chance import MIDDLE
from tmtui.domain.outcome import Kind, Outcome
from tmtui.resilience.breaker import Breaker, BreakerConfig, force_open, on_failure
from tmtui.resilience.fallback import (
    Chain,
    CostGuard,
    Exhausted,
    Hop,
    Link,
    Market,
    Stays,
    chain_faults,
    first_hop,
    has_fallback,
    next_hop,
)
from tmtui.resilience.taxonomy import TREATMENTS, Fallback, Forced


NOW = 1_800_000_000_000

SONNET = Link(provider="claude", model="sonnet")
HAIKU = Link(provider="claude", model="haiku")
MINI = Link(provider="openai", model="mini")
LONG = Link(provider="claude", model="long")
MILD = Link(provider="openai", model="mild")
STATIC = Link(model="static", template="fallback.json")

CHAIN = Chain((SONNET, HAIKU, MINI, STATIC), context=(LONG,), refusal=(MILD,))
OPEN_MARKET = Market(NOW, guard=CostGuard(factor=None))
DOWN = Outcome(Kind.API_500)


def opened() -> Breaker:
    breaker = Breaker()
    for _ in range(5):
        breaker = on_failure(breaker, BreakerConfig(), NOW, breaker.generation, MIDDLE)
    return breaker


def served(answer: Hop | Exhausted | Stays) -> Link:
    assert isinstance(answer, Hop)
    return answer.link


def test_an_attempt_begins_with_the_first_choice() -> None:
    assert first_hop(CHAIN, OPEN_MARKET) == Hop(SONNET, 0, None)


def test_the_chain_is_walked_in_its_order_to_its_end() -> None:
    tried: tuple[str, ...] = (SONNET.name,)
    for expected in (HAIKU, MINI, STATIC):
        answer = next_hop(CHAIN, DOWN, tried, OPEN_MARKET)
        assert isinstance(answer, Hop)
        assert (answer.link, answer.number, answer.reason) == (expected, len(tried), Kind.API_500)
        tried = (*tried, answer.link.name)
    answer = next_hop(CHAIN, DOWN, tried, OPEN_MARKET)
    assert isinstance(answer, Exhausted)
    assert answer.recoverable_at_ms is None
    assert [each.link for each in answer.skipped] == [SONNET, HAIKU, MINI, STATIC]


@pytest.mark.parametrize("kind", Kind)
def test_what_falls_back_and_onto_which_list(kind: Kind) -> None:
    answer = next_hop(CHAIN, Outcome(kind), (SONNET.name,), OPEN_MARKET)
    match TREATMENTS[kind].fallback:
        case Fallback.NORMAL:
            assert served(answer) == HAIKU
        case Fallback.CONTEXT:
            assert served(answer) == LONG
        case Fallback.REFUSAL:
            assert served(answer) == MILD
        case Fallback.NEVER:
            assert isinstance(answer, Stays)
            assert answer.why


@pytest.mark.parametrize("kind", [Kind.AUTH, Kind.PROXY_AUTH, Kind.TLS_CERT, Kind.INVALID_REQUEST])
def test_a_refused_key_and_a_malformed_request_never_fall_back_silently(kind: Kind) -> None:
    assert not has_fallback(CHAIN, Outcome(kind), (SONNET.name,), OPEN_MARKET)


def test_a_refused_key_may_fall_back_when_the_user_says_so() -> None:
    chain = Chain(CHAIN.normal, auth=True)
    assert served(next_hop(chain, Outcome(Kind.AUTH), (SONNET.name,), OPEN_MARKET)) == HAIKU
    assert isinstance(next_hop(chain, Outcome(Kind.PROXY_AUTH), (SONNET.name,), OPEN_MARKET), Stays)


@pytest.mark.parametrize("kind", [Kind.CONTEXT_TOO_LONG, Kind.REFUSAL])
def test_without_a_list_for_it_an_overflow_or_a_refusal_stays(kind: Kind) -> None:
    assert isinstance(next_hop(Chain(CHAIN.normal), Outcome(kind), (), OPEN_MARKET), Stays)


def test_a_refusal_is_asked_of_each_model_once() -> None:
    answer = next_hop(CHAIN, Outcome(Kind.REFUSAL), (SONNET.name, MILD.name), OPEN_MARKET)
    assert isinstance(answer, Exhausted)


# Circuits and limits.


def test_a_model_whose_circuit_is_open_is_passed_over_with_its_reason() -> None:
    market = Market(NOW, {"claude/haiku": opened()}, guard=CostGuard(factor=None))
    answer = next_hop(CHAIN, DOWN, (SONNET.name,), market)
    assert served(answer) == MINI
    assert isinstance(answer, Hop)
    assert [(each.link, each.until_ms) for each in answer.skipped] == [(SONNET, None), (HAIKU, NOW + 60_000)]
    assert "claude/haiku" in answer.skipped[1].why


def test_a_provider_that_is_held_open_takes_all_its_models_with_it() -> None:
    market = Market(NOW, {"claude": force_open(Breaker(), Forced.QUOTA, NOW)}, guard=CostGuard(factor=None))
    assert served(next_hop(CHAIN, Outcome(Kind.QUOTA_EXHAUSTED), (SONNET.name,), market)) == MINI
    assert served(first_hop(CHAIN, market)) == MINI


def test_when_nobody_is_left_it_is_said_when_the_first_is_back() -> None:
    chain = Chain((SONNET, MINI))
    market = Market(NOW, {"claude/sonnet": opened()}, waits={MINI.name: NOW + 5_000}, guard=CostGuard(factor=None))
    answer = next_hop(chain, DOWN, (SONNET.name,), market)
    assert isinstance(answer, Exhausted)
    assert answer.recoverable_at_ms == NOW + 5_000
    alone = next_hop(Chain((SONNET,)), DOWN, (SONNET.name,), market)
    assert isinstance(alone, Exhausted)
    assert alone.recoverable_at_ms == NOW + 60_000


def test_a_wait_without_an_end_and_one_that_is_over() -> None:
    unknown = Market(NOW, waits={SONNET.name: None}, guard=CostGuard(factor=None))
    over = Market(NOW, waits={SONNET.name: NOW}, guard=CostGuard(factor=None))
    assert served(first_hop(CHAIN, unknown)) == HAIKU
    assert served(first_hop(CHAIN, over)) == SONNET


# Prices.


@pytest.mark.parametrize(
    ("prices", "factor", "expected"),
    [
        ({SONNET.name: 100, HAIKU.name: 20, MINI.name: 5}, 2.0, HAIKU),
        ({SONNET.name: 100, HAIKU.name: 200, MINI.name: 5}, 2.0, HAIKU),
        ({SONNET.name: 100, HAIKU.name: 201, MINI.name: 5}, 2.0, MINI),
        ({SONNET.name: 100, HAIKU.name: 201, MINI.name: 5}, None, HAIKU),
        ({SONNET.name: 100, MINI.name: 5}, 2.0, MINI),
        ({SONNET.name: 100}, 2.0, STATIC),
        ({}, 2.0, HAIKU),
    ],
)
def test_a_fallback_is_not_much_dearer_than_the_first_choice(
    prices: dict[str, int], factor: float | None, expected: Link
) -> None:
    market = Market(NOW, guard=CostGuard(factor, prices))
    assert served(next_hop(CHAIN, DOWN, (SONNET.name,), market)) == expected


def test_the_first_choice_is_never_too_dear() -> None:
    assert served(first_hop(CHAIN, Market(NOW, guard=CostGuard(2.0, {SONNET.name: 10**9})))) == SONNET


# Static answers, and what is wrong with a chain.


def test_a_static_answer_is_the_last_resort_whatever_its_place() -> None:
    chain = Chain((SONNET, STATIC, MINI))
    assert served(next_hop(chain, DOWN, (SONNET.name,), OPEN_MARKET)) == MINI
    last = served(next_hop(chain, DOWN, (SONNET.name, MINI.name), OPEN_MARKET))
    assert last.static
    assert last.name == "static"


@pytest.mark.parametrize(
    ("chain", "faults"),
    [
        (CHAIN, 0),
        (Chain((SONNET, STATIC, MINI)), 1),
        (Chain((SONNET, SONNET)), 1),
        (Chain((SONNET,), context=(STATIC, LONG), refusal=(MILD, MILD)), 2),
    ],
)
def test_what_is_wrong_with_a_chain_is_said(chain: Chain, faults: int) -> None:
    assert len(chain_faults(chain)) == faults


def test_a_hop_and_a_chain_can_be_stored() -> None:
    market = Market(NOW, {"claude/haiku": opened()}, guard=CostGuard(factor=None))
    answer = next_hop(CHAIN, DOWN, (SONNET.name,), market)
    assert msgspec.json.decode(msgspec.json.encode(answer), type=Hop | Exhausted | Stays) == answer
    assert msgspec.json.decode(msgspec.json.encode(CHAIN), type=Chain) == CHAIN


LINKS = [SONNET, HAIKU, MINI, LONG, MILD, STATIC]


@given(
    st.lists(st.sampled_from(LINKS), unique=True, min_size=1),
    st.lists(st.sampled_from(LINKS), unique=True),
    st.sets(st.sampled_from(["claude", "openai", *(link.name for link in LINKS)])),
    st.dictionaries(st.sampled_from([link.name for link in LINKS]), st.integers(0, 100)),
    st.sampled_from(Kind),
)
def test_whoever_serves_was_not_tried_is_not_down_and_is_not_much_dearer(
    links: list[Link], tried: list[Link], down: set[str], prices: dict[str, int], kind: Kind
) -> None:
    chain = Chain(tuple(links), tuple(links), tuple(links))
    market = Market(NOW, dict.fromkeys(down, opened()), guard=CostGuard(2.0, prices))
    answer = next_hop(chain, Outcome(kind), tuple(link.name for link in tried), market)
    if isinstance(answer, Hop):
        assert answer.link not in tried
        if not answer.link.static:
            assert not {answer.link.provider, answer.link.name} & down
        first = prices.get(links[0].name)
        if first is not None and answer.link != links[0] and not answer.link.static:
            assert prices[answer.link.name] <= 2 * first
        assert all(each.why for each in answer.skipped)
