"""A unified diff as lines: the files with their counts first, then each hunk.

Which lines are additions is decided by the counts in the hunk's own head, not by their first character alone: a
removed line that reads `-- x` looks just like a file's head.
"""

import re
from collections.abc import Iterator
from typing import Final

from tmtui.domain.text import clean
from tmtui.events.attempt import AttemptMeasured, FileChange
from tmtui.state.lines import Line, LineKind, Lines


DIFF_CAP: Final = 20_000
"""Lines of a diff that are shown."""

_HUNK: Final = re.compile(r"@@+ -\d+(?:,(?P<old>\d+))? \+\d+(?:,(?P<new>\d+))? @@")
_FILE: Final = re.compile(r"diff --git \"?a/(?P<old>.*?)\"? \"?b/(?P<new>.*?)\"?")
_BODY: Final = ("", " ", "+", "-", "\\")
"""How a line within a hunk can begin; git and editors cut the blank of an empty one."""

_NOISE: Final = ("index ", "--- ", "+++ ")
_CHANGES: Final = {"added": "A", "modified": "M", "deleted": "D", "renamed": "R"}


def diff_page(measured: AttemptMeasured, diff: str) -> Lines:
    """The whole page."""
    lines = Lines()
    for line in file_list(measured):
        lines.add(*line)
    for index, line in enumerate(diff_lines(clean(diff))):
        if index == DIFF_CAP:
            lines.add(LineKind.WARN, f"… the diff goes on; only its first {DIFF_CAP:,} lines are shown")
            break
        if line.kind is LineKind.FILE:
            lines.gap()
        lines.add(*line)
    return lines


def file_list(measured: AttemptMeasured) -> Iterator[Line]:
    """What changed, a file to a line."""
    files = measured.files
    if not files:
        yield Line(LineKind.NOTE, "The tree is as it was.")
        return
    width = min(60, max(len(each.path) for each in files))
    for each in files:
        yield _file_line(each, width)
    if measured.files_total > len(files):
        yield Line(LineKind.NOTE, f"… and {measured.files_total - len(files)} more files")


def _file_line(each: FileChange, width: int) -> Line:
    sign = _CHANGES.get(each.change, "?")
    return Line(LineKind.FIELD, f"{sign} {each.path:<{width}}  +{each.added} -{each.removed}", 0, 1)


def diff_lines(diff: str) -> Iterator[Line]:
    """Each line of a diff with what it is."""
    old = new = 0
    for text in diff.splitlines():
        if (old > 0 or new > 0) and text[:1] in _BODY:
            kind = _in_hunk(text)
            old -= kind in (LineKind.REMOVED, LineKind.CONTEXT)
            new -= kind in (LineKind.ADDED, LineKind.CONTEXT)
            yield Line(kind, text)
            continue
        old = new = 0
        if hunk := _HUNK.match(text):
            old, new = int(hunk["old"] or 1), int(hunk["new"] or 1)
            yield Line(LineKind.HUNK, text)
        elif file := _FILE.fullmatch(text):
            yield Line(LineKind.FILE, file["new"])
        elif not text.startswith(_NOISE):
            yield Line(LineKind.NOTE, text)


def _in_hunk(text: str) -> LineKind:
    if text.startswith("+"):
        return LineKind.ADDED
    if text.startswith("-"):
        return LineKind.REMOVED
    return LineKind.NOTE if text.startswith("\\") else LineKind.CONTEXT
