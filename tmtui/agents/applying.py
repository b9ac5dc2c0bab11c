"""Making the changes that an answer suggests: all of them, or none.

They are worked out beforehand, down to the last byte, so that what does not fit is told before anything is touched,
and a person sees what would become of the files. If they have changed by then, or a write fails half-way, everything
is as it was.
"""

import contextlib
import difflib
from collections.abc import Iterable
from pathlib import Path
from typing import Final

import msgspec

from tmtui.agents.changes import Change, ChangesError, changes_in, result_of
from tmtui.agents.tools.inputs import MisfitError
from tmtui.agents.tools.textfile import TextFile, decode
from tmtui.domain.text import clean_line
from tmtui.system.confined import ConfinedFolder, PathRefused


SIZE_CAP: Final = 2 * 1024 * 1024
"""Bytes of a file that is changed."""


class FileOutcome(msgspec.Struct, frozen=True):
    """What is to become of one file."""

    path: str
    before: bytes | None
    """None when there is no such file."""
    after: bytes | None
    """None when it is to go."""


class Suggested(msgspec.Struct, frozen=True):
    """The changes that one answer suggests."""

    files: tuple[FileOutcome, ...] = ()
    diff: str = ""
    """All of them, as they would be seen afterwards."""
    problem: str = ""
    """Why they cannot be made; empty when they can."""

    @property
    def paths(self) -> tuple[str, ...]:
        """The files that would change."""
        return tuple(file.path for file in self.files)


class SuggestedChanges:
    """Works out and makes changes below one root.

    Args:
        root: Absolute path of the project.
        protected: Paths below it that are never written.
    """

    def __init__(self, root: Path, protected: Iterable[str] = ()) -> None:
        self._root = root
        self._protected = tuple(protected)

    def suggested(self, text: str) -> Suggested | None:
        """The changes that an answer suggests; None when it suggests none, or what is there already."""
        try:
            changes = changes_in(text)
            if not changes:
                return None
            with ConfinedFolder(self._root, self._protected) as folder:
                files = _worked_out(changes, folder)
        except (ChangesError, MisfitError, PathRefused, OSError) as error:
            return Suggested(problem=clean_line(str(error), 400))
        return Suggested(files, "".join(map(_diff_of, files))) if files else None

    def apply(self, suggested: Suggested) -> str:
        """Make the changes. Returns why they were not made; empty when they were."""
        if suggested.problem:
            return suggested.problem
        try:
            with ConfinedFolder(self._root, self._protected) as folder:
                for file in suggested.files:
                    if _read(folder, file.path) != file.before:
                        return f"{clean_line(file.path)} has changed meanwhile"
                _make(suggested.files, folder)
        except (PathRefused, OSError) as error:
            return clean_line(str(error), 400)
        return ""


def _worked_out(changes: tuple[Change, ...], folder: ConfinedFolder) -> tuple[FileOutcome, ...]:
    before: dict[str, bytes | None] = {}
    texts: dict[str, TextFile | None] = {}
    for change in changes:
        path = change.path
        if path not in before:
            before[path] = data = _read(folder, path)
            texts[path] = None if data is None else decode(data)
        known = texts[path]
        text = result_of(change, None if known is None else known.text)
        texts[path] = None if text is None else (known or TextFile("")).with_text(text)
    after = {path: None if text is None else text.encode() for path, text in texts.items()}
    return tuple(FileOutcome(path, before[path], after[path]) for path in before if before[path] != after[path])


def _read(folder: ConfinedFolder, path: str) -> bytes | None:
    try:
        return folder.read_bytes(path, SIZE_CAP)
    except (FileNotFoundError, NotADirectoryError):
        return None


def _make(files: tuple[FileOutcome, ...], folder: ConfinedFolder) -> None:
    done: list[FileOutcome] = []
    try:
        for file in files:
            done.append(file)
            _put(folder, file.path, file.after)
    except BaseException:
        for file in reversed(done):
            with contextlib.suppress(OSError, PathRefused):
                _put(folder, file.path, file.before)
        raise


def _put(folder: ConfinedFolder, path: str, data: bytes | None) -> None:
    if data is not None:
        folder.write_bytes(path, data)
    elif folder.exists(path):
        folder.remove(path)


def _diff_of(file: FileOutcome) -> str:
    before, after = (_lines(data) for data in (file.before, file.after))
    names = (
        "/dev/null" if file.before is None else f"a/{file.path}",
        "/dev/null" if file.after is None else f"b/{file.path}",
    )
    lines = difflib.unified_diff(before, after, *names)
    return "".join(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines)


def _lines(data: bytes | None) -> list[str]:
    text = (data or b"").decode("utf-8", "replace")
    return [f"{line}\n" for line in text.split("\n")[:-1]] + ([rest] if (rest := text.rpartition("\n")[2]) else [])
