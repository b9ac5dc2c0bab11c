"""What the private index starts from, and what it must know of the user's.

*Seeding.* The first tree of a large folder is slow, because every file is read. The user's index already says
which files are unchanged since git last saw them, so a copy of it saves the reading, but only where an unchanged
file and its object are the same bytes, and every file is looked at. One conversion (line ends, a filter), one
file marked "assume unchanged" or "skip", one conflict or one link to a repository makes it unfit: then the index
starts empty, which costs time once and is always right.

*Aligning.* A file that the user tracks although a rule ignores it belongs to the tree; a file that only the
private index still tracks although a rule ignores it by now does not. Both are put right whenever a run opens
the index.
"""

import os
import shutil
from pathlib import Path
from typing import Final

import msgspec

from tmtui.workspace.git import Git, GitError
from tmtui.workspace.repository import Repository


CONVERSIONS: Final = ("filter", "text", "eol", "crlf", "ident", "working-tree-encoding")
"""The attributes that make a file's object differ from its bytes."""

_PLAIN: Final = (b"H 100644 ", b"H 100755 ", b"H 120000 ")
_IGNORED: Final = ("ls-files", "-z", "--cached", "--ignored", "--exclude-standard")


class Seed(msgspec.Struct, frozen=True):
    """The user's index as the private one sees it."""

    git: Git
    """Works in the shadow."""
    users: Git
    """Works in the user's repository."""
    repository: Repository
    hidden: str
    """The folder, from the top, that is part of no tree; empty when it lies elsewhere."""

    def hides(self, path: bytes) -> bool:
        """Whether `path` (from the top) lies in the hidden folder, whatever a `.gitignore` says about it."""
        return bool(self.hidden) and path.startswith(os.fsencode(self.hidden) + b"/")

    async def prepare(self, index: Path) -> None:
        """Start `index` if there is none, and have it track what the user tracks.

        Raises:
            GitError: the private index cannot be used.
        """
        await self._plant(index)
        await self.align(index)

    async def _plant(self, index: Path) -> None:
        """Start `index` from the user's if there is none and the user's is fit for it."""
        if not self._copy(index):
            return
        try:
            fit = await self._is_fit(index)
        except GitError:
            fit = False
        if not fit:
            os.unlink(index)  # noqa: PTH108 - one quick call

    def _copy(self, index: Path) -> bool:
        """Copy the user's index if there is need and hope."""
        theirs = self.repository.index
        if theirs is None or index.exists() or self.repository.prefix or self.repository.converts_lines:
            return False
        try:
            shutil.copyfile(theirs, index)
        except OSError:
            return False
        return True

    async def _is_fit(self, index: Path) -> bool:
        listed = await self.git.run("ls-files", "-z", "-s", "-v", index=index)
        entries = [entry.partition(b"\t") for entry in listed.split(b"\0") if entry]
        if not all(
            about.startswith(_PLAIN) and about.endswith(b" 0") and not self.hides(path) for about, _, path in entries
        ):
            return False
        paths = b"".join(path + b"\0" for _, _, path in entries)
        found = await self.users.run("check-attr", "-z", "--stdin", *CONVERSIONS, stdin=paths) if paths else b""
        return set(found.split(b"\0")[2::3]) <= {b"unspecified", b"unset"}

    async def align(self, index: Path) -> None:
        """Make `index`, which need not be there, track just those ignored files that the user tracks.

        Raises:
            GitError: the private index cannot be used.
        """
        ours = await self._ignored(self.git, index)
        theirs = {path for path in await self._theirs() if self._is_file(path)}
        if gone := ours - theirs:
            await self.git.run("update-index", "-z", "--force-remove", "--stdin", index=index, stdin=_lines(gone))
        if missing := theirs - ours:
            await self.git.run(
                "update-index", "-z", "--add", "--remove", "--stdin", index=index, stdin=_lines(missing)
            )

    async def _theirs(self) -> set[bytes]:
        try:
            return await self._ignored(self.users, self.repository.index) if self.repository.index else set()
        except GitError:  # an index that git cannot read says nothing
            return set()

    async def _ignored(self, git: Git, index: Path | None) -> set[bytes]:
        return {path for path in (await git.run(*_IGNORED, index=index)).split(b"\0") if path}

    def _is_file(self, path: bytes) -> bool:
        """Whether `path` (from the root) is a file that belongs to the tree."""
        place = Path(self.git.cwd, os.fsdecode(path))
        hidden = self.hides(os.fsencode(self.repository.prefix) + path)
        return not hidden and (place.is_symlink() or place.is_file())


def _lines(paths: set[bytes]) -> bytes:
    return b"".join(path + b"\0" for path in sorted(paths))
