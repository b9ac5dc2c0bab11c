"""All circuits of an engine, kept as the log knows them.

A circuit that was held open because a key was refused, or a spending limit reached, is asked once more by each new
engine, and whenever a person says go on: somebody has come, perhaps with a new key, and one request tells. One that
was opened by hand stays open.
"""

from collections.abc import Mapping
from typing import Final

import msgspec

from tmtui.agents.model import Model
from tmtui.domain.clock import Rng
from tmtui.domain.outcome import Kind, Outcome
from tmtui.engine.providers.block import Block
from tmtui.events.resilience import ProviderBroken
from tmtui.resilience import breaker as breakers
from tmtui.resilience.backoff import sane_hint
from tmtui.resilience.breaker import Breaker, BreakerConfig, Mode
from tmtui.resilience.circuits import Passage, enter, report
from tmtui.resilience.taxonomy import Forced


KINDS: Final[Mapping[Forced, Kind]] = {Forced.AUTH: Kind.AUTH, Forced.QUOTA: Kind.QUOTA_EXHAUSTED}
"""What a request ends with that is held back for one of these."""


class Circuits:
    """The circuits of all providers and their models.

    Args:
        config: When they open, and for how long.
        stored: How they stood when they were last told of, as JSON, by name.
        now_ms: Wall time.
    """

    def __init__(self, config: BreakerConfig, stored: Mapping[str, str], now_ms: int) -> None:
        self._config = config
        self.known: dict[str, Breaker] = {
            key: breakers.restore(msgspec.json.decode(data, type=Breaker), config, now_ms)
            for key, data in stored.items()
            if data
        }

    def block(self, model: Model, now_ms: int) -> Block | None:
        """Why the circuits let no request to a model through."""
        _, passage = enter(self.known, model.provider, model.model, self._config, now_ms)
        if passage.allowed:
            return None
        forced = self._forced(model)
        if forced is None:
            return Block("circuit", passage.reason, passage.wait_until_ms)
        key, reason, until_ms = forced
        words = f"the circuit of {key} is open ({reason}); to ask again: tmtui circuit-reset {key}"
        if reason not in KINDS:
            return Block("offline", words, away=True)
        left = None if until_ms is None else max(0, until_ms - now_ms) / 1000
        return Block("circuit", words, outcome=Outcome(KINDS[reason], words, left))

    def _forced(self, model: Model) -> tuple[str, Forced, int | None] | None:
        """The circuit that is held open whatever its counts say: why, and until when."""
        for key in breakers.circuit_keys(model.provider, model.model):
            known = self.known.get(key, Breaker())
            if known.reason is not None:
                return key, known.reason, known.until_ms
        return None

    def ask_again(self, now_ms: int) -> dict[str, Breaker]:
        """Let a probe through to whoever refused a key or reached a limit; what changed is to be recorded."""
        changed = {
            key: msgspec.structs.replace(known, until_ms=now_ms)
            for key, known in self.known.items()
            if known.mode is Mode.FORCED_OPEN and known.reason is not Forced.MANUAL
        }
        return self._keep(changed)

    def set(self, name: str, now_ms: int, *, closed: bool) -> dict[str, Breaker]:
        """Close the circuits of that name, or hold them open. A model's name means it at every provider."""
        named = [key for key in self.known if name in (key, key.partition("/")[2])]
        if not closed and not named:
            named = [name]
        changed = {
            key: breakers.reset(self.known[key], now_ms)
            if closed
            else breakers.force_open(self.known.get(key, Breaker()), Forced.MANUAL, now_ms)
            for key in named
        }
        return self._keep(changed)

    def begin(self, model: Model, now_ms: int) -> tuple[Passage, dict[str, Breaker]]:
        """A request starts; what changed is to be recorded."""
        changed, passage = enter(self.known, model.provider, model.model, self._config, now_ms)
        return passage, self._keep(changed)

    def end(self, passage: Passage, outcome: Outcome, now_ms: int, rng: Rng) -> dict[str, Breaker]:
        """A request ended; what changed is to be recorded."""
        hint = sane_hint(outcome.retry_after)
        until_ms = None if hint is None else now_ms + round(hint * 1000)
        changed = report(self.known, passage, outcome, self._config, now_ms, rng, until_ms=until_ms)
        return self._keep(changed)

    def _keep(self, changed: dict[str, Breaker]) -> dict[str, Breaker]:
        """Take these over, and give those of which the log has to know: all but what merely went on well."""
        notable = {
            key: breaker
            for key, breaker in changed.items()
            if breaker.failures or _essence(breaker) != _essence(self.known.get(key, Breaker()))
        }
        self.known.update(changed)
        return notable


def _essence(breaker: Breaker) -> Breaker:
    """A circuit without its latest calls."""
    return msgspec.structs.replace(breaker, recent=())


def broken(changed: Mapping[str, Breaker]) -> list[ProviderBroken]:
    """Circuits that changed, as the log is told of them."""
    return [
        ProviderBroken(
            key,
            str(breaker.mode),
            str(breaker.reason or ""),
            breaker.until_ms,
            msgspec.json.encode(breaker).decode(),
        )
        for key, breaker in changed.items()
    ]
