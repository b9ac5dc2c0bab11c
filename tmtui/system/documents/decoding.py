"""Bytes to text: UTF-8, and nothing in it that is no text."""

import codecs
import re
from typing import Final

from tmtui.domain.problem import Problem, ProblemsError
from tmtui.domain.text import clean_line


_NO_TEXT: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufeff\ufffe\uffff]")
"""What YAML calls not printable, and JSON has no use for."""

_OTHER_MARKS: Final = (
    (codecs.BOM_UTF32_LE, "UTF-32"),
    (codecs.BOM_UTF32_BE, "UTF-32"),
    (codecs.BOM_UTF16_LE, "UTF-16"),
    (codecs.BOM_UTF16_BE, "UTF-16"),
)


def decode(data: bytes, shown: str) -> str:
    """The text of a file.

    Raises:
        ProblemsError: it is not UTF-8, or it is no text at all.
    """
    data = data.removeprefix(codecs.BOM_UTF8)
    if encoding := _other_encoding(data):
        raise _error(shown, (1, 1), f"the file is {encoding}", "Save it as UTF-8.")
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        before = data[data.rfind(b"\n", 0, error.start) + 1 : error.start]
        place = (line, len(before.decode(errors="replace")) + 1)
        message = f"the byte 0x{data[error.start]:02x} is no UTF-8"
        raise _error(shown, place, message, "Save the file as UTF-8, if it is a text at all.") from None
    if found := _NO_TEXT.search(text):
        before_it = text[: found.start()]
        place = (before_it.count("\n") + 1, found.start() - before_it.rfind("\n"))
        raise _error(shown, place, *_no_text(found.group()))
    return text


def _other_encoding(data: bytes) -> str:
    for mark, name in _OTHER_MARKS:
        if data.startswith(mark):
            return name
    sample = data[:1000]
    half = len(sample) // 2
    if half and max(sample[0::2].count(0), sample[1::2].count(0)) > half * 0.8:
        return "UTF-16, or no text at all"
    return ""


def _no_text(character: str) -> tuple[str, str]:
    if character == "\0":
        return "a NUL byte: this is no text file", "Check that the right file was named."
    hint = 'Take it away; in double quotes YAML and JSON can write it as an escape, such as "\\u001b".'
    return f"the control character U+{ord(character):04X}", hint


def _error(shown: str, place: tuple[int, int], message: str, hint: str) -> ProblemsError:
    return ProblemsError((Problem(clean_line(shown), *place, message, hint),))
