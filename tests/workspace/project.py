"""A user's folder, made for one test, and what must not change in it."""

import os
import stat
import subprocess
from pathlib import Path

import psutil

from tmtui.workspace.checkpoint import Workspace


STATE = ".taskmaster"
"""Where the state folder lies in a project."""


class Project:
    """A folder with files, under git when `init` is called."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.state_dir = root / STATE
        root.mkdir(parents=True, exist_ok=True)

    def git(self, *args: str, at: str = ".", given: str = "") -> str:
        """Run git as a user would."""
        return os.fsdecode(self.git_bytes(*args, at=at, given=given)).strip()

    def git_bytes(self, *args: str, at: str = ".", given: str = "") -> bytes:
        """The same, and the very bytes that it prints."""
        place = self.root / at
        return subprocess.run(["git", *args], cwd=place, input=given.encode(), capture_output=True, check=True).stdout

    def init(self, at: str = ".") -> "Project":
        """Put a folder under git."""
        (self.root / at).mkdir(parents=True, exist_ok=True)
        self.git("init", "-q", "-b", "main", at=at)
        return self

    def commit(self, at: str = ".") -> str:
        """Commit everything."""
        self.git("add", "-A", at=at)
        self.git("commit", "-q", "--allow-empty", "-m", "work", at=at)
        return self.git("rev-parse", "HEAD", at=at)

    def write(self, path: str, content: str | bytes) -> Path:
        """Write a file, its folders included."""
        place = self.root / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content if isinstance(content, bytes) else content.encode())
        return place

    def read(self, path: str) -> str:
        """The text of a file."""
        return (self.root / path).read_text()

    def files(self) -> dict[str, tuple[str, bytes]]:
        """Each file's kind (`file`, `program` or `link`) and content, without git's and the state folder's."""
        found = {}
        for base, folders, names in os.walk(self.root):
            folders[:] = [name for name in folders if name not in (".git", STATE)]
            for name in (*names, *folders):
                place = Path(base, name)
                if place.is_symlink() or not place.is_dir():
                    found[str(place.relative_to(self.root))] = _look(place)
        return found

    def users(self) -> dict[str, bytes]:
        """All that belongs to the user in the git folder: everything but objects and the refs of tmtui."""
        folder = self.root / ".git"
        names = (place.relative_to(folder) for place in folder.rglob("*") if place.is_file())
        return {
            str(name): (folder / name).read_bytes()
            for name in names
            if not str(name).startswith(("objects/", "refs/tmtui/"))
        }

    async def open(self, root: str = ".") -> Workspace:
        """The engine's view of it."""
        return await Workspace.open(self.root / root, self.root / root / STATE)


def impostor(folder: Path, script: str) -> str:
    """A program that goes by the name of git."""
    folder.mkdir(parents=True, exist_ok=True)
    program = folder / "git"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    return str(program)


def is_alive(pid: str) -> bool:
    """Whether a process is there and not just waiting to be reaped."""
    try:
        return psutil.Process(int(pid)).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def _look(place: Path) -> tuple[str, bytes]:
    if place.is_symlink():
        return "link", os.fsencode(place.readlink())
    runs = place.lstat().st_mode & stat.S_IXUSR
    return "program" if runs else "file", place.read_bytes()
