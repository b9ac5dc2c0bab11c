"""The error taxonomy, held against the table it was made from: each kind has one treatment, and the right one."""

from typing import NamedTuple

import pytest

from tmtui.domain.outcome import Kind
from tmtui.resilience.taxonomy import TREATMENTS, Area, Fallback, Family, Forced, Then, Treatment


class Row(NamedTuple):
    """One row of the table. None is a dash: the question does not arise."""

    retries: int
    """The most requests that are made again within an attempt."""
    breaker: bool | None
    counts: bool | None
    """Whether it uses up an attempt."""
    skips_hooks: bool | None


YES, NO, NONE = True, False, None

TABLE: dict[Kind, Row] = {
    Kind.NET_CONNECT: Row(6, YES, NO, YES),
    Kind.TLS_CERT: Row(0, NO, NO, YES),
    Kind.PROXY_AUTH: Row(0, NO, NO, YES),
    Kind.TIMEOUT_CONNECT: Row(2, YES, NO, YES),
    Kind.TIMEOUT_FIRST_BYTE: Row(2, YES, NO, YES),
    Kind.STALL_NOBYTES: Row(1, YES, NO, YES),
    Kind.STALL_PINGS: Row(1, YES, NO, YES),
    Kind.STREAM_INTERRUPTED: Row(2, YES, NO, YES),
    Kind.STREAM_TRUNCATED: Row(2, YES, NO, YES),
    Kind.PROTOCOL_ERROR: Row(1, YES, NO, YES),
    Kind.API_500: Row(4, YES, NO, YES),
    Kind.OVERLOADED: Row(4, YES, NO, YES),
    Kind.RATE_LIMITED: Row(8, NO, NO, YES),
    Kind.LOCAL_RATE_LIMIT: Row(8, NO, NO, NONE),
    Kind.QUOTA_EXHAUSTED: Row(0, NONE, NO, YES),
    Kind.AUTH: Row(0, NONE, NO, YES),
    Kind.MODEL_NOT_FOUND: Row(0, NO, NO, YES),
    Kind.INVALID_REQUEST: Row(0, NO, YES, YES),
    Kind.THINKING_BINDING: Row(0, NO, NO, YES),
    Kind.REQUEST_TOO_LARGE: Row(0, NO, NO, YES),
    Kind.CONTEXT_TOO_LONG: Row(0, NO, NO, YES),
    Kind.MAX_TOKENS: Row(0, NO, NO, NO),
    Kind.REFUSAL: Row(0, NO, YES, YES),
    Kind.EMPTY_RESPONSE: Row(0, NO, NO, YES),
    Kind.TOOL_INPUT_INVALID: Row(0, NO, YES, NO),
    Kind.TOOL_FAILED: Row(0, NO, NO, NONE),
    Kind.TOOL_TIMEOUT: Row(0, NO, NO, NONE),
    Kind.TURN_LIMIT: Row(0, NO, YES, NO),
    Kind.BUDGET_RUN: Row(0, NO, NO, YES),
    Kind.BUDGET_TASK: Row(0, NO, NO, YES),
    Kind.BUDGET_DAY: Row(0, NO, NO, YES),
    Kind.POLICY_INPUT: Row(0, NO, NO, YES),
    Kind.POLICY_TOOL: Row(0, NO, NO, NONE),
    Kind.POLICY_OUTPUT: Row(0, NO, NO, NONE),
    Kind.AGENT_SPAWN: Row(0, YES, NO, YES),
    Kind.AGENT_CRASHED: Row(1, YES, YES, YES),
    Kind.AGENT_STALL: Row(1, YES, YES, YES),
    Kind.NO_PROGRESS: Row(0, NO, YES, NONE),
    Kind.HOOK_PRE_FAILED: Row(0, NO, NO, NONE),
    Kind.HOOK_POST_FAILED: Row(0, NO, YES, NONE),
    Kind.HOOK_TIMEOUT: Row(0, NO, YES, NONE),
    Kind.HOOK_SIGNALED: Row(0, NO, YES, NONE),
    Kind.HOOK_RESOURCE_LIMIT: Row(0, NO, YES, NONE),
    Kind.HOOK_NOT_FOUND: Row(0, NO, NO, NONE),
    Kind.SCHEMA_INVALID: Row(0, NO, YES, NO),
    Kind.GIT_DIRTY: Row(0, NO, NO, YES),
    Kind.GIT_CONFLICT: Row(0, NO, NO, YES),
    Kind.CHECKPOINT_FAILED: Row(0, NO, NO, YES),
    Kind.CANCELED_USER: Row(0, NO, NO, YES),
    Kind.INTERRUPTED_CRASH: Row(0, NO, NO, YES),
    Kind.STORAGE_FULL: Row(0, NO, NO, YES),
    Kind.STORAGE_IO: Row(0, NO, NO, YES),
    Kind.STORAGE_CORRUPT: Row(0, NO, NO, YES),
    Kind.STORAGE_BUSY: Row(0, NO, NO, NONE),
    Kind.LOCK_HELD: Row(0, NONE, NONE, NONE),
    Kind.CONFIG_INVALID: Row(0, NONE, NONE, NONE),
    Kind.INTERNAL: Row(0, NO, NO, YES),
    Kind.FALLBACK_EXHAUSTED: Row(0, NONE, NO, YES),
}
"""The circuit of a kind whose provider is shut off at once (quota, credentials) is not counted up to: a dash."""

