"""The unified diff of two trees, for the engine and for any other process.

A tree id in the log and the state folder are enough to show what an attempt changed: `open_diff` reads through
the shadow, takes no lock, writes nothing and needs no engine. What it returns is foreign text: whoever shows it
cleans it.
"""

import os
import re
from pathlib import Path
from typing import Final

import msgspec

from tmtui.workspace.git import Git, GitError, complaint, engine_git, find_git
from tmtui.workspace.shadow import NAME


CAP: Final = 2 * 1024 * 1024
"""Bytes of a diff that are shown."""

COMPARING: Final = "core.bigFileThreshold=8m"
"""For a git that compares: larger files count as binary ones, whose lines are neither counted nor shown."""

_TREE: Final = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")


class TreeDiff(msgspec.Struct, frozen=True):
    """Makes diffs of the trees that one git dir can read."""

    git: Git

    async def between(self, before: str, after: str, path: str = "", cap: int = CAP) -> bytes:
        """The unified diff from tree `before` to tree `after`, or the part of it that is about `path`.

        At most `cap` bytes of whole lines; when there is more, a last line says so. Renames are shown as such,
        binary files by name only. A `path` that names a folder stands for all that is in it.

        Raises:
            GitError: one is no tree id, the tree is not here, or it takes too long.
        """
        if not (_TREE.fullmatch(before) and _TREE.fullmatch(after)):
            raise GitError(f"{before!r} and {after!r} are not both ids of trees")
        flags = (
            "-r",
            "-p",
            "-M",
            "--no-ext-diff",
            "--no-textconv",
            "--no-color",
            "--src-prefix=a/",
            "--dst-prefix=b/",
        )
        where = ("--", f":(top,literal){path}") if path else ()
        answer = await self.git.call("diff-tree", *flags, before, after, *where, cap=cap)
        if answer.exit_code and not answer.cut:
            raise GitError(f"the diff cannot be made: {complaint(answer)}")
        return _cut(answer.output, cap) if answer.cut else answer.output


def open_diff(root: Path, state_dir: Path) -> TreeDiff:
    """A way to read the trees that runs in `root` have recorded.

    Raises:
        GitError: git is not installed, or nothing has been recorded yet.
    """
    program = find_git(os.environ.get("PATH", os.defpath), root)
    if program is None:
        raise GitError("git is not installed, so there are no diffs; install it to see them")
    shadow = state_dir.resolve() / NAME
    if not (shadow / "HEAD").is_file():
        raise GitError(f"no attempt has been recorded in {state_dir} yet")
    return TreeDiff(engine_git(program, root, shadow, work_tree=root, options=(COMPARING,)))


def _cut(output: bytes, cap: int) -> bytes:
    whole = output[: output.rfind(b"\n") + 1]
    return whole + f"… the diff goes on; its first {cap / 1024 / 1024:.3g} MB are shown\n".encode()
