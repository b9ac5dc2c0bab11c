"""What a plain word stands for: only what JSON would say, too.

YAML 1.1 reads `no` as false, `012` as ten, `1:30` as ninety and `2026-11-20` as a date. Here a plain word is
true, false, null, a number as JSON writes one, or else text.
"""

import re
from collections.abc import Mapping
from typing import Final


_WORDS: Final[Mapping[str, bool | None]] = {
    "": None,
    "~": None,
    **dict.fromkeys(("null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_INTEGER: Final = re.compile(r"-?(?:0|[1-9][0-9]{0,17})")
_REAL: Final = re.compile(r"-?(?:0|[1-9][0-9]{0,30})(?:\.[0-9]{1,30}(?:[eE][-+]?[0-9]{1,2})?|[eE][-+]?[0-9]{1,2})")
"""Kept within what 64 bits hold: a longer number stays text, and keeps all its digits."""


def resolve(text: str) -> str | int | float | bool | None:
    """The value of a plain word; see the module."""
    if text in _WORDS:
        return _WORDS[text]
    if text[0] in "-0123456789":
        if _INTEGER.fullmatch(text):
            return int(text)
        if _REAL.fullmatch(text):
            return float(text)
    return text
