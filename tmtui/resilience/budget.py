"""Budgets: what a request may cost is set aside before it is made, and put right when it has come back.

    turn      one request                    attempt, task, run     what belongs to them
    day, week, month      everything, by the calendar        profile    the same, and its requests in an hour

Every request is charged to several accounts at once. `reserve` grants it only when, for each of them, what was spent
and what is set aside leave room for it; so, whatever runs side by side, spent and reserved together never pass a cap
while requests cost no more than was set aside for them. A request that turns out dearer is recorded in full: the
ledger shows what was paid, not what was allowed.

The price of a request may stay unknown; then what was set aside counts as spent, for unknown is not nothing. An
account is named by its period (`day:2026-11-20`), so a clock that jumps neither empties nor loses one. A threshold
is announced once for each account and cap: one that was raised is announced anew.

Money is in micro-dollars, time is wall time in milliseconds.
"""

from collections.abc import Iterable, Iterator
from datetime import tzinfo
from enum import StrEnum
from typing import Final

import msgspec

from tmtui.domain.outcome import Kind
from tmtui.resilience.defaults import CRITICAL_PERCENT, WARN_PERCENT
from tmtui.resilience.periods import Period, span_at
from tmtui.resilience.windows import (
    Cap,
    Unit,
    Use,
    Windows,
    record as record_uses,
    release as release_request,
    reserve as reserve_request,
    room,
    settle as settle_request,
)


class Action(StrEnum):
    """What to do when a budget does not allow a request."""

    SWITCH_TO_FALLBACK = "switch_to_fallback"
    PAUSE = "pause"
    ABORT = "abort"


class Which(StrEnum):
    """The budgets there are, the narrowest first."""

    TURN = "turn"
    ATTEMPT = "attempt"
    TASK = "task"
    RUN = "run"
    PROFILE_HOUR = "profile requests per hour"
    PROFILE_DAY = "profile day"
    PROFILE_WEEK = "profile week"
    PROFILE_MONTH = "profile month"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"


KINDS: Final = {
    Which.TURN: Kind.BUDGET_TASK,
    Which.ATTEMPT: Kind.BUDGET_TASK,
    Which.TASK: Kind.BUDGET_TASK,
    Which.RUN: Kind.BUDGET_RUN,
    Which.PROFILE_HOUR: Kind.LOCAL_RATE_LIMIT,
    Which.PROFILE_DAY: Kind.BUDGET_DAY,
    Which.PROFILE_WEEK: Kind.BUDGET_DAY,
    Which.PROFILE_MONTH: Kind.BUDGET_DAY,
    Which.DAY: Kind.BUDGET_DAY,
    Which.WEEK: Kind.BUDGET_DAY,
    Which.MONTH: Kind.BUDGET_DAY,
}
"""The outcome of a request that a budget held back."""

_OF_PROFILES: Final = frozenset({Which.PROFILE_HOUR, Which.PROFILE_DAY, Which.PROFILE_WEEK, Which.PROFILE_MONTH})


class ProfileCaps(msgspec.Struct, frozen=True, kw_only=True):
    """The limits of one profile, in micro-dollars; None for none."""

    day: int | None = None
    week: int | None = None
    month: int | None = None
    requests_per_hour: int | None = None
    action: Action | None = None
    """None takes that of all budgets."""


class Caps(msgspec.Struct, frozen=True, kw_only=True):
    """The limits, in micro-dollars; None for none."""

    run: int | None = None
    task: int | None = None
    """Of each task that has no budget of its own."""
    attempt: int | None = None
    turn: int | None = None
    """Of each request."""
    day: int | None = None
    week: int | None = None
    month: int | None = None
    profiles: dict[str, ProfileCaps] = {}
    action: Action = Action.PAUSE
    warn_percent: float = WARN_PERCENT.value
    critical_percent: float = CRITICAL_PERCENT.value


