"""After a silence few requests go out at once, with each success one more, after an overload half as many."""

import msgspec
from hypothesis import settings, strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from tmtui.resilience.slow_start import SlowStart, begun_well, enter, leave, leave_overloaded, leave_well, resize


def entered(gate: SlowStart, now: float, times: int) -> SlowStart:
    for _ in range(times):
        gate, ok = enter(gate, now)
        assert ok
    return gate


def test_one_request_goes_first() -> None:
    gate, ok = enter(SlowStart(10), 0.0)
    assert ok
    assert not enter(gate, 0.0)[1]


def test_with_each_success_one_more_may_be_under_way_up_to_the_bound() -> None:
    gate = SlowStart(3)
    allowed = []
    for _ in range(5):
        gate = leave_well(entered(gate, 1.0, 1), 1.0)
        allowed.append(gate.allowed)
    assert allowed == [2, 3, 3, 3, 3]


def test_an_answer_that_begins_is_a_success_already() -> None:
    gate = begun_well(entered(SlowStart(2), 1.0, 1), 2.0)
    assert (gate.allowed, gate.under_way) == (2, 1)
    assert begun_well(gate, 2.0).allowed == 2


def test_answers_that_go_on_let_in_twice_as_many_with_each_round() -> None:
    gate, rounds = SlowStart(100), []
    while gate.under_way < gate.most:
        entering = gate.allowed - gate.under_way
        gate = entered(gate, 1.0, entering)
        rounds.append(entering)
        for _ in range(entering):
            gate = begun_well(gate, 1.0)
    assert rounds == [1, 2, 4, 8, 16, 32, 37]


def test_an_overload_halves_it_once_for_all_that_were_under_way_together() -> None:
    gate = entered(SlowStart(8, allowed=8, active=0.0), 1.0, 8)
    for _ in range(4):
        gate = leave_overloaded(gate, 2.0, started=1.0)
    assert (gate.allowed, gate.under_way) == (4, 4)
    later = leave_overloaded(gate, 3.0, started=2.5)
    assert later.allowed == 2


def test_it_is_never_shut() -> None:
    gate = leave_overloaded(entered(SlowStart(8), 1.0, 1), 2.0, started=1.0)
    assert enter(gate, 2.0)[1]


def test_after_a_silence_it_starts_over() -> None:
    gate = SlowStart(8, allowed=8, active=0.0)
    assert enter(gate, 299.0)[0].allowed == 8
    assert enter(gate, 300.0)[0].allowed == 1


def test_a_request_that_takes_long_is_no_silence() -> None:
    gate = entered(SlowStart(8, allowed=8, active=0.0), 1.0, 1)
    assert enter(gate, 1_000.0)[1]


def test_what_says_nothing_only_frees_its_place() -> None:
    gate = leave(entered(SlowStart(8, allowed=2), 1.0, 1), 1.0)
    assert (gate.allowed, gate.under_way) == (1, 0)


def test_a_smaller_bound_lets_those_under_way_go_on() -> None:
    gate = resize(entered(SlowStart(8, allowed=8, active=0.0), 1.0, 5), 2)
    assert (gate.allowed, gate.under_way) == (2, 5)
    assert not enter(gate, 1.0)[1]


class GateMachine(RuleBasedStateMachine):
    """Requests that come and go in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.gate = SlowStart(6)
        self.now = 0.0
        self.started: list[float] = []

    @rule(seconds=st.floats(0, 400))
    def time_passes(self, seconds: float) -> None:
        self.now += seconds

    @rule()
    def one_enters(self) -> None:
        self.gate, ok = enter(self.gate, self.now)
        if ok:
            self.started.append(self.now)
        else:
            assert self.started

    @precondition(lambda self: self.started)
    @rule(end=st.sampled_from(["well", "overloaded", "otherwise"]))
    def one_leaves(self, end: str) -> None:
        started = self.started.pop(0)
        match end:
            case "well":
                self.gate = leave_well(self.gate, self.now)
            case "overloaded":
                self.gate = leave_overloaded(self.gate, self.now, started)
            case _:
                self.gate = leave(self.gate, self.now)

    @invariant()
    def its_number_lies_between_one_and_the_bound(self) -> None:
        assert 1 <= self.gate.allowed <= self.gate.most
        assert self.gate.under_way == len(self.started) <= self.gate.most

    @invariant()
    def it_can_be_stored(self) -> None:
        assert msgspec.json.decode(msgspec.json.encode(self.gate), type=SlowStart) == self.gate


TestGateMachine = GateMachine.TestCase
TestGateMachine.settings = settings(max_examples=40, stateful_step_count=25, deadline=None)
