"""A provider that turns much away is asked less, and asked again when it takes requests on."""

import msgspec
import pytest

from tests.resilience.chance import Fixed, seeded
from tmtui.resilience.throttle import Throttle, ask, on_accept, on_reject, on_send, refusal_chance


ALWAYS = Fixed(0.999)
NEVER_LUCKY = Fixed(0.0)


def after(requests: int, accepts: int, now: float = 100.0) -> Throttle:
    throttle = Throttle()
    for number in range(requests):
        throttle, _ = ask(throttle, now, ALWAYS)
        throttle = on_accept(throttle, now) if number < accepts else on_reject(throttle)
    return throttle


@pytest.mark.parametrize(
    ("requests", "accepts", "chance"),
    [(0, 0, 0.0), (100, 100, 0.0), (100, 50, 0.0), (100, 40, 20 / 101), (100, 0, 0.9), (1, 0, 0.5)],
)
def test_the_chance_of_a_refusal_follows_the_formula(requests: int, accepts: int, chance: float) -> None:
    assert refusal_chance(after(requests, accepts), 100.0) == pytest.approx(chance)


def test_many_slow_answers_at_once_are_no_sign_of_overload() -> None:
    throttle = Throttle()
    for _ in range(10):
        throttle, sent = ask(throttle, 100.0, NEVER_LUCKY)
        assert sent


def test_what_is_sent_unasked_counts_as_well() -> None:
    throttle = Throttle()
    for _ in range(10):
        throttle = on_reject(on_send(throttle, 100.0))
    assert throttle == after(10, 0)


def test_what_is_long_ago_is_forgotten() -> None:
    assert refusal_chance(after(100, 0), 100.0 + 122) == 0


def test_the_die_decides_and_a_refused_request_counts_too() -> None:
    throttle, sent = ask(after(100, 30), 100.0, NEVER_LUCKY)
    assert not sent
    assert refusal_chance(throttle, 100.0) == pytest.approx(41 / 102)


def test_during_an_outage_few_requests_are_sent_and_some_minutes_after_it_all_are() -> None:
    throttle, rng, now, sent = Throttle(), seeded(1), 0.0, 0
    for _ in range(1_200):
        throttle, ok = ask(throttle, now, rng)
        throttle = on_reject(throttle) if ok else throttle
        sent += ok
        now += 0.5
    assert sent < 160
    for _ in range(1_200):
        throttle, ok = ask(throttle, now, rng)
        throttle = on_accept(throttle, now) if ok else throttle
        now += 0.5
    assert refusal_chance(throttle, now) == 0


def test_it_can_be_stored() -> None:
    throttle = after(3, 1)
    assert msgspec.json.decode(msgspec.json.encode(throttle), type=Throttle) == throttle
