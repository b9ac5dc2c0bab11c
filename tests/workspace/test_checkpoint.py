"""An attempt's events: checkpointed, measured, restored."""

import asyncio
import os
import shutil
from pathlib import Path

import pytest

from tests.workspace.project import Project, impostor
from tmtui.events.attempt import AttemptCheckpointed, FileChange
from tmtui.workspace.checkpoint import Workspace
from tmtui.workspace.git import GitError


async def test_a_checkpoint_is_a_commit_of_all_that_is_there_under_its_own_ref(project: Project) -> None:
    project.write("untracked", "new\n")
    project.write("src/app.py", "edited\n")
    before = await (await project.open()).checkpoint("run-1", "calc-3", 2)
    assert before.ref == "refs/tmtui/run-1/calc-3/2"
    assert project.git("rev-parse", before.ref) == before.commit
    assert project.git("rev-parse", f"{before.commit}^{{tree}}") == before.tree
    assert project.git("rev-parse", f"{before.commit}^") == before.head == project.git("rev-parse", "HEAD")
    assert project.git("show", f"{before.ref}:untracked") == "new"
    assert project.git("show", f"{before.ref}:src/app.py") == "edited"
    assert before.problem == ""


async def test_nothing_of_the_users_changes_in_the_git_folder(project: Project) -> None:
    project.write("staged", "1\n")
    project.git("add", "staged")
    project.write("staged", "2\n")
    project.git("stash", "push", "-q", "--keep-index")
    project.write("untracked", "new\n")
    project.git("status")
    was = project.users()
    workspace = await project.open()
    before = await workspace.checkpoint("r", "t", 1)
    project.write("src/app.py", "changed\n")
    await workspace.measure(before, "r", "t", 1)
    await workspace.restore(before, "r", "t", 1)
    assert project.users() == was


async def test_an_attempt_that_changes_nothing_made_no_progress(project: Project) -> None:
    workspace = await project.open()
    before = await workspace.checkpoint("r", "t", 1)
    measured = await workspace.measure(before, "r", "t", 1)
    assert measured.progressed is False
    assert measured.tree == before.tree
    assert measured.files == ()


async def test_what_an_attempt_left_is_kept_too(project: Project) -> None:
    workspace = await project.open()
    before = await workspace.checkpoint("r", "t", 1)
    project.write("src/app.py", "changed\n")
    measured = await workspace.measure(before, "r", "t", 1)
    assert project.git("rev-parse", "refs/tmtui/r/t/1-after^{tree}") == measured.tree != before.tree
    assert measured.files == (FileChange("src/app.py", "modified", 1, 3),)
    assert measured.progressed is True


async def test_a_commit_without_a_change_counts_as_progress(project: Project) -> None:
    project.write("draft", "text\n")
    workspace = await project.open()
    before = await workspace.checkpoint("r", "t", 1)
    project.commit()
    measured = await workspace.measure(before, "r", "t", 1)
    assert (measured.progressed, measured.tree, measured.files_total) == (True, before.tree, 0)
    assert measured.head == project.git("rev-parse", "HEAD")


async def test_an_edit_of_the_same_size_at_the_same_second_is_seen(project: Project) -> None:
    workspace = await project.open()
    place = project.write("README", "hello\n")
    before = await workspace.checkpoint("r", "t", 1)
    was = place.stat()
    place.write_text("jello\n")
    os.utime(place, ns=(was.st_atime_ns, was.st_mtime_ns))
    assert (await workspace.measure(before, "r", "t", 1)).progressed is True


async def test_ignored_files_are_no_progress(project: Project) -> None:
    workspace = await project.open()
    before = await workspace.checkpoint("r", "t", 1)
    project.write("test.log", "noise\n")
    assert (await workspace.measure(before, "r", "t", 1)).progressed is False


async def test_a_repository_without_a_commit_has_checkpoints(folder: Project) -> None:
    folder.init()
    folder.write("a", "1\n")
    workspace = await folder.open()
    before = await workspace.checkpoint("r", "t", 1)
    assert (before.head, before.problem) == ("", "")
    folder.commit()
    assert (await workspace.measure(before, "r", "t", 1)).progressed is True


async def test_an_empty_root_has_checkpoints(folder: Project) -> None:
    workspace = await folder.open()
    before = await workspace.checkpoint("r", "t", 1)
    folder.write("a", "1\n")
    assert (await workspace.measure(before, "r", "t", 1)).files == (FileChange("a", "added", 1, 0),)
    await workspace.restore(before, "r", "t", 1)
    assert folder.files() == {}


