"""Which line of a program's output tells of an error. A guess by its words; what failed is told by exit codes."""

import re
from functools import cache
from typing import Final


_WRONG: Final = r"""
      E \s{2,} \S                                      # pytest's own mark
    | \s* (?: error | fatal | panic | critical ) \b (?! \s* [=:]? \s* (?: 0 | none | no ) \b )
    | \s* (?: FAILED | FAIL | ERROR ) \b
    | Traceback \ \(most\ recent
    | (?: [\w.]+ \. )? \w+ (?: Error | Exception ) (?: : | $ )
    | [^:]{1,200} (?: : \d{1,7} ){1,2} : \s* (?: fatal \ )? error \b   # file:line:column: error
    | \s* (?: npm \ ERR! | \S+ : \s command \s not \s found )
    """
_HARMLESS: Final = r"\s* (?: errors? | failed | fail ) \s* [=:]? \s* 0\b"

LONGEST: Final = 400
"""Characters of a line that are looked at."""


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    """An expression, compiled where the first output is drawn: the first frame need not wait for it."""
    return re.compile(pattern, re.VERBOSE | re.IGNORECASE)


def looks_wrong(text: str) -> bool:
    """Whether a line of output reads like an error."""
    text = text[:LONGEST]
    return _compiled(_WRONG).match(text) is not None and _compiled(_HARMLESS).match(text) is None
