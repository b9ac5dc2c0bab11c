"""One provider's traffic: who closes it, for how long, and how it opens again."""

import random

import pytest

from tests.resilience.chance import Fixed
from tmtui.domain.clock import Rng
from tmtui.domain.limits import LimitNotice
from tmtui.domain.outcome import OK, Kind, Outcome
from tmtui.domain.usage import Usage
from tmtui.engine.providers.rules import GateRules, PastCharge
from tmtui.engine.providers.traffic import Call, Traffic
from tmtui.resilience.backoff import RetryRules
from tmtui.resilience.windows import caps_of


NOW_MS = 1_795_190_400_000
MODEL = "large"


def traffic(rules: GateRules | None = None, rng: Rng | None = None) -> Traffic:
    return Traffic("east", rules or GateRules(), rng or Fixed(0.5), NOW_MS)


def call(number: int, began: float = 0.0, tokens: int = 100) -> Call:
    return Call(f"a:1:r{number}", MODEL, tokens, began)


def refuse(road: Traffic, number: int, at: float, hint: float | None = None, began: float | None = None) -> int:
    """One request that is refused at a second; how many milliseconds the model is closed for then."""
    asked = call(number, at if began is None else began)
    road.begin(asked, NOW_MS + round(at * 1000))
    outcome = Outcome(Kind.RATE_LIMITED, "", hint)
    road.end(asked, None, outcome, NOW_MS + round(at * 1000), at)
    return road.opens_ms(MODEL) - NOW_MS - round(at * 1000)


@pytest.mark.parametrize(
    ("hint", "closed"), [(None, 1_000), (0.0, 1_000), (1.0, 1_050), (60.0, 63_000), (-5.0, 1_000), (1e9, 1_000)]
)
def test_a_refusal_closes_the_model_for_as_long_as_it_says_or_the_backoff_wants(hint: float, closed: int) -> None:
    assert refuse(traffic(), 1, 0.0, hint) == closed


def test_refusals_in_a_row_close_it_for_longer_and_longer_up_to_a_bound() -> None:
    road, now, pauses = traffic(), 0.0, []
    for number in range(12):
        pauses.append(refuse(road, number, now, hint=0.5))
        now += pauses[-1] / 1000 + 1
    assert pauses[:4] == [1_000, 2_000, 4_000, 8_000]
    assert pauses[-1] == 150_000, "half of five minutes, by these dice"


def test_refusals_of_one_moment_count_once() -> None:
    road = traffic()
    for number in range(5):
        road.begin(call(number), NOW_MS)
    closed = []
    for number in range(5):
        road.end(call(number), None, Outcome(Kind.RATE_LIMITED), NOW_MS + 100, 0.1)
        closed.append(road.opens_ms(MODEL))
    assert len(set(closed)) == 1


def test_the_users_own_backoff_holds_here_too() -> None:
    rules = GateRules(retry=RetryRules(base=0.1, cap=0.4))
    assert [refuse(traffic(rules), number, 0.0) for number in range(1)] == [50]


def test_other_models_are_not_closed_by_it() -> None:
    road = traffic()
    refuse(road, 1, 0.0, 60.0)
    assert road.block(MODEL, 100, NOW_MS, 0.1) is not None
    assert road.block("small", 100, NOW_MS, 0.1) is None


def test_once_it_opens_requests_start_one_at_a_time() -> None:
    road = traffic()
    for number in range(4):  # four answers let four be under way
        road.begin(call(number), NOW_MS)
        road.answers(call(number), 0.1)
        road.end(call(number), Usage(100, 10), OK, NOW_MS, 0.2)
    refuse(road, 9, 1.0, 2.0)
    later = NOW_MS + 10_000
    assert road.block(MODEL, 100, later, 10.0) is None
    road.begin(call(10, 10.0), later)
    busy = road.block(MODEL, 100, later, 10.0)
    assert busy is not None
    assert busy.cause == "slow_start"
    road.answers(call(10, 10.0), 10.5)
    assert road.block(MODEL, 100, later, 10.5) is None


def test_an_answer_without_text_lets_more_be_under_way_as_well() -> None:
    road = traffic()
    for number in range(2):
        road.begin(call(number), NOW_MS)
        road.end(call(number), Usage(100, 10), OK, NOW_MS, 0.2)
    for number in range(2, 5):
        assert road.block(MODEL, 100, NOW_MS, 0.3) is None
        road.begin(call(number), NOW_MS)


def test_a_persons_word_opens_it() -> None:
    road = traffic()
    refuse(road, 1, 0.0, 600.0)
    road.open_up()
    assert road.block(MODEL, 100, NOW_MS, 0.1) is None


def test_what_the_provider_told_ahead_counts_before_anybody_is_refused() -> None:
    road = traffic()
    road.learn(MODEL, LimitNotice(retry_after=30.0), NOW_MS)
    blocked = road.block(MODEL, 100, NOW_MS, 0.0)
    assert blocked is not None
    assert blocked.until_ms == NOW_MS + 30_000


def test_windows_hold_what_earlier_engines_used_and_what_others_use() -> None:
    rules = GateRules(
        windows={"east": caps_of({"max_requests_hour": 3})},
        past=(
            PastCharge(NOW_MS - 1_000, "r", "t", "east", "", 50, 1),
            PastCharge(NOW_MS - 1_000, "r", "t", "west", "", 50, 1),
        ),
    )
    road = traffic(rules)
    road.add(50, NOW_MS)
    assert road.block(MODEL, 100, NOW_MS, 0.0) is None
    road.begin(call(1), NOW_MS)
    blocked = road.block(MODEL, 100, NOW_MS, 0.0)
    assert blocked is not None
    assert "3 of 3 requests in this hour (max_requests_hour)" in blocked.reason
    assert blocked.until_ms == NOW_MS - 1_000 + 3_600_000


def test_a_request_that_never_fits_is_told_so() -> None:
    blocked = traffic(GateRules(windows={"east": caps_of({"max_tokens_hour": 50})})).block(MODEL, 100, NOW_MS, 0.0)
    assert blocked is not None
    assert blocked.outcome is not None
    assert blocked.outcome.kind is Kind.CONFIG_INVALID


def test_windows_that_a_person_sets_aside_do_not_hold() -> None:
    rules = GateRules(windows={"east": caps_of({"max_tokens_hour": 50})}, ignore_limits=True)
    assert traffic(rules).block(MODEL, 100, NOW_MS, 0.0) is None


def test_a_single_failure_says_nothing_and_many_do() -> None:
    road = traffic(rng=random.Random(1))
    for number in range(30):
        began = call(number, float(number))
        road.begin(began, NOW_MS)
        road.end(began, None, Outcome(Kind.API_500), NOW_MS, float(number))
        assert (road.refusal_chance(float(number)) > 0) is (number >= 9)