async def test_a_root_in_no_repository_has_checkpoints_in_the_state_folder(folder: Project) -> None:
    folder.write("a", "1\n")
    workspace = await folder.open()
    before = await workspace.checkpoint("r", "t", 1)
    folder.write("a", "2\n")
    folder.write("b", "3\n")
    measured = await workspace.measure(before, "r", "t", 1)
    assert (measured.progressed, measured.files_total, measured.problem) == (True, 2, "")
    await workspace.restore(before, "r", "t", 1)
    assert folder.files() == {"a": ("file", b"1\n")}
    assert not (folder.root / ".git").exists()
    assert (folder.state_dir / "shadow.git").stat().st_mode & 0o777 == 0o700


async def test_an_attempt_that_makes_a_repository_of_the_root_changes_nothing_for_the_run(folder: Project) -> None:
    folder.write("a", "1\n")
    workspace = await folder.open()
    before = await workspace.checkpoint("r", "t", 1)
    folder.init()
    folder.commit()
    measured = await workspace.measure(before, "r", "t", 1)
    assert (measured.progressed, measured.problem) == (False, "")
    later = await (await folder.open()).checkpoint("r", "t", 2)
    assert (later.tree, later.head, later.problem) == (before.tree, folder.git("rev-parse", "HEAD"), "")
    folder.git("fsck", "--strict", "--connectivity-only", later.ref)


async def test_a_checkpoint_from_before_there_was_a_repository_can_be_put_back(folder: Project) -> None:
    folder.write("a", "1\n")
    before = await (await folder.open()).checkpoint("r", "t", 1)
    folder.write("a", "2\n")
    folder.init()
    folder.commit()
    workspace = await folder.open()
    assert b"-1\n+2\n" in await workspace.diff(before.tree, await workspace.fingerprint())
    assert (await workspace.restore(before, "r", "t", 1)).tree == before.tree
    later = await workspace.checkpoint("r", "t", 2)
    folder.git("fsck", "--strict", "--connectivity-only", later.ref)


async def test_an_attempt_that_deletes_the_repository_is_measured_all_the_same(project: Project) -> None:
    workspace = await project.open()
    before = await workspace.checkpoint("r", "t", 1)
    await asyncio.to_thread(os.rename, project.root / ".git", project.root.parent / "moved")
    project.write("src/app.py", "changed\n")
    measured = await workspace.measure(before, "r", "t", 1)
    assert measured.progressed is True
    assert "cannot be listed" in measured.problem
    with pytest.raises(GitError, match="was not put back"):
        await workspace.restore(before, "r", "t", 1)
    assert project.read("src/app.py") == "changed\n"


async def test_an_attempt_that_begins_the_repository_anew_is_measured_all_the_same(project: Project) -> None:
    workspace = await project.open()
    before = await workspace.checkpoint("r", "t", 1)
    await asyncio.to_thread(os.rename, project.root / ".git", project.root.parent / "moved")
    project.init()
    project.commit()
    measured = await workspace.measure(before, "r", "t", 1)
    assert (measured.tree, measured.progressed) == (before.tree, True)


async def test_a_root_below_the_top_has_checkpoints_of_its_own_part(project: Project) -> None:
    project.write("services/x/main.py", "x\n")
    project.write(".gitignore", "*.log\n/services/x/build/\n")
    project.write("services/x/build/out", "built\n")
    workspace = await project.open("services/x")
    before = await workspace.checkpoint("r", "t", 1)
    assert project.git("ls-tree", "-r", "--name-only", before.tree) == "main.py"
    project.write("services/y/main.py", "a neighbour\n")
    assert (await workspace.measure(before, "r", "t", 1)).progressed is False
    project.write("services/x/main.py", "xx\n")
    project.write("services/x/sub/new.py", "new\n")
    measured = await workspace.measure(before, "r", "t", 1)
    assert {change.path for change in measured.files} == {"main.py", "sub/new.py"}
    assert (await workspace.restore(before, "r", "t", 1)).tree == before.tree
    assert project.read("services/x/main.py") == "x\n"
    assert not (project.root / "services/x/sub").exists()
    assert project.read("services/y/main.py") == "a neighbour\n"
    assert project.read("services/x/build/out") == "built\n"


async def test_an_empty_root_below_the_top_has_checkpoints(project: Project) -> None:
    (project.root / "empty").mkdir()
    workspace = await project.open("empty")
    before = await workspace.checkpoint("r", "t", 1)
    assert before.problem == ""
    project.write("empty/a", "1\n")
    await workspace.restore(before, "r", "t", 1)
    assert not (project.root / "empty/a").exists()


