"""The one line of a long output that says what went wrong."""

import re
from typing import Final

from tmtui.domain.text import clean_line


WIDTH: Final = 200

_TELLING: Final = (
    re.compile(
        r"^E +(?P<it>\w[\w.]*(?:Error|Exception|Warning|Failed)\b.*|assert .*|AssertionError.*)$", re.MULTILINE
    ),
    re.compile(r"^(?:FAILED|ERROR) \S+ - (?P<it>.+)$", re.MULTILINE),
    re.compile(r"^(?P<it>(?:\w+\.)*\w*(?:Error|Exception)\b: .+)$", re.MULTILINE),
    re.compile(r"^(?P<it>.*\b(?:error|fatal|failed)\b[:\[].*)$", re.MULTILINE | re.IGNORECASE),
)
"""Most telling first: pytest's own lines, its summary, a Python exception, what compilers and tools print."""

_WHERE: Final = re.compile(r"^(?:FAILED|ERROR) \S*?(?:::)(?P<where>[\w:\[\]-]+)", re.MULTILINE)


def headline(output: str) -> str:
    """What went wrong, with the test's name where there is one; the last line when nothing is more telling."""
    for pattern in _TELLING:
        if found := list(pattern.finditer(output)):
            where = _WHERE.search(output)
            place = f" in {where['where']}" if where else ""
            return clean_line(found[0]["it"].strip() + place, WIDTH)
    last = next((line for line in reversed(output.splitlines()) if line.strip()), "")
    return clean_line(last, WIDTH)


_QUESTION: Final = re.compile(
    r"(?:pass(?:word|phrase)\b.*[:?]|[\[(]+y(?:es)?\]?/\[?no?[\])]+|continue\?"
    r"|press (?:any key|enter|return)\b.*|are you sure\b.*|\b(?:username|login|otp|code)\b.*:)\s*\S{0,3}\s*$",
    re.IGNORECASE,
)


def looks_like_a_question(line: str) -> bool:
    """Whether a program that prints `line` and then goes silent may be waiting for somebody to type."""
    return bool(_QUESTION.search(line[-WIDTH:]))
