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

What is tried, in this order, each step only as far as the treatment goes:

1. the same request again (`retries`), after a pause;
2. a request that was mended (`mends`): compacted, nudged, with more room, without what was refused;
3. the next model of a chain (`fallback`), within the same attempt;
4. `then`: what becomes of the attempt, the task or the run.

The table below is total: a test holds it against `Kind`. What a treatment means is decided here and nowhere else;
`engine.decide` reads it.
"""

from collections.abc import Mapping
from enum import StrEnum
from functools import partial
from typing import Final

import msgspec

from tmtui.domain.outcome import Kind
from tmtui.resilience.defaults import (
    BACKOFF_BASE_SECONDS,
    BACKOFF_CAP_SECONDS,
    OVERLOAD_BASE_SECONDS,
    OVERLOAD_CAP_SECONDS,
    PAUSE_OVER_SECONDS,
    PROTOCOL_RETRIES,
    SLOW_CALL_WEIGHT,
    STALL_RETRIES,
    TRANSIENT_RETRIES,
)


class Family(StrEnum):
    """What an attempt does when its agent or a hook ends with a kind."""

    FINE = "fine"
    PASSING = "passing"
    QUALITY = "quality"
    BLOCKED = "blocked"
    CANCELED = "canceled"
    REPORTED = "reported"


class Area(StrEnum):
    """Where the cause lies, for counting and for people."""

    NONE = "none"
    TRANSIENT = "transient"
    STALL = "stall"
    OVERLOADED = "overloaded"
    RATE_LIMIT = "rate limit"
    AUTH = "auth"
    CONFIG = "config"
    INVALID_REQUEST = "invalid request"
    CONTEXT = "context"
    REFUSAL = "refusal"
    BUDGET = "budget"
    POLICY = "policy"
    AGENT = "agent"
    NO_PROGRESS = "no progress"
    HOOK = "hook"
    QUALITY = "quality"
    GIT = "git"
    STORAGE = "storage"
    CANCELED = "canceled"
    INTERNAL = "internal"


class Fallback(StrEnum):
    """Which list of a chain may serve the request instead."""

    NEVER = "never"
    """Another model would hide the fault, or share it."""
    NORMAL = "normal"
    CONTEXT = "context"
    """A model with more room."""
    REFUSAL = "refusal"
    """A model with other rules."""


class Forced(StrEnum):
    """Why a circuit is held open whatever its counts say."""

    AUTH = "auth"
    QUOTA = "quota"
    MANUAL = "manual"


class Then(StrEnum):
    """What follows when nothing within the attempt helped."""

    NOTHING = "nothing"
    ASK = "ask"
    """The decision about the task is opened: retry, skip or abort."""
    NEXT_ATTEMPT = "next attempt"
    """The reason is fed back, as long as the task has attempts left; then ask."""
    GO_ON = "go on"
    """The attempt starts again from its checkpoint, without being counted."""
    PAUSE_RUN = "pause run"
    """The cause is the provider's, the budget's or the disk's: burning through tasks would not help."""
    ABORT_RUN = "abort run"
    """No task can get through before a person mends the set-up."""


class Treatment(msgspec.Struct, frozen=True):
    """What to do about one kind."""

    family: Family
    advice: str
    """The next step, for a person."""
    retries: int = 0
    """How often the same request may be made again within an attempt."""
    base: float = BACKOFF_BASE_SECONDS.value
    """Seconds of the first pause; it grows from there."""
    cap: float = BACKOFF_CAP_SECONDS.value
    """Seconds of the longest pause."""
    counts: bool = False
    """Whether it uses up one of the task's attempts."""
    breaker: bool = False
    """Whether it counts against the circuit of the provider, or of the agent's program."""
    hooks: bool = False
    """Whether the post-hooks run all the same: the work may be good."""
    area: Area = Area.NONE
    then: Then = Then.NOTHING
    fallback: Fallback = Fallback.NEVER
    early: int | None = None
    """After how many failed requests a fallback is taken before the retries are used up; None for not before."""
    mends: int = 0
    """How often the request may be made again after it was changed."""
    weight: float = 1.0
    """How much of a failure it is to the circuit, when it counts there."""
    forces: Forced | None = None
    """Why the provider's circuit is held open at once."""
    whole_provider: bool = False
    """Whether it says something about the provider as a whole, rather than about one of its models."""


