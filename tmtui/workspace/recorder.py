"""The files of the root as one tree id.

A private index is kept between calls, so that only files whose stat changed are read. Two commands look at the
same time, `git diff-files` at what the index knows and `git ls-files` at what it does not; together they cost
about what `git status` does, and less of the clock where two cores are free. When they find nothing, the tree is
the one of last time. Otherwise `git update-index` takes in just what was found, and `git write-tree` makes the
tree. Tracked and untracked files are treated alike, and what is recorded can be restored.

*Repositories inside the root* (submodules, clones, worktrees) are recorded as the plain files that they are.
Git would record a link to their HEAD instead: what was edited in them would be neither seen nor restorable, and
a command that meets the link would run `git status` inside, with that repository's own filters and monitors.
Git recurses into a folder of which the index knows a file, so each is given one, `FOOTHOLD`; the next look finds
it missing, and the files beside it. A link that gets into the index by other hands is taken out before git looks.

An index that git cannot use is thrown away and made again from the files: it is a cache of nothing but them.
"""

import asyncio
import itertools
import os
import stat
from collections.abc import Iterable, Iterator
from enum import Enum, auto
from pathlib import Path
from typing import Final

import msgspec

from tmtui.workspace.git import Git, GitError, complaint
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


class Kind(Enum):
    """What stands at a path, as far as a tree is concerned."""

    FILE = auto()
    """A file or a symbolic link."""
    UNREADABLE = auto()
    """A file that may not be read."""
    REPOSITORY = auto()
    """A folder with a git folder and something else in it."""
    NOTHING = auto()
    """Nothing, or what no tree can hold: a pipe, a socket, a device; a folder is the files in it."""


class Looked(msgspec.Struct, frozen=True):
    """Where the files differ from the index, as paths from the top."""

    known: list[bytes] = []
    """Files in the index whose stat is another, or that are gone."""
    others: list[bytes] = []
    """What is neither in the index nor ignored; a nested repository ends with a slash."""
    complaint: str = ""
    """What git could not look at."""


