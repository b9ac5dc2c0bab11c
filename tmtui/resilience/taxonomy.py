"""The error taxonomy: every kind of outcome with its one treatment.

    Kind
     ├─ passing     the same request may be made again, within the same attempt
     │   ├─ transient   the network, a server's fault, a cut stream
     │   ├─ overloaded  the server asks for less
     │   └─ limited     wait until the limit resets
     ├─ quality     the work is not good enough: the next attempt gets the reason (uses up an attempt)
     ├─ blocked     trying again changes nothing until a person changes something: ask
     ├─ canceled    somebody stopped it, or the engine died under it
     └─ reported    told to the agent, or to the caller, and no end of anything

The table below is total: a test holds it against `Kind`. What a treatment means is decided here and nowhere else;
`engine.decide` reads it.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

import msgspec

from tmtui.domain.outcome import Kind


class Family(StrEnum):
    """What an attempt does when its agent or a hook ends with a kind."""

    FINE = "fine"
    PASSING = "passing"
    QUALITY = "quality"
    BLOCKED = "blocked"
    CANCELED = "canceled"
    REPORTED = "reported"


class Treatment(msgspec.Struct, frozen=True):
    """What to do about one kind."""

    family: Family
    advice: str
    """The next step, for a person."""
    retries: int = 0
    """How often the same request may be made again within an attempt."""
    base: float = 0.5
    """Seconds of the first pause; it doubles from there."""
    cap: float = 30.0
    """Seconds of the longest pause."""
    counts: bool = False
    """Whether it uses up one of the task's attempts."""
    breaker: bool = False
    """Whether it counts against the circuit of the provider, or of the agent's program."""
    hooks: bool = False
    """Whether the post-hooks run all the same: the work may be good."""


def _passing(
    advice: str, retries: int, base: float = 0.5, cap: float = 30.0, *, counts: bool = False, breaker: bool = True
) -> Treatment:
    return Treatment(Family.PASSING, advice, retries, base, cap, counts=counts, breaker=breaker)


def _quality(advice: str, *, hooks: bool = False) -> Treatment:
    return Treatment(Family.QUALITY, advice, counts=True, hooks=hooks)


def _blocked(advice: str, *, counts: bool = False, breaker: bool = False, hooks: bool = False) -> Treatment:
    return Treatment(Family.BLOCKED, advice, counts=counts, breaker=breaker, hooks=hooks)


def _reported(advice: str) -> Treatment:
    return Treatment(Family.REPORTED, advice)


