r"""An agent's words as they are read: the signs of Markdown become looks.

Headings, lists, quotes, bold, code: what an agent uses all the time, line by line, so that a text of any length costs
what is in sight. Nothing is hidden but the signs themselves. Tables, links and whatever else there is stay as they
were written, and so does everything within a block of code.
"""

import re
from functools import cache, lru_cache
from typing import Final, NamedTuple

from tmtui.tui.paint import Ink


class Inked(NamedTuple):
    """A part of a line with a look of its own."""

    start: int
    stop: int
    ink: Ink


class Prose(NamedTuple):
    """A line as it is drawn."""

    text: str
    inks: tuple[Inked, ...] = ()
    hang: int = 0
    """Cells left blank before the rows behind its first."""


_HEADING: Final = r" {0,3}#{1,6} +(?=\S)"
_BULLET: Final = r"(?P<indent> {0,12})[-*+] +(?=\S)"
_NUMBER: Final = r" {0,12}\d{1,3}[.)] +(?=\S)"
_QUOTE: Final = r" {0,3}> ?"
_INLINE: Final = r"(?P<sign>`|\*\*|__)(?P<inner>(?=\S)[^`*]{1,200}?(?<=\S))(?P=sign)"
_INNER: Final = {"`": Ink.CODE, "**": Ink.STRONG, "__": Ink.STRONG}

LONGEST: Final = 1_000
"""Characters of a line that is looked through."""


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    """An expression, compiled where the first words are drawn: the first frame need not wait for it."""
    return re.compile(pattern)


@lru_cache(maxsize=2_048)
def prose(text: str, *, code: bool = False) -> Prose:
    """The line as it is drawn; it is never longer than it was written."""
    if code:
        return Prose(text, (Inked(0, len(text), Ink.CODE),))
    if len(text) > LONGEST:
        return Prose(text)
    if heading := _compiled(_HEADING).match(text):
        return _heading(text[heading.end() :])
    if quote := _compiled(_QUOTE).match(text):
        body = "▏ " + text[quote.end() :] if quote.end() > 1 else text
        return Prose(body, (Inked(0, len(body), Ink.THOUGHT),), 2)
    if bullet := _compiled(_BULLET).match(text):
        lead = f"{bullet['indent']}• "
        return _inline(lead, text[bullet.end() :], Inked(len(lead) - 2, len(lead) - 1, Ink.ACCENT))
    if number := _compiled(_NUMBER).match(text):
        lead = number.group()
        return _inline(lead, text[number.end() :], Inked(0, len(lead), Ink.ACCENT))
    return _inline("", text)


def _heading(text: str) -> Prose:
    plain = _inline("", text).text
    return Prose(plain, (Inked(0, len(plain), Ink.TITLE),))


def _inline(lead: str, text: str, *inks: Inked) -> Prose:
    """A line behind its lead, with what stands between signs in its look."""
    found = list(inks)
    made, place = lead, 0
    for match in _compiled(_INLINE).finditer(text):
        if not _is_whole(text, match):
            continue
        made += text[place : match.start()]
        found.append(Inked(len(made), len(made) + len(match["inner"]), _INNER[match["sign"]]))
        made += match["inner"]
        place = match.end()
    return Prose(made + text[place:], tuple(found), len(lead))


def _is_whole(text: str, match: re.Match[str]) -> bool:
    """Whether underscores stand around words, not within a name such as `__init__`."""
    if match["sign"] != "__":
        return True
    after = text[match.end() : match.end() + 1]
    before = text[match.start() - 1 : match.start()]
    return " " in match["inner"] and not (before + after).strip().isalnum()
