"""Files that an agent's command must not change, looked after where no sandbox keeps it from them.

What they are is taken in before a call and compared after it, when nothing of the call runs any more. What differs is
put back from a copy, and what the call left is moved aside: somebody else may have changed a file at the same moment,
and nothing of his is lost. A look costs little: only what the file system says has changed is read.

The files are those by which something runs later without a sandbox: git's own configuration and hooks, the branches,
the settings of tmtui, and in the home folder what a shell or git runs by itself. Branches of other repositories
(`refs/remotes`) and the engine's own (`refs/tmtui`) come and go at any time, and run nothing.
"""

import contextlib
import hashlib
import os
import re
import secrets
import shutil
import stat
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Final

import msgspec


SETTINGS: Final = (".taskmaster.yml", ".taskmaster.yaml", ".taskmaster.json")
"""What says, in a project, what is run. Below the root."""
STATE: Final = ("config.json", "config.yml", "prompts")
"""The same, below the root's own state folder."""
PERSONAL: Final = (
    *(".bashrc", ".bash_profile", ".bash_login", ".bash_logout", ".bash_aliases", ".profile", ".zshrc", ".zshenv"),
    *(".zprofile", ".zlogin", ".zlogout", ".kshrc", ".cshrc", ".tcshrc", ".gitconfig", ".taskmaster/config.yml"),
    *(".ssh/authorized_keys", ".ssh/config", ".ssh/rc"),
)
"""What is run, or says what is run, for the person. Below the home folder."""
CONFIGURED: Final = ("git", "tmtui", "fish/config.fish", "fish/conf.d")
"""The same, below the folder for settings, which is `~/.config` unless the environment says otherwise."""
OF_GIT_DIR: Final = ("HEAD", "config", "config.worktree", "hooks", "info", "commondir")
OF_COMMON_DIR: Final = ("config", "hooks", "info", "packed-refs", "refs/heads", "refs/tags")
OF_MODULE: Final = ("config", "hooks", "info")

LARGEST: Final = 4 * 1024 * 1024
"""Bytes of a file that is copied; a larger one is watched and cannot be put back."""
MOST: Final = 20_000
"""Files that are watched."""
_TICK: Final = 50_000_000
"""Nanoseconds within which a file may change twice and look as if it had changed once."""
_FOLLOWED: Final = 4_096
"""Bytes of the file by which `.git` may lead to a folder elsewhere."""


class Seen(msgspec.Struct, frozen=True):
    """A file as it was at one moment."""

    mode: int
    stamp: tuple[int, ...]
    """What the file system says of it that changes with it."""
    digest: bytes = b""
    target: str = ""
    """Where a symbolic link leads."""
    content: bytes | None = None

    def same(self, other: "Seen | None") -> bool:
        """Whether the two are the same thing with the same content, whenever they were written."""
        if other is None:
            return False
        return (self.mode, self.digest, self.target) == (other.mode, other.digest, other.target)

    @property
    def restorable(self) -> bool:
        """Whether it can be made again."""
        return stat.S_ISLNK(self.mode) or self.content is not None


class Look(msgspec.Struct, frozen=True):
    """All guarded files at one moment."""

    files: Mapping[str, Seen]
    repository: int = 0
    """The number by which the file system knows the repository's folder; 0 when there is none."""
    excuses: int = 0
    """How many commands had begun by then that may change them."""
    excused: bool = False
    """Whether one of them ran at that moment."""


class Trespass(msgspec.Struct, frozen=True):
    """What was changed that must not be."""

    places: tuple[str, ...]
    """Relative to the root, or below `~`."""
    undone: bool
    kept: str
    """The folder where what was found lies; empty when there was nothing to keep."""


