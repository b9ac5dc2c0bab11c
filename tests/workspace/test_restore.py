"""Going back: exactly, and without destroying anything."""

import asyncio
import os
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from tests.workspace.project import Project
from tmtui.workspace.checkpoint import Workspace
from tmtui.workspace.git import GitError
from tmtui.workspace.restore import contents, obstacles


async def test_every_kind_of_change_is_undone(project: Project) -> None:
    project.write("untracked", "u\n")
    project.write("run.sh", "#!\n").chmod(0o755)
    (project.root / "link").symlink_to("README")
    workspace = await project.open()
    was, before = project.files(), await workspace.checkpoint("r", "t", 1)
    project.write("src/app.py", "changed\n")
    project.write("new/deep/file", "n\n")
    (project.root / "untracked").unlink()
    (project.root / "run.sh").chmod(0o644)
    (project.root / "link").unlink()
    project.write("link", "a file\n")
    (project.root / "README").rename(project.root / "MOVED")
    restored = await workspace.restore(before, "r", "t", 1)
    assert project.files() == was
    assert restored.tree == before.tree
    assert not (project.root / "new").exists()


async def test_it_can_be_undone(project: Project) -> None:
    workspace = await project.open()
    before = await workspace.checkpoint("r", "t", 1)
    project.write("src/app.py", "the attempt's\n")
    project.write("new", "the attempt's too\n")
    was = project.files()
    restored = await workspace.restore(before, "r", "t", 1)
    assert restored.kept.startswith("refs/tmtui/r/t/1-kept-")
    kept = await workspace.checkpoint_at(restored.kept)
    assert (await workspace.restore(kept, "r", "t", 1)).tree == kept.tree
    assert project.files() == was


async def test_each_restore_keeps_what_it_replaced(project: Project) -> None:
    workspace = await project.open()
    before = await workspace.checkpoint("r", "t", 1)
    kept = []
    for text in ("one", "two"):
        project.write("README", text)
        kept.append((await workspace.restore(before, "r", "t", 1)).kept)
    assert [project.git("show", f"{ref}:README") for ref in kept] == ["one", "two"]


async def test_ignored_files_survive(project: Project) -> None:
    project.write("old.log", "old\n")
    workspace = await project.open()
    before = await workspace.checkpoint("r", "t", 1)
    project.write("old.log", "grown\n")
    project.write("new/fresh.log", "fresh\n")
    project.write("new/file", "x\n")
    await workspace.restore(before, "r", "t", 1)
    assert (project.read("old.log"), project.read("new/fresh.log")) == ("grown\n", "fresh\n")
    assert not (project.root / "new/file").exists()


async def test_a_file_that_the_attempt_took_out_of_the_rules_survives(project: Project) -> None:
    project.write(".gitignore", ".env\nbuild/\n")
    project.write(".env", "KEY=1\n")
    project.write("build/out", "built\n")
    project.write("src/.gitignore", "/cache\n")
    project.write("src/cache", "cached\n")
    workspace = await project.open()
    before = await workspace.checkpoint("r", "t", 1)
    project.write(".gitignore", "")
    (project.root / "src/.gitignore").unlink()
    project.write("src/added", "new\n")
    restored = await workspace.restore(before, "r", "t", 1)
    assert restored.tree == before.tree
    assert project.read(".env") == "KEY=1\n"
    assert project.read("build/out") == "built\n"
    assert project.read("src/cache") == "cached\n"
    assert not (project.root / "src/added").exists()


async def test_a_file_that_the_attempt_hid_by_a_rule_is_restored_and_its_last_form_kept_aside(
    project: Project,
) -> None:
    project.write("notes", "mine\n")
    first = await project.open()
    before = await first.checkpoint("r", "t", 1)
    project.write(".gitignore", "notes\n")
    project.write("notes", "the attempt's\n")
    again = await project.open()  # a new run has the private index forget what is ignored by now
    await again.restore(before, "r", "t", 1)
    assert project.read("notes") == "mine\n"
    [aside] = project.state_dir.glob("kept/*/notes")
    assert aside.read_text() == "the attempt's\n"


async def test_what_only_the_attempts_rules_ignored_is_moved_aside(project: Project) -> None:
    project.init("clone").write("clone/old.log", "ignored before\n")
    workspace = await project.open()
    before = await workspace.checkpoint("r", "t", 1)
    project.write(".gitignore", "*.log\nnode_modules/\nclone/\n")
    project.write("node_modules/a/index.js", "x\n")
    project.write("clone/code", "y\n")
    assert (await workspace.restore(before, "r", "t", 1)).tree == before.tree
    assert not (project.root / "node_modules").exists()
    assert project.read("clone/old.log") == "ignored before\n"
    assert (project.root / "clone/.git/HEAD").exists()
    [aside] = project.state_dir.glob("kept/*")
    assert set(Project(aside).files()) == {"node_modules/a/index.js", "clone/code"}


