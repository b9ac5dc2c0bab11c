"""A circuit walks its way as it is configured, through the engine, and is found where it was after a crash."""

from tests.engine.providers.calm import CalmWorld, at_requests, between
from tests.engine.weather import Fault
from tmtui.domain.outcome import Kind
from tmtui.domain.status import RunStatus
from tmtui.engine.providers.rules import GateRules
from tmtui.engine.runner import Runner
from tmtui.events.resilience import ProviderBroken
from tmtui.resilience.breaker import BreakerConfig
from tmtui.resilience.retry_budget import RetryShare


FAULT = Fault(Kind.API_500, 0.1)
RULES = GateRules(
    breaker=BreakerConfig(failures=3, reset_ms=60_000, longest_ms=600_000, jitter=0.0, probes=2, ratio=2.0),
    share=RetryShare(least=100),
)


def walk(world: CalmWorld, key: str = "east/large") -> list[str]:
    """The states that a circuit went through, each once."""
    states = ["closed"]
    for broken in world.told(ProviderBroken):
        assert isinstance(broken, ProviderBroken)
        if broken.key == key and broken.state != states[-1]:
            states.append(broken.state)
    return states


def test_closed_open_half_open_closed() -> None:
    world = CalmWorld(at_requests(dict.fromkeys((1, 2, 3), FAULT)), rules=RULES)
    assert world.live().status is RunStatus.SUCCEEDED
    assert walk(world) == ["closed", "open", "half_open", "closed"]
    failed, probe, second, *_ = world.asked_at()[2:]
    assert 60.0 <= probe - failed - 0.1 < 60.05, "it opens for exactly as long as configured"
    assert second > probe + 1, "one probe at a time"
    assert not world.audit()


def test_a_probe_that_fails_opens_it_again_for_twice_as_long() -> None:
    world = CalmWorld(at_requests(dict.fromkeys((1, 2, 3, 4), FAULT)), rules=RULES)
    assert world.live().status is RunStatus.SUCCEEDED
    assert walk(world) == ["closed", "open", "half_open", "open", "half_open", "closed"]
    first, second = world.asked_at()[3:5]
    assert 120.0 <= second - first - 0.1 < 120.05
    assert not world.audit()


def test_while_a_circuit_is_open_nobody_asks_however_many_wait() -> None:
    world = CalmWorld(between(0, 30, FAULT), tasks=6, rules=RULES, max_parallel=6)
    assert world.live().status is RunStatus.SUCCEEDED
    early = [at for at in world.asked_at() if at < 60]
    assert len(early) == 3, "three failures open it, and one was asked at a time"
    assert not world.audit()


def test_an_engine_after_a_crash_finds_it_open_until_the_same_moment() -> None:
    def is_open(runner: Runner) -> bool:
        return any(circuit.state == "open" for circuit in runner.state.circuits.values())

    world = CalmWorld(at_requests(dict.fromkeys((1, 2, 3), FAULT)), rules=RULES)
    assert world.live(crash_when=is_open).status is RunStatus.SUCCEEDED
    assert world.epoch == 2
    assert walk(world) == ["closed", "open", "half_open", "closed"]
    failed, probe = world.asked_at()[2:4]
    assert 60.0 <= probe - failed - 0.1 < 60.05
    assert not world.audit()


def test_an_engine_after_a_crash_finds_it_half_open_and_goes_on_probing() -> None:
    def is_half_open(runner: Runner) -> bool:
        return any(circuit.state == "half_open" for circuit in runner.state.circuits.values())

    world = CalmWorld(at_requests(dict.fromkeys((1, 2, 3), FAULT)), rules=RULES)
    assert world.live(crash_when=is_half_open).status is RunStatus.SUCCEEDED
    assert walk(world) == ["closed", "open", "half_open", "closed"]
    assert not world.audit()


def test_failures_before_a_crash_still_count_after_it_and_successes_clear_them() -> None:
    def has_failed_twice(runner: Runner) -> bool:
        return any('"failures":2.0' in circuit.data for circuit in runner.state.circuits.values())

    world = CalmWorld(at_requests(dict.fromkeys((1, 2, 3), FAULT)), rules=RULES)
    world.live(crash_when=has_failed_twice)
    assert walk(world) == ["closed", "open", "half_open", "closed"]
    cleared = CalmWorld(at_requests(dict.fromkeys((1, 2, 4, 5), FAULT)), rules=RULES, lines=3)
    assert cleared.live().status is RunStatus.SUCCEEDED
    assert walk(cleared) == ["closed"]
