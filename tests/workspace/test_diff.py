"""The unified diff of two trees, here and in another process."""

from pathlib import Path

import pytest

from tests.workspace.project import Project
from tmtui.workspace.diff import open_diff
from tmtui.workspace.git import GitError


async def trees(project: Project, edits: dict[str, str | bytes]) -> tuple[str, str]:
    """The trees before and after some edits."""
    workspace = await project.open()
    before = await workspace.fingerprint()
    for path, content in edits.items():
        project.write(path, content)
    return before, await workspace.fingerprint()


async def test_it_is_unified_and_complete(project: Project) -> None:
    before, after = await trees(project, {"src/app.py": "one\n2\nthree\n", "new": "x\n"})
    text = (await open_diff(project.root, project.state_dir).between(before, after)).decode()
    assert "--- a/src/app.py\n+++ b/src/app.py\n@@ -1,3 +1,3 @@\n one\n-two\n+2\n three\n" in text
    assert "--- /dev/null\n+++ b/new\n@@ -0,0 +1 @@\n+x\n" in text


async def test_the_engine_and_another_process_see_the_same(project: Project) -> None:
    before, after = await trees(project, {"src/app.py": "2\n"})
    elsewhere = open_diff(project.root, project.state_dir)
    assert await (await project.open()).diff(before, after) == await elsewhere.between(before, after)


async def test_it_works_where_there_is_no_repository(folder: Project) -> None:
    folder.write("a", "1\n")
    before, after = await trees(folder, {"a": "2\n"})
    assert b"-1\n+2\n" in await open_diff(folder.root, folder.state_dir).between(before, after)


async def test_it_may_be_about_one_file_or_folder(project: Project) -> None:
    before, after = await trees(project, {"README": "2\n", "src/app.py": "3\n", "*": "star\n", "src/b": "4\n"})
    diff = open_diff(project.root, project.state_dir)
    assert (await diff.between(before, after, "README")).count(b"diff --git") == 1
    assert (await diff.between(before, after, "src")).count(b"diff --git") == 2
    assert (await diff.between(before, after, "*")).count(b"diff --git") == 1
    assert await diff.between(before, after, "nowhere") == b""


async def test_it_is_cut_at_a_line_and_says_so(project: Project) -> None:
    before, after = await trees(project, {"big": "".join(f"line {number}\n" for number in range(1000))})
    text = await open_diff(project.root, project.state_dir).between(before, after, cap=2 * 1024)
    *_, last, note = text.splitlines()
    assert last.startswith(b"+line ")
    assert note.decode() == "… the diff goes on; its first 0.00195 MB are shown"
    assert len(text) < 2 * 1024 + 100


async def test_a_very_large_file_is_named_but_not_shown(project: Project) -> None:
    before, after = await trees(project, {"huge": b"line\n" * 2_000_000})
    text = await open_diff(project.root, project.state_dir).between(before, after)
    assert b"Binary files /dev/null and b/huge differ" in text


@pytest.mark.parametrize("name", ["", "HEAD", "--output=/tmp/x", "refs/heads/main", "a" * 39, "A" * 40])
async def test_only_ids_of_trees_are_taken(project: Project, name: str) -> None:
    before, _ = await trees(project, {})
    with pytest.raises(GitError, match="not both ids of trees"):
        await open_diff(project.root, project.state_dir).between(before, name)


async def test_a_tree_that_is_not_here_is_an_error(project: Project) -> None:
    before, _ = await trees(project, {})
    with pytest.raises(GitError, match="the diff cannot be made"):
        await open_diff(project.root, project.state_dir).between(before, "1" * 40)


def test_before_the_first_run_there_is_nothing_to_read(project: Project) -> None:
    with pytest.raises(GitError, match="no attempt has been recorded"):
        open_diff(project.root, project.state_dir)


def test_without_git_it_says_so(project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(GitError, match="git is not installed"):
        open_diff(project.root, project.state_dir)