class Guard:
    """Looks after some files and folders.

    Args:
        places: What is guarded: absolute paths of files, and of folders with all that is in them.
        root: The project's folder, from which places are named.
        home: The person's folder, likewise.
        aside: The folder to which is moved what a call has left. It is made when it is needed.
    """

    def __init__(self, places: Iterable[Path], root: Path, home: Path, aside: Path) -> None:
        self._places = tuple(dict.fromkeys(map(str, places)))
        self._root = str(root)
        self._home = str(home)
        self._aside = aside
        self._latest: Mapping[str, Seen] = {}
        self._excuses = 0
        self._excused = 0

    @contextmanager
    def excused(self) -> Iterator[None]:
        """Something runs that may change all of it, such as a person's own hook: nothing is put back meanwhile."""
        self._excuses += 1
        self._excused += 1
        try:
            yield
        finally:
            self._excused -= 1

    def look(self) -> Look:
        """What the files are."""
        known, now = self._latest, time.time_ns()
        found = ((path, _seen(path, known.get(path), now)) for path in islice(_files(self._places), MOST))
        self._latest = {path: seen for path, seen in found if seen is not None}
        return Look(self._latest, _folder_number(self._root), self._excuses, bool(self._excused))

    def settle(self, before: Look, named: str = "") -> Trespass | None:
        """Compare with what was, and put back what differs.

        Args:
            before: What was.
            named: What a rule or a person allowed by name: a path that it speaks of may have changed.

        Returns:
            What was wrong, or None.
        """
        moved = before.repository not in (0, _folder_number(self._root))
        excused = before.excused or self._excused or before.excuses != self._excuses
        if moved and not excused:
            _bring_home(self._root, before.repository, self._aside)
        after = self.look()
        changed = [
            path
            for path in sorted({*before.files, *after.files})
            if not _same(before.files.get(path), after.files.get(path)) and not _speaks_of(named, path)
        ]
        if not changed and not moved:
            return None
        kept, undone = ("", False) if excused else self._put_back(changed, before.files)
        undone = undone and before.repository in (0, _folder_number(self._root))
        return Trespass(tuple(map(self._shown, changed)) or (".git",), undone, kept)

    def _put_back(self, changed: list[str], before: Mapping[str, Seen]) -> tuple[str, bool]:
        """Make the files what they were. Where to what was found there was moved, and whether all went well."""
        aside = self._aside / f"guard-{secrets.token_hex(4)}"
        possible = [path for path in changed if path not in before or before[path].restorable]
        undone = len(possible) == len(changed)
        for path in possible:
            try:
                _move_aside(path, aside)
            except OSError:
                undone = False
        for path in possible:
            try:
                if path in before:
                    _write(path, before[path], aside)
            except OSError:
                undone = False
        self.look()
        return str(aside) if aside.exists() else "", undone

    def _shown(self, path: str) -> str:
        for folder, name in ((self._root, ""), (self._home, "~/")):
            if path.startswith(f"{folder.rstrip('/')}/"):
                return name + path[len(folder.rstrip("/")) + 1 :]
        return path


def _same(before: Seen | None, after: Seen | None) -> bool:
    return before is after if before is None or after is None else before.same(after)


def _files(places: Iterable[str]) -> Iterator[str]:
    """All that lies in some places and is no folder; links are not followed."""
    for place in places:
        try:
            folder = stat.S_ISDIR(os.lstat(place).st_mode)
        except OSError:
            continue
        if not folder:
            yield place
            continue
        for here, folders, names in os.walk(place):
            links = [name for name in folders if Path(here, name).is_symlink()]
            yield from (f"{here}/{name}" for name in (*names, *links))


def _seen(path: str, known: Seen | None, now: int) -> Seen | None:
    """A file as it is; None when it has just gone."""
    try:
        status = os.lstat(path)
        stamp = (status.st_mode, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns)
        if known is not None and known.stamp == stamp:
            return known
        fresh = stamp if now - max(status.st_mtime_ns, status.st_ctime_ns) > _TICK else ()
        mode = status.st_mode
        if stat.S_ISLNK(status.st_mode):
            return Seen(mode, fresh, target=str(Path(path).readlink()))
        if not stat.S_ISREG(status.st_mode):
            return Seen(mode, fresh)
        if status.st_size > LARGEST:
            return Seen(mode, fresh, digest=repr(stamp).encode())
        content = _read(path)
    except OSError:
        return None
    return Seen(mode, fresh, hashlib.sha256(content).digest(), content=content)