_transient = partial(
    Treatment, Family.PASSING, area=Area.TRANSIENT, then=Then.ASK, breaker=True, fallback=Fallback.NORMAL
)
_stall = partial(_transient, retries=STALL_RETRIES.value, area=Area.STALL)
_limited = partial(
    Treatment,
    Family.PASSING,
    retries=8,  # what bounds the wait for a limit is its length, not how often it is asked
    cap=PAUSE_OVER_SECONDS.value,
    area=Area.RATE_LIMIT,
    then=Then.PAUSE_RUN,
    fallback=Fallback.NORMAL,
)
_quality = partial(Treatment, Family.QUALITY, then=Then.NEXT_ATTEMPT, counts=True)
_hook = partial(_quality, area=Area.HOOK)
_blocked = partial(Treatment, Family.BLOCKED, then=Then.ASK)
_hopeless = partial(Treatment, Family.BLOCKED, then=Then.ABORT_RUN, whole_provider=True)
_budget = partial(Treatment, Family.BLOCKED, area=Area.BUDGET, then=Then.PAUSE_RUN, fallback=Fallback.NORMAL)
_context = partial(Treatment, Family.BLOCKED, area=Area.CONTEXT, then=Then.ASK, fallback=Fallback.CONTEXT, mends=2)
_storage = partial(Treatment, Family.BLOCKED, area=Area.STORAGE, then=Then.PAUSE_RUN)
_canceled = partial(Treatment, Family.CANCELED, area=Area.CANCELED)
_reported = partial(Treatment, Family.REPORTED)


