"""The user's index saves the reading of every file, where it can be believed."""

import os

import pytest

from tests.workspace.project import Project


async def planted(project: Project) -> bool:
    """Whether the private index begins as the user's, before anything is recorded."""
    await project.open()
    return len([*project.state_dir.glob("shadow.git/index-*")]) == 1


async def test_the_private_index_begins_as_the_users(project: Project) -> None:
    assert await planted(project)


@pytest.mark.parametrize(
    "attributes",
    [
        "* text=auto",
        "*.py text eol=crlf",
        "* filter=lfs",
        "* ident",
        "README working-tree-encoding=UTF-16LE",
        "*.py crlf",
    ],
)
async def test_not_where_a_conversion_is_in_force(project: Project, attributes: str) -> None:
    project.write(".gitattributes", f"{attributes}\n")
    project.git("add", "-A")
    assert not await planted(project)


async def test_attributes_that_convert_nothing_are_no_hindrance(project: Project) -> None:
    project.write(".gitattributes", "*.py diff=python\nREADME -text\n*.png binary\n")
    project.git("add", "-A")
    assert await planted(project)


@pytest.mark.parametrize("place", [".git/info/attributes", "../home/.config/git/attributes"])
async def test_not_where_attributes_outside_the_tree_convert(project: Project, place: str) -> None:
    project.write(place, "* filter=x\n")
    assert not await planted(project)


async def test_not_where_the_user_converts_line_ends(project: Project) -> None:
    project.git("config", "--global", "core.autocrlf", "input")
    assert not await planted(project)


@pytest.mark.parametrize("mark", ["--assume-unchanged", "--skip-worktree"])
async def test_not_where_git_was_told_not_to_look(project: Project, mark: str) -> None:
    project.git("update-index", mark, "README")
    project.write("README", "hidden edit\n")
    assert not await planted(project)
    before = await (await project.open()).checkpoint("r", "t", 1)
    assert project.git("show", f"{before.tree}:README") == "hidden edit"


async def test_not_where_the_user_tracks_the_state_folder(project: Project) -> None:
    project.write(".taskmaster/tasks.json", "{}\n")
    project.commit()
    assert not await planted(project)


async def test_not_where_there_is_a_link_to_a_repository(project: Project) -> None:
    project.init("lib").write("lib/a", "1\n")
    project.commit("lib")
    project.commit()
    assert not await planted(project)


@pytest.mark.parametrize("setting", ["core.splitIndex", "index.sparse", "feature.manyFiles", "core.untrackedCache"])
async def test_every_form_of_the_users_index_leads_to_the_same_tree(project: Project, setting: str) -> None:
    expected = (await (await project.open()).checkpoint("r", "t", 1)).tree
    project.state_dir.rename(project.root.parent / "state")
    project.git("config", setting, "true")
    project.git("update-index", "--force-write-index")
    again = await (await project.open()).checkpoint("r", "t", 2)
    assert (again.tree, again.problem) == (expected, "")


async def test_a_lie_in_the_users_index_about_what_is_there_is_found_out(project: Project) -> None:
    blob = project.git("hash-object", "-w", "--stdin", given="a lie\n")
    project.git("update-index", "--cacheinfo", f"100644,{blob},README")
    before = await (await project.open()).checkpoint("r", "t", 1)
    assert project.git("show", f"{before.tree}:README") == "hello"


async def test_a_users_index_that_cannot_be_read_is_done_without(project: Project) -> None:
    project.write(".git/index", "garbage")
    before = await (await project.open()).checkpoint("r", "t", 1)
    assert before.problem == ""
    assert project.git("show", f"{before.tree}:README") == "hello"


async def test_an_object_that_the_users_repository_lost_is_written_again_from_the_file(project: Project) -> None:
    name = project.git("rev-parse", "HEAD:README")
    (project.root / ".git/objects" / name[:2] / name[2:]).unlink()
    os.utime(project.root / "README", (1, 1))
    project.git("update-index", "--refresh")
    project.write("new", "x\n")
    before = await (await project.open()).checkpoint("r", "t", 1)
    assert before.problem == ""
    assert project.git("show", f"{before.tree}:README") == "hello"