ENDS_OTHERWISE = {
    Kind.EMPTY_RESPONSE: "the agent is nudged once; what is left after that is treated as no progress, and counts",
    Kind.TOOL_INPUT_INVALID: "three in a row fail the attempt, so hooks that pass must not make it a success",
    Kind.SCHEMA_INVALID: "the attempt fails, so hooks that pass must not make it a success",
}
"""Where the treatment is that of the row's words rather than of its marks, with the reason."""


def test_every_kind_has_a_row_and_a_treatment() -> None:
    assert set(TABLE) == set(Kind) - {Kind.OK}
    assert set(TREATMENTS) == set(Kind)


@pytest.mark.parametrize("kind", TABLE)
def test_a_treatment_is_that_of_its_row(kind: Kind) -> None:
    row, treatment = TABLE[kind], TREATMENTS[kind]
    assert treatment.retries == row.retries
    assert treatment.breaker is bool(row.breaker)
    if kind not in ENDS_OTHERWISE:
        assert treatment.counts is bool(row.counts)
        assert treatment.hooks is (row.skips_hooks is False)


class Way(NamedTuple):
    """The class of one row and its handler, in the order in which its steps are taken."""

    area: Area
    then: Then
    fallback: Fallback = Fallback.NEVER
    mends: int = 0


NORMAL, CONTEXT = Fallback.NORMAL, Fallback.CONTEXT
ASK, NEXT, PAUSE, ABORT, NOTHING = Then.ASK, Then.NEXT_ATTEMPT, Then.PAUSE_RUN, Then.ABORT_RUN, Then.NOTHING