async def test_what_stands_in_the_way_and_was_not_recorded_is_moved_aside(project: Project) -> None:
    project.write("data", "a file\n")
    project.write("folder/file", "x\n")
    workspace = await project.open()
    before = await workspace.checkpoint("r", "t", 1)
    (project.root / "data").unlink()
    project.write("data/deep/cache.log", "ignored\n")
    project.write("data/seen", "recorded\n")
    (project.root / "folder/file").unlink()
    (project.root / "folder").rmdir()
    os.mkfifo(project.root / "folder")
    assert (await workspace.restore(before, "r", "t", 1)).tree == before.tree
    assert (project.read("data"), project.read("folder/file")) == ("a file\n", "x\n")
    [aside] = project.state_dir.glob("kept/*")
    assert (aside / "data/deep/cache.log").read_text() == "ignored\n"
    assert (aside / "folder").is_fifo()


async def test_a_repository_in_the_place_of_a_file_is_moved_aside_whole(project: Project) -> None:
    project.write("lib", "a file\n")
    workspace = await project.open()
    before = await workspace.checkpoint("r", "t", 1)
    (project.root / "lib").unlink()
    project.init("lib").write("lib/a", "1\n")
    head = project.commit("lib")
    await workspace.restore(before, "r", "t", 1)
    assert project.read("lib") == "a file\n"
    [aside] = project.state_dir.glob("kept/*/lib")
    assert Project(aside).git("rev-parse", "HEAD") == head


async def test_a_link_that_leads_out_of_the_root_is_not_followed(project: Project) -> None:
    outside = Project(project.root.parent / "outside")
    outside.write("app.py", "not yours\n")
    workspace = await project.open()
    before = await workspace.checkpoint("r", "t", 1)
    (project.root / "src/app.py").unlink()
    (project.root / "src").rmdir()
    (project.root / "src").symlink_to(outside.root)
    assert (await workspace.restore(before, "r", "t", 1)).tree == before.tree
    assert outside.files() == {"app.py": ("file", b"not yours\n")}


async def test_work_that_the_attempt_committed_is_undone_in_the_files_only(project: Project) -> None:
    workspace = await project.open()
    before = await workspace.checkpoint("r", "t", 1)
    project.write("src/app.py", "committed\n")
    head = project.commit()
    await workspace.restore(before, "r", "t", 1)
    assert project.read("src/app.py") == "one\ntwo\nthree\n"
    assert project.git("rev-parse", "HEAD") == head
    assert project.git("diff", "--name-only", "HEAD", "--", "src", "README") == "src/app.py"


async def test_rules_above_the_root_count_too(project: Project) -> None:
    project.write(".gitignore", "*.key\n")
    project.write("services/.gitignore", "/x/local\n")
    project.write("services/x/.gitignore", "*.tmp\n")
    workspace = await project.open("services/x")
    before = await workspace.checkpoint("r", "t", 1)
    project.write("services/x/.gitignore", "!*.key\n!/local\n")
    for name in ("a.key", "local", "a.tmp", "new"):
        project.write(f"services/x/{name}", "x\n")
    assert (await workspace.restore(before, "r", "t", 1)).tree == before.tree
    assert sorted(name for name in project.files() if name.startswith("services/x/")) == [
        f"services/x/{name}" for name in (".gitignore", "a.key", "a.tmp", "local")
    ]


async def test_a_tree_that_is_not_there_leaves_everything_as_it_is(project: Project) -> None:
    workspace = await project.open()
    before = await workspace.checkpoint("r", "t", 1)
    project.write("README", "edited\n")
    was = project.files()
    with pytest.raises(GitError, match="not put back"):
        await workspace.restore(type(before)(tree="1" * 40), "r", "t", 1)
    assert project.files() == was


async def test_a_ref_that_is_not_there_is_an_error(project: Project) -> None:
    with pytest.raises(GitError, match="git rev-parse failed"):
        await (await project.open()).checkpoint_at("refs/tmtui/r/t/9")


@pytest.mark.parametrize(
    ("there", "appearing", "vanishing", "in_the_way"),
    [
        ("a", "b", "", ""),
        ("a", "a", "", "a"),
        ("a", "a/b", "", "a"),
        ("a", "a/b", "a", ""),
        ("a/b", "a", "", "a"),
        ("a/b", "a", "a/b", ""),
        ("a/b a/c", "a", "a/b", "a"),
        ("a/b", "a/b/c", "", "a/b"),
        ("a/b", "a/c", "", ""),
        ("", "a/b/c", "", ""),
    ],
)
def test_only_what_stands_in_the_way_and_will_not_go_is_moved(
    tmp_path: Path, there: str, appearing: str, vanishing: str, in_the_way: str
) -> None:
    folder = Project(tmp_path / "root")
    for path in there.split():
        folder.write(path, "x")
    found = obstacles(os.fsencode(folder.root), appearing.encode().split(), set(vanishing.encode().split()))
    assert found == set(in_the_way.encode().split())


