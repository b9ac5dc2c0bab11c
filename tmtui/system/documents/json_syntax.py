"""JSON, read token by token into a `Builder`.

YAML's parser would take most JSON, but not all of it (surrogate escapes, long keys), and would take what is
no JSON.
"""

import json
import re
from bisect import bisect_right
from typing import Final

from tmtui.domain.problem import ProblemsError
from tmtui.system.documents.builder import Builder, Place
from tmtui.system.documents.nodes import ListNode, MapNode, ScalarNode
from tmtui.system.documents.scalars import resolve


_BLANKS: Final = re.compile(r"[ \t\r\n]*+")
_STRING: Final = re.compile(r'"(?:[^"\\\x00-\x1f]++|\\.)*+"')
_WORD: Final = re.compile(r"[-+.\w]++")
_WORD_VALUE: Final = re.compile(
    r"true|false|null|-?(?:0|[1-9][0-9]*+)(?:\.[0-9]++)?+(?:[eE][-+]?[0-9]++)?+", re.ASCII
)
_LONE_SURROGATE: Final = re.compile("[\ud800-\udfff]")


def read_json(text: str, build: Builder) -> None:
    """Report the values of `text` to `build`.

    Raises:
        ProblemsError: the text is no JSON, or is beyond a limit.
    """
    _JsonReader(text, build).read()


class _JsonReader:
    """Recursive descent; the builder's depth limit bounds the recursion."""

    def __init__(self, text: str, build: Builder) -> None:
        self._text = text
        self._build = build
        self._at = 0
        self._lines = [0, *(match.end() for match in re.finditer("\n", text))]

    def read(self) -> None:
        if not self._next():
            return
        self._value()
        if self._next():
            raise self._fail("more text after the end of the document", "Take it away.")

    def _next(self) -> str:
        """The next character that is no blank, without taking it; empty at the end."""
        blanks = _BLANKS.match(self._text, self._at)
        self._at = blanks.end() if blanks else self._at
        return self._text[self._at : self._at + 1]

    def _place(self) -> Place:
        line = bisect_right(self._lines, self._at)
        return (line, self._at - self._lines[line - 1] + 1)

    def _fail(self, message: str, hint: str = "") -> ProblemsError:
        return self._build.fail(self._place(), message, hint)

    def _value(self) -> None:
        match self._next():
            case "{":
                self._mapping()
            case "[":
                self._list()
            case '"':
                place = self._place()
                text = self._string()
                self._build.scalar(ScalarNode(*place, text, text))
            case _:
                self._word()

    def _word(self) -> None:
        place = self._place()
        match = _WORD.match(self._text, self._at)
        word = match.group() if match else self._text[self._at : self._at + 1]
        if not _WORD_VALUE.fullmatch(word):
            if word == "":
                raise self._fail("the file ends where a value is due", "Close what is open.")
            hint = "Text stands in double quotes; JSON has no comments and no comma before a closing bracket."
            raise self._fail(f"`{word[:40]}` is no JSON value", hint)
        self._at += len(word)
        self._build.scalar(ScalarNode(*place, word, resolve(word)))

    def _string(self) -> str:
        match = _STRING.match(self._text, self._at)
        if match is None:
            hint = "Close it in its line; a line end or a tab inside is written \\n or \\t."
            raise self._fail("this text has no closing quote", hint)
        quoted = match.group()
        if "\\" not in quoted:
            text = quoted[1:-1]
        else:
            try:
                text = json.loads(quoted)
            except json.JSONDecodeError as error:
                self._at += error.pos
                raise self._fail("an unknown escape", "Write \\\\ for a backslash.") from None
            if _LONE_SURROGATE.search(text):
                raise self._fail("half of a surrogate pair stands alone in this text", "Write both halves.")
        self._at = match.end()
        return text

    def _list(self) -> None:
        self._build.open(ListNode(*self._place()))
        self._at += 1
        if self._next() == "]":
            self._at += 1
        else:
            self._value()
            while self._goes_on("]"):
                self._value()
        self._build.close()

    def _mapping(self) -> None:
        self._build.open(MapNode(*self._place()))
        self._at += 1
        if self._next() == "}":
            self._at += 1
        else:
            self._entry()
            while self._goes_on("}"):
                self._entry()
        self._build.close()

    def _entry(self) -> None:
        if self._next() != '"':
            hint = "Keys stand in double quotes; there is no comma before a closing bracket."
            raise self._fail("a key is due here", hint)
        place = self._place()
        key = self._string()
        self._build.scalar(ScalarNode(*place, key, key))
        if self._next() != ":":
            raise self._fail("a colon is due here")
        self._at += 1
        self._value()

    def _goes_on(self, closing: str) -> bool:
        """Take the comma or the closing bracket that must come next; True for the comma."""
        found = self._next()
        if found not in {",", closing} or not found:
            raise self._fail(
                f"`,` or `{closing}` is due here", "Something before it is not closed, or a comma is missing."
            )
        self._at += 1
        return found == ","