TREATMENTS: Final[Mapping[Kind, Treatment]] = {
    Kind.OK: Treatment(Family.FINE, "nothing to do"),
    # Passing: transient.
    Kind.NET_CONNECT: _passing("check the network; it is tried again", 6),
    Kind.TIMEOUT_CONNECT: _passing("check the network; it is tried again", 2),
    Kind.TIMEOUT_FIRST_BYTE: _passing("the provider is slow; it is tried again", 2),
    Kind.STALL_NOBYTES: _passing("the stream stopped; it is asked for again", 1),
    Kind.STALL_PINGS: _passing("the stream said nothing for too long; it is asked for again", 1),
    Kind.STREAM_INTERRUPTED: _passing("the connection was cut; no tool had run, so it is asked for again", 2),
    Kind.STREAM_TRUNCATED: _passing("the answer was incomplete; no tool had run, so it is asked for again", 2),
    Kind.PROTOCOL_ERROR: _passing("the answer was malformed; is a proxy in the way?", 1),
    Kind.API_500: _passing("the provider has a fault; it is tried again", 4),
    Kind.AGENT_CRASHED: _passing("see the agent's log; it is tried once more", 1, counts=True),
    Kind.AGENT_STALL: _passing("the agent went silent; it is started once more", 1, counts=True),
    # Passing: overloaded and limited.
    Kind.OVERLOADED: _passing("the provider is overloaded; it is tried again more slowly", 4, 2.0, 60.0),
    Kind.RATE_LIMITED: _passing("wait for the limit to reset", 8, 2.0, 300.0, breaker=False),
    Kind.LOCAL_RATE_LIMIT: _passing("wait for your own limit to reset", 8, 1.0, 300.0, breaker=False),
    # Quality.
    Kind.HOOK_POST_FAILED: _quality("the output goes into the next attempt"),
    Kind.HOOK_TIMEOUT: _quality("give the hook a longer timeout if it is only slow"),
    Kind.HOOK_SIGNALED: _quality("see the hook's log for what ended it"),
    Kind.HOOK_RESOURCE_LIMIT: _quality("the hook used more than it may"),
    Kind.NO_PROGRESS: _quality("say more exactly what to change, or look at the checks"),
    Kind.TOOL_INPUT_INVALID: _quality("the agent called tools wrongly, over and over"),
    Kind.SCHEMA_INVALID: _quality("the output does not have the form that was asked for"),
    Kind.EMPTY_RESPONSE: _quality("the agent said nothing"),
    Kind.TURN_LIMIT: _quality("split the task, or allow more turns", hooks=True),
    Kind.INVALID_REQUEST: _quality("this is a fault of the request: see the agent's log"),
    # Blocked until a person changes something.
    Kind.TLS_CERT: _blocked("check the certificate authorities of this machine, or the proxy"),
    Kind.PROXY_AUTH: _blocked("give the proxy's user name and password in HTTPS_PROXY"),
    Kind.QUOTA_EXHAUSTED: _blocked("the provider's spending limit is reached: raise it, or wait for its reset"),
    Kind.AUTH: _blocked("check the API key: the provider does not accept it"),
    Kind.MODEL_NOT_FOUND: _blocked("choose a model that exists: this one is unknown or retired"),
    Kind.THINKING_BINDING: _blocked("the conversation cannot go on: retry starts a fresh one"),
    Kind.REQUEST_TOO_LARGE: _blocked("make the task or its context smaller"),
    Kind.CONTEXT_TOO_LONG: _blocked("make the task or its context smaller"),
    Kind.MAX_TOKENS: _blocked("allow longer answers, or split the task", hooks=True),
    Kind.REFUSAL: _blocked("the model declined: put the task differently", counts=True),
    Kind.BUDGET_RUN: _blocked("the run's budget is used up: raise it to go on"),
    Kind.BUDGET_TASK: _blocked("the task's budget is used up: raise it to go on"),
    Kind.BUDGET_DAY: _blocked("the day's budget is used up: raise it, or go on tomorrow"),
    Kind.POLICY_INPUT: _blocked("a policy rule holds the prompt back: see which one"),
    Kind.AGENT_SPAWN: _blocked("the agent's program cannot be started: is it installed?", breaker=True),
    Kind.HOOK_PRE_FAILED: _blocked("the agent was not started: make the pre-hook pass, then retry"),
    Kind.HOOK_NOT_FOUND: _blocked("the command does not exist: install it, or mend the hook"),
    Kind.GIT_DIRTY: _blocked("settle the repository's state, then retry"),
    Kind.GIT_CONFLICT: _blocked("settle the conflict, then retry"),
    Kind.CHECKPOINT_FAILED: _blocked("the tree could not be saved, so nothing was started: see why, then retry"),
    Kind.STORAGE_FULL: _blocked("free some disk space; the run goes on by itself"),
    Kind.STORAGE_IO: _blocked("the disk reports an error: check it before going on"),
    Kind.STORAGE_CORRUPT: _blocked("run `tmtui doctor`; the damaged file is kept"),
    Kind.STORAGE_BUSY: _blocked("another program holds the database: end it, then resume"),
    Kind.FALLBACK_EXHAUSTED: _blocked("no model of the chain could answer: retry later"),
    Kind.INTERNAL: _blocked("this is a fault of tmtui: the details are in the log folder"),
    # Canceled.
    Kind.CANCELED_USER: Treatment(Family.CANCELED, "resume or retry when you are ready"),
    Kind.INTERRUPTED_CRASH: Treatment(Family.CANCELED, "it goes on from where it was"),
    # Reported.
    Kind.TOOL_FAILED: _reported("the agent is told"),
    Kind.TOOL_TIMEOUT: _reported("the agent is told"),
    Kind.POLICY_TOOL: _reported("the agent is told"),
    Kind.POLICY_OUTPUT: _reported("the output is flagged"),
    Kind.LOCK_HELD: _reported("another engine works here: `tmtui watch` shows it"),
    Kind.CONFIG_INVALID: _reported("mend the file at the place named"),
}