def _read(path: str) -> bytes:
    handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(handle, "rb") as file:
        return file.read(LARGEST + 1)


def _folder_number(root: str) -> int:
    """The number of the repository's own folder in the root; 0 when it has none."""
    try:
        status = os.lstat(f"{root}/.git")
    except OSError:
        return 0
    return status.st_ino if stat.S_ISDIR(status.st_mode) else 0


def _bring_home(root: str, number: int, aside: Path) -> None:
    """Bring the repository's folder back from where `.git` leads to, if that is where it is."""
    top = Path(root, ".git")
    with contextlib.suppress(OSError):
        there = Path(os.path.realpath(top)) if top.is_symlink() else _followed(top)
        if there != top and there.lstat().st_ino == number:
            _move_aside(str(top), aside / f"guard-{secrets.token_hex(4)}")
            there.rename(top)


def _move_aside(path: str, aside: Path) -> None:
    """Take away what is there, if anything is."""
    if os.path.lexists(path):
        aside.mkdir(mode=0o700, parents=True, exist_ok=True)
        shutil.move(path, aside / f"{Path(path).name}-{secrets.token_hex(2)}")


def _write(path: str, seen: Seen, aside: Path) -> None:
    """Make a file what it was, and the folders that it was in."""
    for folder in reversed(Path(path).parents):
        if os.path.lexists(folder) and not folder.is_dir():
            _move_aside(str(folder), aside)
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    if seen.content is None:
        Path(path).symlink_to(seen.target)
        return
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(seen.content)
        os.fchmod(handle, stat.S_IMODE(seen.mode))


def _speaks_of(named: str, path: str) -> bool:
    """Whether a command or path that was allowed by name is about a file."""
    if not named:
        return False
    git = "/.git/" in path or path.endswith("/.git")
    return (git and re.search(r"(?:^|[\s;&|(/])git\s", named) is not None) or Path(path).name in named


# What is to be guarded.


def git_places(root: Path) -> Iterator[Path]:
    """What is to be guarded of the repository that a folder lies in; nothing when it lies in none.

    Nothing is run for it, and what cannot be read is passed over: git would not use it either.
    """
    top = next((folder / ".git" for folder in (root, *root.parents) if os.path.lexists(folder / ".git")), None)
    if top is None:
        return
    git_dir = _followed(top)
    if git_dir != top:
        yield top
    common = git_dir
    with contextlib.suppress(OSError):
        common = git_dir / os.fsdecode(_read(str(git_dir / "commondir"))[:_FOLLOWED]).strip()
    yield from (git_dir / name for name in OF_GIT_DIR)
    common = Path(os.path.normpath(common))
    yield from (common / name for name in OF_COMMON_DIR)
    for module in sorted(common.glob("modules/*")):
        yield from (module / name for name in OF_MODULE)


def _followed(top: Path) -> Path:
    """The folder that `.git` is, or that it names."""
    try:
        words = os.fsdecode(_read(str(top))[:_FOLLOWED])
    except OSError:
        return top
    name, _, place = words.partition(":")
    return Path(os.path.normpath(top.parent / place.strip())) if name == "gitdir" and place.strip() else top


def settings_places(root: Path) -> Iterator[Path]:
    """The files of a project that say what is run in it, whether they are there or not."""
    yield from (root / name for name in SETTINGS)
    yield from (root / ".taskmaster" / name for name in STATE)


def personal_places(home: Path, configs: Iterable[Path]) -> Iterator[Path]:
    """The files of a person that are run, or say what is run, whether they are there or not.

    Args:
        home: The person's folder.
        configs: The folders where programs keep their settings, such as `~/.config`.
    """
    yield from (home / name for name in PERSONAL)
    yield from (config / name for config in configs for name in CONFIGURED)
