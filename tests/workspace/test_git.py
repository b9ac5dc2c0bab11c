"""The runner: hardened, bounded, and honest about what went wrong."""

import asyncio
import os
from pathlib import Path

import msgspec
import pytest

from tests.workspace.project import Project, impostor, is_alive
from tmtui.workspace.git import Git, GitError, engine_git, find_git


def engine(project: Project) -> Git:
    program = find_git(os.environ["PATH"], project.root)
    assert program is not None
    return engine_git(program, project.root, project.root / ".git", work_tree=project.root)


async def test_it_returns_what_git_prints(project: Project) -> None:
    assert (await engine(project).run("rev-parse", "HEAD")).decode().strip() == project.git("rev-parse", "HEAD")


async def test_what_it_gives_to_read_arrives_whole(project: Project) -> None:
    content = b"line\n" * 200_000
    name = await engine(project).run("hash-object", "--stdin", stdin=content)
    project.write("same", content)
    assert name.decode().strip() == project.git("hash-object", "same")


async def test_a_failure_says_which_command_and_why(project: Project) -> None:
    with pytest.raises(GitError, match=r"git rev-parse failed: .*revision"):
        await engine(project).run("rev-parse", "--verify", "refs/heads/nowhere^{tree}")


async def test_a_failure_may_be_asked_for_as_an_answer(project: Project) -> None:
    answer = await engine(project).call("cat-file", "-e", "1" * 40)
    assert answer.exit_code == 1
    assert await engine(project).run("cat-file", "-e", "1" * 40, check=False) == b""


async def test_control_characters_in_a_complaint_are_made_safe(project: Project) -> None:
    with pytest.raises(GitError) as caught:
        await engine(project).run("cat-file", "-p", "no\x1b[31mwhere\x07")
    assert str(caught.value).isprintable()


async def test_too_much_output_is_an_error(project: Project) -> None:
    with pytest.raises(GitError, match="printed more than 10 bytes"):
        await engine(project).run("rev-parse", "HEAD", cap=10)


async def test_output_may_be_cut_and_git_ended_there(project: Project) -> None:
    project.write("big", os.urandom(3_000_000))
    project.commit()
    answer = await engine(project).call("cat-file", "blob", "HEAD:big", cap=1000)
    assert (len(answer.output), answer.cut) == (1000, True)


async def test_a_command_that_takes_too_long_is_ended_with_its_children(tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    program = impostor(tmp_path / "bin", f"sleep 600 & echo $! > {mark}; wait")
    git = msgspec.structs.replace(engine_git(program, tmp_path, tmp_path), seconds=0.2)
    with pytest.raises(GitError, match=r"took longer than 0\.2 s") as caught:
        await git.run("add")
    assert caught.value.timed_out
    assert not is_alive(mark.read_text())


async def test_a_canceled_command_leaves_no_process(tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    os.mkfifo(mark)
    program = impostor(tmp_path / "bin", f"echo $$ > {mark}; exec sleep 600")
    task = asyncio.create_task(engine_git(program, tmp_path, tmp_path).run("add"))
    pid = await asyncio.to_thread(mark.read_text)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert not is_alive(pid)


async def test_a_folder_that_is_gone_is_an_error_with_its_name(project: Project) -> None:
    git = msgspec.structs.replace(engine(project), cwd="/nowhere/at/all")
    with pytest.raises(GitError, match="cannot be started in /nowhere/at/all"):
        await git.run("version")


def test_git_is_taken_from_the_first_folder_on_the_path(tmp_path: Path) -> None:
    first, second = impostor(tmp_path / "a", ""), impostor(tmp_path / "b", "")
    assert find_git(f"{Path(first).parent}:{Path(second).parent}", tmp_path / "root") == first


@pytest.mark.parametrize("search", ["", ".", "bin", "nowhere:./bin"])
def test_git_is_never_taken_from_a_relative_folder(
    tmp_path: Path, search: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    impostor(tmp_path / "bin", "")
    monkeypatch.chdir(tmp_path)
    assert find_git(search, tmp_path / "root") is None


def test_git_is_never_taken_from_inside_the_root_nor_through_a_link_into_it(tmp_path: Path) -> None:
    root = tmp_path / "root"
    planted = impostor(root / ".venv" / "bin", "")
    (tmp_path / "linked").symlink_to(root / ".venv" / "bin")
    honest = impostor(tmp_path / "bin", "")
    assert find_git(f"{Path(planted).parent}:{tmp_path / 'linked'}:{Path(honest).parent}", root) == honest
