"""What of the project a prompt may tell: state of the repository, files, and what stands in them.

The checkpoint before an attempt has recorded every file that no rule ignores, so that tree is what is looked at: no
rule has to be read again, nothing of the repository's configuration is run, and a symbolic link is an entry like any
other, which nobody follows. Contents come from the files themselves, through handles that cannot lead out of the
root. Without checkpoints the folder is walked, and what is usually generated is passed over.

Whatever cannot be found out is left empty: a prompt without it is better than none.
"""

import asyncio
import os
from collections.abc import Iterable, Sequence
from fnmatch import fnmatchcase
from itertools import islice
from pathlib import Path
from typing import Final

from tmtui.domain.plan import Task
from tmtui.domain.text import clean_line
from tmtui.events.attempt import AttemptCheckpointed
from tmtui.prompts.context import Context, FileText, PromptContext
from tmtui.system.confined import ConfinedFolder, PathRefused
from tmtui.workspace.checkpoint import Workspace
from tmtui.workspace.git import GitError
from tmtui.workspace.languages import main_language
from tmtui.workspace.parts import Parts
from tmtui.workspace.secret_files import looks_secret


STATUS_LINES: Final = 50
"""Changed files that are named."""

LARGEST: Final = 1_000_000
"""Bytes of a file that is opened at all; of it, as much as is wished for is shown."""

ALL_CONTENTS: Final = 200_000
"""Bytes of contents in one prompt."""

MOST_FILES: Final = 20_000
"""Files that are looked at where there is no tree."""

_LISTING_CAP: Final = 8 * 1024 * 1024
_GENERATED: Final = frozenset(
    {".git", ".hg", ".svn", ".taskmaster", ".venv", "__pycache__", "build", "dist", "node_modules", "target", "venv"}
)
_FILE_MODES: Final = (b"100644", b"100755")
_LETTERS: Final = {"A": "added", "D": "deleted", "M": "modified", "T": "modified"}


class Surroundings:
    """Looks at one project for its prompts.

    Args:
        root: The project's root.
        wishes: What of it is told.
        workspace: Where the trees are; None where nothing is recorded.
    """

    def __init__(self, root: Path, wishes: PromptContext, workspace: Workspace | None = None) -> None:
        self._root = root.absolute()
        self._wishes = wishes
        self._workspace = workspace

    async def look(self, task: Task, checkpoint: AttemptCheckpointed) -> Context:
        """What is told about `task`. It never fails.

        Args:
            task: The task; what is told is about its path.
            checkpoint: The files as they were recorded before the attempt.
        """
        parts = self._workspace.parts if self._workspace is not None else None
        tree = await self._tree(task, checkpoint) if parts is not None else ""
        status, files = await asyncio.gather(self._status(parts, tree, checkpoint), self._files(parts, tree, task))
        told = [path for path in files if is_told(path, self._wishes)]
        listed = told[: self._wishes.max_files_listed]
        contents = await asyncio.to_thread(self._contents, listed) if self._wishes.include_file_contents else ()
        return Context(
            project_name=self._root.name,
            language=main_language(files),
            git_status=status,
            files=tuple(map(clean_line, listed)) if self._wishes.include_file_list else (),
            files_left_out=len(told) - len(listed) if self._wishes.include_file_list else 0,
            contents=contents,
        )

    async def _tree(self, task: Task, checkpoint: AttemptCheckpointed) -> str:
        """The files as they are: as recorded, unless a pre-hook may have changed them since."""
        if not task.pre_hooks or self._workspace is None:
            return checkpoint.tree
        try:
            return await self._workspace.fingerprint()
        except GitError:
            return checkpoint.tree

    # The repository.

    async def _status(self, parts: Parts | None, tree: str, checkpoint: AttemptCheckpointed) -> str:
        if not self._wishes.include_git_status or parts is None or not tree or parts.repository.private:
            return ""
        try:
            branch, changed = await asyncio.gather(_branch(parts), _changed(parts, checkpoint.head, tree))
        except GitError:
            return ""
        return "\n".join((f"On branch {branch}" if branch else "On no branch", *changed))

    # Files.

    async def _files(self, parts: Parts | None, tree: str, task: Task) -> list[str]:
        """The paths of the files that the task is about."""
        if parts is not None and tree:
            try:
                return await _in_tree(parts, tree, task.path)
            except GitError:
                pass
        return await asyncio.to_thread(self._walk, task.path)

    def _walk(self, path: str) -> list[str]:
        try:
            with ConfinedFolder(self._root, tuple(_GENERATED)) as folder:
                if path and folder.kind(path) == "file":
                    return [path]
                return sorted(islice((each for each in folder.walk(path) if _is_text(each)), MOST_FILES))
        except (OSError, PathRefused):
            return []

    def _contents(self, paths: Sequence[str]) -> tuple[FileText, ...]:
        found: list[FileText] = []
        left = ALL_CONTENTS
        with ConfinedFolder(self._root) as folder:
            for path in paths:
                text = _text_of(folder, path, min(self._wishes.max_file_size, left))
                if text is not None:
                    found.append(text)
                    left -= len(text.text.encode())
                if left <= 0:
                    break
        return tuple(found)


