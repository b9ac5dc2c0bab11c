"""Tokens of a program's requests, each counted once.

A program tells the usage of one message again with every part of it, each time somewhat more. What was told of a
message is taken to be all of it when another message begins, or at the end; whatever is told later is added then. At
the end the program may tell totals, which hold what its streams did not show, such as the work of its helpers.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping

import msgspec

from tmtui.domain.usage import Usage


class Tally:
    """The usage of one start of a program."""

    def __init__(self) -> None:
        self._told: dict[str, tuple[str, Usage]] = {}
        """By message: the model, and what was told of it."""
        self._paid: dict[str, Usage] = {}
        """By message: what was passed on."""
        self._shares: dict[str, Usage] = {}
        """By model: what was passed on of the totals."""
        self._last = ""

    def told(self, message: str, model: str, usage: Usage) -> Iterator[tuple[str, Usage]]:
        """A message's usage was told; what is to be passed on of the one before."""
        if self._last != message:
            yield from self._settle(self._last)
            self._last = message
        known = self._told.get(message, (model, Usage()))
        self._told[message] = (model or known[0], most(known[1], usage))

    def finish(self, totals: Mapping[str, Usage] | None = None) -> Iterator[tuple[str, Usage]]:
        """What is to be passed on at the end.

        Args:
            totals: What the program says that it used in all, by model.
        """
        for message in list(self._told):
            yield from self._settle(message)
        paid = _sum((*self._paid.values(), *self._shares.values()))
        left = more(_sum(totals.values()), paid) if totals else Usage()
        for model, usage in (totals or {}).items():
            share = least(more(usage, self._of(model)), left)
            if share.total:
                self._shares[model] = self._shares.get(model, Usage()) + share
                yield model, share
            left = more(left, share)

    def _settle(self, message: str) -> Iterator[tuple[str, Usage]]:
        if message not in self._told:
            return
        model, usage = self._told[message]
        rest = more(usage, self._paid.get(message, Usage()))
        self._paid[message] = usage
        if rest.total:
            yield model, rest

    def _of(self, model: str) -> Usage:
        messages = (usage for message, usage in self._paid.items() if self._told[message][0] == model)
        return _sum((*messages, self._shares.get(model, Usage())))


def _sum(usages: Iterable[Usage]) -> Usage:
    return sum(usages, Usage())


def most(one: Usage, other: Usage) -> Usage:
    """The larger of each count."""
    return _combined(max, one, other)


def least(one: Usage, other: Usage) -> Usage:
    """The smaller of each count."""
    return _combined(min, one, other)


def more(one: Usage, other: Usage) -> Usage:
    """How much more each count is than the other's; 0 where it is not."""
    return _combined(lambda first, second: max(0, first - second), one, other)


def _combined(how: Callable[[int, int], int], one: Usage, other: Usage) -> Usage:
    pairs = zip(msgspec.structs.astuple(one), msgspec.structs.astuple(other), strict=True)
    return Usage(*(how(first, second) for first, second in pairs))
