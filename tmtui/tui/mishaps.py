"""Which line of a program's output tells of an error. A guess by its words; what failed is told by exit codes."""

import re
from typing import Final


_WRONG: Final = re.compile(
    r"""
      E \s{2,} \S                                      # pytest's own mark
    | \s* (?: error | fatal | panic | critical ) \b (?! \s* [=:]? \s* (?: 0 | none | no ) \b )
    | \s* (?: FAILED | FAIL | ERROR ) \b
    | Traceback \ \(most\ recent
    | (?: [\w.]+ \. )? \w+ (?: Error | Exception ) (?: : | $ )
    | .{0,300}? (?: : \d+ )+ : \s* (?: fatal \ )? error \b   # file:line:column: error
    | \s* (?: npm \ ERR! | \S+ : \s command \s not \s found )
    """,
    re.VERBOSE | re.IGNORECASE,
)
_HARMLESS: Final = re.compile(r"\s*(?:errors?|failed|fail)\s*[=:]?\s*0\b", re.IGNORECASE)

LONGEST: Final = 400
"""Characters of a line that are looked at."""


def looks_wrong(text: str) -> bool:
    """Whether a line of output reads like an error."""
    text = text[:LONGEST]
    return _WRONG.match(text) is not None and _HARMLESS.match(text) is None
