"""The provider's own limits, learned from what it says: one bucket for each, which leaks steadily (GCRA).

A bucket is full of permission at some moment in the future (`full_ms`); each unit that is taken moves that moment by
`period / limit`. So one number says how much is left, and it refills by itself as time passes.

What is heard only ever narrows it, with one exception:

- `remaining` takes away what somebody else has used; more than was known here gives nothing, since requests that are
  under way are not in it yet;
- `reset` gives back: from that moment on, all is there but what has been taken since;
- a refusal with a time closes the provider as a whole until then.

These buckets stand beside the limits that are configured (`windows`), and a request needs room in both: to hear of
a large limit never allows more than the user does. Time is wall time in milliseconds, as the resets are.
"""

from collections.abc import Mapping
from math import ceil
from typing import Final

import msgspec

from tmtui.domain.limits import LimitNotice, Quota
from tmtui.domain.usage import Usage
from tmtui.resilience.backoff import sane_hint
from tmtui.resilience.notice import LONGEST_RESET_MS


PERIOD_MS: Final = 60_000
"""The limits of `LEAKING` are per minute."""

LEAKING: Final = ("requests", "tokens", "input_tokens", "output_tokens")
"""The limits of which each request takes a known part. The others are shown, and close when a refusal says so."""

_ROUNDING_MS: Final = 0.01
"""What sums of fractions of milliseconds since the epoch may be wrong by."""


class Bucket(msgspec.Struct, frozen=True):
    """One limit of one class of models."""

    limit: int
    """Units that it holds, and that come back within a period."""
    full_ms: float
    """Wall time at which all of them are there, if no more is taken."""
    reset_ms: int | None = None
    """Wall time at which the provider gives all of them back."""
    taken: int = 0
    """Units taken since the provider last spoke."""


class Buckets(msgspec.Struct, frozen=True):
    """All that is known about the limits of one provider and class of models."""

    leaking: dict[str, Bucket] = {}
    quotas: dict[str, Quota] = {}
    """The latest word on every limit, for the screen."""
    closed_until_ms: int = 0
    """Wall time before which nothing is to be asked; 0 for open."""


class Flow(msgspec.Struct, frozen=True):
    """Whether the provider's limits let a request through."""

    ok: bool
    name: str = ""
    """The limit that is in the way for the longest; empty when the provider as a whole is closed."""
    wait_until_ms: int | None = None
    """When there is room, as far as is known."""


def units_of(usage: Usage) -> dict[str, int]:
    """What a request takes from each limit. What is read from a cache is free."""
    read, written = usage.input_tokens + usage.cache_write_tokens, usage.output_tokens
    return {"requests": 1, "tokens": read + written, "input_tokens": read, "output_tokens": written}


def learn(buckets: Buckets, notice: LimitNotice, now_ms: int) -> Buckets:
    """Take in what a response, or an agent's event, said."""
    quotas = [_believed(said, now_ms) for said in notice.quotas]
    leaking = dict(buckets.leaking)
    for said in quotas:
        if said.name in LEAKING:
            learned = _learn(leaking.get(said.name), said, now_ms)
            if learned is not None:
                leaking[said.name] = learned
    told = {**buckets.quotas, **{said.name: said for said in quotas}}
    closed = max(buckets.closed_until_ms, _refused_until(notice, quotas, now_ms))
    return Buckets(leaking, told, closed if closed > now_ms else 0)


def _believed(said: Quota, now_ms: int) -> Quota:
    """Without a reset that lies behind, or farther off than any limit's."""
    believed = said.reset_ms is not None and now_ms < said.reset_ms <= now_ms + LONGEST_RESET_MS
    return said if believed else msgspec.structs.replace(said, reset_ms=None)


def _refused_until(notice: LimitNotice, quotas: list[Quota], now_ms: int) -> int:
    """When a refusal ends: after the time that was asked for, and after every reset that came with a `rejected`."""
    hint = sane_hint(notice.retry_after)
    resets = [said.reset_ms or 0 for said in quotas] if notice.status == "rejected" else []
    return max([0 if hint is None else now_ms + round(hint * 1_000), *resets])


