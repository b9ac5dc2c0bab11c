"""What keys and passwords look like when nobody has told us their values.

A shape is a word it starts with, then a row of steps, each a class of characters with a least and a most number of
them, and perhaps a tail, a class that may go on for ever. Two expressions are made of each. The whole one finds the
secret. The begun one finds what may still become it at the end of a text, which is all that a reader of pieces has
to hold back. Everything but the tail is bounded, so both take time in proportion to the text.
"""

import re
from collections.abc import Iterable
from functools import cache
from typing import Final

import msgspec


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

    def whole(self, group: str) -> str:
        """The expression that finds it, as a group of that name; what stays readable is the group `k` and the name."""
        starts = "|".join("".join(_letter(c, caseless=self.caseless) for c in start) for start in self.starts)
        kept = f"(?:{starts}){_row(self.between)}"
        front = f"(?P<k{group}>{kept})" if self.keep else kept
        tail = f"{self.tail}*" if self.tail else ""
        return f"(?P<{group}>{self._border}{front}{self.ahead}{_row(self.secret)}{tail})"

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
        starts=("Proc-Type: 4,ENCRYPTED",),
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
        secret=(Step(_CREDENTIAL, 8, 8),),
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


class Shapes:
    """Finds and takes out every secret of some shapes. The earliest wins; of those that start together, the first."""

    def __init__(self, shapes: tuple[Shape, ...]) -> None:
        self._shapes = shapes
        self._begun = re.compile("|".join(shape.begun() for shape in shapes), re.ASCII)
        self._reach = max(map(_reach, shapes))

    def near(self, text: str) -> "re.Pattern[str] | None":
        """The expression for the shapes that the text may hold, or None when it can hold none: a quick look."""
        low = text.lower()
        near = tuple(i for i, shape in enumerate(self._shapes) if any(start.lower() in low for start in shape.starts))
        return _compiled(self._shapes, near) if near else None

    def replacement(self, match: re.Match[str]) -> str:
        """What stands in the place of what was found."""
        shape = self._found(match)
        return (match[f"k{match.lastgroup}"] if shape.keep else "") + MARK + shape.after

    def tail(self, match: re.Match[str]) -> str:
        """The class of characters that what was found may go on with; empty when it is over."""
        return self._found(match).tail

    def begun(self, text: str, start: int) -> int:
        """Where, from `start`, something begins that more text may complete; the end of the text when nothing does."""
        found = self._begun.search(text, max(start, len(text) - self._reach))
        return found.start() if found else len(text)

    def _found(self, match: re.Match[str]) -> Shape:
        return self._shapes[int(str(match.lastgroup)[1:])]


def _reach(shape: Shape) -> int:
    return max(map(len, shape.starts)) + sum(step.most for step in (*shape.between, *shape.secret))


@cache
def _compiled(shapes: tuple[Shape, ...], near: tuple[int, ...]) -> re.Pattern[str]:
    return re.compile("|".join(shapes[i].whole(f"s{i}") for i in near), re.ASCII)
