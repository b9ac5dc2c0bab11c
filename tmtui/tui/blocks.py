"""Calls as blocks that can be folded, and code among an agent's words.

Both are found by the kinds of lines alone, and only as far as the text has come since one looked last, so a text that
grows by thousands of lines a second costs no more than a search through its column of kinds. Numbers of lines stay
true for ever, so what was found stays true as well.
"""

from bisect import bisect_left, bisect_right
from typing import Final

from tmtui.state.lines import LineKind, Lines


BODY: Final = frozenset({LineKind.INPUT, LineKind.PRINTED, LineKind.WARN})
"""What stands between a call and its verdict."""

_CALL: Final = frozenset({LineKind.CALL})
_SAID: Final = frozenset({LineKind.SAID})
_FENCE: Final = ("```", "~~~")


class Blocks:
    """The calls of a text."""

    def __init__(self, lines: Lines) -> None:
        self._lines = lines
        self._heads: list[int] = []
        self._scanned = 0
        self._stops: dict[int, int] = {}

    def heads(self) -> list[int]:
        """The lines at which a call begins, in order."""
        start = self._scanned
        while (head := self._lines.next_of(_CALL, start)) is not None:
            self._heads.append(head)
            start = head + 1
        self._scanned = self._lines.end
        if self._heads and self._heads[0] < self._lines.first:
            del self._heads[: bisect_left(self._heads, self._lines.first)]
        return self._heads

    def head_of(self, number: int) -> int | None:
        """The call to which a line belongs: it begins there, its output goes through there, or it ends there."""
        heads = self.heads()
        index = bisect_right(heads, number) - 1
        if index < 0:
            return None
        return heads[index] if number <= self.stop_of(heads[index]) else None

    def stop_of(self, head: int) -> int:
        """The line behind the last of a call's body: its verdict, where that has come."""
        if head in self._stops:
            return self._stops[head]
        stop = self._lines.next_of(BODY, head + 1, other=True)
        if stop is None:
            return self._lines.end
        self._stops[head] = stop
        return stop

    def beside(self, number: int, step: int) -> int | None:
        """The call before a line, or the one behind it."""
        heads = self.heads()
        index = bisect_left(heads, number) - 1 if step < 0 else bisect_right(heads, number)
        return heads[index] if 0 <= index < len(heads) else None


class Folds:
    """Which calls are folded: all of them or none, but for those that somebody turned over."""

    def __init__(self, blocks: Blocks) -> None:
        self.blocks = blocks
        self.all = False
        self._turned: set[int] = set()

    def __bool__(self) -> bool:
        """Whether any call may be folded."""
        return self.all or bool(self._turned)

    def folded(self, head: int) -> bool:
        """Whether a call is folded."""
        return self.all != (head in self._turned) and self.blocks.stop_of(head) > head + 1

    def turn(self, head: int) -> None:
        """Fold a call, or unfold it."""
        self._turned ^= {head}

    def turn_all(self) -> None:
        """Fold every call, or unfold every one."""
        self.all, self._turned = not self.all, set()

    def show(self, number: int) -> None:
        """Unfold the call in whose body a line stands."""
        if span := self.hiding(number):
            self.turn(span[0] - 1)

    def hiding(self, number: int) -> tuple[int, int] | None:
        """The body that is folded away around a line: its first line, and the one behind its last."""
        if not self:
            return None
        head = self.blocks.head_of(number)
        if head is None or number == head or not self.folded(head):
            return None
        stop = self.blocks.stop_of(head)
        return (head + 1, stop) if number < stop else None


class Fences:
    """Where an agent's words are code: between a line of three backticks and the next, within one message."""

    def __init__(self, lines: Lines) -> None:
        self._lines = lines
        self._scanned = 0
        self._fences: list[int] = []
        self._opens: list[bool] = []

    def code_at(self, number: int) -> bool:
        """Whether a line is code, or one of its fences."""
        self._scan()
        index = bisect_right(self._fences, number) - 1
        if index < 0:
            return False
        fence = self._fences[index]
        return fence == number or (self._opens[index] and self._same_message(fence, number))

    def _scan(self) -> None:
        """Only lines that do not change any more are looked at."""
        for number in range(max(self._scanned, self._lines.first), self._lines.settled):
            text = self._lines.text(number)
            if text.lstrip().startswith(_FENCE) and self._lines.kind(number) is LineKind.SAID:
                before = self._fences[-1] if self._fences else -1
                closes = bool(self._opens) and self._opens[-1] and self._same_message(before, number)
                self._fences.append(number)
                self._opens.append(not closes)
        self._scanned = max(self._scanned, self._lines.settled)

    def _same_message(self, first: int, last: int) -> bool:
        first = max(first, self._lines.first)
        other = self._lines.next_of(_SAID, first, other=True)
        return other is None or other > last