class TreeRecorder:
    """Keeps the private index and makes trees of it. One call at a time."""

    def __init__(self, git: Git, index: Path, seed: Seed) -> None:
        self.git = git
        self.index = index
        self._seed = seed
        self._top = seed.repository.top
        self._at_top = msgspec.structs.replace(git, cwd=str(self._top))
        # Its threads would only take turns with the command that runs beside it.
        self._one_thread = msgspec.structs.replace(git, options=(*git.options, "core.preloadIndex=false"))
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
        prefix = os.fsencode(self._seed.repository.prefix)
        await self._tell(self._removal(prefix + path) for path in paths)

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
        prefix = os.fsencode(self._seed.repository.prefix)
        return [path.removeprefix(prefix) for path in (await self._others()).others]

    async def heavy_files(self, most: int = 3) -> list[tuple[str, int]]:
        """The largest files that are neither tracked nor ignored, with their sizes in bytes.

        Raises:
            GitError: git failed.
        """
        sizes = _sizes(map(self._place, (await self._others()).others))
        return sorted(sizes.items(), key=lambda item: -item[1])[:most]

    async def _record(self) -> Recording:
        note = await self._update()
        stamp = self._stamp()
        if stamp != self._recorded[0] or not stamp:
            tree = await self._write_tree()
            self._recorded = (self._stamp(), tree)
        return Recording(self._recorded[1], note)

    async def _update(self) -> str:
        """Bring the index up to date with the files; the answer says what could not be taken in."""
        await self._tell(map(self._entrance, await self._links()))
        for _ in range(ROUNDS):
            known, others = await asyncio.gather(self._known(), self._others())
            looked = Looked(known.known, others.others, known.complaint or others.complaint)
            kinds = self._kinds(looked)
            await self._take_in(looked, kinds)
            if Kind.REPOSITORY not in kinds.values():
                return _note(looked, kinds)
        raise GitError(f"repositories are nested more than {ROUNDS} deep")

    async def _known(self) -> Looked:
        answer = await self._one_thread.call(
            "diff-files", "-z", "--name-only", "--ignore-submodules=all", index=self.index
        )
        if answer.exit_code:
            raise GitError(f"git diff-files failed: {complaint(answer)}")
        return Looked(known=_paths(answer.output), complaint=complaint(answer) if answer.errors else "")

    async def _others(self) -> Looked:
        flags = ("-z", "--others", "--exclude-standard", "--full-name")
        answer = await self.git.call("ls-files", *flags, index=self.index)
        if answer.exit_code:
            raise GitError(f"git ls-files failed: {complaint(answer)}")
        seen = [path for path in _paths(answer.output) if not self._seed.hides(path)]
        return Looked(others=seen, complaint=complaint(answer) if answer.errors else "")

    async def _take_in(self, looked: Looked, kinds: dict[bytes, Kind]) -> None:
        """Have the index hold what stands at the paths that differ."""
        gone = [path for path in looked.known if kinds[path] is Kind.NOTHING]
        nested = [path for path, kind in kinds.items() if kind is Kind.REPOSITORY]
        await self._tell([*map(self._removal, gone), *map(self._entrance, nested)])
        files = b"".join(path + b"\0" for path, kind in kinds.items() if kind is Kind.FILE)
        if files:
            flags = ("--add", "--remove", "--replace", "-z", "--stdin")
            await self._at_top.run("update-index", *flags, index=self.index, stdin=files)

    def _kinds(self, looked: Looked) -> dict[bytes, Kind]:
        """What stands at each path that differs; a known one may lie beyond a symbolic link by now."""
        beyond = (path for path in looked.known if any(place.is_symlink() for place in self._folders_above(path)))
        kinds = {path.rstrip(b"/"): _kind(self._place(path)) for path in (*looked.known, *looked.others)}
        return kinds | dict.fromkeys(beyond, Kind.NOTHING)

    def _folders_above(self, path: bytes) -> Iterator[Path]:
        return itertools.takewhile(self._top.__ne__, self._place(path).parents)

    async def _links(self) -> list[bytes]:
        """The links to repositories in the index, from the top; nearly always there are none, at no cost."""
        if not self.index.exists() or _LINK_MODE not in self.index.read_bytes():
            return []
        listed = _paths(await self.git.run("ls-files", "-z", "-s", "--full-name", index=self.index))
        return [entry.partition(b"\t")[2] for entry in listed if entry.startswith(b"160000 ")]

    def _place(self, path: bytes) -> Path:
        return self._top / os.fsdecode(path)

    def _entrance(self, path: bytes) -> bytes:
        """Has git take the repository at `path` for a plain folder."""
        return self._removal(path) + b"100644 %s\t%s/%s\0" % (b"1" * self._id_length, path, FOOTHOLD)

    def _removal(self, path: bytes) -> bytes:
        return b"0 %s\t%s\0" % (b"0" * self._id_length, path)

    async def _tell(self, lines: Iterable[bytes]) -> None:
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


def _kind(place: Path) -> Kind:
    try:
        mode = place.lstat().st_mode
        if stat.S_ISDIR(mode):
            names = {entry.name for entry in place.iterdir()}
            return Kind.REPOSITORY if ".git" in names and len(names) > 1 else Kind.NOTHING
    except OSError:
        return Kind.NOTHING
    if stat.S_ISREG(mode):
        return Kind.FILE if os.access(place, os.R_OK) else Kind.UNREADABLE
    return Kind.FILE if stat.S_ISLNK(mode) else Kind.NOTHING


def _paths(output: bytes) -> list[bytes]:
    return [path for path in output.split(b"\0") if path]


def _note(looked: Looked, kinds: dict[bytes, Kind]) -> str:
    closed = next((path for path, kind in kinds.items() if kind is Kind.UNREADABLE), b"")
    what = looked.complaint or os.fsdecode(closed)
    return f"not every file could be read: {what}" if what else ""


def _sizes(places: Iterable[Path]) -> dict[str, int]:
    return {str(place): place.lstat().st_size for place in places if os.path.lexists(place)}
