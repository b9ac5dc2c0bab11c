"""An attempt's evidence in the files: taken before, measured after, undone on demand.

A checkpoint is a tree of all that the root holds and no rule ignores, tracked or not, kept under
`refs/tmtui/<run>/<task>/<attempt>`; what an attempt left is kept under `…-after`, and what a restore replaced
under `…-kept-<commit>`. The user's index, HEAD, branch, stash and reflog are never touched.

*A root inside a larger repository* has checkpoints of its own part only. Its plan, its tools and its state
folder are confined to the root; a neighbour's edits would count as this task's progress, and undoing a task
would undo the neighbour's work. Paths are therefore relative to the root everywhere.

*Unknown is never "no"*: without a tree on both sides `progressed` is None, unless HEAD alone proves a change.
A commit counts as progress even when the files are as they were.

Call it while no process of the attempt lives: git looks at one file after the other, and a tree of files that
change meanwhile is a tree of no moment.
"""

import asyncio
import os
import secrets
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Final, Self, TypeVar

from tmtui.domain.text import clean_line
from tmtui.events.attempt import AttemptCheckpointed, AttemptMeasured, AttemptRestored, FileChange
from tmtui.workspace.changes import changes_between, has_progressed
from tmtui.workspace.git import TIMEOUT, GitError
from tmtui.workspace.parts import Captured, Parts, assemble, too_large
from tmtui.workspace.undo import without_attempt


FILES_LISTED: Final = 200
"""Changed files that an event lists; all of them are counted."""

PROBLEM_CAP: Final = 500
"""Characters of a problem's text."""

Result = TypeVar("Result")


