"""One attempt is taken back; what others have done since stays."""

import pytest

from tests.workspace.project import Project
from tmtui.workspace.checkpoint import Workspace
from tmtui.workspace.git import GitError


async def test_only_what_the_attempt_changed_is_put_back(project: Project) -> None:
    project.write("mine.py", "before\n")
    project.write("gone.py", "kept\n")
    workspace = await Workspace.open(project.root, project.state_dir)
    before = await workspace.checkpoint("run", "a", 1)
    project.write("mine.py", "attempt\n")
    project.write("new/file.py", "attempt\n")
    (project.root / "gone.py").unlink()
    after = await workspace.measure(before, "run", "a", 1)
    project.write("theirs.py", "another task\n")

    restored = await workspace.restore(before, "run", "a", 2, after=after.tree)

    assert project.read("mine.py") == "before\n"
    assert project.read("gone.py") == "kept\n"
    assert project.read("theirs.py") == "another task\n"
    assert not (project.root / "new" / "file.py").exists()
    kept = await workspace.checkpoint_at(restored.kept)
    await workspace.restore(kept, "run", "a", 3)
    assert project.read("mine.py") == "attempt\n"


async def test_a_file_that_was_changed_again_since_is_named_and_nothing_is_undone(project: Project) -> None:
    project.write("both.py", "before\n")
    project.write("mine.py", "before\n")
    workspace = await Workspace.open(project.root, project.state_dir)
    before = await workspace.checkpoint("run", "a", 1)
    project.write("both.py", "attempt\n")
    project.write("mine.py", "attempt\n")
    after = await workspace.measure(before, "run", "a", 1)
    project.write("both.py", "another task\n")

    with pytest.raises(GitError, match=r"changed again since: both\.py"):
        await workspace.restore(before, "run", "a", 2, after=after.tree)

    assert project.read("both.py") == "another task\n"
    assert project.read("mine.py") == "attempt\n"


async def test_a_file_that_the_attempt_made_a_folder_of_is_a_file_again(project: Project) -> None:
    project.write("thing", "a file\n")
    project.write("other/file", "in a folder\n")
    workspace = await Workspace.open(project.root, project.state_dir)
    before = await workspace.checkpoint("run", "a", 1)
    (project.root / "thing").unlink()
    project.write("thing/inside", "attempt\n")
    (project.root / "other/file").unlink()
    (project.root / "other").rmdir()
    project.write("other", "attempt\n")
    after = await workspace.measure(before, "run", "a", 1)
    project.write("theirs.py", "another task\n")

    await workspace.restore(before, "run", "a", 2, after=after.tree)

    assert (project.read("thing"), project.read("other/file")) == ("a file\n", "in a folder\n")
    assert project.read("theirs.py") == "another task\n"
