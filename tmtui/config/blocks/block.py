"""What the schemas of the parts share."""

import re
from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal

from tmtui.domain.problem import WrongValueError
from tmtui.domain.text import clean_line
from tmtui.system.documents.values import parse_seconds, showable
from tmtui.system.documents.written import After, Before, Between, InJsonSchema, Written


class Block(Written):
    """A mapping some of whose fields may be said in two ways, such as `timeout` and `timeout_ms`."""

    folded: ClassVar[Mapping[str, str]] = {}
    """The field that another one stands for, by that other's name. Their values have the same unit once read."""

    def check(self) -> None:
        """Nothing is said in two ways."""
        for other, field in self.folded.items():
            if getattr(self, other) is not None and getattr(self, field) is not None:
                raise WrongValueError(f"says `{field}` and `{other}`", "Keep one of them.")

    def as_said(self) -> dict[str, Any]:
        """What is written, by field, every other way of saying it folded into the one."""
        said = super().as_said()
        return {self.folded.get(name, name): value for name, value in said.items()}


def parse_milliseconds(value: Any) -> float:
    """Seconds from a number of milliseconds; text with a unit is taken as it says.

    Raises:
        WrongValueError: it is no time, or none at all.
    """
    text = str(value).strip()
    seconds = parse_seconds(f"{text}ms" if re.fullmatch(r"[0-9.]+", text) else text)
    if seconds <= 0:
        raise WrongValueError("must be more than 0 milliseconds")
    return seconds


def parse_percentage(value: Any) -> float:
    """A percentage from `80`, `80.5` or `80%`.

    Raises:
        WrongValueError: it is none above 0 and up to 100.
    """
    text = str(value).strip().removesuffix("%").strip()
    if not re.fullmatch(r"[0-9]{1,3}(?:\.[0-9]{1,6})?", text) or not 0 < float(text) <= 100:  # noqa: PLR2004  # per cent
        raise WrongValueError("must be a percentage above 0 and up to 100", "Write a number, such as 80.")
    return float(text)


def _word(text: str) -> str:
    if not text or clean_line(text, 80) != text or showable(text) != text:
        raise WrongValueError("must be one word or line of at most 80 characters")
    return text


Milliseconds = Annotated[
    float,
    Before(parse_milliseconds),
    InJsonSchema({"type": ["number", "string"], "description": "Milliseconds, or text such as `30s`."}),
]
"""Read as seconds."""

Percentage = Annotated[float, Before(parse_percentage), InJsonSchema({"type": ["number", "string"]})]

Name = Annotated[str, After(_word)]
"""A name of one's own, or one that another file or service gives."""

Effort = Literal["low", "medium", "high", "xhigh", "max"]

Tokens = Annotated[int, Between(1, 100_000_000_000)]

Times = Annotated[int, Between(1, 10_000_000)]