WAYS: dict[Kind, Way] = {
    Kind.NET_CONNECT: Way(Area.TRANSIENT, PAUSE, NORMAL),
    Kind.TLS_CERT: Way(Area.CONFIG, ABORT),
    Kind.PROXY_AUTH: Way(Area.AUTH, ABORT),
    Kind.TIMEOUT_CONNECT: Way(Area.TRANSIENT, ASK, NORMAL),
    Kind.TIMEOUT_FIRST_BYTE: Way(Area.TRANSIENT, ASK, NORMAL),
    Kind.STALL_NOBYTES: Way(Area.STALL, ASK, NORMAL),
    Kind.STALL_PINGS: Way(Area.STALL, ASK, NORMAL),
    Kind.STREAM_INTERRUPTED: Way(Area.TRANSIENT, ASK, NORMAL),
    Kind.STREAM_TRUNCATED: Way(Area.TRANSIENT, ASK, NORMAL),
    Kind.PROTOCOL_ERROR: Way(Area.TRANSIENT, ASK, NORMAL),
    Kind.API_500: Way(Area.TRANSIENT, ASK, NORMAL),
    Kind.OVERLOADED: Way(Area.OVERLOADED, ASK, NORMAL),
    Kind.RATE_LIMITED: Way(Area.RATE_LIMIT, PAUSE, NORMAL),
    Kind.LOCAL_RATE_LIMIT: Way(Area.RATE_LIMIT, PAUSE, NORMAL),
    Kind.QUOTA_EXHAUSTED: Way(Area.BUDGET, PAUSE, NORMAL),
    Kind.AUTH: Way(Area.AUTH, ASK),
    Kind.MODEL_NOT_FOUND: Way(Area.CONFIG, ABORT, NORMAL),
    Kind.INVALID_REQUEST: Way(Area.INVALID_REQUEST, NEXT),
    Kind.THINKING_BINDING: Way(Area.INVALID_REQUEST, ASK, mends=1),
    Kind.REQUEST_TOO_LARGE: Way(Area.CONTEXT, ASK, CONTEXT, mends=2),
    Kind.CONTEXT_TOO_LONG: Way(Area.CONTEXT, ASK, CONTEXT, mends=2),
    Kind.MAX_TOKENS: Way(Area.CONTEXT, ASK, mends=2),
    Kind.REFUSAL: Way(Area.REFUSAL, ASK, Fallback.REFUSAL),
    Kind.EMPTY_RESPONSE: Way(Area.NO_PROGRESS, NEXT, mends=1),
    Kind.TOOL_INPUT_INVALID: Way(Area.AGENT, NEXT),
    Kind.TOOL_FAILED: Way(Area.AGENT, NOTHING),
    Kind.TOOL_TIMEOUT: Way(Area.AGENT, NOTHING),
    Kind.TURN_LIMIT: Way(Area.BUDGET, NEXT),
    Kind.BUDGET_RUN: Way(Area.BUDGET, PAUSE, NORMAL),
    Kind.BUDGET_TASK: Way(Area.BUDGET, ASK, NORMAL),
    Kind.BUDGET_DAY: Way(Area.BUDGET, PAUSE, NORMAL),
    Kind.POLICY_INPUT: Way(Area.POLICY, ASK),
    Kind.POLICY_TOOL: Way(Area.POLICY, NOTHING),
    Kind.POLICY_OUTPUT: Way(Area.POLICY, NOTHING),
    Kind.AGENT_SPAWN: Way(Area.CONFIG, ASK, NORMAL),
    Kind.AGENT_CRASHED: Way(Area.TRANSIENT, NEXT),
    Kind.AGENT_STALL: Way(Area.STALL, NEXT),
    Kind.NO_PROGRESS: Way(Area.NO_PROGRESS, NEXT),
    Kind.HOOK_PRE_FAILED: Way(Area.HOOK, ASK),
    Kind.HOOK_POST_FAILED: Way(Area.HOOK, NEXT),
    Kind.HOOK_TIMEOUT: Way(Area.HOOK, NEXT),
    Kind.HOOK_SIGNALED: Way(Area.HOOK, NEXT),
    Kind.HOOK_RESOURCE_LIMIT: Way(Area.HOOK, NEXT),
    Kind.HOOK_NOT_FOUND: Way(Area.CONFIG, ASK),
    Kind.SCHEMA_INVALID: Way(Area.QUALITY, NEXT, mends=1),
    Kind.GIT_DIRTY: Way(Area.GIT, ASK),
    Kind.GIT_CONFLICT: Way(Area.GIT, ASK),
    Kind.CHECKPOINT_FAILED: Way(Area.GIT, ASK),
    Kind.CANCELED_USER: Way(Area.CANCELED, NOTHING),
    Kind.INTERRUPTED_CRASH: Way(Area.CANCELED, Then.GO_ON),
    Kind.STORAGE_FULL: Way(Area.STORAGE, PAUSE),
    Kind.STORAGE_IO: Way(Area.STORAGE, PAUSE),
    Kind.STORAGE_CORRUPT: Way(Area.STORAGE, ABORT),
    Kind.STORAGE_BUSY: Way(Area.STORAGE, PAUSE),
    Kind.LOCK_HELD: Way(Area.CONFIG, NOTHING),
    Kind.CONFIG_INVALID: Way(Area.CONFIG, NOTHING),
    Kind.INTERNAL: Way(Area.INTERNAL, ASK),
    Kind.FALLBACK_EXHAUSTED: Way(Area.TRANSIENT, PAUSE),
}


