"""What is said when a limit has the run wait: how far it is used up, when it is reset, and what happens then."""

from typing import Final

from tmtui.cli.output import Line, Tone
from tmtui.cli.times import SECOND, ago, utc_time
from tmtui.domain.limits import CapUsed, Quota
from tmtui.events.base import Recorded
from tmtui.events.run import RunSuspended, RunWaiting
from tmtui.state.model import Hold, State


CAUSE: Final = "rate_limit"

SOON: Final = 5 * SECOND
"""Milliseconds within which a moment is `now`."""


def limit_notice(recorded: Recorded, state: State) -> list[Line]:
    """The notice that an event calls for: empty for all but a wait for a rate limit, and a run laid down in one.

    Args:
        recorded: The event.
        state: The run's state with that event folded in.
    """
    match recorded.event:
        case RunWaiting(reason=reason, key=key) if reason == CAUSE and key in state.holds:
            return _notice(key, state.holds[key], state, recorded.at_wall, laid_down=False)
        case RunSuspended():
            held = [(key, hold) for key, hold in state.holds.items() if _lasts(hold, recorded.at_wall)]
            return [
                line for key, hold in held[:1] for line in _notice(key, hold, state, recorded.at_wall, laid_down=True)
            ]
        case _:
            return []


def _lasts(hold: Hold, now_ms: int) -> bool:
    return hold.cause == CAUSE and (hold.until_ms is None or hold.until_ms > now_ms)


def _notice(key: str, hold: Hold, state: State, now_ms: int, *, laid_down: bool) -> list[Line]:
    return [
        Line(""),
        Line("⚠ Rate limit reached!", Tone.WARN),
        Line(""),
        *_usage(key, hold, state),
        Line(""),
        *_reset(hold, now_ms),
        *_next(hold, laid_down=laid_down),
        Line(""),
    ]


def _usage(key: str, hold: Hold, state: State) -> list[Line]:
    provider = key.partition("/")[0]
    told = state.told.get(key)
    facts = [used_words(cap) for cap in state.used.get(provider, ())]
    facts += [_quota_words(quota) for quota in told.quotas if quota.remaining is not None] if told else []
    why = [Line(f"{key}: {hold.reason}"), Line("")] if hold.reason else []
    if not facts:
        return [*why, Line("Current usage: not known")]
    return [*why, Line("Current usage:"), *(Line(f"  - {fact}") for fact in facts)]


def used_words(cap: CapUsed) -> str:
    """`Requests this minute: 10/10`."""
    return f"{cap.unit.capitalize()} this {cap.length}: {cap.used:,}/{cap.most:,}"


def _quota_words(quota: Quota) -> str:
    of = f" of {quota.limit:,}" if quota.limit is not None else ""
    return f"{quota.name.replace('_', ' ').capitalize()}: {quota.remaining:,}{of} left, says the provider"


def _reset(hold: Hold, now_ms: int) -> list[Line]:
    if hold.until_ms is None:
        return [Line("Next reset: not known")]
    when = "now" if hold.until_ms - now_ms < SOON else ago(hold.until_ms, now_ms)
    return [Line(f"Next reset: {utc_time(hold.until_ms)} UTC ({when})")]


def _next(hold: Hold, *, laid_down: bool) -> list[Line]:
    if laid_down:
        return [Line(""), Line("Safe to resume after reset. Run:"), Line("  tmtui resume")]
    if hold.until_ms is None:
        return [Line(""), Line("Let it go on when the limit is lifted:"), Line("  tmtui unpause")]
    return [Line(""), Line("The run goes on by itself after the reset. Nothing is asked until then.")]