async def test_a_root_that_an_enclosing_repository_ignores_has_one_of_its_own(project: Project) -> None:
    project.write(".gitignore", "*\n")
    project.write("work/code.py", "x\n")
    before = await (await project.open("work")).checkpoint("r", "t", 1)
    assert (before.head, before.problem) == ("", "")
    assert not (project.root / ".git/refs/tmtui").exists()


async def test_a_linked_worktree_has_checkpoints_in_the_repository_it_belongs_to(project: Project) -> None:
    project.git("worktree", "add", "-q", "-b", "side", "../side")
    side = Project(project.root.parent / "side")
    side.write("README", "changed\n")
    before = await (await side.open()).checkpoint("r", "t", 1)
    assert before.problem == ""
    assert project.git("rev-parse", before.ref) == before.commit


@pytest.mark.parametrize("kind", ["sha1", "sha256"])
async def test_both_kinds_of_object_ids_work(folder: Project, kind: str) -> None:
    folder.git("init", "-q", f"--object-format={kind}")
    folder.write("a", "1\n")
    folder.init("nested").write("nested/b", "2\n")
    workspace = await folder.open()
    before = await workspace.checkpoint("r", "t", 1)
    folder.write("a", "2\n")
    assert (await workspace.measure(before, "r", "t", 1)).files == (FileChange("a", "modified", 1, 1),)
    assert (await workspace.restore(before, "r", "t", 1)).tree == before.tree


@pytest.mark.parametrize("place", [".taskmaster", "deep/st[a]te", "../elsewhere", "odd *!name "])
async def test_the_state_folder_is_part_of_no_tree_wherever_it_lies(project: Project, place: str) -> None:
    state = project.root / place
    state.mkdir(parents=True)
    (state / "secret").write_text("key\n")
    project.write(".gitignore", f"!{place}\n!{place}/**\n!*\n")
    project.git("add", "-A", "-f")
    workspace = await Workspace.open(project.root, state)
    before = await workspace.checkpoint("r", "t", 1)
    assert before.problem == ""
    assert "secret" not in project.git("ls-tree", "-r", "-z", "--name-only", before.tree)
    (state / "secret").write_text("another key\n")
    assert (await workspace.measure(before, "r", "t", 1)).progressed is False
    await workspace.restore(before, "r", "t", 1)
    assert (state / "secret").read_text() == "another key\n"


async def test_a_state_folder_that_holds_the_root_is_a_problem_with_a_remedy(project: Project) -> None:
    workspace = await Workspace.open(project.root, project.root)
    assert "TASKMASTER_STATE_DIR" in workspace.problem


@pytest.mark.parametrize(
    ("name", "word"),
    [("MERGE_HEAD", "merge"), ("rebase-merge", "rebase"), ("BISECT_LOG", "bisect"), ("REVERT_HEAD", "revert")],
)
async def test_an_operation_half_way_is_said_and_checkpoints_go_on(project: Project, name: str, word: str) -> None:
    workspace = await project.open()
    project.write(f".git/{name}", "")
    before = await workspace.checkpoint("r", "t", 1)
    assert before.tree
    assert f"a {word} is half-way" in before.problem


async def test_a_conflict_in_the_users_index_is_no_obstacle(project: Project) -> None:
    project.git("checkout", "-q", "-b", "side")
    project.write("README", "side\n")
    project.commit()
    project.git("checkout", "-q", "main")
    project.write("README", "main\n")
    project.commit()
    with pytest.raises(Exception, match="merge"):
        project.git("merge", "side")
    before = await (await project.open()).checkpoint("r", "t", 1)
    assert "<<<<<<<" in project.git("show", f"{before.tree}:README")


