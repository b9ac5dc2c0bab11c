"""The kinds of value that people write, as types for the fields of a `Written`.

Each takes a value in its own text and gives what the program reckons with: seconds, micro-dollars, a path below
the root, text that is safe to show.
"""

import math
import posixpath
import re
from decimal import Decimal
from typing import Annotated, Any, Final, TypeVar

from tmtui.domain.money import micro_from_usd
from tmtui.domain.problem import WrongValueError
from tmtui.domain.text import clean, clean_line
from tmtui.system.documents.written import After, Before, InJsonSchema


_UNITS: Final = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3_600.0, "d": 86_400.0}
_LONGEST: Final = 30 * _UNITS["d"]
_NUMBER: Final = r"[0-9]{1,9}(?:\.[0-9]{1,9})?"
_PART: Final = re.compile(rf"\s*({_NUMBER})\s*(ms|s|m|h|d)(?:ec(?:ond)?s?|in(?:ute)?s?|ours?|ays?)?(?![a-z])")
_DURATION_HINT: Final = "Write seconds, such as 90, or a number with a unit: 500ms, 90s, 5m, 1h30m, 2d."


def parse_seconds(value: Any) -> float:
    """Seconds from `90`, `1.5`, `90s`, `5m` or `1h30m`; zero is one of them.

    Raises:
        WrongValueError: it is no time, or longer than 30 days.
    """
    text = str(value).strip().lower()
    if re.fullmatch(_NUMBER, text):
        seconds = float(text)
    else:
        seconds, at = 0.0, 0
        while at < len(text):
            part = _PART.match(text, at)
            if part is None:
                raise WrongValueError("must be a time", _DURATION_HINT)
            seconds += float(part[1]) * _UNITS[part[2]]
            at = part.end()
        if not at:
            raise WrongValueError("must be a time", _DURATION_HINT)
    if seconds > _LONGEST:
        raise WrongValueError("must be at most 30 days", _DURATION_HINT)
    return seconds


def _more_than_nothing(seconds: float) -> float:
    if seconds <= 0 or not math.isfinite(seconds):
        raise WrongValueError("must be more than 0 seconds", _DURATION_HINT)
    return seconds


def parse_dollars(value: Any) -> int:
    """Micro-dollars from `2.5` or `$2.50`.

    Raises:
        WrongValueError: it is no amount, not above zero, or above a million dollars.
    """
    text = str(value).strip().removeprefix("$").strip()
    if not re.fullmatch(_NUMBER, text):
        raise WrongValueError("must be an amount in US dollars", "Write 2.5 or $2.50.")
    micro = micro_from_usd(Decimal(text))
    if not 0 < micro <= 1_000_000_000_000:  # noqa: PLR2004  # a million dollars
        raise WrongValueError("must be more than $0 and at most $1,000,000", "Leave it out for no limit.")
    return micro


def relative_path(text: str) -> str:
    """A path below the project's root, in its shortest form; empty for the root itself.

    Raises:
        WrongValueError: it is absolute, leads out of the root, or cannot be shown as it is.
    """
    hint = "Write it relative to the project's root, such as services/api."
    text = showable(text.strip())
    if text.startswith(("/", "~")) or re.match(r"[A-Za-z]:[\\/]", text):
        raise WrongValueError("must be relative to the project's root", hint)
    path = posixpath.normpath(text or ".")
    if path == ".." or path.startswith(("../", "~")):
        raise WrongValueError("leads out of the project's root", hint)
    return "" if path == "." else path


def showable(text: str) -> str:
    """`text` itself, when it can be shown exactly as it is; tabs and line ends may be in it.

    For what is used as it was written (commands, paths, ids), so that nobody is shown anything else.

    Raises:
        WrongValueError: it holds a control, hidden or reordering character.
    """
    for character in sorted(set(text) - {"\n", "\t"}):
        if clean(character) != character:
            message = f"holds the character U+{ord(character):04X}, which cannot be shown as it is"
            raise WrongValueError(message, "Take it away; a shell command can make it with printf.")
    return text


def _text_of_at_least_one_word(text: str) -> str:
    if not text.strip():
        raise WrongValueError("must not be empty")
    return showable(text)


def _time_schema() -> InJsonSchema:
    return InJsonSchema({"type": ["number", "string"], "description": "Seconds, or text such as `5m`."})


Seconds = Annotated[float, Before(parse_seconds), After(_more_than_nothing), _time_schema()]
"""More than nothing."""

Pause = Annotated[float, Before(parse_seconds), _time_schema()]
"""Seconds; zero is fine."""

Dollars = Annotated[
    int,
    Before(parse_dollars),
    InJsonSchema({"type": ["number", "string"], "description": "US dollars, such as 2.5 or `$2.50`."}),
]
"""Micro-dollars."""


def _as_list(value: Any) -> Any:
    return value if isinstance(value, list | tuple) else [value]


ONE_OR_MANY: Final = Before(_as_list)
"""Marks a list that may be written as its only item."""

T = TypeVar("T")

OneOrMany = Annotated[list[T], ONE_OR_MANY]

RelativePath = Annotated[str, After(relative_path)]

Line = Annotated[str, After(clean_line)]
"""One line, safe to show."""

Text = Annotated[str, After(clean)]
"""Any number of lines, safe to show."""

Command = Annotated[str, After(_text_of_at_least_one_word)]
"""Not empty, and run exactly as it is shown."""

Exact = Annotated[str, After(showable)]
"""Used exactly as it is shown."""
