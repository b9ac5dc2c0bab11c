"""Looks through what goes to a model, by the rules of the settings and for signs of somebody else's instructions.

What a person wrote may be redacted, and it may be held back: the person is there to put it differently. What a tool
told is only flagged. A file that could block would let any file stop a run, and code that was changed on its way
could not be edited; secrets have been taken out of it by then (`tmtui.policy.redact`).

Flags are for people to see. Nothing is decided by them: phrases are put differently, and containment is elsewhere.
"""

import re
from collections.abc import Iterable, Iterator
from enum import StrEnum
from typing import Final, Self

import msgspec

from tmtui.domain.problem import WrongValueError
from tmtui.policy.patterns import compiled, spans
from tmtui.policy.secret_shapes import MARK


class Source(StrEnum):
    """Who wrote a text."""

    USER = "user"
    """A person: a plan, a note, a template."""
    TOOL = "tool"
    """Anything else: a tool's or a hook's output, a file."""


class Deed(StrEnum):
    """What is done about a text that a rule fits."""

    WARN = "warn"
    REDACT = "redact"
    REDACT_AND_WARN = "redact_and_warn"
    BLOCK = "block"
    BLOCK_AND_LOG = "block_and_log"


class Severity(StrEnum):
    """How grave it is."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"


class ScanRule(msgspec.Struct, frozen=True, kw_only=True):
    """One pattern that is looked for."""

    name: str
    pattern: str
    """A regular expression, searched in each line without regard to case."""
    action: Deed = Deed.REDACT_AND_WARN
    severity: Severity = Severity.HIGH


class Finding(msgspec.Struct, frozen=True):
    """That something was found; never what."""

    rule: str
    """The rule's name, or the name of the sign."""
    severity: Severity
    line: int
    """Of the first place, from 1."""
    count: int
    action: Deed = Deed.WARN
    """What was done about it."""


class Findings(msgspec.Struct, frozen=True, kw_only=True):
    """What came of a scan."""

    text: str
    """The text as it may go on, if it may."""
    found: tuple[Finding, ...] = ()
    """What the rules found, in their order."""
    flags: tuple[Finding, ...] = ()
    """Signs of instructions in disguise."""

    @property
    def blocked(self) -> Finding | None:
        """What holds the text back; the gravest, when there are several."""
        order = list(Severity)
        holding = [each for each in self.found if each.action in (Deed.BLOCK, Deed.BLOCK_AND_LOG)]
        return max(holding, key=lambda each: order.index(each.severity), default=None)


class ScanRules(msgspec.Struct, frozen=True):
    """Rules that are ready for use."""

    ready: tuple[tuple[ScanRule, re.Pattern[str]], ...] = ()

    @classmethod
    def of(cls, rules: Iterable[ScanRule]) -> Self:
        """Prepare some rules.

        Raises:
            WrongValueError: a pattern cannot be used; the message names the rule.
        """
        return cls(tuple((rule, _expression(rule)) for rule in rules))


def _expression(rule: ScanRule) -> re.Pattern[str]:
    try:
        return compiled(rule.pattern)
    except WrongValueError as error:
        raise WrongValueError(f"rule {rule.name!r}: {error}", error.hint) from None


def scan(text: str, rules: ScanRules, source: Source) -> Findings:
    """Look through a text."""
    found: list[Finding] = []
    marked: list[tuple[int, int]] = []
    for rule, expression in rules.ready:
        places = list(spans(expression, text))
        if not places:
            continue
        action = rule.action if source is Source.USER else Deed.WARN
        found.append(Finding(rule.name, rule.severity, _line(text, places[0][0]), _distinct(places), action))
        marked += places if action in (Deed.REDACT, Deed.REDACT_AND_WARN) else []
    return Findings(text=_marked(text, marked), found=tuple(found), flags=tuple(flags(text)))


def _line(text: str, place: int) -> int:
    return text.count("\n", 0, place) + 1


def _joined(places: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """The places in order, those that overlap made one."""
    joined: list[tuple[int, int]] = []
    for start, end in sorted(places):
        if joined and start < joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


def _distinct(places: list[tuple[int, int]]) -> int:
    return len(_joined(places))


def _marked(text: str, places: list[tuple[int, int]]) -> str:
    out, last = [], 0
    for start, end in _joined(places):
        out += [text[last:start], MARK]
        last = end
    return "".join([*out, text[last:]])


# Signs.

_UNSEEN: Final = re.compile(
    "[\u00ad\u180e\u200b\u200c\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\U000e0000-\U000e007f]|\x1b[\\[\\]P_^X]"
)
_SIGNS: Final = (
    (
        "instruction",
        Severity.HIGH,
        re.compile(
            r"\b(?:ignore|disregard|forget|override|bypass)\s{1,3}(?:(?:all|any|the|your|my|these|those|of)\s{1,3}){0,3}"
            r"(?:previous|prior|above|earlier|preceding|system|instructions|rules|guidelines)\b"
            r"|\bnew\s{1,3}(?:system\s{1,3}prompt|instructions)\b|\byou\s{1,3}are\s{1,3}now\s{1,3}(?:a|an|in|the)\b"
            r"|\b(?:reveal|print|show)\s{1,3}(?:me\s{1,3})?(?:your|the)\s{1,3}system\s{1,3}prompt\b"
            r"|\bdo\s{1,3}not\s{1,3}(?:tell|inform|mention\s{1,3}(?:this|it)\s{1,3}to)\s{1,3}the\s{1,3}user\b",
            re.IGNORECASE,
        ),
    ),
    (
        "role tag",
        Severity.HIGH,
        re.compile(
            r"</?\s{0,3}(?:system|assistant|human|tool_(?:output|result|response)|function_results?|untrusted[\w-]{0,20}"
            r"|system-reminder)\b[^<>]{0,60}>|<\|(?:im_start|im_end|system|assistant|user|endoftext)[\w|]{0,12}>"
            r"|\[/?INST\]|<</?SYS>>",
            re.IGNORECASE,
        ),
    ),
    ("encoded text", Severity.LOW, re.compile(r"(?<![A-Za-z0-9+/])[A-Za-z0-9+/]{400}")),
)


def flags(text: str) -> Iterator[Finding]:
    """The signs in a text that somebody speaks to the model in disguise."""
    unseen = list(_UNSEEN.finditer(text))
    if unseen:
        yield Finding("invisible characters", Severity.HIGH, _line(text, unseen[0].start()), len(unseen))
        text = _UNSEEN.sub("", text)
    for name, severity, expression in _SIGNS:
        places = [match.start() for match in expression.finditer(text)]
        if places:
            yield Finding(name, severity, _line(text, places[0]), len(places))