class Workspace:
    """The files of one root during one run. Its calls may overlap; they take turns where they must."""

    problem: str
    """Why there are no checkpoints and what to do about it; empty when there are."""

    def __init__(self, root: Path, state_dir: Path, seconds: float = TIMEOUT) -> None:
        self.problem = ""
        self._root = root.resolve()
        self._state_dir = state_dir.resolve()
        self._seconds = seconds
        self._turn = asyncio.Lock()
        self._made: Parts | None = None

    @classmethod
    async def open(cls, root: Path, state_dir: Path, *, seconds: float = TIMEOUT) -> Self:
        """The workspace of `root`. It never fails: `problem` says why there are no checkpoints.

        Args:
            root: The project's root folder.
            state_dir: The state folder, which is part of no checkpoint wherever it lies.
            seconds: How long one git command may take.
        """
        workspace = cls(root, state_dir, seconds)
        try:
            await workspace._arrange()
        except (GitError, OSError) as error:
            workspace.problem = clean_line(f"there are no checkpoints: {error}", PROBLEM_CAP)
        return workspace

    @property
    def parts(self) -> Parts | None:
        """The parts that read what was recorded; None when there are no checkpoints."""
        return None if self.problem else self._made

    async def fingerprint(self) -> str:
        """Git's id of the tree of all that the root holds at this moment.

        Raises:
            GitError: there is none, and why.
        """
        async with self._turn:
            return (await self._in_time(lambda parts: parts.record())).tree

    async def checkpoint(self, run: str, task: str, attempt: int) -> AttemptCheckpointed:
        """Record the files before an attempt begins. It never fails: the event says what is wrong."""
        try:
            now = await self._capture(f"{run}/{task}/{attempt}")
        except GitError as error:
            return AttemptCheckpointed(tree="", problem=str(error))
        problem = _joined(now.recording.note, now.kept.problem, self._unfinished())
        return AttemptCheckpointed(now.recording.tree, now.kept.commit, now.kept.ref, now.head or "", problem)

    async def measure(self, before: AttemptCheckpointed, run: str, task: str, attempt: int) -> AttemptMeasured:
        """Hold the files as they are against a checkpoint. It never fails: the event says what is wrong."""
        try:
            now = await self._capture(f"{run}/{task}/{attempt}-after")
        except GitError as error:
            return AttemptMeasured(tree="", problem=str(error))
        tree, whole = now.recording.tree, not now.recording.note
        files, problem = await self._changes(before.tree, tree)
        return AttemptMeasured(
            tree=tree,
            head=now.head or "",
            progressed=has_progressed(before.tree, tree, before.head, now.head, whole=whole),
            files=files[:FILES_LISTED],
            files_total=len(files),
            problem=_joined(now.recording.note, problem, now.kept.problem),
        )

    async def restore(
        self, before: AttemptCheckpointed, run: str, task: str, attempt: int, *, after: str = ""
    ) -> AttemptRestored:
        """Put the files back to what they were at a checkpoint.

        Given the tree that the attempt left (`after`), only what it changed is put back: see `undo`.

        What they are is kept first, under the ref that the event names; give what `checkpoint_at(ref)` returns
        to this method to undo it. Ignored files stay as they are, and what was not recorded but stands in the
        way is moved to `kept/` in the state folder. The event's `tree` is that of the files afterwards.

        Raises:
            GitError: there is no such checkpoint, or it cannot be put back. What was there is still there, in
                the files or under the ref that the text names.
        """
        if not before.tree:
            raise GitError(f"this attempt has no checkpoint to go back to: {before.problem or 'none was taken'}")
        name = f"{run}/{task}/{attempt}-kept"
        async with self._turn:
            now = await self._in_time(lambda parts: parts.capture(name, unique=True))
            if not now.kept.ref:
                raise GitError(f"nothing was restored, for what is there cannot be kept: {now.kept.problem}")
            aside = self._state_dir / "kept" / f"{name.replace('/', '-')}-{secrets.token_hex(4)}"
            try:
                wanted = await self._wanted(before.tree, after, now.recording.tree)
                await self._parts().restorer.put_back(now.recording.tree, wanted, aside)
            except (GitError, OSError) as error:
                raise GitError(
                    f"the checkpoint was not put back: {error} (what was there: {now.kept.ref})"
                ) from error
            return AttemptRestored((await self._in_time(lambda parts: parts.record())).tree, now.kept.ref)

    async def checkpoint_at(self, ref: str) -> AttemptCheckpointed:
        """What is kept under `ref` (`refs/tmtui/…`), in the form that `restore` takes.

        Raises:
            GitError: there is nothing under it.
        """
        tree, commit = await self._parts().keeper.tree_at(ref)
        return AttemptCheckpointed(tree, commit, ref)

    async def diff(self, tree_before: str, tree_after: str, path: str = "") -> bytes:
        """The unified diff of two trees; see `TreeDiff.between`.

        Raises:
            GitError: a tree is not here, or there are no checkpoints.
        """
        return await self._parts().diff.between(tree_before, tree_after, path)

    async def _wanted(self, before: str, after: str, now: str) -> str:
        if not after:
            return before
        restorer = self._parts().restorer
        return await without_attempt(restorer.reader, restorer.scratch, before, after, now)

    async def _arrange(self) -> None:
        self._made = await assemble(self._root, self._state_dir, os.environ, self._seconds)

    def _parts(self) -> Parts:
        if self._made is None or self.problem:
            raise GitError(self.problem)
        return self._made

    async def _capture(self, name: str) -> Captured:
        async with self._turn:
            return await self._in_time(lambda parts: parts.capture(name))

    async def _in_time(self, record: Callable[[Parts], Awaitable[Result]]) -> Result:
        """What `record` makes of the parts; a root that takes too long is not tried again."""
        try:
            return await record(self._parts())
        except GitError as error:
            if error.timed_out:
                self.problem = await too_large(self._parts().recorder, self._seconds)
                raise GitError(self.problem) from error
            if self._made is None or self._made.repository.objects.is_dir():
                raise
        await self._arrange_anew()
        return await record(self._parts())

    async def _arrange_anew(self) -> None:
        """Go on without the user's repository, which an attempt has taken away."""
        try:
            await self._arrange()
        except OSError as error:
            raise GitError(str(error)) from error

    async def _changes(self, before: str, after: str) -> tuple[tuple[FileChange, ...], str]:
        """What differs, and what is wrong with that answer."""
        if not before or before == after:
            return (), ""
        try:
            return await changes_between(self._parts().diff.git, before, after), ""
        except GitError as error:
            return (), f"the changed files cannot be listed: {error}"

    def _unfinished(self) -> str:
        word = self._parts().repository.unfinished
        return f"a {word} is half-way in this repository: finish or abort it before you commit" if word else ""


def _joined(*problems: str) -> str:
    return clean_line("; ".join(filter(None, problems)), PROBLEM_CAP)
