"""Nested repositories, odd files and odd rules: the tree holds what the folder holds."""

import os

import pytest

from tests.workspace.project import Project


async def names(project: Project) -> list[str]:
    """The paths in the tree of this moment, recorded by a new run."""
    workspace = await project.open()
    before = await workspace.checkpoint("r", "t", 1)
    assert before.problem == ""
    listed = project.git("ls-tree", "-r", "-z", "--name-only", before.tree)
    assert "160000" not in project.git("ls-tree", "-r", before.tree)
    return sorted(name for name in listed.split("\0") if name)


async def test_a_repository_inside_is_recorded_as_the_files_that_it_is(project: Project) -> None:
    project.init("lib").write("lib/a", "1\n")
    project.write("lib/deep/b", "2\n")
    project.commit("lib")
    assert await names(project) == [".gitignore", "README", "lib/a", "lib/deep/b", "src/app.py"]


async def test_a_repository_inside_without_a_commit_is_recorded_too(project: Project) -> None:
    project.init("lib").write("lib/a", "1\n")
    assert "lib/a" in await names(project)


async def test_repositories_inside_one_another_are_recorded(project: Project) -> None:
    folders = ["/".join(["n"] * depth) for depth in range(1, 10)]
    for folder in folders:
        project.init(folder).write(f"{folder}/file", "x\n")
    for folder in reversed(folders[4:]):
        project.commit(folder)
    assert {f"{folder}/file" for folder in folders} <= set(await names(project))


async def test_an_empty_repository_inside_is_no_obstacle(project: Project) -> None:
    project.init("empty")
    assert await names(project) == [".gitignore", "README", "src/app.py"]


async def test_edits_in_a_repository_inside_are_seen_and_undone(project: Project) -> None:
    project.init("lib").write("lib/a", "1\n")
    project.commit("lib")
    workspace = await project.open()
    before = await workspace.checkpoint("r", "t", 1)
    project.write("lib/a", "2\n")
    project.write("lib/new", "3\n")
    head = project.commit("lib")
    measured = await workspace.measure(before, "r", "t", 1)
    assert {change.path for change in measured.files} == {"lib/a", "lib/new"}
    assert (await workspace.restore(before, "r", "t", 1)).tree == before.tree
    assert project.read("lib/a") == "1\n"
    assert project.git("rev-parse", "HEAD", at="lib") == head


async def test_a_submodule_of_the_users_is_recorded_as_files_and_stays_a_submodule(project: Project) -> None:
    library = Project(project.root.parent / "library").init()
    library.write("a", "1\n")
    library.commit()
    project.git("-c", "protocol.file.allow=always", "submodule", "add", "-q", str(library.root), "lib")
    project.commit()
    assert "lib/a" in await names(project)
    assert project.git("ls-files", "-s", "lib").startswith("160000")


async def test_a_file_that_becomes_a_repository_is_recorded_as_its_files(project: Project) -> None:
    project.write("thing", "a file\n")
    workspace = await project.open()
    before = await workspace.checkpoint("r", "t", 1)
    (project.root / "thing").unlink()
    project.init("thing").write("thing/a", "1\n")
    project.commit("thing")
    measured = await workspace.measure(before, "r", "t", 1)
    assert {(change.path, change.change) for change in measured.files} == {("thing", "deleted"), ("thing/a", "added")}
    again = await workspace.checkpoint("r", "t", 2)
    assert again.tree == measured.tree


async def test_a_file_that_the_user_tracks_though_ignored_is_recorded(project: Project) -> None:
    project.write("kept.log", "tracked\n")
    project.git("add", "-f", "kept.log")
    workspace = await project.open()
    before = await workspace.checkpoint("r", "t", 1)
    project.write("kept.log", "changed\n")
    assert (await workspace.measure(before, "r", "t", 1)).progressed is True


async def test_a_file_tracked_though_ignored_since_the_last_run_is_recorded(project: Project) -> None:
    await (await project.open()).checkpoint("r", "t", 1)
    project.write("kept.log", "tracked\n")
    project.git("add", "-f", "kept.log")
    assert "kept.log" in await names(project)


async def test_a_file_ignored_since_the_last_run_is_recorded_no_more(project: Project) -> None:
    project.write("build/out", "big\n")
    assert "build/out" in await names(project)
    project.write(".gitignore", "*.log\nbuild/\n")
    assert "build/out" not in await names(project)


@pytest.mark.parametrize("where", ["info/exclude", "core.excludesFile", "the home folder"])
async def test_every_place_of_ignore_rules_counts(project: Project, where: str) -> None:
    project.write("secret.key", "x\n")
    home = project.root.parent / "home"
    match where:
        case "info/exclude":
            project.write(".git/info/exclude", "*.key\n")
        case "core.excludesFile":
            (home / "rules").write_text("*.key\n")
            project.git("config", "core.excludesFile", "~/rules")
        case _:
            (home / ".config/git").mkdir(parents=True)
            (home / ".config/git/ignore").write_text("*.key\n")
    assert "secret.key" not in await names(project)


async def test_odd_names_and_kinds_of_files_are_recorded(project: Project) -> None:
    odd = ["sp ace", "-dash", ":(top)magic", "new\nline", "tab\there", "back\\slash", "*", "é", "\udcff", '"q"', "#x"]
    for name in odd:
        project.write(name, "x\n")
    (project.root / "dangling").symlink_to("nowhere")
    (project.root / "loop").symlink_to(".")
    os.mkfifo(project.root / "pipe")
    found = await names(project)
    assert {*odd, "dangling", "loop"} <= set(found)
    assert "pipe" not in found


async def test_a_pipe_in_the_place_of_a_file_is_a_deletion(project: Project) -> None:
    workspace = await project.open()
    before = await workspace.checkpoint("r", "t", 1)
    (project.root / "README").unlink()
    os.mkfifo(project.root / "README")
    measured = await workspace.measure(before, "r", "t", 1)
    assert [(change.path, change.change) for change in measured.files] == [("README", "deleted")]
    assert (await workspace.restore(before, "r", "t", 1)).tree == before.tree


@pytest.mark.parametrize(
    "attributes", ["* text=auto eol=lf", "*.txt text eol=crlf", "* ident", "*.txt working-tree-encoding=UTF-16LE"]
)
async def test_a_tree_holds_the_bytes_of_the_files_whatever_the_attributes_say(
    project: Project, attributes: str
) -> None:
    content = "one\r\ntwo $Id$\r\n".encode("utf-16-le" if "UTF-16" in attributes else "utf-8")
    project.write(".gitattributes", f"{attributes}\n")
    project.write("a.txt", content)
    project.commit()
    workspace = await project.open()
    before = await workspace.checkpoint("r", "t", 1)
    (project.root / "a.txt").unlink()
    await workspace.restore(before, "r", "t", 1)
    assert (project.root / "a.txt").read_bytes() == content


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
async def test_a_file_that_cannot_be_read_is_said_and_the_rest_is_recorded(project: Project) -> None:
    project.write("closed", "x\n").chmod(0)
    project.write("open", "x\n")
    before = await (await project.open()).checkpoint("r", "t", 1)
    assert "not every file could be read" in before.problem
    assert "closed" in before.problem
    assert project.git("show", f"{before.tree}:open") == "x"
