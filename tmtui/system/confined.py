"""Files below one folder, for those who may touch nothing else.

An agent names files by itself, and what it has started may change the tree at the same time. So every path is
opened beneath a handle on the folder (`tmtui.system.beneath`), and what was opened is then looked at, not its name:

- Only regular files are read and written: a FIFO would hang the reader, a device has effects.
- Reading follows symbolic links that stay inside. Writing follows none, so that the name says where it lands.
- A file with another name elsewhere is not written: the other name may lie outside.
- A write is a new file under a temporary name, flushed, then renamed over the old one, whose mode it keeps: a
  reader sees the old content or the new, whatever happens.
- `.git` is never written, at any depth and in any spelling that a file system may take for it, nor is what the
  owner of the folder protects.
"""

import contextlib
import hashlib
import os
import re
import secrets
import stat
from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Final, Self

import msgspec

from tmtui.system.beneath import LeavesError, Opener, best_opener


READ_CAP: Final = 8 * 1024 * 1024
"""Bytes that are read of a file unless the caller says otherwise."""
DIGEST_CAP: Final = 256 * 1024 * 1024
NEVER_WRITTEN: Final = ".git"

_PIECE: Final = 1024 * 1024
_UNSEEN: Final = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]")
"""Characters that some file systems do not count in a name."""
_FOLDER: Final = os.O_RDONLY | os.O_DIRECTORY
_FILE: Final = os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY


class PathRefused(Exception):  # noqa: N818 - a state of affairs that callers expect, not a fault
    """A path may not be used so. Its text holds the path, which is foreign."""

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(f"{path or '.'}: {reason}")
        self.path = path
        self.reason = reason
        """Why, in words for whoever named the path."""


class Listed(msgspec.Struct, frozen=True):
    """One thing in a folder."""

    name: str
    kind: str
    """`file`, `folder`, `link` or `other`."""
    size: int
    """Bytes of a file; 0 for the others."""