PARTS = st.sampled_from(
    ["a", "b", "dir", "x.log", "é", "sp ace", "-v", ":(top)x", "n\nl", "b\\s", "*", "\udcff", ".git~"]
)
PATHS = st.lists(PARTS, min_size=1, max_size=3).map("/".join)
CONTENTS = st.one_of(
    st.tuples(st.just("file"), st.binary(max_size=30)),
    st.tuples(st.just("program"), st.binary(max_size=30)),
    st.tuples(st.just("link"), st.sampled_from([b"a", b"dir", b"..", b"nowhere", b"/etc"])),
)
RULES = st.sampled_from(["", "*.log\n", "*.log\ndir/\n", "*\n!*/\n!a\n", "!x.log\nb\n"])
FOLDERS = st.tuples(RULES, st.dictionaries(PATHS, CONTENTS, max_size=8))
Files = dict[str, tuple[str, bytes]]


def lay(project: Project, rules: str, files: Files) -> None:
    """Make the folder hold just these files; of two that exclude each other, the first counts."""
    for path in project.files():
        (project.root / path).unlink()
    for base, _, _ in os.walk(project.root, topdown=False):
        if Path(base) != project.root and not {".git", ".taskmaster"} & set(
            Path(base).relative_to(project.root).parts
        ):
            Path(base).rmdir()
    for path, (kind, content) in {".gitignore": ("file", rules.encode()), **files}.items():
        place = project.root / path
        if os.path.lexists(place) or any(os.path.lexists(above) and not _is_folder(above) for above in place.parents):
            continue
        place.parent.mkdir(parents=True, exist_ok=True)
        if kind == "link":
            place.symlink_to(os.fsdecode(content))
        else:
            place.write_bytes(content)
            place.chmod(0o755 if kind == "program" else 0o644)


def _is_folder(place: Path) -> bool:
    return place.is_dir() and not place.is_symlink()


def in_tree(project: Project, tree: str) -> Files:
    """The files that a tree holds."""
    kinds = {"100644": "file", "100755": "program", "120000": "link"}
    found = {}
    for entry in filter(None, os.fsdecode(project.git_bytes("ls-tree", "-r", "-z", tree)).split("\0")):
        about, _, path = entry.partition("\t")
        mode, _, name = about.split()
        found[path] = (kinds[mode], name)
    names = [name for _, name in found.values()]
    batch = project.git_bytes("cat-file", "--batch", given="".join(f"{name}\n" for name in names))
    return {path: (kind, content) for (path, (kind, _)), content in zip(found.items(), contents(batch), strict=True)}


async def go_back(project: Project, before: tuple[str, Files], after: tuple[str, Files], *, tracked: bool) -> None:
    """Restore a checkpoint of one state of a folder from another, undo that, and check what must hold."""
    lay(project, *before)
    project.init()
    if tracked:
        project.commit()
    workspace = await Workspace.open(project.root, project.state_dir)
    was, taken = project.files(), await workspace.checkpoint("r", "t", 1)
    assert taken.problem == ""
    assert in_tree(project, taken.tree).items() <= was.items()

    lay(project, *after)
    changed = project.files()
    restored = await workspace.restore(taken, "r", "t", 1)
    now = project.files()
    assert restored.tree == taken.tree == await workspace.fingerprint()
    assert in_tree(project, taken.tree).items() <= now.items()

    kept = in_tree(project, restored.kept)
    aside = [Project(folder).files() for folder in project.state_dir.glob("kept/*")]
    for path, file in changed.items():
        assert file in (files.get(path) for files in (now, kept, *aside))

    undone = await workspace.restore(await workspace.checkpoint_at(restored.kept), "r", "t", 1)
    assert undone.tree == project.git("rev-parse", f"{restored.kept}^{{tree}}")


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(FOLDERS, FOLDERS, st.booleans())
def test_going_back_restores_the_very_tree_and_loses_nothing(
    before: tuple[str, Files], after: tuple[str, Files], tracked: bool
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(go_back(Project(Path(folder).resolve() / "project"), before, after, tracked=tracked))


@pytest.mark.slow
@settings(max_examples=500, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(FOLDERS, FOLDERS, st.booleans())
def test_going_back_restores_the_very_tree_and_loses_nothing_at_length(
    before: tuple[str, Files], after: tuple[str, Files], tracked: bool
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(go_back(Project(Path(folder).resolve() / "project"), before, after, tracked=tracked))
