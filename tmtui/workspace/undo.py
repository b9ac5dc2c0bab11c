"""One attempt taken back out of a tree that others have worked on since.

A task may wait for a person while others go on. Putting its checkpoint back as a whole would then destroy their work,
so only what the attempt itself changed is reverted: a file that is still as the attempt left it becomes what it was
before, and every other file stays. A file that somebody has changed since belongs to both: nothing is undone then,
and the file is named.
"""

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import msgspec

from tmtui.domain.text import clean_line
from tmtui.workspace.git import Git, GitError


NAMED: Final = 5
"""Files that a message names."""


class Entry(msgspec.Struct, frozen=True):
    """A file in a tree: its mode and the id of its content as git writes them, zeros when it is not there."""

    mode: bytes
    blob: bytes


async def without_attempt(git: Git, scratch: Path, before: str, after: str, now: str) -> str:
    """The tree `now` without what changed between `before` and `after`.

    Args:
        git: Sees every object there is, and writes new ones.
        scratch: A folder for an index that lives no longer than this call.
        before: The tree that the attempt found.
        after: The tree that it left.
        now: The tree of the files as they are.

    Raises:
        GitError: git failed, or a file that the attempt changed has been changed again since.
    """
    if now == after:
        return before
    changed = await _changes(git, before, after)
    shared = sorted(changed.keys() & (await _changes(git, after, now)).keys())
    if shared:
        names = ", ".join(clean_line(path.decode(errors="replace")) for path in shared[:NAMED])
        raise GitError(f"changed again since: {names}; undo by hand, or keep the tree")
    lines = b"".join(entry.mode + b" " + entry.blob + b"\t" + path + b"\0" for path, entry in changed.items())
    with tempfile.TemporaryDirectory(dir=scratch) as folder:
        index = Path(folder, "index")
        await git.run("read-tree", now, index=index)
        await git.run("update-index", "-z", "--index-info", index=index, stdin=lines)
        return (await git.run("write-tree", index=index)).decode().strip()


async def _changes(git: Git, old: str, new: str) -> Mapping[bytes, Entry]:
    """Each path that differs, with what it was in `old`."""
    output = await git.run("diff-tree", "-r", "-z", "--raw", "--no-renames", old, new)
    fields = output.split(b"\0")
    return {path: _old_entry(state) for state, path in zip(fields[::2], fields[1::2], strict=False) if path}


def _old_entry(state: bytes) -> Entry:
    """From `:100644 100755 <id> <id> M`; git itself writes a missing file as zeros."""
    mode, _, blob, _, _ = state.removeprefix(b":").split(b" ")
    return Entry(mode, blob)
