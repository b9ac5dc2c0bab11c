"""Dice for decisions: loaded ones, and seeded ones."""

import random


class Fixed:
    """A die that always falls on the same side."""

    def __init__(self, side: float) -> None:
        self._side = side

    def random(self) -> float:
        return self._side

    def randrange(self, stop: int, /) -> int:
        return int(self._side * stop)


MIDDLE = Fixed(0.5)
"""No jitter: what differs either way differs by nothing."""


def seeded(seed: int = 0) -> random.Random:
    return random.Random(seed)