def test_every_kind_has_a_class_and_a_handler() -> None:
    assert set(WAYS) == set(TABLE)


@pytest.mark.parametrize("kind", WAYS)
def test_a_treatment_takes_the_steps_of_its_row(kind: Kind) -> None:
    treatment = TREATMENTS[kind]
    assert Way(treatment.area, treatment.then, treatment.fallback, treatment.mends) == WAYS[kind]


def test_what_is_wrong_with_the_whole_provider() -> None:
    assert {kind for kind, each in TREATMENTS.items() if each.whole_provider} == {
        Kind.NET_CONNECT,
        Kind.TIMEOUT_CONNECT,
        Kind.TLS_CERT,
        Kind.PROXY_AUTH,
        Kind.AUTH,
        Kind.QUOTA_EXHAUSTED,
        Kind.AGENT_SPAWN,
    }


def test_credentials_and_quota_hold_a_circuit_open_at_once() -> None:
    forced = {kind: each.forces for kind, each in TREATMENTS.items() if each.forces}
    assert forced == {Kind.AUTH: Forced.AUTH, Kind.QUOTA_EXHAUSTED: Forced.QUOTA}


def test_only_a_stream_that_still_pings_counts_as_slow() -> None:
    assert {kind: each.weight for kind, each in TREATMENTS.items() if each.weight != 1} == {Kind.STALL_PINGS: 0.5}


def test_only_an_overload_falls_back_before_its_retries_are_used_up() -> None:
    assert {kind: each.early for kind, each in TREATMENTS.items() if each.early} == {Kind.OVERLOADED: 2}


@pytest.mark.parametrize("kind", ENDS_OTHERWISE)
def test_what_ends_otherwise_fails_the_attempt_without_asking_the_hooks(kind: Kind) -> None:
    assert TREATMENTS[kind].counts
    assert not TREATMENTS[kind].hooks


@pytest.mark.parametrize("kind", Kind)
def test_every_kind_has_a_next_step_for_a_person(kind: Kind) -> None:
    advice = TREATMENTS[kind].advice
    assert len(advice) > 10
    assert "\n" not in advice
    assert not advice.endswith(".")


def members(family: Family) -> dict[Kind, Treatment]:
    return {kind: treatment for kind, treatment in TREATMENTS.items() if treatment.family is family}


def test_only_what_is_passing_is_asked_for_again() -> None:
    assert {kind for kind, treatment in TREATMENTS.items() if treatment.retries} == set(members(Family.PASSING))
    assert all(0 < each.base < each.cap for each in members(Family.PASSING).values())


def test_an_overloaded_server_is_asked_more_slowly_than_a_broken_one() -> None:
    overloaded, broken = TREATMENTS[Kind.OVERLOADED], TREATMENTS[Kind.API_500]
    assert (overloaded.base, overloaded.cap) == (2.0, 60.0)
    assert (broken.base, broken.cap) == (0.5, 30.0)


def test_whatever_is_a_matter_of_quality_uses_up_an_attempt() -> None:
    assert all(treatment.counts for treatment in members(Family.QUALITY).values())


def test_of_what_needs_a_person_only_a_refusal_uses_up_an_attempt() -> None:
    assert [kind for kind, treatment in members(Family.BLOCKED).items() if treatment.counts] == [Kind.REFUSAL]


def test_being_stopped_is_nobody_s_fault() -> None:
    assert set(members(Family.CANCELED)) == {Kind.CANCELED_USER, Kind.INTERRUPTED_CRASH}
    assert not any(each.counts or each.breaker or each.hooks for each in members(Family.CANCELED).values())


def test_only_fine_is_fine() -> None:
    assert set(members(Family.FINE)) == {Kind.OK}
