"""Trees kept from git's own clean-up: a commit for each, under a ref of tmtui's.

The commit's parent is the user's HEAD, so that an agent that resets a branch and has git forget the rest loses
nothing either. What a commit is for stands in the name of its ref; the commit says only what it holds, and one
that was made for the same tree and HEAD serves again.
"""

import msgspec

from tmtui.workspace.git import Git, GitError


FOLDER = "refs/tmtui"
"""Above all refs of tmtui: no branches, no tags, and not pushed by default."""


class Kept(msgspec.Struct, frozen=True):
    """A tree and what holds it."""

    commit: str = ""
    ref: str = ""
    """Empty when no ref could be made; `problem` says why."""
    problem: str = ""


class Keeper:
    """Makes the commits and the refs."""

    def __init__(self, writer: Git, refs: Git) -> None:
        self.refs = refs
        """Works in the git dir that holds HEAD and the refs."""
        self._writer = writer
        self._last: dict[tuple[str, str], str] = {}

    async def keep(self, tree: str, head: str, name: str, *, unique: bool = False) -> Kept:
        """Keep `tree` under `refs/tmtui/<name>`; a `unique` ref has the commit's id at its end.

        It never fails: a tree without a ref is there until git cleans up, and `problem` says so.
        """
        try:
            commit = self._last.get((tree, head)) or await self._commit(tree, head)
            ref = f"{FOLDER}/{name}-{commit[:12]}" if unique else f"{FOLDER}/{name}"
            # The ref itself, not what it may point to: a planted symbolic ref would move a branch.
            await self.refs.run("update-ref", "--no-deref", ref, commit)
        except GitError as error:
            self._last = {}
            return Kept(problem=f"no ref keeps this tree: {error}")
        self._last = {(tree, head): commit}
        return Kept(commit, ref)

    async def _commit(self, tree: str, head: str) -> str:
        commit = ("commit-tree", "--no-gpg-sign", tree, "-m", "tmtui: the files at one moment")
        try:
            return (await self._writer.run(*commit, *(("-p", head) if head else ()))).decode().strip()
        except GitError:
            if not head:
                raise
            return (await self._writer.run(*commit)).decode().strip()  # HEAD's commit is missing: keep the files

    async def tree_at(self, ref: str) -> tuple[str, str]:
        """The tree and the commit under `ref`.

        Raises:
            GitError: there is nothing under it.
        """
        commit = (await self.refs.run("rev-parse", "--verify", "--end-of-options", ref)).decode().strip()
        tree = (await self._writer.run("rev-parse", "--verify", f"{commit}^{{tree}}")).decode().strip()
        return tree, commit