TREATMENTS: Final[Mapping[Kind, Treatment]] = {
    Kind.OK: Treatment(Family.FINE, "nothing to do"),
    # Passing: transient.
    Kind.NET_CONNECT: _transient("check the network; it is tried again", 6, then=Then.PAUSE_RUN, whole_provider=True),
    Kind.TIMEOUT_CONNECT: _transient("check the network; it is tried again", 2, whole_provider=True),
    Kind.TIMEOUT_FIRST_BYTE: _transient("the provider is slow; it is tried again", 2),
    Kind.STALL_NOBYTES: _stall("the stream stopped; it is asked for again"),
    Kind.STALL_PINGS: _stall(
        "the stream said nothing for too long; it is asked for again", weight=SLOW_CALL_WEIGHT.value
    ),
    Kind.STREAM_INTERRUPTED: _transient("the connection was cut; no tool had run, so it is asked for again", 2),
    Kind.STREAM_TRUNCATED: _transient("the answer was incomplete; no tool had run, so it is asked for again", 2),
    Kind.PROTOCOL_ERROR: _transient("the answer was malformed; is a proxy in the way?", PROTOCOL_RETRIES.value),
    Kind.API_500: _transient("the provider has a fault; it is tried again", TRANSIENT_RETRIES.value),
    Kind.AGENT_CRASHED: _transient(
        "see the agent's log; it is tried once more", 1, counts=True, then=Then.NEXT_ATTEMPT, fallback=Fallback.NEVER
    ),
    Kind.AGENT_STALL: _stall(
        "the agent went silent; it is started once more", counts=True, then=Then.NEXT_ATTEMPT, fallback=Fallback.NEVER
    ),
    # Passing: overloaded and limited.
    Kind.OVERLOADED: _transient(
        "the provider is overloaded; it is tried again more slowly",
        TRANSIENT_RETRIES.value,
        base=OVERLOAD_BASE_SECONDS.value,
        cap=OVERLOAD_CAP_SECONDS.value,
        area=Area.OVERLOADED,
        early=2,
    ),
    Kind.RATE_LIMITED: _limited("wait for the limit to reset", base=2.0),
    Kind.LOCAL_RATE_LIMIT: _limited("wait for your own limit to reset", base=1.0),
    # Quality.
    Kind.HOOK_POST_FAILED: _hook("the output goes into the next attempt"),
    Kind.HOOK_TIMEOUT: _hook("give the hook a longer timeout if it is only slow"),
    Kind.HOOK_SIGNALED: _hook("see the hook's log for what ended it"),
    Kind.HOOK_RESOURCE_LIMIT: _hook("the hook used more than it may"),
    Kind.NO_PROGRESS: _quality("say more exactly what to change, or look at the checks", area=Area.NO_PROGRESS),
    Kind.TOOL_INPUT_INVALID: _quality("the agent called tools wrongly, over and over", area=Area.AGENT),
    Kind.SCHEMA_INVALID: _quality("the output does not have the form that was asked for", area=Area.QUALITY, mends=1),
    Kind.EMPTY_RESPONSE: _quality("the agent said nothing", area=Area.NO_PROGRESS, mends=1),
    Kind.TURN_LIMIT: _quality("split the task, or allow more turns", area=Area.BUDGET, hooks=True),
    Kind.INVALID_REQUEST: _quality("this is a fault of the request: see the agent's log", area=Area.INVALID_REQUEST),
    # Blocked until a person changes something: the way to the provider.
    Kind.TLS_CERT: _hopeless("check the certificate authorities of this machine, or the proxy", area=Area.CONFIG),
    Kind.PROXY_AUTH: _hopeless("give the proxy's user name and password in HTTPS_PROXY", area=Area.AUTH),
    Kind.QUOTA_EXHAUSTED: _budget(
        "the provider's spending limit is reached: raise it, or wait for its reset",
        forces=Forced.QUOTA,
        whole_provider=True,
    ),
    Kind.AUTH: _blocked(
        "check the API key: the provider does not accept it",
        area=Area.AUTH,
        forces=Forced.AUTH,
        whole_provider=True,
    ),
    Kind.MODEL_NOT_FOUND: _blocked(
        "choose a model that exists: this one is unknown or retired",
        area=Area.CONFIG,
        then=Then.ABORT_RUN,
        fallback=Fallback.NORMAL,
    ),
    Kind.AGENT_SPAWN: _blocked(
        "the agent's program cannot be started: is it installed?",
        area=Area.CONFIG,
        breaker=True,
        fallback=Fallback.NORMAL,
        whole_provider=True,
    ),
    Kind.FALLBACK_EXHAUSTED: _blocked(
        "no model of the chain could answer: retry later", area=Area.TRANSIENT, then=Then.PAUSE_RUN
    ),
    # Blocked: the conversation.
    Kind.THINKING_BINDING: _blocked(
        "the conversation cannot go on: retry starts a fresh one", area=Area.INVALID_REQUEST, mends=1
    ),
    Kind.REQUEST_TOO_LARGE: _context("make the task or its context smaller"),
    Kind.CONTEXT_TOO_LONG: _context("make the task or its context smaller"),
    Kind.MAX_TOKENS: _blocked("allow longer answers, or split the task", area=Area.CONTEXT, hooks=True, mends=2),
    Kind.REFUSAL: _blocked(
        "the model declined: put the task differently", area=Area.REFUSAL, counts=True, fallback=Fallback.REFUSAL
    ),
    # Blocked: money and rules.
    Kind.BUDGET_RUN: _budget("the run's budget is used up: raise it to go on"),
    Kind.BUDGET_TASK: _budget("the task's budget is used up: raise it to go on", then=Then.ASK),
    Kind.BUDGET_DAY: _budget("the day's budget is used up: raise it, or go on tomorrow"),
    Kind.POLICY_INPUT: _blocked("a policy rule holds the prompt back: see which one", area=Area.POLICY),
    # Blocked: this machine.
    Kind.HOOK_PRE_FAILED: _blocked("the agent was not started: make the pre-hook pass, then retry", area=Area.HOOK),
    Kind.HOOK_NOT_FOUND: _blocked("the command does not exist: install it, or mend the hook", area=Area.CONFIG),
    Kind.GIT_DIRTY: _blocked("settle the repository's state, then retry", area=Area.GIT),
    Kind.GIT_CONFLICT: _blocked("settle the conflict, then retry", area=Area.GIT),
    Kind.CHECKPOINT_FAILED: _blocked(
        "the tree could not be saved, so nothing was started: see why, then retry", area=Area.GIT
    ),
    Kind.STORAGE_FULL: _storage("free some disk space; the run goes on by itself"),
    Kind.STORAGE_IO: _storage("the disk reports an error: check it before going on"),
    Kind.STORAGE_CORRUPT: _storage("run `tmtui doctor`; the damaged file is kept", then=Then.ABORT_RUN),
    Kind.STORAGE_BUSY: _storage("another program holds the database: end it, then resume"),
    Kind.INTERNAL: _blocked("this is a fault of tmtui: the details are in the log folder", area=Area.INTERNAL),
    # Canceled.
    Kind.CANCELED_USER: _canceled("resume or retry when you are ready"),
    Kind.INTERRUPTED_CRASH: _canceled("it goes on from where it was", then=Then.GO_ON),
    # Reported.
    Kind.TOOL_FAILED: _reported("the agent is told", area=Area.AGENT),
    Kind.TOOL_TIMEOUT: _reported("the agent is told", area=Area.AGENT),
    Kind.POLICY_TOOL: _reported("the agent is told", area=Area.POLICY),
    Kind.POLICY_OUTPUT: _reported("the output is flagged", area=Area.POLICY),
    Kind.LOCK_HELD: _reported("another engine works here: `tmtui watch` shows it", area=Area.CONFIG),
    Kind.CONFIG_INVALID: _reported("mend the file at the place named", area=Area.CONFIG),
}
