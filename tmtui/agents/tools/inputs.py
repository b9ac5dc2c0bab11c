"""What a tool was given, read with care: a model may send anything."""

import math
from collections.abc import Mapping
from typing import Any

from tmtui.domain.text import clean_line


class InputError(Exception):
    """The input cannot be used. The message is for the agent, and says what to send instead."""


class MisfitError(Exception):
    """The input makes sense, and does not fit what it is about. The message is for the agent."""


class Input:
    """The named fields of a call.

    Raises:
        InputError: a field has a name that the tool does not know.
    """

    def __init__(self, given: Mapping[str, Any], *known: str) -> None:
        self._given = given
        if strange := [name for name in given if name not in known]:
            raise InputError(f"there is no field {clean_line(str(strange[0]))!r}; known are {', '.join(known)}")

    def text(self, name: str, default: str | None = None) -> str:
        """A field that holds text; `default` when it is not given.

        Raises:
            InputError: it is missing and has no default, or it is no text.
        """
        value = self._value(name, default)
        if not isinstance(value, str):
            raise InputError(f"{name!r} must be text, not {_kind(value)}")
        return value

    def whole(self, name: str) -> int:
        """A field that holds a whole number.

        Raises:
            InputError: it is missing, or it is no whole number.
        """
        value = self._value(name, None)
        if not _is_whole(value):
            raise InputError(f"{name!r} must be a whole number, not {_kind(value)}")
        return int(value)

    def seconds(self, name: str, default: float, longest: float) -> float:
        """A field that holds a time above zero and up to `longest`.

        Raises:
            InputError: it is anything else.
        """
        value = self._value(name, default)
        number = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
        if not number or not 0 < value <= longest:
            raise InputError(f"{name!r} must be a number of seconds above 0 and up to {longest:g}")
        return float(value)

    def span(self, name: str) -> tuple[int, int] | None:
        """A field that holds a first and a last line; None when it is not given.

        Raises:
            InputError: it is anything else.
        """
        value = self._given.get(name)
        if value is None:
            return None
        if not isinstance(value, list) or len(value) != 2 or not all(map(_is_whole, value)):  # noqa: PLR2004  # first, last
            raise InputError(f"{name!r} must be two line numbers, such as [1, 20]; -1 as the last is the end")
        return value[0], value[1]

    def _value(self, name: str, default: Any) -> Any:
        value = self._given.get(name)
        if value is None and default is None:
            raise InputError(f"{name!r} is missing")
        return default if value is None else value


def _is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _kind(value: Any) -> str:
    match value:
        case bool():
            return "a truth value"
        case int() | float():
            return "a number"
        case list():
            return "a list"
        case dict():
            return "an object"
        case _:
            return "text"
