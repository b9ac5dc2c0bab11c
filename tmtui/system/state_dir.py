"""Where a project's state lives, and how its files are opened.

The state folder holds prompts, logs and whatever commands have printed, so it is the owner's alone: 0700, its files
0600. It stands inside a project, where a hostile repository may have put anything under its name before: nothing on
the way to a file in it is ever followed through a symbolic link, and what is opened must be a plain file of the
owner's. It needs a local disk, since the event log and the lock rely on what network file systems only pretend.
"""

import contextlib
import errno
import hashlib
import os
import re
import stat
import sys
from collections.abc import Mapping
from io import FileIO
from pathlib import Path
from typing import Final


NAME: Final = ".taskmaster"
OVERRIDE: Final = "TASKMASTER_STATE_DIR"
"""The variable that names another state folder."""

PROJECT_MARKS: Final = (NAME, ".taskmaster.yml", ".taskmaster.yaml")
NETWORK: Final = re.compile(
    r"nfs\d*|cifs|smb\w*|9p|afs|ceph|glusterfs|lustre|beegfs|gpfs|ocfs2|gfs2|ncpfs|davfs|fuse\..+|fuse"
)
"""The file systems on which locks or shared memory cannot be relied on, as /proc/self/mountinfo names them."""

_FOLDER: Final = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_ESCAPED: Final = re.compile(r"\\([0-7]{3})")


class StateDirError(Exception):
    """The state folder, or a file in it, cannot be used. Says which, why, and what to do."""


def find_root(start: Path, home: Path | None = None) -> Path:
    """The root of the project that `start` is in.

    That is the nearest folder that holds tmtui's own files, else the nearest git repository, else `start` itself.
    The home folder is never taken for a project because of the user's own settings in it.
    """
    start = start.absolute()
    home = home or Path.home()
    folders = [folder for folder in (start, *start.parents) if folder != home]
    for marks in (PROJECT_MARKS, (".git",)):
        for folder in folders:
            if any((folder / mark).exists() for mark in marks):
                return folder
    return start


def state_dir(root: Path, environ: Mapping[str, str] | None = None) -> Path:
    """The state folder of a project. A relative override counts from the project's root."""
    override = (os.environ if environ is None else environ).get(OVERRIDE, "")
    return root.absolute() / (Path(override).expanduser() if override else NAME)


def mark_of(folder: Path) -> str:
    """The mark by which processes of a state folder are known: the same for each way to write its path."""
    return hashlib.sha256(os.fsencode(folder.resolve())).hexdigest()[:16]


def prepare(folder: Path) -> None:
    """Make a state folder, or make sure that one can be trusted and used.

    Raises:
        StateDirError: it is a symbolic link, is somebody else's, can be replaced by others, or stands on a network
            file system.
    """
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        folder.mkdir(mode=0o700, exist_ok=True)
        handle = os.open(folder, _FOLDER)
    except OSError as error:
        raise StateDirError(_why_not_a_folder(folder, error)) from error
    try:
        _make_private(folder, handle)
    finally:
        os.close(handle)
    _check_parents(folder.parent.resolve())
    _check_file_system(folder)


def open_log(folder: Path, name: str, *, truncate: bool = False) -> FileIO:
    """Open a file below the state folder for appending, 0600, its folders made as needed.

    Args:
        folder: The state folder.
        name: Its place below, such as `logs/calc-1/pre.log`. No part of it is followed through a symbolic link.
        truncate: Whether to begin it anew.

    Raises:
        StateDirError: a part of the way is a symbolic link, or it is no plain file of the owner's.
    """
    *folders, leaf = Path(name).parts
    where = _descend(folder, folders)
    flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK
    try:
        handle = os.open(leaf, flags, 0o600, dir_fd=where)
    except OSError as error:
        raise StateDirError(f"{folder / name}: {_plainly(error)}") from error
    finally:
        os.close(where)
    if problem := _no_private_file(os.fstat(handle)):
        os.close(handle)
        raise StateDirError(f"{folder / name}: {problem}; move it away")
    os.fchmod(handle, 0o600)
    if truncate:
        os.ftruncate(handle, 0)
    return FileIO(handle, "ab")


def file_system_of(path: str, mountinfo: str) -> str:
    """The type of the file system that holds `path`, by the text of /proc/self/mountinfo. The last mount wins."""
    best, kind = "", ""
    for line in mountinfo.splitlines():
        mount, _, source = line.partition(" - ")
        point = _ESCAPED.sub(lambda match: chr(int(match[1], 8)), mount.split()[4])
        holds = path == point or path.startswith(point.rstrip("/") + "/")
        if holds and len(point) >= len(best):
            best, kind = point, source.split()[0]
    return kind


def _descend(folder: Path, names: list[str]) -> int:
    """A handle on a folder below `folder`, made as needed. No symbolic link is followed."""
    here = folder
    try:
        handle = os.open(folder, _FOLDER)
        for name in names:
            here /= name
            parent = handle
            try:
                handle = _open_folder(name, parent)
            finally:
                os.close(parent)
    except OSError as error:
        raise StateDirError(_why_not_a_folder(here, error)) from error
    return handle


def _open_folder(name: str, parent: int) -> int:
    with contextlib.suppress(FileExistsError):
        os.mkdir(name, 0o700, dir_fd=parent)
    handle = os.open(name, _FOLDER, dir_fd=parent)
    if os.fstat(handle).st_uid != os.geteuid():
        os.close(handle)
        raise PermissionError(errno.EPERM, "belongs to another user")
    return handle


def _make_private(folder: Path, handle: int) -> None:
    status = os.fstat(handle)
    if status.st_uid != os.geteuid():
        raise StateDirError(f"{folder}: belongs to another user; set {OVERRIDE} to a folder of your own")
    if status.st_mode & stat.S_IWOTH:
        raise StateDirError(f"{folder}: anybody may write there; look at what it holds, then `chmod 700` it")
    os.fchmod(handle, 0o700)


def _check_parents(folder: Path) -> None:
    for parent in (folder, *folder.parents):
        mode = parent.stat().st_mode
        if mode & stat.S_IWOTH and not mode & stat.S_ISVTX:
            raise StateDirError(f"{parent}: anybody may replace what is in it; `chmod o-w` it, or set {OVERRIDE}")


def _check_file_system(folder: Path) -> None:
    if sys.platform != "linux":
        return
    kind = file_system_of(str(folder.resolve()), Path("/proc/self/mountinfo").read_text(errors="surrogateescape"))
    if NETWORK.fullmatch(kind):
        raise StateDirError(
            f"{folder}: is on a network file system ({kind}); set {OVERRIDE} to a folder on a local disk"
        )


def _no_private_file(status: os.stat_result) -> str:
    if not stat.S_ISREG(status.st_mode):
        return "is no plain file"
    if status.st_uid != os.geteuid():
        return "belongs to another user"
    return "has another name elsewhere" if status.st_nlink > 1 else ""


def _why_not_a_folder(path: Path, error: OSError) -> str:
    if path.is_symlink():
        return f"{path}: is a symbolic link; replace it by a folder, or set {OVERRIDE} to where it leads"
    if path.exists() and not path.is_dir():
        return f"{path}: is in the way of a folder; move it away"
    return f"{path}: {_plainly(error)}; set {OVERRIDE} to a folder that you can write to"


def _plainly(error: OSError) -> str:
    return (error.strerror or str(error)).lower()
