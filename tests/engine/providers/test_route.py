"""Who is asked next: each kind of failure, with a model to turn to and without one."""

from collections.abc import AsyncGenerator
from typing import Any

import pytest

from tests.resilience.chance import Fixed
from tmtui.agents.model import Model, ModelChunk, ModelRequest, Replied, StopKind, Traits
from tmtui.domain.outcome import OK, Kind, Outcome
from tmtui.engine.ports import Chain
from tmtui.engine.providers.route import Again, Give, Held, Move, Route, Switch, View, Wait
from tmtui.engine.providers.rules import GateRules
from tmtui.resilience.fallback import Market
from tmtui.resilience.taxonomy import TREATMENTS, Then
from tmtui.resilience.waiting import FallBack, PauseRun


NOW_MS = 1_795_190_400_000
RNG = Fixed(0.5)


class NamedModel:
    """A model that nobody asks."""

    traits = Traits()

    def __init__(self, key: str) -> None:
        self.provider, _, self.model = key.partition("/")

    def ask(self, request: ModelRequest) -> AsyncGenerator[ModelChunk, None]:
        raise NotImplementedError

    def estimate(self, request: ModelRequest) -> int:
        return 0

    async def close(self) -> None: ...


def models(*keys: str) -> tuple[Model, ...]:
    return tuple(NamedModel(key) for key in keys)


def route(*more: str, rules: GateRules | None = None, **lists: Any) -> Route:
    chain = Chain(name="chain", models=models("east/large", *more), **lists)
    return Route(chain, rules or GateRules())


def view(*, may_retry: bool = True, opens: float = 0.0) -> View:
    rules = GateRules()
    return View(Market(NOW_MS), rules, may_retry, NOW_MS + round(opens * 1000) if opens else 0)


def failed(kind: Kind, hint: float | None = None) -> Replied:
    return Replied(outcome=Outcome(kind, "it failed", hint))


TRANSIENT = {
    Kind.NET_CONNECT: 6,
    Kind.TIMEOUT_CONNECT: 2,
    Kind.TIMEOUT_FIRST_BYTE: 2,
    Kind.STALL_NOBYTES: 1,
    Kind.STALL_PINGS: 1,
    Kind.STREAM_INTERRUPTED: 2,
    Kind.STREAM_TRUNCATED: 2,
    Kind.PROTOCOL_ERROR: 1,
    Kind.API_500: 4,
    Kind.OVERLOADED: 4,
}
"""How often each is asked again, by the table of errors."""


@pytest.mark.parametrize(("kind", "retries"), TRANSIENT.items())
def test_a_passing_failure_is_asked_again_as_often_as_the_table_says(kind: Kind, retries: int) -> None:
    moves = [route().after(failed(kind), tries, view(), RNG) for tries in range(1, retries + 2)]
    assert all(isinstance(move, Again) for move in moves[:-1])
    last = moves[-1]
    if TREATMENTS[kind].then is Then.PAUSE_RUN:
        assert isinstance(last, Wait)
        assert last.cause == "offline"
        assert last.until_ms == NOW_MS + 15_000
    else:
        assert last == Give(Outcome(kind, "it failed"))


@pytest.mark.parametrize("kind", TRANSIENT)
def test_and_then_the_next_model_serves(kind: Kind) -> None:
    road = route("west/large")
    tries = 1
    while isinstance(road.after(failed(kind), tries, view(), RNG), Again):
        tries += 1
    assert road.model.model == "large"
    assert road.model.provider == "west"
    assert (road.hop, road.why) == (1, "it failed")
    early = TREATMENTS[kind].early
    assert tries == (TRANSIENT[kind] + 1 if early is None else early)


def test_without_a_retry_to_spare_it_is_the_next_models_turn_at_once_or_the_run_waits() -> None:
    starved = view(may_retry=False)
    assert isinstance(route("west/large").after(failed(Kind.API_500), 1, starved, RNG), Switch)
    assert route().after(failed(Kind.API_500), 1, starved, RNG) == Wait("offline", NOW_MS + 15_000, "it failed")


