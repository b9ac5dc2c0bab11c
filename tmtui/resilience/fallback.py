"""Fallback: which model serves a request when the first choice cannot.

A chain has three lists, because what helps depends on what happened: the normal one for faults of the provider, one
of models with more room for a context that is too long, one of models with other rules for a refusal. What another
model would only hide never falls back: a refused key, a malformed request.

- An entry is passed over when it was tried in this attempt, when its circuit holds it back, when it must wait,
  or when it is much dearer than the first choice and nobody allowed that. What was passed over is said, and why.
- The hop is sticky: the rest of the attempt goes to the model that took over, and the next attempt begins with
  `first_hop` again.
- `static` is no model but an answer that is known beforehand. It is the last resort whatever its place.

Everything is decided on values; `now_ms` is wall time in milliseconds.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

import msgspec

from tmtui.domain.outcome import Kind, Outcome
from tmtui.resilience.breaker import Breaker, BreakerConfig, admit, circuit_keys
from tmtui.resilience.defaults import COST_GUARD
from tmtui.resilience.taxonomy import TREATMENTS, Fallback


STATIC: Final = "static"
"""The model name of an entry that answers from a template."""


class Link(msgspec.Struct, frozen=True, kw_only=True):
    """One entry of a chain."""

    provider: str = ""
    model: str
    timeout: float | None = None
    """Seconds for one request; None takes the usual ones."""
    template: str = ""
    """Of a static entry: the file that holds its answer."""

    @property
    def static(self) -> bool:
        """Whether it answers without a model."""
        return self.model == STATIC

    @property
    def name(self) -> str:
        """Its name on the screen and in `tried`: the model's with its provider's."""
        return f"{self.provider}/{self.model}" if self.provider else self.model


class Chain(msgspec.Struct, frozen=True):
    """The models of one profile, the first choice first."""

    normal: tuple[Link, ...]
    context: tuple[Link, ...] = ()
    """What takes over a conversation that has become too long."""
    refusal: tuple[Link, ...] = ()
    """What is asked when the first choice declines."""
    auth: bool = False
    """Whether a refused key may go on with the normal list, which may cost more than its owner knows."""


class CostGuard(msgspec.Struct, frozen=True):
    """How much dearer than the first choice a fallback may be."""

    factor: float | None = COST_GUARD.value
    """None allows any price."""
    prices: Mapping[str, int] = {}
    """Micro-dollars that the request would cost at most with each link, by its name; what is missing is unknown."""


class Market(msgspec.Struct, frozen=True):
    """What is known of the models at this moment."""

    now_ms: int
    breakers: Mapping[str, Breaker] = {}
    """By circuit, as `circuit_keys` names them."""
    config: BreakerConfig = BreakerConfig()
    waits: Mapping[str, int | None] = {}
    """Links that must wait for a limit, by name: until which wall time, None when nobody knows."""
    guard: CostGuard = CostGuard()


class Skipped(msgspec.Struct, frozen=True):
    """A link that was passed over."""

    link: Link
    why: str
    until_ms: int | None = None
    """Wall time from which it may serve again; None when that is not a matter of time."""


class Hop(msgspec.Struct, frozen=True, tag=True):
    """The request goes to another model."""

    link: Link
    number: int
    """How many links were tried before it: 0 is the first choice."""
    reason: Kind | None
    """What the one before it ended with."""
    skipped: tuple[Skipped, ...] = ()


class Exhausted(msgspec.Struct, frozen=True, tag=True):
    """Nothing in the chain can serve the request at this moment."""

    recoverable_at_ms: int | None
    """When the first of them may serve again; None when waiting will not help."""
    skipped: tuple[Skipped, ...] = ()


class Stays(msgspec.Struct, frozen=True, tag=True):
    """The outcome is not one that another model may take over."""

    why: str


def first_hop(chain: Chain, market: Market) -> Hop | Exhausted:
    """Who serves the first request of an attempt."""
    return _hop(chain.normal, chain, market, (), None)


def next_hop(chain: Chain, outcome: Outcome, tried: tuple[str, ...], market: Market) -> Hop | Exhausted | Stays:
    """Who serves a request instead, after those whose names are in `tried`."""
    links = _links_for(chain, outcome.kind)
    if isinstance(links, Stays):
        return links
    return _hop(links, chain, market, tried, outcome.kind)


def has_fallback(chain: Chain, outcome: Outcome, tried: tuple[str, ...], market: Market) -> bool:
    """Whether somebody could take over at this moment."""
    return isinstance(next_hop(chain, outcome, tried, market), Hop)


def _links_for(chain: Chain, kind: Kind) -> tuple[Link, ...] | Stays:
    match TREATMENTS[kind].fallback:
        case Fallback.NORMAL:
            return chain.normal
        case Fallback.CONTEXT:
            return chain.context or Stays("no model with more room is configured")
        case Fallback.REFUSAL:
            return chain.refusal or Stays("no model is configured for what this one declines")
        case Fallback.NEVER if kind is Kind.AUTH and chain.auth:
            return chain.normal
        case Fallback.NEVER:
            return Stays(f"{kind} is not for another model to mend")


def _hop(
    links: tuple[Link, ...], chain: Chain, market: Market, tried: tuple[str, ...], reason: Kind | None
) -> Hop | Exhausted:
    skipped: list[Skipped] = []
    for link in _static_last(links):
        skip = _why_not(link, chain, market, tried)
        if skip is None:
            return Hop(link, len(tried), reason, tuple(skipped))
        skipped.append(skip)
    return Exhausted(_soonest(skipped), tuple(skipped))


def _static_last(links: Iterable[Link]) -> Iterator[Link]:
    yield from sorted(links, key=lambda link: link.static)


def _soonest(skipped: Iterable[Skipped]) -> int | None:
    return min((each.until_ms for each in skipped if each.until_ms is not None), default=None)


def _why_not(link: Link, chain: Chain, market: Market, tried: tuple[str, ...]) -> Skipped | None:
    if link.name in tried:
        return Skipped(link, "it was tried in this attempt", _held_until(link, market))
    if link.static:
        return None
    return _held_back(link, market) or _too_dear(link, chain, market.guard)


def _held_back(link: Link, market: Market) -> Skipped | None:
    """The circuits of a link, and the limits it waits for; the longest of them counts."""
    whys: list[str] = []
    untils: list[int | None] = []
    for key in circuit_keys(link.provider, link.model):
        admission = admit(market.breakers.get(key, Breaker()), market.config, market.now_ms)[1]
        if not admission.allowed:
            whys.append(f"the circuit of {key} is open: {admission.reason}")
            untils.append(admission.wait_until_ms)
    if link.name in market.waits and _is_ahead(market.waits[link.name], market.now_ms):
        whys.append("it waits for its limit")
        untils.append(market.waits[link.name])
    if not whys:
        return None
    known = [until for until in untils if until is not None]
    return Skipped(link, whys[0], max(known) if len(known) == len(untils) else None)


def _is_ahead(until_ms: int | None, now_ms: int) -> bool:
    return until_ms is None or until_ms > now_ms


def _held_until(link: Link, market: Market) -> int | None:
    held = None if link.static else _held_back(link, market)
    return held.until_ms if held else None


def _too_dear(link: Link, chain: Chain, guard: CostGuard) -> Skipped | None:
    """Compared with the first choice; where that has no known price, as with a flat plan, nothing is compared."""
    first = guard.prices.get(chain.normal[0].name) if chain.normal else None
    if guard.factor is None or first is None or link == chain.normal[0]:
        return None
    price = guard.prices.get(link.name)
    if price is None:
        return Skipped(link, "its price is not known")
    if price > guard.factor * first:
        return Skipped(link, f"it costs more than {guard.factor:g} times the first choice")
    return None


def chain_faults(chain: Chain) -> tuple[str, ...]:
    """What is wrong with a chain as written, for whoever reads the configuration."""
    faults = []
    for name, links in (("chain", chain.normal), ("context list", chain.context), ("refusal list", chain.refusal)):
        names = [link.name for link in links]
        if len(set(names)) < len(names):
            faults.append(f"the {name} names a model twice")
        if any(link.static for link in links[:-1]):
            faults.append(f"the {name} has `static` before its end")
    return tuple(faults)
