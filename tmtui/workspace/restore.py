"""A tree put back, without destroying what no tree holds.

The files are recorded first, and git then moves the working tree from what was recorded to what is wanted, as
it does between two branches (`read-tree -m -u`): it checks everything before it touches anything, writes only
what differs and deletes only what the recorded tree has and the wanted one has not. Never `clean`, never
`reset`; the user's index, HEAD and branch are not involved.

Which files are recorded depends on the ignore rules, and an attempt may change those. Hence three cares:

- A file that the rules *of the wanted tree* ignore stays, though it was recorded: an attempt that takes `.env`
  out of `.gitignore` must not cost the user that file when it is undone.
- A file that stands where another must go, and was not recorded, is moved aside into the state folder.
- So is a file that only the attempt's rules ignored: it came after the checkpoint, and no tree holds it.
"""

import contextlib
import itertools
import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec

from tmtui.workspace.git import Git, GitError, complaint
from tmtui.workspace.recorder import TreeRecorder
from tmtui.workspace.repository import Repository


class Restorer(msgspec.Struct, frozen=True):
    """Puts trees back into one root."""

    reader: Git
    """Sees every object there is, in the user's repository and in the private one."""
    recorder: TreeRecorder
    repository: Repository
    root: Path
    scratch: Path
    """A folder for what lives no longer than one call."""

    async def put_back(self, recorded: str, wanted: str, aside: Path) -> None:
        """Make the files those of tree `wanted`.

        Args:
            recorded: The tree of the files as they are.
            wanted: The tree to go back to.
            aside: The folder for files that must go and are in neither tree. It is made when needed.

        Raises:
            GitError: a tree is missing, or a file changed meanwhile; no recorded file was touched then.
            OSError: a file cannot be moved aside.
        """
        appearing, vanishing = await self._differences(recorded, wanted)
        spared = await self._ignored_under(wanted, vanishing) if vanishing else set()
        if spared:
            await self.recorder.untrack(spared)
        self._move(obstacles(os.fsencode(self.root), appearing, vanishing - spared), aside)
        start = await self.recorder.write_whole()
        goal = await self._from_top(wanted)
        await self.reader.run("read-tree", "-m", "-u", start, goal, index=self.recorder.index)
        self._move(await self._unveiled(recorded), aside)

    async def _differences(self, recorded: str, wanted: str) -> tuple[set[bytes], set[bytes]]:
        """The paths that only the wanted tree has, and those that only the recorded one has."""
        output = await self.reader.run("diff-tree", "-r", "-z", "--raw", "--no-renames", recorded, wanted)
        fields = output.split(b"\0")
        states = list(zip(fields[::2], fields[1::2], strict=False))
        return (
            {path for state, path in states if state.endswith(b" A")},
            {path for state, path in states if state.endswith(b" D")},
        )

    async def _ignored_under(self, wanted: str, paths: set[bytes]) -> set[bytes]:
        """Those of `paths` that the ignore rules of tree `wanted` ignore."""
        with tempfile.TemporaryDirectory(dir=self.scratch) as folder:
            await self._lay_rules(wanted, Path(folder))
            variables = {**self.reader.variables, "GIT_WORK_TREE": folder}
            git = msgspec.structs.replace(
                self.reader, cwd=str(Path(folder, self.repository.prefix)), variables=variables
            )
            return await _ignored(git, paths)

    async def _unveiled(self, recorded: str) -> set[bytes]:
        """The files that are in no tree because the rules of tree `recorded` ignored them, and none does now."""
        others = await self.recorder.others()
        nested = {path for folder in others if folder.endswith(b"/") for path in self._files_in(folder)}
        ignored = await _ignored(self.reader, nested) if nested else set()
        seen = {path for path in others if not path.endswith(b"/")} | nested - ignored
        return await self._ignored_under(recorded, seen) if seen else set()

    def _files_in(self, repository: bytes) -> Iterator[bytes]:
        top = os.fsencode(self.root)
        files = (file[len(top) + 1 :] for file in _files(os.path.join(top, repository)))  # noqa: PTH118 - bytes
        return (file for file in files if b".git" not in file.split(b"/"))

    def _move(self, paths: set[bytes], aside: Path) -> None:
        """Move files to `aside`, each at its place there, and drop the folders that this empties."""
        for path in sorted(map(os.fsdecode, paths)):
            target = aside / path
            target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            shutil.move(self.root / path, target)
            with contextlib.suppress(OSError):  # it ends at the first folder that is not empty
                for folder in itertools.takewhile(self.root.__ne__, (self.root / path).parents):
                    folder.rmdir()

    async def _lay_rules(self, tree: str, folder: Path) -> None:
        """Write the `.gitignore` files of `tree` into `folder`, and those that stand above the root."""
        target = folder / self.repository.prefix
        target.mkdir(parents=True, exist_ok=True)
        for above in target.relative_to(folder).parents if self.repository.prefix else ():
            rules = self.repository.top / above / ".gitignore"
            if rules.is_file() and not rules.is_symlink():
                shutil.copyfile(rules, folder / above / ".gitignore")
        for path, content in await self._rules_in(tree):
            place = target / os.fsdecode(path)
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(content)

    async def _rules_in(self, tree: str) -> list[tuple[bytes, bytes]]:
        listed = (await self.reader.run("ls-tree", "-r", "-z", "--full-tree", tree)).split(b"\0")
        entries = [entry.partition(b"\t") for entry in listed if entry.startswith(b"100")]
        rules = {
            path: about.split(b" ")[2] for about, _, path in entries if path.rpartition(b"/")[2] == b".gitignore"
        }
        if not rules:
            return []
        batch = await self.reader.run("cat-file", "--batch", stdin=b"".join(name + b"\n" for name in rules.values()))
        return list(zip(rules, contents(batch), strict=True))

    async def _from_top(self, tree: str) -> str:
        """`tree` as git sees it from the top of the working tree: at the root's place."""
        if not self.repository.prefix:
            return tree
        with tempfile.TemporaryDirectory(dir=self.scratch) as folder:
            index = Path(folder, "index")
            await self.reader.run("read-tree", f"--prefix={self.repository.prefix}", tree, index=index)
            return (await self.reader.run("write-tree", index=index)).decode().strip()


