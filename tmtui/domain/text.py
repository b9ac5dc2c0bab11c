r"""The one gate for foreign text: what a model, a hook, a file or a person wrote, made safe to show.

A terminal obeys bytes. Text that reaches it must therefore hold none that it obeys, and this is where they
are taken out, once, before the text is recorded:

- Colour sequences (SGR) are dropped: they say nothing that words do not.
- Every other control character is shown as a sign of its own: C0 as its control picture (`ESC` as `␛`),
  DEL as `␡`, C1, bidirectional overrides, zero-width, tag characters and lone surrogates as `\ufffd`.
- Line ends become `\n`; a carriage return inside a line keeps what was written last, as a terminal would
  show a progress bar; tabs become spaces.

`clean` and `clean_line` take whole texts; `Cleaner` takes bytes as they come from a pipe, cut anywhere.
"""

import codecs
import re
from typing import Final


TAB: Final = 4
"""Columns to a tab."""

LINE_CAP: Final = 32_768
"""Characters to a line: a longer one is broken, so that nothing that draws lines meets a boundless one."""

_SGR: Final = re.compile(r"(?:\x1b\[|\x9b)[0-9;:]{0,64}m")
_UNSAFE: Final = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b\u200c\u200e\u200f\u2028-\u202e\u2060-\u206f"
    "\ufeff\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e0fff]"
)
_OVERWRITTEN: Final = re.compile(r"[^\n]*\r(?=[^\n])")
_PENDING_SGR: Final = re.compile(r"(?:\x1b(?:\[[0-9;:]{0,64})?|\x9b[0-9;:]{0,64})\Z")
_LONG_LINE: Final = re.compile(rf"([^\n]{{{LINE_CAP}}})(?=[^\n])")
_MARKS: Final = re.compile(
    "([\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]{4})"
    "[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]+"
)


_DEL: Final = 0x7F


def _picture(match: re.Match[str]) -> str:
    code = ord(match.group())
    if code < ord(" "):
        return chr(0x2400 + code)
    return "␡" if code == _DEL else "\ufffd"


def _make_safe(text: str) -> str:
    if "\x1b" in text or "\x9b" in text:
        text = _SGR.sub("", text)
    if "\r" in text:
        text = _OVERWRITTEN.sub("", text.replace("\r\n", "\n")).replace("\r", "")
    if "\t" in text:
        text = "\n".join(line.expandtabs(TAB) for line in text.split("\n"))
    text = _UNSAFE.sub(_picture, text)
    text = _MARKS.sub(r"\1", text)
    return _LONG_LINE.sub(r"\1\n", text) if len(text) > LINE_CAP else text


def clean(text: str) -> str:
    """Make a text of any number of lines safe to show. Idempotent."""
    if text.isascii() and text.isprintable():
        return text if len(text) <= LINE_CAP else _LONG_LINE.sub(r"\1\n", text)
    return _make_safe(text)


def clean_line(text: str, cap: int = 500) -> str:
    """Make a text safe to show on one line of at most `cap` characters: line ends become blanks."""
    flat = " ".join(clean(text[: 4 * cap]).split("\n")).strip()
    return flat if len(flat) <= cap else flat[: cap - 1] + "…"


class Cleaner:
    """Makes a stream of bytes safe to show, however it is cut into pieces.

    A character or a colour sequence that a cut splits is held back until its rest comes; so is a carriage
    return, whose meaning depends on what follows it.
    """

    def __init__(self) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._held = ""
        self._line_open = False

    def feed(self, data: bytes) -> str:
        """The next piece of safe text; it may be empty."""
        text = self._held + self._decoder.decode(data)
        keep = len(text)
        if match := _PENDING_SGR.search(text, max(0, keep - 70)):
            keep = match.start()
        while keep and text[keep - 1] == "\r":
            keep -= 1
        self._held = text[keep:]
        return self._emit(text[:keep])

    def finish(self) -> str:
        """What was held back when the stream ended."""
        text = self._held + self._decoder.decode(b"", final=True)
        self._held = ""
        return self._emit(text)

    def _emit(self, text: str) -> str:
        if self._line_open and text.startswith("\r") and not text.startswith("\r\n"):
            # What this would overwrite has left already: the new state of the line goes below it.
            text = "\n" + text.lstrip("\r")
        safe = clean(text)
        if safe:
            self._line_open = not safe.endswith("\n")
        return safe
