"""The files of the root as one tree id.

A private index is kept between calls, so that only files whose stat changed are read: `git add -A`, then
`git write-tree`, and the latter only when the former changed the index. That takes about as long as
`git status`, sees tracked and untracked files alike, and what it makes can be restored.

*Repositories inside the root* (submodules, clones, worktrees) are recorded as the plain files that they are.
Git would record a link to their HEAD instead: what was edited in them would be neither seen nor restorable, and
the next `git add` would run `git status` inside, with that repository's own filters and monitors. Git recurses
into a folder of which the index knows a file, so each gets one, `FOOTHOLD`, which the same `git add` finds
missing and drops. That no link is in the index is checked before and after every `git add`.

An index that git cannot use is thrown away and made again from the files: it is a cache of nothing but them.
"""

import os
import stat
from collections.abc import Iterable
from pathlib import Path
from typing import Final

import msgspec

from tmtui.workspace.git import Answer, Git, GitError, complaint
from tmtui.workspace.seed import Seed


FOOTHOLD: Final = b".tmtui-foothold"
"""The file that the index is told of inside a nested repository; it never exists."""

ROUNDS: Final = 64
"""How deep repositories may be nested in one another."""

_LINK_MODE: Final = b"\0\0\xe0\0"
"""The mode of a link to a repository, as the index file writes it."""


class Recording(msgspec.Struct, frozen=True):
    """The files of the root at one moment."""

    tree: str
    """Git's id of the tree, with paths from the root on."""
    note: str = ""
    """What is missing in it; empty when nothing is."""