def obstacles(top: bytes, appearing: Iterable[bytes], vanishing: set[bytes]) -> set[bytes]:
    """What stands in `top` where a file of `appearing` must go, and does not go away with `vanishing`."""
    return {found for path in appearing if (found := _obstacle(top, path, vanishing)) is not None}


def _obstacle(top: bytes, path: bytes, vanishing: set[bytes]) -> bytes | None:
    for folder in _folders(path):
        place = os.path.join(top, folder)  # noqa: PTH118 - a path of bytes, as git has it
        if not _is_folder(place):
            return folder if os.path.lexists(place) and folder not in vanishing else None
    place = os.path.join(top, path)  # noqa: PTH118 - likewise
    if _is_folder(place):
        return path if any(file[len(top) + 1 :] not in vanishing for file in _files(place)) else None
    return path if os.path.lexists(place) else None


def _folders(path: bytes) -> Iterator[bytes]:
    """The folders above `path`, from the outermost on."""
    parts = path.split(b"/")[:-1]
    return (b"/".join(parts[: depth + 1]) for depth in range(len(parts)))


def _is_folder(place: bytes) -> bool:
    return os.path.isdir(place) and not os.path.islink(place)  # noqa: PTH112, PTH114 - a path of bytes


def _files(folder: bytes) -> Iterator[bytes]:
    for base, folders, files in os.walk(folder):
        for name in (*files, *folders):
            place = os.path.join(base, name)  # noqa: PTH118 - a path of bytes
            if not _is_folder(place):
                yield place


def contents(batch: bytes) -> Iterator[bytes]:
    """The contents in what `git cat-file --batch` printed: `id type size`, line end, content, line end."""
    at = 0
    while at < len(batch):
        start = batch.index(b"\n", at) + 1
        size = int(batch[at:start].rsplit(b" ", 1)[1])
        yield batch[start : start + size]
        at = start + size + 1


async def _ignored(git: Git, paths: set[bytes]) -> set[bytes]:
    """Those of `paths` that the rules where `git` works ignore, in the index or not."""
    # A path that begins with a colon would be taken for a pattern.
    asked = b"".join(b"./%s\0" % path for path in sorted(paths))
    answer = await git.call("check-ignore", "-z", "--stdin", "--no-index", stdin=asked)
    if answer.exit_code not in (0, 1):
        raise GitError(f"git check-ignore failed: {complaint(answer)}")
    return {path.removeprefix(b"./") for path in answer.output.split(b"\0") if path}
