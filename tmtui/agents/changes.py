"""Changes that an answer only suggests: found in its text, and worked out for the files that they are about.

Two forms are taken for changes, and nothing else:

- a unified diff, in a block of its own or bare;
- a fenced block that names its file, in its first line (```` ```python src/app.py ````) or alone on the line before;
  it holds the whole file. A block that leaves parts of it out is an error, not a file.

A hunk fits where its lines say, or at the only other place where exactly its lines stand. One that fits nowhere, or
in several places, is an error that names it. Nothing here reads or writes a file.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Any, Final

import msgspec

from tmtui.domain.text import clean_line


FENCE: Final = re.compile(r"^ {0,3}(?P<fence>`{3,}|~{3,})[ \t]*(?P<info>[^`]*)$")
DIFF_INFO: Final = frozenset({"diff", "patch", "udiff"})
DIFF_START: Final = re.compile(r"^(?:diff --git |--- \S.*\n\+\+\+ \S)", re.MULTILINE)
DIFF_LINE: Final = re.compile(
    r"^(?:[ +\-\\@]|$|diff --git |index |(?:new|deleted) file mode |(?:old|new) mode |similarity |rename |copy )"
)

ATTRIBUTE: Final = re.compile(r"(?:title|file|filename|path)\s*[=:]\s*[\"']?(?P<path>[^\"'\s}]+)")
ALONE: Final = re.compile(
    r"^(?:#{1,6}\s+|[-*]\s+|\d{1,3}[.)]\s+)?(?:\*\*|__)?(?:(?:file|filename|path)\s*:\s*)?[`*_\"]{0,3}"
    r"(?P<path>[^\s`*\"]+?)[`*_\"]{0,3}\s*:?(?:\*\*|__)?\s*:?$",
    re.IGNORECASE,
)
"""A line that holds a path and nothing else."""
A_PATH: Final = re.compile(r"^(?=.*(?:/|\.[A-Za-z]\w{0,9}$|^(?:Makefile|Dockerfile|LICENSE)$))[\w.@+~\-\[\]()/]+$")
LEFT_OUT: Final = re.compile(
    r"^\s*(?:#|//|--|/\*|<!--|;|%)?\s*(?:\.{3}|…)?\s*\(?(?:the )?(?:rest|remaining|existing|unchanged|other) .{0,60}"
    r"(?:\.{3}|…|unchanged|code|same)|^\s*(?:#|//|--|/\*|<!--)\s*(?:\.{3}|…)",
    re.IGNORECASE,
)
"""A line that stands for others."""


class ChangesError(Exception):
    """Changes that cannot be made. The message is one line for a person, and for the agent."""


class Hunk(msgspec.Struct, frozen=True):
    """One place of a diff."""

    header: str
    start: int
    """The line at which it should fit, from 0."""
    before: tuple[str, ...]
    """Lines, without their ends."""
    after: tuple[str, ...]
    ends: bool = True
    """Whether its last line ends in a line feed."""


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """What an answer wants of one file."""

    path: str
    content: str | None = None
    """All of it; None when it is told by hunks, or when the file is to go."""
    hunks: tuple[Hunk, ...] = ()
    new: bool = False
    """Whether there must be no such file before."""
    gone: bool = False
    """Whether there is to be none afterwards."""


def changes_in(text: str) -> tuple[Change, ...]:
    """The changes that an answer holds, in order; none for most answers.

    Raises:
        ChangesError: it holds changes that make no sense, or that lead elsewhere.
    """
    outside: list[str] = []
    found: list[Change] = []
    for block in _blocks(text.replace("\r\n", "\n").split("\n"), outside):
        found += block.changes()
    found += _diff(_bare_diff("\n".join(outside)))
    for change in found:
        _check_path(change.path)
    whole = [change.path for change in found if change.content is not None]
    if twice := {path for path in whole if whole.count(path) > 1}:
        raise ChangesError(f"{clean_line(min(twice))} is written more than once in the same answer")
    return tuple(found)


def _check_path(path: str) -> None:
    parts = path.split("/")
    if path.startswith(("/", "~")) or ".." in parts or "\\" in path or not path.isprintable() or not path.strip("/."):
        raise ChangesError(f"{clean_line(path, 120)!r} is no path below the project's root")
    if ".git" in (part.casefold() for part in parts):
        raise ChangesError(f"{clean_line(path, 120)!r} belongs to git, and is not changed here")


# Blocks.


class _Block(msgspec.Struct):
    info: str
    before: str
    """The line before it, empty lines passed over."""
    lines: list[str] = []
    closed: bool = False

    def changes(self) -> list[Change]:
        body = "\n".join(self.lines)
        is_diff = self.info.split(" ")[0].lower() in DIFF_INFO or DIFF_START.match(body) is not None
        path = "" if is_diff else named_in(self.info) or named_before(self.before)
        if not (is_diff or path):
            return []
        if not self.closed:
            raise ChangesError(f"the block {clean_line(path or 'with the diff')} is never closed: the answer was cut")
        if is_diff:
            return _diff(f"{body}\n") if DIFF_START.search(body) else []
        if left_out := next((line for line in self.lines if LEFT_OUT.match(line)), ""):
            raise ChangesError(f"the block of {path} leaves parts out ({clean_line(left_out.strip(), 60)!r})")
        return [Change(path=path, content=f"{body}\n" if self.lines else "")]


def _blocks(lines: Sequence[str], outside: list[str]) -> Iterator[_Block]:
    """The fenced blocks; what stands outside of them is added to `outside`."""
    block: _Block | None = None
    fence, before = "", ""
    for line in lines:
        mark = FENCE.match(line)
        if block is None and mark:
            fence, block = mark["fence"], _Block(mark["info"].strip(), before)
            outside.append("\0")
        elif block is None:
            outside.append(line)
            before = line.strip() or before
        elif mark and not mark["info"].strip() and mark["fence"].startswith(fence):
            block.closed = True
            yield block
            block, before = None, ""
        else:
            block.lines.append(line)
    if block is not None:
        yield block


def named_in(info: str) -> str:
    """The file that the first line of a block names; empty for none."""
    if found := ATTRIBUTE.search(info):
        return found["path"]
    words = info.split()
    candidates = [*words[1:2], *(words[0].partition(":")[2:] if words else ()), *words[:1]]
    return next((word for word in candidates if A_PATH.match(word)), "")


def named_before(line: str) -> str:
    """The file that stands alone on a line; empty for none."""
    found = ALONE.match(line)
    return found["path"] if found and A_PATH.match(found["path"]) else ""


# Diffs.


def _bare_diff(text: str) -> str:
    """The diff that stands in a text outside of any block; empty for none."""
    start = DIFF_START.search(text)
    if start is None or "\n@@ " not in text[start.start() :]:
        return ""
    lines: list[str] = []
    for line in text[start.start() :].split("\n"):
        if not DIFF_LINE.match(line):
            break
        lines.append(line)
    while lines and not lines[-1].strip():
        lines.pop()
    return "".join(f"{line}\n" for line in lines)


def _diff(text: str) -> list[Change]:
    if not text:
        return []
    from unidiff.errors import UnidiffParseError  # noqa: PLC0415  # few answers hold a diff
    from unidiff.patch import PatchSet  # noqa: PLC0415  # likewise

    try:
        patch: Any = PatchSet(text)
    except UnidiffParseError as error:
        raise ChangesError(clean_line(f"the diff is malformed: {error}", 200)) from error
    return [change for file in patch for change in _of_file(file)]


def _of_file(file: Any) -> Iterator[Change]:
    path = str(file.path)
    if file.is_binary_file:
        raise ChangesError(f"{clean_line(path)} is binary, and a diff of text cannot change it")
    hunks = tuple(_hunk(hunk) for hunk in file)
    if file.is_rename:
        raise ChangesError(f"{clean_line(path)} is a file renamed: write the new one, and delete the old one")
    yield Change(path=path, hunks=hunks, new=bool(file.is_added_file), gone=bool(file.is_removed_file))


def _hunk(hunk: Any) -> Hunk:
    before: list[str] = []
    after: list[str] = []
    ends, last = True, ""
    for line in hunk:
        value = str(line.value).rstrip("\n")
        if line.line_type == "\\":
            ends = last == "-"
            continue
        last = line.line_type
        if last in (" ", "-", ""):
            before.append(value)
        if last in (" ", "+", ""):
            after.append(value)
    start = hunk.source_start - 1 if hunk.source_length else hunk.source_start
    header = f"@@ -{hunk.source_start},{hunk.source_length} +{hunk.target_start},{hunk.target_length} @@"
    return Hunk(header, max(0, start), tuple(before), tuple(after), ends)


# What comes of them.


def result_of(change: Change, text: str | None) -> str | None:
    """What a file holds after a change; None when it is gone.

    Args:
        change: What is wanted of it.
        text: What it holds, with line feeds; None when there is no such file.

    Raises:
        ChangesError: the change does not fit.
    """
    if change.content is not None:
        return change.content
    if change.new:
        if text is not None:
            raise ChangesError(f"{change.path} is to be made, and is there already")
        lines = [line for hunk in change.hunks for line in hunk.after]
        return _text(lines, ends=all(hunk.ends for hunk in change.hunks))
    if text is None:
        raise ChangesError(f"{change.path} is to be changed, and is not there")
    after = _changed(change, text)
    if change.gone:
        if after:
            raise ChangesError(f"{change.path} is to be deleted, and holds more than the diff says")
        return None
    return after


def _text(lines: Sequence[str], *, ends: bool) -> str:
    return "\n".join(lines) + ("\n" if lines and ends else "")


def _changed(change: Change, text: str) -> str:
    lines = text.split("\n")
    ends = lines[-1] == ""
    if ends:
        lines.pop()
    done: list[str] = []
    cursor = 0
    for number, hunk in enumerate(change.hunks, 1):
        place = _place(change, number, lines, cursor, hunk)
        done += [*lines[cursor:place], *hunk.after]
        cursor = place + len(hunk.before)
        if cursor == len(lines):
            ends = hunk.ends
    return _text([*done, *lines[cursor:]], ends=ends)


def _place(change: Change, number: int, lines: list[str], cursor: int, hunk: Hunk) -> int:
    """Where a hunk fits."""
    before = list(hunk.before)
    if hunk.start >= cursor and lines[hunk.start : hunk.start + len(before)] == before and hunk.start <= len(lines):
        return hunk.start
    places = [at for at in range(cursor, len(lines) - len(before) + 1) if lines[at : at + len(before)] == before]
    if len(places) == 1 and before:
        return places[0]
    name = f"hunk {number} of {change.path} ({hunk.header})"
    if before and len(places) > 1:
        raise ChangesError(f"{name} fits in {len(places)} places: give it more lines around")
    raise ChangesError(f"{name} does not apply: {_misfit(lines, hunk)}")


def _misfit(lines: list[str], hunk: Hunk) -> str:
    """The first line that is another one than the hunk says."""
    for at, wanted in enumerate(hunk.before, hunk.start):
        if at >= len(lines):
            return f"the file ends before line {at + 1}"
        if lines[at] != wanted:
            return f"line {at + 1} is {clean_line(lines[at], 80)!r} and not {clean_line(wanted, 80)!r}"
    return "it overlaps with the one before"
