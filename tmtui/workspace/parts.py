"""What a workspace is made of, put together for one root."""

import asyncio
import hashlib
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import msgspec

from tmtui.workspace.diff import COMPARING, TreeDiff
from tmtui.workspace.git import OLDEST, Git, GitError, engine_git, find_git, user_git
from tmtui.workspace.recorder import Recording, TreeRecorder
from tmtui.workspace.refs import Keeper, Kept
from tmtui.workspace.repository import Repository, find_repository, head_of
from tmtui.workspace.restore import Restorer
from tmtui.workspace.seed import Seed
from tmtui.workspace.shadow import NAME, Shadow, shadow_of


_NEEDED: Final = f"git {OLDEST[0]}.{OLDEST[1]} or newer"


class Captured(msgspec.Struct, frozen=True):
    """A root at one moment."""

    recording: Recording
    head: str | None
    """The commit of the user's HEAD; empty when there is none, None when it cannot be known."""
    kept: Kept


class Parts(msgspec.Struct, frozen=True):
    """The parts that serve one root."""

    repository: Repository
    shadow: Shadow
    recorder: TreeRecorder
    keeper: Keeper
    restorer: Restorer
    diff: TreeDiff

    async def capture(self, name: str, *, unique: bool = False) -> Captured:
        """Record the files and HEAD as they are, and keep them under `refs/tmtui/<name>`.

        Raises:
            GitError: they cannot be recorded, or not in time.
        """
        recording, head = await asyncio.gather(self.record(), self.head())
        kept = await self.keeper.keep(recording.tree, head or "", name, unique=unique)
        if not kept.ref:  # an attempt may have had git forget the objects, or made the repository anew
            recording = await self.record(afresh=True)
            kept = await self.keeper.keep(recording.tree, head or "", name, unique=unique)
        return Captured(recording, head, kept)

    async def record(self, *, afresh: bool = False) -> Recording:
        """Record the files, through a shadow that is as it must be; see `TreeRecorder.record`.

        Raises:
            GitError: it cannot be done, or not in time.
        """
        try:
            self.shadow.lay()
            return await self.recorder.record(afresh=afresh)
        except OSError as error:
            raise GitError(f"the private git dir cannot be used: {error}") from error

    async def head(self) -> str | None:
        """The commit that the user's HEAD names; empty when there is none, None when it cannot be known."""
        if self.repository.private:
            return None if self.repository.blind else ""
        return await head_of(self.keeper.refs)


async def assemble(root: Path, state_dir: Path, surroundings: Mapping[str, str], seconds: float) -> Parts:
    """The parts for `root`, ready to record.

    Args:
        root: The project's root folder, resolved.
        state_dir: The state folder, resolved.
        surroundings: The user's environment variables.
        seconds: How long one git command may take.

    Raises:
        GitError: git is missing, too old or fails, or the root lies in the state folder.
        OSError: the state folder cannot be written.
    """
    program = await _program(root, surroundings.get("PATH", "/usr/bin:/bin"))
    if root.is_relative_to(state_dir):
        raise GitError("the root lies in the state folder: set TASKMASTER_STATE_DIR to another folder")
    path = state_dir / NAME
    repository = await find_repository(program, root, path, surroundings)
    hidden = _from_top(state_dir, repository.top)
    shadow = shadow_of(path, repository, hidden)
    shadow.lay()

    options = (f"core.excludesFile={repository.excludes}",)

    def git(git_dir: Path, objects: Path | None = None, *more: str) -> Git:
        made = engine_git(
            program, root, git_dir, work_tree=repository.top, objects=objects, options=(*options, *more)
        )
        return msgspec.structs.replace(made, seconds=seconds)

    writer, reader, refs = git(path, repository.objects), git(path), git(repository.git_dir)
    users = user_git(program, root, surroundings, GIT_DIR=str(repository.git_dir), GIT_WORK_TREE=str(repository.top))
    recorder = TreeRecorder(writer, path / _index_name(repository), Seed(writer, users, repository, hidden))
    await recorder.begin()
    return Parts(
        repository, shadow, recorder, Keeper(writer, refs), Restorer(reader, recorder, repository, root, path),
        TreeDiff(git(path, None, COMPARING)),
    )  # fmt: skip


async def _program(root: Path, search: str) -> str:
    program = find_git(search, root)
    if program is None:
        raise GitError(f"git is not installed: install {_NEEDED} and start again")
    said = (await user_git(program, root, {}).run("version")).decode(errors="replace")
    version = re.search(r"(\d+)\.(\d+)", said)
    if version is None or (int(version[1]), int(version[2])) < OLDEST:
        raise GitError(f"{program} is too old ({said.strip()}): install {_NEEDED} and start again")
    return program


def _from_top(folder: Path, top: Path) -> str:
    return folder.relative_to(top).as_posix() if folder.is_relative_to(top) else ""


def _index_name(repository: Repository) -> str:
    """One index for each place of objects and files: what it knows of one says nothing about another."""
    places = "\0".join((str(repository.objects), str(repository.top), repository.prefix))
    return f"index-{hashlib.sha256(places.encode(errors='surrogateescape')).hexdigest()[:12]}"


async def too_large(recorder: TreeRecorder, seconds: float) -> str:
    """The words for a root that takes longer than `seconds` to record, with the likely culprits."""
    try:
        heavy = [f"{path} ({size / 1e6:,.0f} MB)" for path, size in await recorder.heavy_files()]
    except (GitError, OSError):
        heavy = []
    culprits = f"; the largest that git does not know: {', '.join(heavy)}" if heavy else ""
    return (
        f"recording the files takes more than {seconds:g} s, so this run has no checkpoints: "
        f"name large or generated files in .gitignore and start again{culprits}"
    )