async def _branch(parts: Parts) -> str:
    answer = await parts.keeper.refs.call("symbolic-ref", "--quiet", "--short", "HEAD")
    return clean_line(answer.output.decode(errors="replace").strip())


async def _changed(parts: Parts, head: str, tree: str) -> list[str]:
    """How the files differ from the last commit, a line each."""
    if not head:
        return ["No commits yet"]
    before = f"{head}:{parts.repository.prefix.rstrip('/')}"
    flags = ("-r", "-z", "--name-status", "--no-renames", "--no-ext-diff", "--no-textconv")
    answer = await parts.diff.git.call("diff-tree", *flags, before, tree, cap=_LISTING_CAP)
    if answer.exit_code and not answer.cut:
        return []
    fields = answer.output.decode(errors="replace").split("\0")
    lines = [
        f"{_LETTERS.get(letter, 'modified')}: {clean_line(path)}"
        for letter, path in zip(fields[::2], fields[1::2], strict=False)
        if not looks_secret(path)
    ]
    more = [f"… and {len(lines) - STATUS_LINES:,} more"] if len(lines) > STATUS_LINES else []
    return [*lines[:STATUS_LINES], *more] or ["Nothing has changed since the last commit"]


async def _in_tree(parts: Parts, tree: str, path: str) -> list[str]:
    where = ("--", f":(top,literal){path}") if path else ()
    answer = await parts.diff.git.call("ls-tree", "-r", "-z", "--full-tree", tree, *where, cap=_LISTING_CAP)
    if answer.exit_code and not answer.cut:
        raise GitError("the tree cannot be listed")
    entries = (entry.partition(b"\t") for entry in answer.output.split(b"\0")[:-1])
    return [os.fsdecode(name) for about, _, name in entries if about.startswith(_FILE_MODES)]


def _is_text(path: str) -> bool:
    return not any(part in _GENERATED for part in path.split("/"))


def is_told(path: str, wishes: PromptContext) -> bool:
    """Whether a prompt may tell of a file: by the user's patterns, and because its name is no secret's."""
    if looks_secret(path) or path.startswith(".taskmaster/") or fits_any(path, wishes.exclude_patterns):
        return False
    return not wishes.include_patterns or fits_any(path, wishes.include_patterns)


def fits_any(path: str, patterns: Iterable[str]) -> bool:
    """Whether a pattern fits the whole path, or the name of the file or of a folder above it."""
    parts = path.split("/")
    return any(
        fnmatchcase(path, plain) or any(fnmatchcase(part, plain) for part in parts)
        for plain in (pattern.removeprefix("./").rstrip("/") for pattern in patterns)
    )


def _text_of(folder: ConfinedFolder, path: str, most: int) -> FileText | None:
    """What stands in a file; None when that is no text, or cannot be read."""
    try:
        data = folder.read_bytes(path, LARGEST)
    except (OSError, PathRefused):
        return None
    if b"\0" in data[:8_000]:
        return None
    try:
        data.decode()
    except UnicodeDecodeError:
        return None
    return FileText(path, data[:most].decode(errors="ignore"), cut=len(data) > most)