class TreeRecorder:
    """Keeps the private index and makes trees of it. One call at a time."""

    def __init__(self, git: Git, index: Path, seed: Seed) -> None:
        self.git = git
        self.index = index
        self._seed = seed
        self._id_length = 64 if seed.repository.object_format == "sha256" else 40
        self._recorded: tuple[tuple[int, ...], str] = ((), "")

    async def begin(self) -> None:
        """Make the index ready: seeded when there is none, and tracking what the user tracks.

        Raises:
            GitError: git failed.
        """
        self._unlock()
        try:
            await self._seed.prepare(self.index)
        except GitError:
            if not self._forget():
                raise
            await self._seed.align(self.index)

    async def record(self, *, afresh: bool = False) -> Recording:
        """Record the files as they are at this moment.

        Args:
            afresh: Do not take it for granted that git still has what was recorded before.

        Raises:
            GitError: git failed, or there is too much to record in the time that a command has.
        """
        self._unlock()
        if afresh:
            self._recorded = ((), "")
        try:
            return await self._record()
        except GitError as error:
            if error.timed_out or not self._forget():
                raise
        await self._seed.align(self.index)  # not from the user's index again: it may be what is wrong
        return await self._record()

    async def untrack(self, paths: Iterable[bytes]) -> None:
        """Take files (paths from the root) out of the index; they stay where they are.

        Raises:
            GitError: git failed.
        """
        lines = b"".join(path + b"\0" for path in paths)
        await self.git.run("update-index", "-z", "--force-remove", "--stdin", index=self.index, stdin=lines)

    async def write_whole(self) -> str:
        """The id of all that is in the index as one tree, with paths from the top on.

        Raises:
            GitError: git failed.
        """
        return (await self.git.run("write-tree", index=self.index)).decode().strip()

    async def others(self) -> list[bytes]:
        """What is neither in the index nor ignored, from the root; a nested repository ends with a slash.

        Raises:
            GitError: git failed.
        """
        return await self._listed("--others")

    async def heavy_files(self, most: int = 3) -> list[tuple[str, int]]:
        """The largest files that are neither tracked nor ignored, with their sizes in bytes.

        Raises:
            GitError: git failed.
        """
        top = self._seed.repository.top
        sizes = _sizes(top / os.fsdecode(path) for path in await self._left_out())
        return sorted(sizes.items(), key=lambda item: -item[1])[:most]

    async def _record(self) -> Recording:
        note = await self._add()
        stamp = self._stamp()
        if stamp != self._recorded[0] or not stamp:
            tree = await self._write_tree()
            self._recorded = (self._stamp(), tree)
        return Recording(self._recorded[1], note)

    async def _add(self) -> str:
        """Bring the index up to date; the answer says what could not be taken in."""
        await self._index_info(map(self._entrance, await self._links()))
        for _ in range(ROUNDS):
            answer = await self._git_add()
            left_out = await self._left_out() if answer.exit_code else []
            nested = [*await self._links(), *(path[:-1] for path in left_out if path.endswith(b"/"))]
            gone = [path for path in left_out if self._is_special(path)]
            if not nested and not gone:
                return _note(answer)
            await self._index_info([*map(self._entrance, nested), *map(self._removal, gone)])
        raise GitError(f"repositories are nested more than {ROUNDS} deep in {os.fsdecode(nested[0])}")

    async def _git_add(self) -> Answer:
        """`git add` of all there is. Exit code 1 means: all but what it names."""
        flags = ("-A", "--ignore-errors", "--no-warn-embedded-repo")
        answer = await self.git.call("add", *flags, "--", ".", *self._seed.unseen, index=self.index)
        if answer.exit_code not in (0, 1):
            raise GitError(f"git add failed: {complaint(answer)}")
        return answer

    async def _left_out(self) -> list[bytes]:
        """What differs from the index, from the top; a repository without a commit ends with a slash."""
        return await self._listed("--others", "--modified", "--full-name")

    async def _listed(self, *flags: str) -> list[bytes]:
        asked = ("-z", "--exclude-standard", *flags, "--", ".", *self._seed.unseen)
        return [path for path in (await self.git.run("ls-files", *asked, index=self.index)).split(b"\0") if path]

    def _is_special(self, path: bytes) -> bool:
        """Whether there is a pipe, a socket or a device in the place of a file."""
        try:
            mode = (self._seed.repository.top / os.fsdecode(path)).lstat().st_mode
        except OSError:
            return False
        return not (stat.S_ISREG(mode) or stat.S_ISLNK(mode) or stat.S_ISDIR(mode))

    async def _links(self) -> list[bytes]:
        """The links to repositories in the index, from the top; nearly always there are none, at no cost."""
        if not self.index.exists() or _LINK_MODE not in self.index.read_bytes():
            return []
        listed = await self.git.run("ls-files", "-z", "-s", "--full-name", index=self.index)
        return [entry.partition(b"\t")[2] for entry in listed.split(b"\0") if entry.startswith(b"160000 ")]

    def _entrance(self, path: bytes) -> bytes:
        """Has git take the repository at `path` for a plain folder."""
        return self._removal(path) + b"100644 %s\t%s/%s\0" % (b"1" * self._id_length, path, FOOTHOLD)

    def _removal(self, path: bytes) -> bytes:
        return b"0 %s\t%s\0" % (b"0" * self._id_length, path)

    async def _index_info(self, lines: Iterable[bytes]) -> None:
        if told := b"".join(lines):
            await self.git.run("update-index", "-z", "--index-info", index=self.index, stdin=told)

    async def _write_tree(self) -> str:
        prefix = self._seed.repository.prefix
        answer = await self.git.call("write-tree", *([f"--prefix={prefix}"] if prefix else []), index=self.index)
        if not answer.exit_code:
            return answer.output.decode().strip()
        if await self.git.run("ls-files", "-z", "--", ".", index=self.index):
            raise GitError(f"git write-tree failed: {complaint(answer)}")
        return (await self.git.run("mktree")).decode().strip()  # nothing below the prefix: the empty tree

    def _forget(self) -> bool:
        """Throw the index away; False when there is none."""
        there = self.index.exists()
        self.index.unlink(missing_ok=True)
        return there

    def _stamp(self) -> tuple[int, ...]:
        """What changes whenever the index is written."""
        try:
            about = self.index.stat()
        except FileNotFoundError:
            return ()
        return about.st_ino, about.st_mtime_ns, about.st_size

    def _unlock(self) -> None:
        """Drop the lock that a killed git left: only one process at a time uses this index."""
        self.index.with_name(f"{self.index.name}.lock").unlink(missing_ok=True)


def _note(answer: Answer) -> str:
    return f"not every file could be read: {complaint(answer)}" if answer.exit_code else ""


def _sizes(places: Iterable[Path]) -> dict[str, int]:
    return {str(place): place.lstat().st_size for place in places if os.path.lexists(place)}
