"""A checkpoint of a large tree, held against `git status`."""

import asyncio
import subprocess
import tempfile
from pathlib import Path
from typing import Final

from tests.benchmarks.measure import Row, Steal, interleave, row, seconds
from tmtui.cli.serving import await_children_cheaply
from tmtui.workspace.checkpoint import Workspace


FILES: Final = 10_000
FOLDERS: Final = 100
EDITED: Final = 20
UNTRACKED: Final = 30
ROUNDS: Final = 7


def run() -> list[Row]:
    """Measure the fingerprint of a tree with edits, a whole checkpoint of it, and one right after fresh edits."""
    with tempfile.TemporaryDirectory(prefix="tmtui-benchmark-") as folder:
        root = Path(folder, "project")
        _make(root)
        with asyncio.Runner() as loop:
            loop.run(_as_the_engine_does())
            workspace = loop.run(Workspace.open(root, root / ".taskmaster"))
            loop.run(workspace.fingerprint())
            numbers = iter(range(1, 1000))

            def checkpoint() -> float:
                return seconds(lambda: loop.run(workspace.checkpoint("run", "task", next(numbers))))

            def after_edits() -> float:
                _edit(root, next(numbers))
                return checkpoint()

            steal = Steal()
            figures = interleave(
                {
                    "status": lambda: seconds(lambda: _git(root, "status", "--porcelain")),
                    "fingerprint": lambda: seconds(lambda: loop.run(workspace.fingerprint())),
                    "checkpoint": checkpoint,
                },
                ROUNDS,
            )
            fresh = interleave(
                {"status": lambda: seconds(lambda: _git(root, "status", "--porcelain")), "fresh": after_edits}, ROUNDS
            )
        note = f"{FILES:,} files, {EDITED} edited, {UNTRACKED} untracked"
        stolen = steal.percent()
        return [
            row(
                "fingerprint",
                figures["fingerprint"],
                figures["status"],
                target="<= 1.1",
                unit="s",
                note=note,
                steal=stolen,
            ),
            row(
                "checkpoint (tree, commit, ref)",
                figures["checkpoint"],
                figures["status"],
                target="<= 1.3",
                unit="s",
                note=note,
                steal=stolen,
            ),
            row(
                "checkpoint right after the edits",
                fresh["fresh"],
                fresh["status"],
                unit="s",
                note="git itself, with add, write-tree, commit-tree and update-ref, takes 3.0 to 3.4",
                steal=stolen,
            ),
        ]


async def _as_the_engine_does() -> None:
    await_children_cheaply()


def _make(root: Path) -> None:
    for number in range(FILES):
        place = root / f"folder-{number % FOLDERS}" / f"file-{number}.py"
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(f"value = {number}\n" * 20)
    (root / ".gitignore").write_text(".taskmaster\n")
    _git(root, "init", "--quiet")
    _git(root, "add", "--all")
    _git(root, "-c", "user.name=b", "-c", "user.email=b@example.org", "commit", "--quiet", "--message", "all")
    for number in range(UNTRACKED):
        (root / f"new-{number}.py").write_text("new = True\n")
    _edit(root, 0)


def _edit(root: Path, number: int) -> int:
    for place in range(EDITED):
        (root / f"folder-{place}" / f"file-{place}.py").write_text(f"value = {number}\n" * 21)
    return number


def _git(root: Path, *arguments: str) -> None:
    subprocess.run(["git", *arguments], cwd=root, check=True, stdout=subprocess.DEVNULL)
