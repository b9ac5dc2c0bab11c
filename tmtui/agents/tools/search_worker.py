"""The process that searches: a question as JSON on its input, an answer as JSON on its output.

The answer's `lines` are what was found, its `notes` say what was not looked at, so that "nothing found" is never more
than it is.
"""

import json
import re
import sys
from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Any, Final

from tmtui.agents.tools.names import GLOB
from tmtui.system.confined import ConfinedFolder, PathRefused, fits


WALKED: Final = 50_000
"""Files that are looked at."""
FOUND: Final = 200
"""Paths that `glob` tells."""
MATCHES: Final = 1_000
"""Lines that `grep` tells."""
LINE_CAP: Final = 2_000
"""Characters of a line that are searched and shown."""
SIZE_CAP: Final = 256 * 1024
"""Bytes of a file that is searched."""


class Answer:
    """What is found, as it is found."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.notes: list[str] = []
        self.problem = ""


def answer(question: Mapping[str, Any]) -> Answer:
    """Answer one question."""
    found = Answer()
    with ConfinedFolder(Path(question["root"]), question["protected"]) as folder:
        try:
            (find_files if question["do"] == GLOB else find_lines)(folder, question, found)
        except (PathRefused, OSError) as error:
            found.problem = str(error)
        except (re.error, RecursionError, OverflowError) as error:
            found.problem = f"'pattern' is no regular expression that can be used: {error}"
    return found


def find_files(folder: ConfinedFolder, question: Mapping[str, Any], found: Answer) -> None:
    """Put the files that fit the pattern into `found`; a pattern without a slash fits names at any depth."""
    wanted = _wanted(question["pattern"])
    start = _parts(question["path"])
    for path in _walk(folder, question["path"], found):
        if fits(path.split("/")[len(start) :], wanted):
            if len(found.lines) == FOUND:
                found.notes.append(f"only the first {FOUND} are shown")
                return
            found.lines.append(path)


def find_lines(folder: ConfinedFolder, question: Mapping[str, Any], found: Answer) -> None:
    """Put the lines that match the pattern into `found`, each behind its file and number."""
    pattern = re.compile(question["pattern"])
    wanted = _wanted(question["glob"]) if question["glob"] else None
    start = _parts(question["path"])
    skipped = 0
    for path in _walk(folder, question["path"], found):
        if wanted and not fits(path.split("/")[len(start) :], wanted):
            continue
        text = _text_of(folder, path)
        skipped += text is None
        for number, line in enumerate((text or "").split("\n"), 1):
            if pattern.search(line, 0, LINE_CAP):
                if len(found.lines) == MATCHES:
                    found.notes.append(f"only the first {MATCHES:,} matches are shown")
                    return
                found.lines.append(f"{path}:{number}: {line[:LINE_CAP].rstrip(chr(13))}")
    if skipped:
        found.notes.append(f"not searched, because too large or no text: {skipped} files")


def _walk(folder: ConfinedFolder, path: str, found: Answer) -> Iterator[str]:
    if folder.kind(path) == "file":
        yield path
        return
    files = folder.walk(path)
    yield from islice(files, WALKED)
    if next(files, None) is not None:
        found.notes.append(f"only the first {WALKED:,} files were looked at")


def _text_of(folder: ConfinedFolder, path: str) -> str | None:
    try:
        data = folder.read_bytes(path, SIZE_CAP)
    except (PathRefused, OSError):
        return None
    return None if b"\0" in data else data.decode(errors="replace")


def _parts(path: str) -> list[str]:
    return [part for part in path.split("/") if part not in ("", ".")]


def _wanted(pattern: str) -> list[str]:
    parts = _parts(pattern)
    return parts if "/" in pattern else ["**", *parts]


def main() -> None:
    """Answer the question on standard input."""
    found = answer(json.load(sys.stdin))
    json.dump({"lines": found.lines, "notes": found.notes, "problem": found.problem}, sys.stdout)
