"""How far one's own limits are used up, from the log alone, so that it can be told when no engine works.

Which limits there are stands in the log with the run: that is what held, whatever the settings say by now. What was
used is counted afresh, over all runs, as an engine would count it that began now.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

import msgspec

from tmtui.cli.output import Line
from tmtui.cli.times import MINUTE, SECOND, date_and_time
from tmtui.domain.limits import CapUsed
from tmtui.resilience.windows import Cap, Unit, Use, Windows, record, standings
from tmtui.state.model import State
from tmtui.store.ledger import Charge
from tmtui.store.reader import LogReader


WEEK_MS: Final = 7 * 24 * 60 * MINUTE
"""The longest that any limit looks back."""


class ProviderUsage(msgspec.Struct, frozen=True):
    """One provider's limits."""

    provider: str
    caps: tuple[CapUsed, ...]
    """None where the user set no limit."""
    ignored: bool = False
    """Whether the latest engine was told to leave them aside."""


def limit_usage(reader: LogReader, state: State, now_ms: int) -> tuple[ProviderUsage, ...]:
    """How far the limits of every provider are used up that a run has asked, or could have."""
    charges = reader.ledger(now_ms - WEEK_MS)
    return tuple(
        ProviderUsage(provider, used_now(provider, caps, charges, now_ms), state.ignores_limits)
        for provider, caps in state.used.items()
    )


def used_now(provider: str, caps: Iterable[CapUsed], charges: Sequence[Charge], now_ms: int) -> tuple[CapUsed, ...]:
    """Known limits with what is used of them at this moment."""
    uses = [Use(each.at_ms, 1, each.tokens) for each in charges if each.provider == provider and _asked(each)]
    windows = record(Windows(), uses, now_ms)
    known = [Cap(cap.name, Unit(cap.unit), cap.length, cap.most) for cap in caps]
    return tuple(each.told for each in standings(windows, known, now_ms))


def _asked(charge: Charge) -> bool:
    """Whether a request was made: what a cache answered took neither tokens nor money."""
    return bool(charge.tokens or charge.micro)


# In words.


def usage_lines(usage: Sequence[ProviderUsage], now_ms: int) -> list[Line]:
    """The part of `debug` about limits: each provider's, with the next reset."""
    return [line for each in usage for line in _provider_lines(each, now_ms)]


def _provider_lines(usage: ProviderUsage, now_ms: int) -> list[Line]:
    ignored = " (set aside for this run)" if usage.ignored else ""
    lines = [f"Provider: {usage.provider}{ignored}"]
    lines += [f"  {cap.unit.capitalize()} (current {cap.length}): {cap.used:,} / {cap.most:,}" for cap in usage.caps]
    resets = _resets(usage.caps)
    if resets:
        lines += ["", "Next reset:"]
        lines += [f"  {length.capitalize()}: {_moment(at_ms, now_ms)}" for length, at_ms in resets.items()]
    return [*map(Line, lines), Line("")]


def _resets(caps: Iterable[CapUsed]) -> Mapping[str, int]:
    """When each length's oldest use leaves it."""
    resets: dict[str, int] = {}
    for cap in caps:
        if cap.reset_ms is not None:
            resets[cap.length] = min(cap.reset_ms, resets.get(cap.length, cap.reset_ms))
    return resets


def _moment(at_ms: int, now_ms: int) -> str:
    return f"{date_and_time(at_ms)} (in {_short(at_ms - now_ms)})"


def _short(milliseconds: int) -> str:
    """`45s`, `15m`, `3h`, `2d`."""
    seconds = max(0, milliseconds) // SECOND
    for size, letter in ((86_400, "d"), (3_600, "h"), (60, "m")):
        if seconds >= size:
            return f"{seconds // size}{letter}"
    return f"{seconds}s"


def short_usage_lines(usage: Sequence[ProviderUsage]) -> list[Line]:
    """The part of `status` about limits: one line to a provider."""
    return [
        Line(f"Limits of {each.provider}: {', '.join(_share(cap) for cap in each.caps)}")
        for each in usage
        if each.caps
    ]


def _share(cap: CapUsed) -> str:
    return f"{cap.unit} this {cap.length} {cap.used:,}/{cap.most:,}"
