"""What a request took, told or not: never less than what the provider counts."""

import pytest
from hypothesis import given, strategies as st

from tmtui.agents.model import Replied
from tmtui.domain.outcome import OK, Kind, Outcome
from tmtui.domain.usage import Usage
from tmtui.engine.providers.reckoning import CARRIED_OUT, Heard, Reckoned, reckon


TOLD = Usage(input_tokens=900, output_tokens=40)
STARTED = Usage(input_tokens=900, output_tokens=1)
BYTE = 0.2


def reply(kind: Kind, usage: Usage | None = None, first_byte: float | None = None) -> Replied:
    return Replied(outcome=Outcome(kind), usage=usage, first_byte=first_byte)


CASES = {
    "what was told of a whole answer": (Replied(outcome=OK, usage=TOLD), Heard(True, 90), Reckoned(TOLD, False)),
    "a whole answer without a word of usage": (
        Replied(outcome=OK, first_byte=BYTE),
        Heard(True, 90),
        Reckoned(Usage(1_000, 30), True),
    ),
    "a refusal costs nothing": (reply(Kind.RATE_LIMITED), Heard(True), None),
    "nor does what never arrived": (reply(Kind.NET_CONNECT), Heard(True), None),
    "nor what was never asked": (reply(Kind.CANCELED_USER), Heard(), None),
    "silence may have been work": (reply(Kind.TIMEOUT_FIRST_BYTE), Heard(True), Reckoned(Usage(1_000), True)),
    "what broke off is counted by what was heard": (
        reply(Kind.STREAM_INTERRUPTED, STARTED, BYTE),
        Heard(True, 300),
        Reckoned(Usage(900, 100), True),
    ),
    "and by what was told, where that is more": (
        reply(Kind.STALL_NOBYTES, TOLD, BYTE),
        Heard(True, 30),
        Reckoned(TOLD, True),
    ),
    "an error in the middle of an answer": (
        reply(Kind.OVERLOADED, None, BYTE),
        Heard(True, 30),
        Reckoned(Usage(1_000, 10), True),
    ),
    "what nobody waited for is counted by the time": (
        reply(Kind.CANCELED_USER),
        Heard(True, 30),
        Reckoned(Usage(1_000, 500), True),
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_what_a_request_took(name: str) -> None:
    answer, heard, took = CASES[name]
    assert reckon(answer, heard, prompt=1_000, most=4_000, seconds=2.0) == took


def test_no_more_than_an_answer_could_have() -> None:
    reckoned = reckon(reply(Kind.CANCELED_USER), Heard(True), prompt=10, most=100, seconds=3_600)
    assert reckoned is not None
    assert reckoned.usage.output_tokens == 100


@given(st.sampled_from(Kind), st.none() | st.builds(Usage, st.integers(0, 999), st.integers(0, 999)), st.booleans())
def test_what_was_told_is_never_made_less(kind: Kind, usage: Usage | None, asked: bool) -> None:
    reckoned = reckon(reply(kind, usage), Heard(asked, 50), prompt=10, most=1_000, seconds=1.0)
    assert reckoned is not None
    assert reckoned.usage.output_tokens >= (usage.output_tokens if usage else 0)
    assert reckoned.usage.input_tokens == (usage.input_tokens if usage else 10)


def test_whatever_may_have_been_carried_out_costs_something() -> None:
    for kind in CARRIED_OUT:
        assert reckon(reply(kind), Heard(asked=True), prompt=10, most=10, seconds=0.1) is not None
