r"""The one gate for foreign text: what a model, a hook, a file or a person wrote, made safe to show.

A terminal obeys bytes. Text that reaches it must therefore hold none that it obeys, and this is where they
are taken out, once, before the text is recorded:

- Colour sequences (SGR) are dropped: they say nothing that words do not.
- Every other control character is shown as a sign of its own: C0 as its control picture (`ESC` as `␛`),
  DEL as `␡`; C1, bidirectional overrides, whatever is drawn as nothing (zero-width characters, fillers, tags)
  and lone surrogates as `\ufffd`. A joiner stays inside an emoji, and nowhere else.
- Marks that pile up on one character are cut to a few.
- Line ends become `\n`; a carriage return inside a line keeps what was written last, as a terminal would
  show a progress bar; tabs become spaces; a boundless line is broken.

`clean` and `clean_line` take whole texts; `Cleaner` takes bytes as they come from a pipe, cut anywhere. All of it
takes time in proportion to the text, however hostile that is: no expression here looks at a character twice for
each place where it could begin.
"""

import codecs
import re
from typing import Final


TAB: Final = 4
"""Columns to a tab."""

LINE_CAP: Final = 32_768
"""Characters to a line: a longer one is broken, so that nothing that draws lines meets a boundless one."""

MARKS_CAP: Final = 4
"""Combining marks and variation selectors in a row."""

_JOINER: Final = "\u200d"
_PICTOGRAPHS: Final = "\u2190-\u23ff\u2440-\u2bff\U0001f000-\U0001faff"
"""All but the control pictures, which stand here for what they picture."""
_MARKS: Final = (
    "\u0300-\u034e\u0350-\u036f\u0483-\u0489\u0e31\u0e34-\u0e3a\u0e47-\u0e4e\u1ab0-\u1aff\u1dc0-\u1dff"
    "\u20d0-\u20ff\ufe00-\ufe0f\ufe20-\ufe2f"
)

_SGR: Final = re.compile(r"(?:\x1b\[|\x9b)[0-9;:]{0,64}m")
_UNSAFE: Final = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f"
    "\u2028-\u202e\u2060-\u206f\u3164\ud800-\udfff\ufeff\uffa0\ufff0-\ufffb\U0001bca0-\U0001bca3"
    "\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
_JOINED: Final = re.compile(f"(?<=[{_PICTOGRAPHS}\ufe0f]){_JOINER}(?=[{_PICTOGRAPHS}])")
_HEAP: Final = re.compile(f"([{_MARKS}]{{{MARKS_CAP}}})[{_MARKS}]+")

_PENDING: Final = re.compile(rf"\r*{_JOINER}?(?:\x1b(?:\[[0-9;:]{{0,64}})?|\x9b[0-9;:]{{0,64}})?\Z")
"""What a cut may have split: its meaning depends on what comes next."""

_PENDING_CAP: Final = 80

_DEL: Final = 0x7F


def _picture(match: re.Match[str]) -> str:
    character = match.group()
    code = ord(character)
    if code < ord(" "):
        return chr(0x2400 + code)
    if code == _DEL:
        return "␡"
    return character if _JOINED.match(match.string, match.start()) else "\ufffd"


def _written_last(line: str) -> str:
    return line.rstrip("\r").rpartition("\r")[2]


def _break_long_lines(text: str) -> str:
    if len(text) <= LINE_CAP:
        return text
    return "\n".join(
        line[start : start + LINE_CAP] for line in text.split("\n") for start in range(0, max(1, len(line)), LINE_CAP)
    )


def _make_safe(text: str) -> str:
    if "\x1b" in text or "\x9b" in text:
        text = _SGR.sub("", text)
    if "\r" in text:
        text = "\n".join(map(_written_last, text.split("\n")))
    text = _HEAP.sub(r"\1", text).expandtabs(TAB)
    return _UNSAFE.sub(_picture, _break_long_lines(text))


def clean(text: str) -> str:
    """Make a text of any number of lines safe to show. Idempotent."""
    if text.isascii() and text.isprintable():
        return _break_long_lines(text)
    return _make_safe(text)


def clean_line(text: str, cap: int = 500) -> str:
    """Make a text safe to show on one line of at most `cap` characters: line ends become blanks."""
    start = text[: 4 * cap]
    flat = " ".join(clean(start).split("\n")).strip()
    if len(flat) <= cap and len(start) == len(text):
        return flat
    return flat[: cap - 1].rstrip(_JOINER) + "…"


class Cleaner:
    """Makes a stream of bytes safe to show, however it is cut into pieces.

    A character or a colour sequence that a cut splits is held back until its rest comes; so is a carriage
    return, whose meaning depends on what follows it. What was begun of a line is remembered, so that tabs, marks
    and the length of a line come out as they would in one piece. The one difference is an overwritten line whose
    beginning has left already: its new state goes below it.
    """

    def __init__(self) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._held = ""
        self._line = ""
        """The line that was begun, as it left."""

    def feed(self, data: bytes) -> str:
        """The next piece of safe text; it may be empty."""
        text = _SGR.sub("", self._held + self._decoder.decode(data))
        pending = _PENDING.search(text, max(0, len(text) - _PENDING_CAP))
        keep = pending.start() if pending else len(text)
        self._held = text[keep:]
        return self._emit(text[:keep])

    def finish(self) -> str:
        """What was held back when the stream ended."""
        text = self._held + self._decoder.decode(b"", final=True)
        self._held = ""
        return self._emit(text)

    def _emit(self, text: str) -> str:
        first, end, rest = text.partition("\n")
        if self._line and "\r" in first.rstrip("\r"):
            text = "\n" + _written_last(first) + end + rest
        safe = clean(self._line + text)[len(self._line) :]
        self._line = (self._line + safe).rpartition("\n")[2]
        return safe
