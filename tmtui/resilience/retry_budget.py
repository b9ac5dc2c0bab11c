"""The retry budget: however many requests fail, asking again stays a small share of all that is asked.

Retries multiply the load on a server that is already in trouble. So they are bounded for all tasks together: to a
share of the requests of the last two minutes, and to a number each minute. A quiet client may always try a few times.
When the budget is used up, a failed request goes on to its fallback at once.

Time is monotonic, in seconds: the budget starts anew with the process.
"""

import msgspec

from tmtui.domain.tally import Tally, add, at_least, at_most
from tmtui.resilience.defaults import RETRIES_PER_MINUTE, RETRY_LEAST, RETRY_SECONDS, RETRY_SHARE


MINUTE = 60.0


class RetryShare(msgspec.Struct, frozen=True, kw_only=True):
    """How many retries are allowed."""

    share: float = RETRY_SHARE.value
    """Of the first requests within `seconds`."""
    seconds: float = float(RETRY_SECONDS.value)
    least: int = RETRY_LEAST.value
    """Within `seconds`, however few the requests are."""
    per_minute: int = RETRIES_PER_MINUTE.value


class RetryBudget(msgspec.Struct, frozen=True):
    """What was asked of late, by everybody."""

    requests: Tally = Tally()
    """First requests, not the retries."""
    retries: Tally = Tally()


class RetryGrant(msgspec.Struct, frozen=True):
    """Whether a request may be made again."""

    ok: bool
    reason: str = ""


def count_request(budget: RetryBudget, now: float) -> RetryBudget:
    """A request is made for the first time."""
    return RetryBudget(add(budget.requests, now), budget.retries)


def take_retry(budget: RetryBudget, share: RetryShare, now: float) -> tuple[RetryBudget, RetryGrant]:
    """Ask for one retry; it counts when it is granted."""
    retries = at_most(budget.retries, now, share.seconds)
    allowed = max(share.least, int(share.share * at_least(budget.requests, now, share.seconds)))
    if retries >= allowed:
        return budget, RetryGrant(ok=False, reason=f"{retries} retries in the last {share.seconds:g} s are enough")
    minute = at_most(budget.retries, now, MINUTE)
    if minute >= share.per_minute:
        return budget, RetryGrant(ok=False, reason=f"{minute} retries in the last minute are enough")
    return RetryBudget(budget.requests, add(budget.retries, now)), RetryGrant(ok=True)