class ConfinedFolder:
    """A folder and what is below it. Paths are relative to it, with `/`; one that starts with its own path is too.

    Names that are not UTF-8 come as Python gives them, with surrogates.

    Args:
        root: The folder. It may itself be reached through symbolic links.
        protected: Paths below it that are never written, such as `.taskmaster`.
        opener: How paths are opened; the best way that this system has, unless given.

    Raises:
        OSError: there is no such folder.
    """

    def __init__(self, root: Path, protected: Iterable[str] = (), opener: Opener | None = None) -> None:
        self.root = root.absolute()
        self._protected = tuple(_spelling_free(part for part in path.split("/") if part) for path in protected)
        self._open_beneath = opener or best_opener()
        self._handle = os.open(self.root, _FOLDER | os.O_CLOEXEC)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the folder."""
        if self._handle >= 0:
            os.close(self._handle)
            self._handle = -1

    # Reading.

    def read_bytes(self, path: str, cap: int = READ_CAP) -> bytes:
        """All of a file.

        Raises:
            PathRefused: it is outside, no regular file, or larger than `cap` bytes.
            OSError: it is missing or cannot be read.
        """
        handle = self._open_file(path, cap)
        with os.fdopen(handle, "rb") as file:
            data = file.read(cap + 1)
        if len(data) > cap:
            raise PathRefused(path, f"grew beyond {cap} bytes while it was read")
        return data

    def digest(self, path: str, cap: int = DIGEST_CAP) -> str:
        """SHA-256 of a file's content in hexadecimal; empty when there is no such file.

        Raises:
            PathRefused: it is outside, no regular file, or larger than `cap` bytes.
            OSError: it cannot be read.
        """
        try:
            handle = self._open_file(path, cap)
        except (FileNotFoundError, NotADirectoryError):
            return ""
        with os.fdopen(handle, "rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()

    def kind(self, path: str) -> str:
        """What is there: `file`, `folder` or `other`, symbolic links followed; empty when there is nothing.

        Raises:
            PathRefused: it is outside.
        """
        try:
            handle = self._open(path, getattr(os, "O_PATH", _FILE))
        except (FileNotFoundError, NotADirectoryError):
            return ""
        try:
            return _kind(os.fstat(handle).st_mode)
        finally:
            os.close(handle)

    def exists(self, path: str) -> bool:
        """Whether anything is there.

        Raises:
            PathRefused: it is outside.
        """
        return self.kind(path) != ""

    def list_dir(self, path: str = "") -> list[Listed]:
        """What is in a folder, by name.

        Raises:
            PathRefused: it is outside.
            OSError: it is missing or no folder.
        """
        handle = self._open(path, _FOLDER)
        try:
            with os.scandir(handle) as entries:
                return sorted(map(_listed, entries), key=lambda entry: entry.name)
        finally:
            os.close(handle)

    def walk(self, path: str = "") -> Iterator[str]:
        """The paths of all regular files below a folder, folder by folder, each in the order of names.

        Symbolic links are not followed. `.git` and what is protected are passed over, as are folders that cannot
        be read or that go away meanwhile.

        Raises:
            PathRefused: the folder is outside.
            OSError: it is missing or no folder.
        """
        start = self._parts(path)
        entries = self.list_dir(path)
        waiting = [] if self._guarded(start) else ["/".join(start)]
        while waiting:
            here = waiting.pop()
            prefix = f"{here}/" if here else ""
            yield from (prefix + entry.name for entry in entries if entry.kind == "file")
            folders = [prefix + entry.name for entry in entries if entry.kind == "folder"]
            waiting.extend(folder for folder in reversed(folders) if not self._guarded(folder.split("/")))
            entries = self._list_quietly(waiting[-1]) if waiting else []

    def glob(self, pattern: str, limit: int = 10_000) -> list[str]:
        """The files that a pattern fits, at most `limit`. `*` and `?` stay within a name, `**` spans folders.

        A pattern without a slash fits names at any depth.

        Raises:
            PathRefused: the pattern leads outside.
        """
        wanted = self._parts(pattern)
        if "/" not in pattern:
            wanted = ["**", *wanted]
        found: list[str] = []
        for path in self.walk(_fixed_start(wanted)) if self.kind(_fixed_start(wanted)) == "folder" else ():
            if fits(path.split("/"), wanted):
                found.append(path)
                if len(found) >= limit:
                    break
        return found

    # Writing.

    def write_bytes(self, path: str, data: bytes) -> None:
        """Make a file or replace its content, all at once. Missing folders are made.

        Raises:
            PathRefused: it is outside, protected, reached through a symbolic link, no regular file, or has another
                name elsewhere.
            OSError: it cannot be written.
        """
        *folders, name = self._writable_parts(path)
        folder = self._make_folders(path, folders)
        try:
            replaced = self._replaceable(path, name, folder)
            _replace(folder, name, data, replaced)
        finally:
            os.close(folder)

    def remove(self, path: str) -> None:
        """Take a file away.

        Raises:
            PathRefused: it is outside, protected, reached through a symbolic link, or no regular file.
            OSError: it is missing or cannot be taken away.
        """
        *folders, name = self._writable_parts(path)
        try:
            folder = self._open_beneath(self._handle, folders, _FOLDER, follow=False)
        except LeavesError as error:
            raise PathRefused(path, "leads through a symbolic link, which a write does not follow") from error
        try:
            self._replaceable(path, name, folder)
            os.unlink(name, dir_fd=folder)
            os.fsync(folder)
        finally:
            os.close(folder)

    # How a path becomes a handle.

    def _parts(self, path: str) -> list[str]:
        if "\0" in path:
            raise PathRefused(path, "holds a NUL character")
        if path.startswith("/"):
            path = self._below_root(path)
        parts = [part for part in path.split("/") if part not in ("", ".")]
        if ".." in parts:
            raise PathRefused(path, "holds '..'; name it from the project's root")
        return parts

    def _below_root(self, path: str) -> str:
        for root in (self.root, self.root.resolve()):
            prefix = str(root).rstrip("/")
            if path == prefix or path.startswith(f"{prefix}/"):
                return path[len(prefix) :]
        raise PathRefused(path, "is outside the project's root")

    def _writable_parts(self, path: str) -> list[str]:
        parts = self._parts(path)
        if not parts or path.endswith("/"):
            raise PathRefused(path, "names a folder, not a file")
        if self._guarded(parts):
            raise PathRefused(path, "is protected: it is never written here")
        return parts

    def _guarded(self, parts: Iterable[str]) -> bool:
        plain = _spelling_free(parts)
        return NEVER_WRITTEN in plain or any(plain[: len(guarded)] == guarded for guarded in self._protected)

    def _open(self, path: str, flags: int, *, follow: bool = True) -> int:
        try:
            return self._open_beneath(self._handle, self._parts(path), flags, follow=follow)
        except LeavesError as error:
            raise PathRefused(path, error.strerror or "leads elsewhere") from error

    def _open_file(self, path: str, cap: int) -> int:
        handle = self._open(path, _FILE)
        status = os.fstat(handle)
        if not stat.S_ISREG(status.st_mode):
            os.close(handle)
            raise PathRefused(path, f"is no regular file but a {_kind_in_words(status.st_mode)}")
        if status.st_size > cap:
            os.close(handle)
            raise PathRefused(path, f"has {status.st_size} bytes, more than the {cap} that are read")
        return handle

    def _list_quietly(self, path: str) -> list[Listed]:
        try:
            return self.list_dir(path)
        except (OSError, PathRefused):
            return []

    def _make_folders(self, path: str, names: list[str]) -> int:
        """A handle on the folder that a file goes to."""
        for depth in range(len(names) + 1):
            try:
                handle = self._open_beneath(self._handle, names[:depth], _FOLDER, follow=False)
            except LeavesError as error:
                raise PathRefused(path, "leads through a symbolic link, which a write does not follow") from error
            if depth < len(names):
                with contextlib.suppress(FileExistsError):
                    os.mkdir(names[depth], dir_fd=handle)
                os.close(handle)
        return handle

    def _replaceable(self, path: str, name: str, folder: int) -> os.stat_result | None:
        """What a write would replace; None when there is nothing."""
        try:
            status = os.stat(name, dir_fd=folder, follow_symlinks=False)
        except FileNotFoundError:
            return None
        if not stat.S_ISREG(status.st_mode):
            raise PathRefused(path, f"is no regular file but a {_kind_in_words(status.st_mode)}")
        if status.st_nlink > 1:
            raise PathRefused(path, "has another name elsewhere (a hard link), which a write would part from it")
        return status


def fits(path: list[str], pattern: list[str]) -> bool:
    """Whether the parts of a path fit the parts of a pattern, of which `**` stands for any number of them."""
    reachable = {0}
    for wanted in pattern:
        if wanted == "**":
            reachable = set(range(min(reachable), len(path) + 1)) if reachable else set()
        else:
            reachable = {at + 1 for at in reachable if at < len(path) and fnmatchcase(path[at], wanted)}
    return len(path) in reachable


def _fixed_start(pattern: list[str]) -> str:
    fixed: list[str] = []
    for part in pattern[:-1]:
        if any(sign in part for sign in "*?["):
            break
        fixed.append(part)
    return "/".join(fixed)


def _spelling_free(parts: Iterable[str]) -> tuple[str, ...]:
    return tuple(_UNSEEN.sub("", part).casefold() for part in parts)


def _kind(mode: int) -> str:
    if stat.S_ISREG(mode):
        return "file"
    return "folder" if stat.S_ISDIR(mode) else "other"


def _kind_in_words(mode: int) -> str:
    kinds = {
        stat.S_IFDIR: "folder",
        stat.S_IFLNK: "symbolic link",
        stat.S_IFIFO: "FIFO",
        stat.S_IFSOCK: "socket",
    }
    return kinds.get(stat.S_IFMT(mode), "device")


def _listed(entry: os.DirEntry[str]) -> Listed:
    try:
        if entry.is_symlink():
            return Listed(entry.name, "link", 0)
        status = entry.stat(follow_symlinks=False)
    except OSError:
        return Listed(entry.name, "other", 0)
    return Listed(entry.name, _kind(status.st_mode), status.st_size if stat.S_ISREG(status.st_mode) else 0)


def _replace(folder: int, name: str, data: bytes, replaced: os.stat_result | None) -> None:
    temporary = f".tmtui-{secrets.token_hex(8)}"
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    handle = os.open(temporary, flags, 0o666, dir_fd=folder)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            if replaced:
                _take_after(handle, replaced)
            os.fsync(handle)
        os.rename(temporary, name, src_dir_fd=folder, dst_dir_fd=folder)
    except BaseException:
        os.unlink(temporary, dir_fd=folder)
        raise
    os.fsync(folder)


def _take_after(handle: int, replaced: os.stat_result) -> None:
    """Give a file the owner, if that is allowed, and the mode of the one that it replaces."""
    if replaced.st_uid != os.geteuid():
        with contextlib.suppress(PermissionError):
            os.fchown(handle, replaced.st_uid, replaced.st_gid)
    os.fchmod(handle, stat.S_IMODE(replaced.st_mode) & 0o777)
