"""pydantic's errors in plain words."""

from collections.abc import Mapping
from typing import Any, Final

from pydantic_core import ErrorDetails

from tmtui.domain.problem import WrongValueError
from tmtui.domain.text import clean_line
from tmtui.system.documents.near import did_you_mean


_KINDS: Final[Mapping[str, str]] = {
    "int": "a whole number",
    "float": "a number",
    "bool": "true or false",
    "string": "text",
    "list": "a list",
    "tuple": "a list",
    "dict": "a mapping",
    "model": "a mapping",
}
"""By the first word of the error's type, as in `int_parsing`."""


def complaint(error: ErrorDetails) -> tuple[str, str]:
    """The message and the hint for one error."""
    what = _name(error["loc"])
    context = error.get("ctx", {})
    match error["type"]:
        case "missing":
            return f"{what} is missing", ""
        case "value_error":
            wrong = context["error"]
            hint = wrong.hint if isinstance(wrong, WrongValueError) else ""
            says_all = error["loc"][-1:] == ("[key]",) or not str(wrong).startswith("must")
            found = "" if says_all else _not(error["input"])
            return f"{what} {wrong}{found}", hint
        case "literal_error":
            return _choice(what, str(context["expected"]), error["input"])
        case "greater_than_equal" | "less_than_equal":
            bound = f"at least {context['ge']}" if "ge" in context else f"at most {context['le']}"
            return f"{what} must be {bound}{_not(error['input'])}", ""
        case other:
            kind = _KINDS.get(other.split("_", maxsplit=1)[0])
            wanted = f"must be {kind}" if kind else error["msg"][:1].lower() + error["msg"][1:]
            return f"{what} {wanted}{_not(error['input'])}", ""


def _name(loc: tuple[int | str, ...]) -> str:
    loc = loc[:-1] if loc[-1:] == ("[key]",) else loc
    words = [part for part in loc if isinstance(part, str)]
    if not words:
        return "the document"
    last = f"`{words[-1]}`"
    return last if isinstance(loc[-1], str) else f"item {loc[-1] + 1} of {last}"


def _not(value: Any) -> str:
    """What was found instead."""
    match value:
        case list() | tuple():
            return ", not a list"
        case dict():
            return ", not a mapping"
        case str():
            return f", not {clean_line(value, 60)!r}"
        case None:
            return ", not empty"
        case _:
            return f", not {value}"


def _choice(what: str, expected: str, found: Any) -> tuple[str, str]:
    choices = expected.replace("'", "").replace(" or ", ", ").split(", ")
    message = f"{what} must be one of {', '.join(choices)}{_not(found)}"
    return message, did_you_mean(found, choices) if isinstance(found, str) else ""