def _learn(known: Bucket | None, said: Quota, now_ms: int) -> Bucket | None:
    limit = said.limit or (known.limit if known else 0)
    if not limit:
        return None
    before = _refilled(known, now_ms) if known else Bucket(limit, now_ms)
    full_ms = now_ms + (before.full_ms - now_ms) * before.limit / limit if before.full_ms > now_ms else now_ms
    if said.remaining is not None:
        missing = max(0, limit - said.remaining)
        full_ms = max(full_ms, now_ms + missing * PERIOD_MS / limit)
    return Bucket(limit, full_ms, said.reset_ms or before.reset_ms, 0 if said.reset_ms else before.taken)


def _refilled(bucket: Bucket, now_ms: int) -> Bucket:
    """The bucket as of this moment: what was given back by a reset is there."""
    full_ms = min(bucket.full_ms, now_ms + 2 * LONGEST_RESET_MS)
    if bucket.reset_ms is None or now_ms < bucket.reset_ms:
        return msgspec.structs.replace(bucket, full_ms=full_ms)
    given = bucket.reset_ms + bucket.taken * PERIOD_MS / bucket.limit
    return Bucket(bucket.limit, min(full_ms, given))


def left(bucket: Bucket, now_ms: int) -> float:
    """Units that may be taken at this moment; below 0 when more is missing than the bucket holds."""
    missing_ms = max(0.0, _refilled(bucket, now_ms).full_ms - now_ms)
    return bucket.limit - missing_ms * bucket.limit / PERIOD_MS


def flow(buckets: Buckets, units: Mapping[str, int], now_ms: int) -> Flow:
    """Whether a request that takes so much may be made."""
    waits = [_wait(name, bucket, units.get(name, 0), now_ms) for name, bucket in buckets.leaking.items()]
    waits = [wait for wait in waits if not wait.ok]
    if now_ms < _closed_until(buckets, now_ms):
        waits.append(Flow(ok=False, wait_until_ms=_closed_until(buckets, now_ms)))
    return max(waits, key=lambda wait: wait.wait_until_ms or 0) if waits else Flow(ok=True)


def _closed_until(buckets: Buckets, now_ms: int) -> int:
    return min(buckets.closed_until_ms, now_ms + LONGEST_RESET_MS)


def _wait(name: str, bucket: Bucket, wanted: int, now_ms: int) -> Flow:
    """One that wants more than the bucket holds waits until it is full: the provider alone knows its burst."""
    missing_ms = (min(wanted, bucket.limit) - left(bucket, now_ms)) * PERIOD_MS / bucket.limit
    if missing_ms < _ROUNDING_MS:
        return Flow(ok=True)
    refill_ms = now_ms + missing_ms
    if bucket.reset_ms is not None and now_ms < bucket.reset_ms < refill_ms and _fits_at_reset(bucket, wanted):
        refill_ms = bucket.reset_ms
    return Flow(ok=False, name=name, wait_until_ms=ceil(refill_ms))


def _fits_at_reset(bucket: Bucket, wanted: int) -> bool:
    return bucket.taken + min(wanted, bucket.limit) <= bucket.limit


def take(buckets: Buckets, units: Mapping[str, int], now_ms: int) -> Buckets:
    """Note what a request takes, by estimate, when it is made."""
    return _moved(buckets, units, now_ms)


def settle(buckets: Buckets, estimate: Mapping[str, int], true: Mapping[str, int], now_ms: int) -> Buckets:
    """Put an estimate right when the request has come back."""
    differences = {name: true.get(name, 0) - estimate.get(name, 0) for name in {*estimate, *true}}
    return _moved(buckets, differences, now_ms)


def _moved(buckets: Buckets, units: Mapping[str, int], now_ms: int) -> Buckets:
    leaking = {name: _take(bucket, units.get(name, 0), now_ms) for name, bucket in buckets.leaking.items()}
    return msgspec.structs.replace(buckets, leaking=leaking)


def _take(bucket: Bucket, units: int, now_ms: int) -> Bucket:
    before = _refilled(bucket, now_ms)
    full_ms = max(before.full_ms, now_ms) + units * PERIOD_MS / before.limit
    return Bucket(before.limit, max(full_ms, now_ms), before.reset_ms, max(0, before.taken + units))