class Payer(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """On whose behalf a request is made."""

    run: str
    task: str = ""
    attempt: int = 0
    profile: str = ""
    task_cap: int | None = None
    """The task's own budget; None takes that of every task."""


class Account(msgspec.Struct, frozen=True):
    """One sum that a request is charged to."""

    name: str
    """Unique, with its period."""
    label: str
    """For people: `run`, `day`, `profile automation day`."""
    which: Which
    cap: int | None
    ends_ms: int | None = None
    """Wall time at which its period is over; None when it has none."""


class Reservation(msgspec.Struct, frozen=True):
    """What is set aside for one request."""

    request: str
    micro: int
    accounts: tuple[Account, ...]
    profile: str = ""


class Ledger(msgspec.Struct, frozen=True):
    """All that was spent and is set aside."""

    spent: dict[str, int] = {}
    """By account."""
    reserved: dict[str, Reservation] = {}
    """By the id of the request."""
    requests: dict[str, Windows] = {}
    """By profile: its requests of late."""
    announced: frozenset[str] = frozenset()
    """The thresholds that were passed, each with its account and cap."""


class Granted(msgspec.Struct, frozen=True, tag=True):
    """The request may be made."""

    ledger: Ledger
    reservation: Reservation


class Exceeded(msgspec.Struct, frozen=True, tag=True):
    """The request may not be made."""

    which: Which
    label: str
    """For people: `run`, `day`, `profile automation day`."""
    action: Action
    until_ms: int | None
    """When there may be room again by itself; None when somebody must raise the cap."""
    used: int
    """Spent and set aside, in micro-dollars; for a profile's hour, its requests."""
    cap: int

    @property
    def kind(self) -> Kind:
        """The outcome that the request has instead."""
        return KINDS[self.which]


class Crossing(msgspec.Struct, frozen=True):
    """A threshold that was just passed for the first time."""

    account: Account
    level: str
    """`warning` or `critical`."""
    percent: float
    used: int
    """Spent, in micro-dollars."""


class Settled(msgspec.Struct, frozen=True):
    """The ledger after a payment, and what is to be announced."""

    ledger: Ledger
    crossings: tuple[Crossing, ...] = ()


def accounts_of(caps: Caps, payer: Payer, now_ms: int, zone: tzinfo | None) -> tuple[Account, ...]:
    """The accounts that a request is charged to, the narrowest first, with a cap or without."""
    return tuple(_own_accounts(caps, payer)) + tuple(_calendar_accounts(caps, payer, now_ms, zone))


def _own_accounts(caps: Caps, payer: Payer) -> Iterator[Account]:
    if payer.task:
        task = f"{payer.run}/{payer.task}"
        own = caps.task if payer.task_cap is None else payer.task_cap
        yield Account(f"attempt:{task}/{payer.attempt}", f"attempt at {payer.task}", Which.ATTEMPT, caps.attempt)
        yield Account(f"task:{task}", f"task {payer.task}", Which.TASK, own)
    yield Account(f"run:{payer.run}", "run", Which.RUN, caps.run)


def _calendar_accounts(caps: Caps, payer: Payer, now_ms: int, zone: tzinfo | None) -> Iterator[Account]:
    profile = caps.profiles.get(payer.profile, ProfileCaps())
    for period, own, common in (
        (Period.DAY, profile.day, caps.day),
        (Period.WEEK, profile.week, caps.week),
        (Period.MONTH, profile.month, caps.month),
    ):
        span = span_at(period, now_ms, zone)
        if payer.profile:
            which, label = Which(f"profile {period}"), f"profile {payer.profile} {period}"
            yield Account(f"profile:{payer.profile}:{span.name}", label, which, own, span.ends_ms)
        yield Account(f"{period}:{span.name}", str(period), Which(period.value), common, span.ends_ms)


def reserve(
    ledger: Ledger,
    caps: Caps,
    payer: Payer,
    wanted_micro: int,
    now_ms: int,
    *,
    request: str,
    zone: tzinfo | None = None,
) -> Granted | Exceeded:
    """Set aside what the request named `request` may cost at most, or say which budget is in the way.

    When several are, it is the one that lasts the longest.

    Raises:
        ValueError: something is set aside for that request already.
    """
    if request in ledger.reserved:
        raise ValueError(f"request {request!r} has its reservation")
    accounts = accounts_of(caps, payer, now_ms, zone)
    refused = list(_refusals(ledger, caps, payer, accounts, wanted_micro, now_ms))
    if refused:
        return max(refused, key=lambda each: float("inf") if each.until_ms is None else each.until_ms)
    reservation = Reservation(request, wanted_micro, accounts, payer.profile)
    requests = ledger.requests
    if payer.profile:
        windows = reserve_request(requests.get(payer.profile, Windows()), request, 0, now_ms)
        requests = {**requests, payer.profile: windows}
    reserved = {**ledger.reserved, request: reservation}
    return Granted(msgspec.structs.replace(ledger, reserved=reserved, requests=requests), reservation)


def _refusals(
    ledger: Ledger, caps: Caps, payer: Payer, accounts: Iterable[Account], wanted: int, now_ms: int
) -> Iterator[Exceeded]:
    if caps.turn is not None and wanted > caps.turn:
        yield Exceeded(Which.TURN, "request", caps.action, None, wanted, caps.turn)
    profile = caps.profiles.get(payer.profile, ProfileCaps())
    for account in accounts:
        used = used_micro(ledger, account.name)
        if account.cap is not None and used + wanted > account.cap:
            action = (profile.action if account.which in _OF_PROFILES else None) or caps.action
            until_ms = account.ends_ms if wanted <= account.cap else None
            yield Exceeded(account.which, account.label, action, until_ms, used, account.cap)
    if profile.requests_per_hour is not None:
        yield from _too_many_in_an_hour(ledger, caps, payer.profile, profile.requests_per_hour, now_ms)


def _too_many_in_an_hour(ledger: Ledger, caps: Caps, profile: str, most: int, now_ms: int) -> Iterator[Exceeded]:
    cap = Cap("max_requests_per_hour", Unit.REQUESTS, "hour", most)
    place = room(ledger.requests.get(profile, Windows()), (cap,), 0, now_ms)
    if not place.ok:
        action = caps.profiles[profile].action or caps.action
        label = f"profile {profile} requests per hour"
        yield Exceeded(Which.PROFILE_HOUR, label, action, place.wait_until_ms, place.used, most)


def used_micro(ledger: Ledger, account: str) -> int:
    """What is spent and set aside of an account, in micro-dollars."""
    return ledger.spent.get(account, 0) + reserved_micro(ledger, account)


def reserved_micro(ledger: Ledger, account: str) -> int:
    """What is set aside of an account, in micro-dollars."""
    return sum(
        each.micro for each in ledger.reserved.values() if any(charged.name == account for charged in each.accounts)
    )


def settle(ledger: Ledger, caps: Caps, request: str, true_micro: int | None, now_ms: int) -> Settled:
    """A request was paid for; None when its price is not known, so that all that was set aside is spent.

    A request for which nothing is set aside was settled before, and is not charged again.
    """
    reservation = ledger.reserved.get(request)
    if reservation is None:
        return Settled(ledger)
    requests = ledger.requests
    if reservation.profile in requests:
        windows = settle_request(requests[reservation.profile], request, 0, now_ms)
        requests = {**requests, reservation.profile: windows}
    freed = msgspec.structs.replace(ledger, reserved=_without(ledger, request), requests=requests)
    return _charge(freed, caps, reservation.accounts, reservation.micro if true_micro is None else true_micro)


def release(ledger: Ledger, request: str) -> Ledger:
    """A request was not made after all: nothing was paid, and nothing counts."""
    reservation = ledger.reserved.get(request)
    if reservation is None:
        return ledger
    requests = ledger.requests
    if reservation.profile in requests:
        requests = {**requests, reservation.profile: release_request(requests[reservation.profile], request)}
    return msgspec.structs.replace(ledger, reserved=_without(ledger, request), requests=requests)


def record(
    ledger: Ledger, caps: Caps, payer: Payer, micro: int, at_ms: int, now_ms: int, zone: tzinfo | None = None
) -> Settled:
    """Charge what was spent at `at_ms` without having asked: by a program of its own, or before a restart."""
    requests = ledger.requests
    if payer.profile:
        windows = record_uses(requests.get(payer.profile, Windows()), (Use(at_ms, requests=1),), now_ms)
        requests = {**requests, payer.profile: windows}
    counted = msgspec.structs.replace(ledger, requests=requests)
    return _charge(counted, caps, accounts_of(caps, payer, at_ms, zone), micro)


def close_attempt(ledger: Ledger, payer: Payer) -> Ledger:
    """An attempt is over: forget its account, so that the ledger does not grow with every attempt."""
    gone = f"attempt:{payer.run}/{payer.task}/{payer.attempt}"
    spent = {name: micro for name, micro in ledger.spent.items() if name != gone}
    return msgspec.structs.replace(ledger, spent=spent)


def _without(ledger: Ledger, request: str) -> dict[str, Reservation]:
    return {name: each for name, each in ledger.reserved.items() if name != request}


def _charge(ledger: Ledger, caps: Caps, accounts: tuple[Account, ...], micro: int) -> Settled:
    charged = {account.name: ledger.spent.get(account.name, 0) + micro for account in accounts}
    crossings = tuple(_crossings(ledger, caps, accounts, charged))
    announced = ledger.announced | {_mark(each.account, each.percent) for each in crossings}
    spent = {**ledger.spent, **charged}
    return Settled(msgspec.structs.replace(ledger, spent=spent, announced=announced), crossings)


def _crossings(ledger: Ledger, caps: Caps, accounts: Iterable[Account], spent: dict[str, int]) -> Iterator[Crossing]:
    for account in accounts:
        for level, percent in (("warning", caps.warn_percent), ("critical", caps.critical_percent)):
            used = spent[account.name]
            passed = account.cap is not None and used * 100 >= account.cap * percent
            if passed and _mark(account, percent) not in ledger.announced:
                yield Crossing(account, level, percent, used)


def _mark(account: Account, percent: float) -> str:
    return f"{account.name}/{account.cap}@{percent:g}"
