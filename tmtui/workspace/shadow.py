"""The private git dir: what the engine's git takes for its repository.

It lies in the state folder and holds the private index, its own configuration and nothing executable. Git reads
the user's *files* through it, never the user's configuration:

- `info/attributes` outranks every `.gitattributes` and takes the conversions away, so that a tree holds the raw
  bytes of the files. Line ends, `$Id$`, encodings and filters (LFS, crypt) come back exactly as they were; in
  return such a tree is for going back, not for publishing.
- `info/exclude` holds the user's own rules and the state folder.
- `objects/info/alternates` names the user's objects, so that any process can read a tree by this path alone.

Whoever may write here could name programs again. The sandbox keeps agents out; besides, the files that count
are compared with what they must be before every command, and put right.
"""

import os
import stat
import sys
from pathlib import Path
from typing import Final

import msgspec

from tmtui.workspace.repository import Repository


NAME: Final = "shadow.git"
"""The folder's name in the state folder."""

_RAW: Final = b"* !text !eol !crlf !ident !filter !working-tree-encoding !diff !merge\n"
_SPECIAL: Final = str.maketrans({char: f"\\{char}" for char in "\\*?[!# "})


class Shadow(msgspec.Struct, frozen=True):
    """The private git dir at `path` and what its files must hold."""

    path: Path
    contents: dict[str, bytes]

    def lay(self) -> None:
        """Make everything as it must be, the folders private to the user.

        Raises:
            OSError: a file or folder cannot be written.
        """
        for folder in (self.path, *(self.path / name for name in ("objects/info", "refs", "info"))):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for name, content in self.contents.items():
            if not _holds(self.path / name, content):
                _write(self.path / name, content)
        for name in ("commondir", "config.worktree"):  # either would send git to look elsewhere
            (self.path / name).unlink(missing_ok=True)


def shadow_of(path: Path, repository: Repository, hidden: str) -> Shadow:
    """The shadow at `path` for `repository`, in which the folder `hidden` (from the top) is never seen."""
    own = "" if repository.private else _quoted(str(repository.objects)) + "\n"
    return Shadow(
        path,
        {
            "HEAD": b"ref: refs/heads/tmtui\n",
            "config": _configuration(repository.object_format),
            "info/attributes": _RAW,
            "info/exclude": repository.exclude + b"\n" + _rule(hidden),
            "objects/info/alternates": os.fsencode(own),
        },
    )


def _configuration(object_format: str) -> bytes:
    """What `git init` would find out or the user's files would say."""
    mac = "true" if sys.platform == "darwin" else "false"
    version, extension = (
        (0, "") if object_format == "sha1" else (1, f"[extensions]\n\tobjectFormat = {object_format}\n")
    )
    core = {
        "repositoryFormatVersion": str(version),
        "bare": "false",
        "fileMode": "true",
        "symlinks": "true",
        "ignoreCase": mac,
        "precomposeUnicode": mac,
        "trustctime": "true",
        "checkStat": "default",
        "autocrlf": "false",
        "splitIndex": "false",
    }
    return ("[core]\n" + "".join(f"\t{name} = {value}\n" for name, value in core.items()) + extension).encode()


def _rule(hidden: str) -> bytes:
    return os.fsencode(f"/{hidden.translate(_SPECIAL)}/\n") if hidden and "\n" not in hidden else b""


def _quoted(path: str) -> str:
    escaped = path.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


def _holds(file: Path, content: bytes) -> bool:
    try:
        regular = stat.S_ISREG(file.lstat().st_mode)  # anything else could be a pipe, on which reading waits
        return regular and file.read_bytes() == content
    except OSError:
        return False


def _write(file: Path, content: bytes) -> None:
    """Replace `file`, whatever stands there, without following a link."""
    fresh = file.with_name(f"{file.name}.new")
    fresh.unlink(missing_ok=True)
    fresh.write_bytes(content)
    fresh.replace(file)
