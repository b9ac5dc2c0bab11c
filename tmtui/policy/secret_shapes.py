"""What keys and passwords look like when nobody has told us their values.

A shape is a word it starts with, then a row of steps, each a class of characters with a least and a most number of
them, and perhaps a tail, a class that may go on for ever. Two expressions are made of each. The whole one finds the
secret. The begun one finds what may still become it at the end of a text, which is all that a reader of pieces has
to hold back. Everything but the tail is bounded, so both take time in proportion to the text.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Final

import msgspec

from tmtui.policy.word_tree import word_tree


class Step(msgspec.Struct, frozen=True):
    """Between `least` and `most` characters of one class, which is written as in an expression."""

    characters: str
    least: int
    most: int

    def times(self, least: int, most: int) -> str:
        """The expression for another number of them."""
        return f"{self.characters}{{{least},{most}}}"


class Shape(msgspec.Struct, frozen=True, kw_only=True):
    """One kind of secret. The fields stand in the order in which they are met."""

    name: str
    apart: bool = True
    """Whether a letter or digit right before the start makes it something else."""
    starts: tuple[str, ...]
    caseless: bool = False
    between: tuple[Step, ...] = ()
    keep: bool = False
    """Whether all up to here stays readable, such as `password=`."""
    ahead: str = ""
    """What the secret must hold besides: looks ahead no further than its steps go."""
    secret: tuple[Step, ...]
    tail: str = ""
    """The class of what goes on; empty when nothing does."""
    after: str = ""
    """What stays readable at the end."""

    def whole(self) -> str:
        """The expression that finds it; what stays readable is the group `kept`."""
        starts = "|".join("".join(_letter(c, caseless=self.caseless) for c in start) for start in self.starts)
        kept = f"(?:{starts}){_row(self.between)}"
        tail = f"{self.tail}*" if self.tail else ""
        return f"{self._border}(?P<kept>{kept}){self.ahead}{_row(self.secret)}{tail}"

    def begun(self) -> str:
        """The expression for a beginning of it that reaches the end of the text."""
        rest = _begun((*self.between, *self.secret))
        starts = (_begun_word(start, rest, caseless=self.caseless) for start in self.starts)
        return f"{self._border}(?:{'|'.join(starts)})"

    @property
    def _border(self) -> str:
        return "(?<![A-Za-z0-9])" if self.apart else ""


def _letter(character: str, *, caseless: bool) -> str:
    if caseless and character.isalpha():
        return f"[{character.lower()}{character.upper()}]"
    return re.escape(character)


def _row(steps: Iterable[Step]) -> str:
    return "".join(step.times(step.least, step.most) for step in steps)


def _begun(steps: tuple[Step, ...]) -> str:
    """Any beginning of the steps that ends with the text."""
    last = steps[-1]
    made = rf"{last.times(0, last.most - 1)}\Z"
    for step in reversed(steps[:-1]):
        made = rf"(?:{step.times(0, step.most)}\Z|{step.times(step.least, step.most)}{made})"
    return made


def _begun_word(word: str, rest: str, *, caseless: bool) -> str:
    made = rest
    for place in range(len(word) - 1, -1, -1):
        letter = _letter(word[place], caseless=caseless)
        made = rf"{letter}(?:\Z|{made})" if place < len(word) - 1 or rest else letter
    return made


def _literally(text: str) -> tuple[Step, ...]:
    return tuple(Step(re.escape(c), 1, 1) for c in text)


_WORD: Final = "[A-Za-z0-9_-]"
_PLAIN: Final = "[A-Za-z0-9]"
_CREDENTIAL: Final = "[A-Za-z0-9+/_=.~-]"
_VALUE: Final = "[A-Za-z0-9+/_=~!@#%^&*-]"


def _token(name: str, *starts: str, least: int, of: str = _WORD, apart: bool = True) -> Shape:
    return Shape(name=name, starts=starts, secret=(Step(of, least, least),), tail=of, apart=apart)


def _with_digit_and_letter(characters: str, reach: int) -> str:
    return f"(?={characters}{{0,{reach - 1}}}[0-9])(?={characters}{{0,{reach - 1}}}[A-Za-z])"


TOKENS: Final = (
    _token("Anthropic key", "sk-ant-", least=20, apart=False),
    _token("API key", "sk-", least=20),
    _token("Stripe key", "sk_live_", "rk_live_", "sk_test_", least=16),
    _token("GitHub token", "ghp_", "gho_", "ghu_", "ghs_", "ghr_", least=20, of=_PLAIN),
    _token("GitHub token", "github_pat_", least=20),
    _token("GitLab token", "glpat-", least=20),
    _token("npm token", "npm_", least=36, of=_PLAIN),
    _token("AWS key id", "AKIA", "ASIA", least=16, of="[A-Z0-9]"),
    _token("Slack token", "xoxb-", "xoxa-", "xoxp-", "xoxr-", "xoxs-", least=10),
    _token("Google key", "AIza", least=35),
    Shape(
        name="private key",
        apart=False,
        starts=tuple(
            f"-----BEGIN {kind}PRIVATE KEY" for kind in ("", "RSA ", "EC ", "DSA ", "OPENSSH ", "ENCRYPTED ", "PGP ")
        ),
        secret=(Step("[ BLOCK]", 0, 6), *_literally("-----")),
        tail="[A-Za-z0-9+/=\\s\\\\:,]",
    ),
    Shape(
        name="encrypted private key",
        apart=False,
        starts=("-Type: 4,ENCRYPTED",),
        secret=(Step("[\\s\\\\nr]", 1, 8), *_literally("DEK-Info: "), Step("[A-Z0-9-]", 1, 40), *_literally(",")),
        tail="[A-Za-z0-9+/=\\s\\\\]",
    ),
    Shape(
        name="JSON web token",
        starts=("eyJ",),
        secret=(Step(_WORD, 10, 400), *_literally(".eyJ"), Step(_WORD, 4, 4)),
        tail="[A-Za-z0-9_.-]",
    ),
    Shape(
        name="password in an address",
        apart=False,
        starts=("://",),
        keep=True,
        secret=(
            Step("[^\\s/:@\"'<>]", 0, 64),
            *_literally(":"),
            Step("[^\\s/@\"'<>]", 1, 128),
            *_literally("@"),
        ),
        after="@",
    ),
    Shape(
        name="bearer token",
        starts=("bearer",),
        caseless=True,
        between=(Step("[ \\t]", 1, 4),),
        keep=True,
        ahead=_with_digit_and_letter(_CREDENTIAL, 24),
        secret=(Step(_CREDENTIAL, 16, 24),),
        tail=_CREDENTIAL,
    ),
    Shape(
        name="password in a header",
        starts=("authorization",),
        caseless=True,
        between=(
            *(Step("[\"' \\t]", 0, 4), Step("[:=]", 1, 1), Step("[\"' \\t]", 0, 4)),
            *(Step("[A-Za-z]", 1, 10), Step("[ \\t]", 1, 4)),
        ),
        keep=True,
        ahead=_with_digit_and_letter(_CREDENTIAL, 24),
        secret=(Step(_CREDENTIAL, 8, 24),),
        tail=_CREDENTIAL,
    ),
)
"""Shapes that hardly anything but a secret has."""

ASSIGNMENTS: Final = (
    Shape(
        name="assigned secret",
        apart=False,
        starts=(
            *("apikey", "api_key", "api-key", "accesskey", "access_key", "access-key", "privatekey", "private_key"),
            *("private-key", "secretkey", "secret_key", "secret-key", "secret", "password", "passwd", "passphrase"),
            *("token", "credentials", "credential"),
        ),
        caseless=True,
        between=(
            Step("[\"'\\]]", 0, 2),
            Step("[ \\t]", 0, 8),
            Step("[=:>]", 1, 2),
            Step("[ \\t]", 0, 8),
            Step("[\"'`]", 0, 1),
        ),
        keep=True,
        ahead=_with_digit_and_letter(_VALUE, 16),
        secret=(Step(_VALUE, 8, 16),),
        tail=_VALUE,
    ),
)
"""A guess: something named like a secret is given a value that looks like one. Source code may look so too."""

MARK: Final = "[redacted]"


class Settled(msgspec.Struct, frozen=True):
    """As much of a text as can be decided."""

    text: str
    """With a mark for each secret."""
    end: int
    """How much of the original that is."""
    tail: str = ""
    """The class of characters that belong to the last secret if they come next; empty when it is over."""


class Shapes:
    """Takes out every secret of some shapes. The earliest wins; of those that start together, the first."""

    def __init__(self, shapes: tuple[Shape, ...]) -> None:
        self._shapes = shapes
        self._whole = [re.compile(shape.whole(), re.ASCII) for shape in shapes]
        self._begun = [re.compile(shape.begun(), re.ASCII) for shape in shapes]
        self._words: dict[str, list[tuple[str, int]]] = {}
        """By their first letter, small: what shapes start with, and their numbers."""
        self._beginnings: dict[str, set[int]] = {}
        for i, shape in enumerate(shapes):
            for word in shape.starts:
                self._words.setdefault(word[0].lower(), []).append((word, i))
                for length in range(1, len(word)):
                    self._beginnings.setdefault(word[:length].lower(), set()).add(i)
        self._longest = max(map(len, self._beginnings), default=0)
        starts = [word.lower() for shape in shapes for word in shape.starts]
        self._starts = {last: re.compile(word_tree(starts, open_end=not last)) for last in (True, False)}

    def settle(self, text: str, start: int = 0, *, last: bool = True) -> Settled:
        """Redact the text from `start`, up to what more text may complete; to its end if it is the last of it."""
        out: list[str] = []
        for place, i in self._places(text, last=last):
            if place < start:
                continue
            if not last and self._begun[i].match(text, place):
                return Settled("".join([*out, text[start:place]]), place)
            if match := self._whole[i].match(text, place):
                shape = self._shapes[i]
                out += [text[start:place], match["kept"] if shape.keep else "", MARK, shape.after]
                start = match.end()
                if start == len(text):
                    return Settled("".join(out), start, shape.tail)
        return Settled("".join([*out, text[start:]]) if out or start else text, len(text))

    def finds(self, text: str) -> bool:
        """Whether there is one in it."""
        return any(self._whole[i].match(text, place) for place, i in self._places(text, last=True))

    def _places(self, text: str, *, last: bool) -> list[tuple[int, int]]:
        """Where a shape may start, with the shape's number, in the order in which they are tried."""
        low = text.replace("\u0130", "i").lower()  # the one letter that grows when it is made small
        places: set[tuple[int, int]] = set()
        for match in _matches(self._starts[last], low):
            place = match.start()
            for word, i in self._words[low[place]]:
                if (low if self._shapes[i].caseless else text).startswith(word, place):
                    places.add((place, i))
            if not last and len(low) - place <= self._longest:
                places.update((place, i) for i in self._beginnings.get(low[place:], ()))
        return sorted(places)


def _matches(expression: re.Pattern[str], text: str) -> Iterator[re.Match[str]]:
    """All matches, those that begin inside another one included."""
    match = expression.search(text)
    while match:
        yield match
        match = expression.search(text, match.start() + 1)