async def test_without_git_the_problem_has_a_remedy_and_nothing_is_claimed(
    project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    workspace = await project.open()
    assert "install git" in workspace.problem
    before = await workspace.checkpoint("r", "t", 1)
    assert before == AttemptCheckpointed(tree="", problem=workspace.problem)
    measured = await workspace.measure(before, "r", "t", 1)
    assert (measured.tree, measured.progressed, measured.problem) == ("", None, workspace.problem)
    with pytest.raises(GitError, match=r"no checkpoint to go back to: .*install git"):
        await workspace.restore(before, "r", "t", 1)
    with pytest.raises(GitError, match="install git"):
        await workspace.fingerprint()


async def test_an_old_git_is_a_problem_with_a_remedy(
    project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(Path(impostor(tmp_path / "bin", "echo git version 2.25.1")).parent))
    assert "too old" in (await project.open()).problem


async def test_a_tree_too_large_to_record_is_said_once_with_the_culprit(
    project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project.write("data.bin", b"0" * 3_000_000)
    slow = impostor(
        tmp_path / "bin", f'case " $* " in *" update-index "*) sleep 600;; esac\nexec {shutil.which("git")} "$@"'
    )
    monkeypatch.setenv("PATH", f"{Path(slow).parent}:{os.environ['PATH']}")
    workspace = await Workspace.open(project.root, project.state_dir, seconds=1)
    before = await workspace.checkpoint("r", "t", 1)
    assert before.tree == ""
    assert "more than 1 s" in before.problem
    assert "data.bin (3 MB)" in before.problem
    assert ".gitignore" in before.problem
    assert (await workspace.measure(before, "r", "t", 1)).progressed is None


async def test_a_head_that_cannot_be_read_is_unknown(project: Project) -> None:
    workspace = await project.open()
    before = await workspace.checkpoint("r", "t", 1)
    (project.root / ".git/HEAD").write_text("garbage\n")
    assert (await workspace.measure(before, "r", "t", 1)).progressed is None


async def test_checkpoints_may_be_asked_for_at_the_same_time(project: Project) -> None:
    workspace = await project.open()
    taken = await asyncio.gather(*(workspace.checkpoint("r", f"t{number}", 1) for number in range(8)))
    assert len({(event.tree, event.problem) for event in taken}) == 1
    assert len({event.ref for event in taken}) == 8


async def test_a_second_run_goes_on_with_the_index_of_the_first(project: Project) -> None:
    project.write("untracked", "1\n")
    first = await (await project.open()).checkpoint("r1", "t", 1)
    second = await (await project.open()).checkpoint("r2", "t", 1)
    assert (second.tree, second.problem) == (first.tree, "")


async def test_a_lock_left_by_a_killed_git_is_no_obstacle(project: Project) -> None:
    workspace = await project.open()
    first = await workspace.checkpoint("r", "t", 1)
    [index] = project.state_dir.glob("shadow.git/index-*")
    index.with_name(f"{index.name}.lock").touch()
    assert (await workspace.checkpoint("r", "t", 2)).tree == first.tree


@pytest.mark.parametrize("damage", [b"", b"garbage", b"DIRC\0\0\0\2\0\0\0\1"])
async def test_a_damaged_private_index_is_made_again(project: Project, damage: bytes) -> None:
    workspace = await project.open()
    first = await workspace.checkpoint("r", "t", 1)
    [index] = project.state_dir.glob("shadow.git/index-*")
    index.write_bytes(damage)
    assert (await workspace.checkpoint("r", "t", 2)).tree == first.tree
    index.write_bytes(damage)
    again = await (await project.open()).checkpoint("r", "t", 3)
    assert (again.tree, again.problem) == (first.tree, "")


async def test_objects_that_git_forgot_are_written_again(project: Project) -> None:
    project.write("untracked", "only here\n")
    workspace = await project.open()
    first = await workspace.checkpoint("r", "t", 1)
    project.git("update-ref", "-d", first.ref)
    project.git("gc", "-q", "--prune=now")
    assert (await workspace.checkpoint("r", "t", 2)).tree == first.tree
    assert project.git("show", "refs/tmtui/r/t/2:untracked") == "only here"


async def test_gits_clean_up_keeps_what_a_checkpoint_holds(project: Project) -> None:
    project.write("committed", "work\n")
    head = project.commit()
    before = await (await project.open()).checkpoint("r", "t", 1)
    project.git("reset", "-q", "--hard", "HEAD^")
    project.git("reflog", "expire", "--expire=now", "--all")
    project.git("gc", "-q", "--prune=now")
    assert project.git("show", f"{before.head}:committed") == "work"
    assert head == before.head


async def test_the_private_folder_may_be_deleted_between_two_checkpoints(project: Project) -> None:
    workspace = await project.open()
    first = await workspace.checkpoint("r", "t", 1)
    await asyncio.to_thread(os.rename, project.state_dir, project.root.parent / "state")
    assert (await workspace.checkpoint("r", "t", 2)).tree == first.tree


async def test_a_ref_that_cannot_be_made_is_said_and_the_tree_stands(project: Project) -> None:
    workspace = await project.open()
    project.write(".git/refs/tmtui", "in the way\n")
    before = await workspace.checkpoint("r", "t", 1)
    assert before.tree
    assert before.ref == ""
    assert "no ref keeps this tree" in before.problem
    with pytest.raises(GitError, match="nothing was restored"):
        await workspace.restore(before, "r", "t", 1)
