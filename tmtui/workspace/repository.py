"""Where a root's objects, refs and HEAD are.

In a git repository, new objects go to the repository's own object folder and checkpoints get refs of their own
(`refs/tmtui/…`) in it: `git gc` keeps what they hold, `git diff` and `git show` work on them, and they outlive
the state folder. They are no branches and are not pushed by default.

A root in no repository, or in one that cannot be used, has everything in the private git dir. So has a root
that an enclosing repository ignores: a home folder under version that ignores all but its dot-files is no home
for the projects in it.
"""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import msgspec

from tmtui.workspace.git import Git, GitError, user_git


UNFINISHED: Final = {
    "MERGE_HEAD": "merge",
    "rebase-merge": "rebase",
    "rebase-apply": "rebase",
    "CHERRY_PICK_HEAD": "cherry-pick",
    "REVERT_HEAD": "revert",
    "BISECT_LOG": "bisect",
}
"""What in a git dir tells that an operation is half-way."""

_PLACES: Final = (
    "--path-format=absolute", "--show-object-format", "--show-toplevel", "--git-dir",
    "--git-path", "objects", "--git-path", "index", "--git-path", "info/exclude", "--show-prefix",
)  # fmt: skip


class Repository(msgspec.Struct, frozen=True):
    """The places that one root's versions need."""

    top: Path
    """The folder that git takes for the top of the working tree."""
    prefix: str
    """The root's place below `top`: empty, or a path that ends with a slash."""
    git_dir: Path
    """Holds HEAD and the refs."""
    objects: Path
    """Where new objects go."""
    index: Path | None = None
    """The user's index; None in a private repository."""
    object_format: str = "sha1"
    private: bool = False
    """True when there is no repository of the user's."""
    blind: bool = False
    """True when there seems to be one, but its HEAD cannot be read."""
    converts_lines: bool = False
    """True when the user's settings change line ends between file and object."""
    excludes: str = ""
    """The file of the user's own ignore rules, for all repositories."""
    exclude: bytes = b""
    """The ignore rules of this clone (`info/exclude`)."""

    @property
    def unfinished(self) -> str:
        """The merge, rebase or other operation that is half-way in it; empty when there is none."""
        if self.private:
            return ""
        return next((word for name, word in UNFINISHED.items() if os.path.lexists(self.git_dir / name)), "")


async def find_repository(program: str, root: Path, shadow: Path, surroundings: Mapping[str, str]) -> Repository:
    """The repository that `root` lies in, or the private one at `shadow`.

    Args:
        program: The git program.
        root: The project's root folder, resolved.
        shadow: The private git dir.
        surroundings: The user's environment variables.

    Raises:
        GitError: git cannot be run at all.
    """
    git = user_git(program, root, surroundings)
    excludes = await _excludes(git, surroundings)
    answer = await git.call("rev-parse", *_PLACES)
    found = None if answer.exit_code else _from_places(answer.output, root)
    usable = found is not None and _is_writable(found)
    if found is None or not usable or await _is_ignored(git, found, root):
        blind = not usable and b"not a git repository" not in answer.errors
        return Repository(root, "", shadow, shadow / "objects", private=True, blind=blind, excludes=excludes)
    return msgspec.structs.replace(found, excludes=excludes, converts_lines=await _converts_lines(git))


def _from_places(output: bytes, root: Path) -> Repository | None:
    """What `rev-parse` said as a value; None when a line end in a path has torn it, or it is not about `root`."""
    lines = os.fsdecode(output).split("\n")
    if len(lines) != len(["format", "top", "dir", "objects", "index", "exclude", "prefix", ""]):
        return None
    object_format, top, git_dir, objects, index, exclude, prefix, _ = lines
    if Path(top, prefix).resolve() != root:
        return None
    rules = Path(exclude)
    return Repository(
        top=Path(top), prefix=prefix, git_dir=Path(git_dir), objects=Path(objects), index=Path(index),
        object_format=object_format, exclude=rules.read_bytes() if rules.is_file() else b"",
    )  # fmt: skip


def _is_writable(found: Repository) -> bool:
    return all(os.access(folder, os.W_OK | os.X_OK) for folder in (found.objects, found.git_dir))


async def _is_ignored(git: Git, found: Repository, root: Path) -> bool:
    return bool(found.prefix) and (await git.call("check-ignore", "-q", "--", str(root))).exit_code == 0


async def _excludes(git: Git, surroundings: Mapping[str, str]) -> str:
    named = await _setting(git, "--type=path", "core.excludesFile")
    home = surroundings.get("XDG_CONFIG_HOME") or os.path.join(surroundings.get("HOME", "/"), ".config")  # noqa: PTH118 - text
    return named or os.path.join(home, "git", "ignore")  # noqa: PTH118 - text in, text out


async def _converts_lines(git: Git) -> bool:
    return (await _setting(git, "core.autocrlf")).lower() not in ("", "false", "no", "off", "0")


async def _setting(git: Git, *query: str) -> str:
    return os.fsdecode(await git.run("config", "-z", "--get", *query, check=False)).rstrip("\0")


async def head_of(git: Git) -> str | None:
    """The commit that HEAD names; empty when there is none yet, None when that cannot be known."""
    try:
        answer = await git.call("rev-parse", "--quiet", "--verify", "HEAD")
    except GitError:
        return None
    return answer.output.decode().strip() if answer.exit_code in (0, 1) else None
