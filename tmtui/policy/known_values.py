"""Secrets whose values are known, found in whatever form a program may print them.

A quick look comes first, since most text holds none: every form has at least eight bytes, so wherever it stands, four
of its first seven bytes begin at a multiple of four. The text is read four bytes at a time and compared with the few
words that a form can leave there.
"""

import base64
import json
import re
import struct
from collections.abc import Iterable, Iterator
from typing import Final
from urllib.parse import quote, quote_plus

from tmtui.policy.word_tree import word_tree


SHORTEST: Final = 8
"""Characters of a value, or of a form of it, that is looked for: a shorter one stands in ordinary words."""
SHORTEST_LINE: Final = 16
"""Characters of one line of a value that is looked for by itself."""
_HEAD: Final = 4
"""Bytes that are compared at once."""


def forms(value: str) -> set[str]:
    """The ways in which a value may turn up: itself, its halves and lines, quoted, and in other alphabets."""
    data = value.encode("utf-8", "surrogatepass")
    found = {
        value,
        json.dumps(value)[1:-1],
        json.dumps(value, ensure_ascii=False)[1:-1],
        repr(value)[1:-1],
        quote(data, safe=""),
        quote(data),
        quote_plus(data),
        data.hex(),
        data.hex().upper(),
        *_in_base64(data),
        *_halves(value),
        *(line for line in value.splitlines() if len(line) >= SHORTEST_LINE),
    }
    found |= {
        form.encode("utf-8", "surrogatepass").decode("latin-1") for form in found
    }  # how bytes are looked through
    return {form for form in found if len(form) >= SHORTEST and not form.isspace()}


def _halves(value: str) -> tuple[str, ...]:
    """What each side gets when a value is cut in two on its way."""
    middle = len(value) // 2
    return (value[:middle], value[middle:])


def _in_base64(data: bytes) -> Iterator[str]:
    """The characters that the value alone decides, for each place at which it can begin among others."""
    for shift in range(3):
        text = base64.b64encode(bytes(shift) + data).decode()
        first, last = -(-shift * 8 // 6), (shift + len(data)) * 8 // 6
        yield text[first:last]
        yield text[first:last].translate({ord("+"): "-", ord("/"): "_"})


class KnownValues:
    """Finds every form of some values; the longest wins where several begin.

    Args:
        values: The secrets; those of fewer than eight characters are passed over.
    """

    def __init__(self, values: Iterable[str]) -> None:
        every = {form for value in values if len(value) >= SHORTEST for form in forms(value)}
        self._forms = sorted(every, key=_longest_first)
        self._by_word: dict[int, list[str]] = {}
        self._heads: dict[str, list[str]] = {}
        for form in self._forms:
            for word in _words(form):
                self._by_word.setdefault(word, []).append(form)
            for length in range(1, _HEAD + 1):
                self._heads.setdefault(form[:length], []).append(form)
        self._word_set = frozenset(self._by_word)
        self._longest = max(map(len, self._forms), default=1)
        self._head = re.compile(word_tree({form[:_HEAD] for form in self._forms}, open_end=True))

    def near(self, text: str) -> re.Pattern[str] | None:
        """The expression for the forms that the text holds, or None when it holds none."""
        if not self._word_set:
            return None
        data = memoryview(text.encode("utf-8", "surrogatepass"))
        seen = self._word_set.intersection(data[: len(data) // _HEAD * _HEAD].cast("I"))
        held = {form for word in seen for form in self._by_word[word] if form in text}
        return re.compile("|".join(map(re.escape, sorted(held, key=_longest_first)))) if held else None

    def begun(self, text: str, start: int) -> int:
        """Where, from `start`, a form begins that more text may complete; the end of the text when none does."""
        if not self._forms:
            return len(text)
        head = self._head.search(text, max(start, len(text) - self._longest + 1))
        while head:
            place, rest = head.start(), text[head.start() :]
            if any(len(form) > len(rest) and form.startswith(rest) for form in self._heads.get(rest[:_HEAD], ())):
                return place
            head = self._head.search(text, place + 1)
        return len(text)


def _words(form: str) -> Iterator[int]:
    data = form.encode("utf-8", "surrogatepass")
    for offset in range(_HEAD):
        yield from struct.unpack_from("=I", data, offset)


def _longest_first(form: str) -> tuple[int, str]:
    return -len(form), form
