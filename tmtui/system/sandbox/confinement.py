"""What a confined command may do: a list of places, each with its treatment.

Everything can be read and nothing can be written, save what a place says. Places lie within each other, and the
deepest that a path lies in decides: the home folder's `.ssh` is hidden though the home folder is not, a project below
`/tmp` can be written though the rest of `/tmp` is out of sight, and its `.git` cannot though the project can.
"""

import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Final

import msgspec


class Treatment(StrEnum):
    """What may be done with a place and what lies in it."""

    WRITABLE = "writable"
    READ_ONLY = "read-only"
    HIDDEN = "hidden"


Place = tuple[str, Treatment]
"""An absolute path without symbolic links, and its treatment."""

CREDENTIALS: Final = (
    ".ssh",
    ".gnupg",
    ".aws",
    ".azure",
    ".kube",
    ".docker",
    ".netrc",
    ".npmrc",
    ".yarnrc.yml",
    ".pypirc",
    ".pgpass",
    ".my.cnf",
    ".git-credentials",
    ".vault-token",
    ".terraform.d",
    ".password-store",
    ".claude",
    ".claude.json",
    ".codex",
    ".taskmaster",
    ".cargo/credentials",
    ".cargo/credentials.toml",
    ".gem/credentials",
    ".m2/settings.xml",
    ".gradle/gradle.properties",
    ".config/anthropic",
    ".config/gcloud",
    ".config/gh",
    ".config/git/credentials",
    ".config/google-chrome",
    ".config/hub",
    ".config/op",
    ".config/pip/pip.conf",
    ".config/rclone",
    ".config/tmtui",
    ".local/share/keyrings",
    ".mozilla",
    ".bash_history",
    ".zsh_history",
    ".python_history",
    "Library/Keychains",
    "Library/Application Support/Google/Chrome",
)
"""Where programs keep what opens other doors, below the home folder. The histories hold what was typed by mistake."""

SOCKETS: Final = ("/run",)
"""Where services listen: Docker, the session's bus, the key agent. Whoever may speak to them needs no file rights."""

GUARDED: Final = (
    ".git",
    ".taskmaster",
    ".taskmaster.yml",
    ".taskmaster.yaml",
    ".taskmaster.json",
)
"""What lies in a project and is run, or says what is run, without a sandbox: not the agent's to change."""

NAMES: Final = ("/run/systemd/resolve", "/run/NetworkManager")
"""Where `/etc/resolv.conf` may lead to. Without it, no name is found in a network."""

PROGRAM_VARIABLES: Final = ("VIRTUAL_ENV", "CONDA_PREFIX", "PYENV_ROOT", "TMTUI_PYTHON")


class Confinement(msgspec.Struct, frozen=True, kw_only=True):
    """What a command may do. All paths are absolute and without symbolic links."""

    root: str
    """The folder that it works in, which it may change."""
    temporary: str
    """A folder of its own for temporary files, which it may change. It may find it under another name."""
    writable: tuple[str, ...] = ()
    """What else it may change."""
    read_only: tuple[str, ...] = ()
    """What it may not change though it lies in what it may."""
    hidden: tuple[str, ...] = ()
    """What it may not even read."""
    readable: tuple[str, ...] = ()
    """What it may read though it lies in what is hidden."""
    network: bool = False

    def places(self) -> tuple[Place, ...]:
        """What this says of places, the shallow ones first. One that is named twice is treated as named last."""
        named = dict.fromkeys(self.readable, Treatment.READ_ONLY)
        named |= dict.fromkeys(self.read_only, Treatment.READ_ONLY)
        named |= dict.fromkeys(self.hidden, Treatment.HIDDEN)
        named |= dict.fromkeys((self.root, self.temporary, *self.writable), Treatment.WRITABLE)
        return tuple(sorted(named.items(), key=lambda place: (depth(place[0]), place[0])))


def depth(path: str) -> int:
    """How many names lead to a path; 0 for the root of all."""
    return len([part for part in path.split("/") if part])


def lies_in(path: str, folder: str) -> bool:
    """Whether a path is a folder or lies in it."""
    return path == folder or path.startswith(f"{folder.rstrip('/')}/")


def treatment_of(path: str, places: Sequence[Place]) -> Treatment:
    """What may be done with a path."""
    holding = [place for place in places if lies_in(path, place[0])]
    return max(holding, key=lambda place: depth(place[0]))[1] if holding else Treatment.READ_ONLY


def confine_to(
    root: Path,
    *,
    temporary: Path,
    state_dir: Path,
    env: Mapping[str, str],
    writable: Iterable[str] = (),
    hidden: Iterable[str] = (),
    network: bool = False,
) -> Confinement:
    """What a command of a project may do.

    Args:
        root: The project's folder.
        temporary: A folder for temporary files.
        state_dir: Where tmtui keeps its records, and listens for commands.
        env: What the command gets of the environment. The programs it names stay in reach.
        writable: What else may be changed: absolute, below `~`, or relative to the root. `.git` may be among it.
        hidden: What else may not be seen: absolute paths.
        network: Whether it may use the network.
    """
    home = env.get("HOME", "")
    credentials = tuple(f"{home}/{name}" for name in CREDENTIALS) if home.startswith("/") else ()
    out_of_sight = _real(*credentials, *SOCKETS, str(state_dir), *hidden)
    return Confinement(
        root=os.path.realpath(root),
        temporary=os.path.realpath(temporary),
        writable=named_paths(writable, root, home),
        read_only=_real(*(str(root / name) for name in GUARDED)),
        hidden=out_of_sight,
        readable=_programs(env, (*out_of_sight, os.path.realpath("/tmp")), network=network),  # noqa: S108 - it is covered
        network=network,
    )


def named_paths(paths: Iterable[str], root: Path, home: str) -> tuple[str, ...]:
    """Paths that settings name, absolute and without symbolic links: absolute, below `~`, or relative to the root."""
    return _real(*(str(root / _at_home(path, home)) for path in paths))


def _at_home(path: str, home: str) -> str:
    return home + path[1:] if path == "~" or path.startswith("~/") else path


def _real(*paths: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(os.path.realpath(path) for path in paths))


def _at_its_name(path: str) -> str:
    """A path that is itself a symbolic link perhaps, and goes through none."""
    folder, _, name = path.rstrip("/").rpartition("/")
    return f"{os.path.realpath(folder or '/').rstrip('/')}/{name}"


def _programs(env: Mapping[str, str], covered: Sequence[str], *, network: bool) -> tuple[str, ...]:
    """The folders of programs that lie in what is out of sight, and must be found all the same."""
    named = [*env.get("PATH", "").split(":"), *(env.get(name, "") for name in PROGRAM_VARIABLES)]
    named += [sys.prefix, sys.base_prefix, str(Path(__file__).parents[3]), *(NAMES if network else ())]
    absolute = [path for path in named if path.startswith("/")]
    paths = dict.fromkeys((*_real(*absolute), *map(_at_its_name, absolute)))
    inside = (path for path in paths if any(path != folder and lies_in(path, folder) for folder in covered))
    return tuple(path for path in inside if os.path.lexists(path))
