r"""A text file as an editor sees it: lines that end in `\n`, whatever they end in on disk.

`decode(data).encode() == data` for every file that is UTF-8. Line ends become `\n` only where all of them are
`\r\n`; in a file that mixes them they are part of the text, and stay what they are.
"""

import codecs

import msgspec

from tmtui.agents.tools.inputs import MisfitError


CRLF = "\r\n"


class NoTextError(MisfitError):
    """The bytes are no UTF-8 text. Says why."""


class EditError(MisfitError):
    """The edit does not fit the text. Says why."""


class TextFile(msgspec.Struct, frozen=True):
    """The text, and what it takes to write it back as it was."""

    text: str
    crlf: bool = False
    """Whether its lines end in CR LF on disk."""
    mark: bool = False
    """Whether it starts with a byte order mark."""

    def encode(self) -> bytes:
        """The file's bytes."""
        text = self.text.replace("\n", CRLF) if self.crlf else self.text
        return (codecs.BOM_UTF8 if self.mark else b"") + text.encode()

    def fit(self, text: str) -> str:
        """`text` with line ends that compare with this file's."""
        return text.replace(CRLF, "\n") if self.crlf else text

    def with_text(self, text: str) -> "TextFile":
        """This file with another text."""
        return msgspec.structs.replace(self, text=text)


def decode(data: bytes) -> TextFile:
    """Read a file's bytes.

    Raises:
        NoTextError: they are no UTF-8, or hold NULs.
    """
    mark = data.startswith(codecs.BOM_UTF8)
    if b"\0" in data:
        raise NoTextError("it holds NUL bytes, so it is no text")
    try:
        text = data.removeprefix(codecs.BOM_UTF8).decode()
    except UnicodeDecodeError as error:
        raise NoTextError(f"its byte {error.start} is no UTF-8") from None
    ends = text.count(CRLF)
    crlf = ends > 0 and ends == text.count("\n")
    return TextFile(text.replace(CRLF, "\n") if crlf else text, crlf, mark)


def replaced(text: str, old: str, new: str) -> str:
    """`text` with its one `old` replaced.

    Raises:
        EditError: `old` is not there, or more than once.
    """
    if not old:
        raise EditError("'old_str' is empty: use insert to add text, or create to write the whole file")
    count = _count(text, old)
    if count == 1:
        return text.replace(old, new)
    if count == 0:
        raise EditError("'old_str' was found 0 times; it must be there exactly once, blanks and line ends included")
    lines = ", ".join(str(line) for line in _lines_of(text, old, 10))
    more = ", …" if count > 10 else ""  # noqa: PLR2004  # as many as are listed
    raise EditError(
        f"'old_str' was found {count} times (lines {lines}{more}); it must be there exactly once: take more around it"
    )


def _count(text: str, part: str) -> int:
    """How often `part` is in `text`; a single place that overlaps with another is not single."""
    count = text.count(part)
    overlaps = count == 1 and text.find(part, text.find(part) + 1) >= 0
    return 2 if overlaps else count


def _lines_of(text: str, part: str, most: int) -> list[int]:
    found: list[int] = []
    at = text.find(part)
    while at >= 0 and len(found) < most:
        found.append(text.count("\n", 0, at) + 1)
        at = text.find(part, at + 1)
    return found


def inserted(text: str, after: int, addition: str) -> str:
    """`text` with `addition` as lines of its own behind line `after`; 0 is before the first.

    Raises:
        EditError: there is no such line.
    """
    lines = _split(text)
    if not 0 <= after <= len(lines):
        raise EditError(f"there is no line {after}: the file has {len(lines)}")
    before, behind = "".join(lines[:after]), "".join(lines[after:])
    if before and not before.endswith("\n"):
        before += "\n"
    if behind and addition and not addition.endswith("\n"):
        addition += "\n"
    return before + addition + behind


def _split(text: str) -> list[str]:
    lines = text.split("\n")
    return [line + "\n" for line in lines[:-1]] + ([lines[-1]] if lines[-1] else [])


def numbered(text: str, first: int = 1, last: int = -1) -> str:
    """Lines `first` to `last` of `text`, each behind its number; -1 is the end.

    Raises:
        EditError: there are no such lines.
    """
    lines = _split(text)
    if not lines:
        return "(the file is empty)\n"
    end = len(lines) if last == -1 else min(last, len(lines))
    if not 1 <= first <= end:
        raise EditError(f"there are no lines {first} to {last}: the file has {len(lines)}")
    shown = (
        f"{number:6}\t{line.removesuffix(chr(10))}\n" for number, line in enumerate(lines[first - 1 : end], first)
    )
    return "".join(shown)