LIMITED: list[tuple[float, bool, Move]] = [
    (5.0, False, Again(5.0, Outcome(Kind.RATE_LIMITED, "it failed"), 9)),
    (5.0, True, Again(5.0, Outcome(Kind.RATE_LIMITED, "it failed"), 9)),
    (60.0, False, Again(60.0, Outcome(Kind.RATE_LIMITED, "it failed"), 9)),
    (60.0, True, Switch("large", "small", 1, "it failed")),
    (3_600.0, False, Wait("rate_limit", NOW_MS + 3_600_000, "it failed")),
    (3_600.0, True, Switch("large", "small", 1, "it failed")),
]


@pytest.mark.parametrize(("seconds", "has_next", "move"), LIMITED)
@pytest.mark.parametrize("tries", [1, 100])
@pytest.mark.parametrize("may_retry", [True, False])
def test_a_limit_is_waited_for_as_long_as_the_gate_is_closed(
    seconds: float, has_next: bool, move: Move, tries: int, may_retry: bool
) -> None:
    road = route(*(["west/small"] if has_next else []))
    answer = road.after(failed(Kind.RATE_LIMITED), tries, view(opens=seconds, may_retry=may_retry), RNG)
    assert answer == move


def test_a_used_up_limit_is_another_providers_turn_or_a_wait_for_a_person() -> None:
    assert isinstance(route("west/large").after(failed(Kind.QUOTA_EXHAUSTED), 1, view(), RNG), Switch)
    assert route().after(failed(Kind.QUOTA_EXHAUSTED), 1, view(), RNG) == Wait("quota", None, "it failed")
    dated = route().after(failed(Kind.QUOTA_EXHAUSTED, 600.0), 1, view(), RNG)
    assert dated == Wait("quota", NOW_MS + 600_000, "it failed")


@pytest.mark.parametrize("allowed", [False, True])
def test_a_refused_key_is_hidden_behind_another_model_only_where_that_is_allowed(allowed: bool) -> None:
    move = route("west/large", rules=GateRules(auth_fallback=allowed)).after(failed(Kind.AUTH), 1, view(), RNG)
    assert isinstance(move, Switch if allowed else Give)


@pytest.mark.parametrize("kind", [Kind.INVALID_REQUEST, Kind.THINKING_BINDING, Kind.TLS_CERT, Kind.PROXY_AUTH])
def test_what_another_model_would_only_hide_is_given_back(kind: Kind) -> None:
    assert route("west/large").after(failed(kind), 1, view(), RNG) == Give(Outcome(kind, "it failed"))


def test_a_retired_model_gives_way_to_the_next() -> None:
    assert isinstance(route("west/large").after(failed(Kind.MODEL_NOT_FOUND), 1, view(), RNG), Switch)
    assert isinstance(route().after(failed(Kind.MODEL_NOT_FOUND), 1, view(), RNG), Give)


@pytest.mark.parametrize(
    ("reply", "which"),
    [
        (Replied(stop=StopKind.REFUSAL, stop_word="refusal"), "on_refusal"),
        (failed(Kind.REFUSAL), "on_refusal"),
        (Replied(stop=StopKind.CONTEXT_EXCEEDED), "on_overflow"),
        (failed(Kind.CONTEXT_TOO_LONG), "on_overflow"),
    ],
)
def test_refusals_and_overflows_have_lists_of_their_own(reply: Replied, which: str) -> None:
    lists: dict[str, Any] = {which: models("west/wide")}
    move = route("west/large", **lists).after(reply, 1, view(), RNG)
    assert isinstance(move, Switch)
    assert move.after == "wide"
    assert isinstance(route("west/large").after(reply, 1, view(), RNG), Give)


def test_a_model_is_tried_once() -> None:
    road = route("west/large")
    assert isinstance(road.after(failed(Kind.QUOTA_EXHAUSTED), 1, view(), RNG), Switch)
    assert isinstance(road.after(failed(Kind.QUOTA_EXHAUSTED), 1, view(), RNG), Wait)


def test_an_answer_is_given() -> None:
    assert route().after(Replied(stop=StopKind.END_TURN), 3, view(), RNG) == Give(OK)


def test_what_the_gate_holds_back_turns_to_the_next_model_or_sleeps() -> None:
    held = Held(FallBack(NOW_MS + 60_000), "rate_limit", "10 of 10 requests")
    assert isinstance(route("west/large").around(held, view()), Switch)
    assert route().around(held, view()) == Wait("rate_limit", NOW_MS + 60_000, "10 of 10 requests")
    asleep = Held(PauseRun(None), "budget", "it is used up")
    assert route("west/large").around(asleep, view()) == Wait("budget", None, "it is used up")
