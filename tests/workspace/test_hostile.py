"""A hostile repository executes nothing: a canary in every place where git runs a program stays silent."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.workspace.project import Project, impostor
from tmtui.events.attempt import AttemptMeasured
from tmtui.workspace.checkpoint import Workspace
from tmtui.workspace.diff import open_diff


HOOKS = (
    *("applypatch-msg", "pre-applypatch", "post-applypatch", "pre-commit", "prepare-commit-msg", "commit-msg"),
    *("post-commit", "pre-rebase", "post-checkout", "post-merge", "pre-push", "pre-receive", "update"),
    *("proc-receive", "post-receive", "post-update", "reference-transaction", "push-to-checkout", "pre-auto-gc"),
    *("post-rewrite", "sendemail-validate", "fsmonitor-watchman", "post-index-change"),
)


class Trap:
    """A program that leaves a mark when it runs, and a project to plant it in."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self.mark = project.root.parent / "mark"
        self.program = project.root.parent / "canary"
        self.program.write_text(f'#!/bin/sh\necho "$0 $*" >> {self.mark}\ncat\n')
        self.program.chmod(0o755)

    def configure(self, settings: dict[str, str], at: str = ".") -> None:
        """Write settings into a repository's own configuration."""
        for name, value in settings.items():
            self.project.git("config", "--add", name, value, at=at)

    @property
    def sprung(self) -> str:
        """What ran; empty when nothing did."""
        return self.mark.read_text() if self.mark.exists() else ""


@pytest.fixture
def trap(project: Project) -> Trap:
    return Trap(project)


def _filters(canary: str) -> dict[str, str]:
    return {
        "filter.evil.clean": canary,
        "filter.evil.smudge": canary,
        "filter.evil.required": "true",
        "filter.evil2.process": canary,
        "diff.evil.command": canary,
        "diff.evil.textconv": canary,
        "merge.evil.driver": canary,
    }


def filters_and_drivers(trap: Trap) -> None:
    trap.configure(_filters(str(trap.program)))
    trap.project.write(".gitattributes", "* filter=evil diff=evil merge=evil\nsrc/* filter=evil2\n")


def attributes_of_the_clone(trap: Trap) -> None:
    trap.configure(_filters(str(trap.program)))
    trap.project.write(".git/info/attributes", "* filter=evil diff=evil merge=evil\n")


def attributes_in_the_users_home(trap: Trap) -> None:
    home = trap.project.root.parent / "home"
    for name, value in _filters(str(trap.program)).items():
        trap.project.git("config", "--global", name, value)
    trap.project.git("config", "--global", "core.fsmonitor", str(trap.program))
    (home / ".config/git").mkdir(parents=True)
    (home / ".config/git/attributes").write_text("* filter=evil diff=evil\n")


def hooks(trap: Trap) -> None:
    for name in HOOKS:
        place = trap.project.write(f".git/hooks/{name}", trap.program.read_bytes())
        place.chmod(0o755)


def hooks_elsewhere(trap: Trap) -> None:
    for name in HOOKS:
        trap.project.write(f"hooks/{name}", trap.program.read_bytes()).chmod(0o755)
    trap.configure({"core.hooksPath": str(trap.project.root / "hooks")})


def programs_in_settings(trap: Trap) -> None:
    names = (
        "core.fsmonitor core.sshCommand core.pager core.editor core.askPass core.gitProxy core.alternateRefsCommand "
        "diff.external credential.helper sequence.editor gpg.program gpg.ssh.program uploadpack.packObjectsHook "
        "pager.diff interactive.diffFilter diff.tool trace2.eventTarget"
    )
    trap.configure({name: str(trap.program) for name in names.split()})
    trap.configure({"commit.gpgSign": "true", "tag.gpgSign": "true", "core.logAllRefUpdates": "always"})


def aliases(trap: Trap) -> None:
    verbs = (
        "add write-tree commit-tree update-ref diff-tree read-tree check-ignore ls-files rev-parse config cat-file"
    )
    trap.configure({f"alias.{verb}": f"!{trap.program}" for verb in verbs.split()})


def included_settings(trap: Trap) -> None:
    trap.project.write(
        "settings", f'[core]\n\tfsmonitor = {trap.program}\n[filter "evil"]\n\tclean = {trap.program}\n'
    )
    trap.configure({"include.path": "../settings", "includeIf.gitdir:/.path": "../settings"})
    trap.project.write(".gitattributes", "* filter=evil\n")


def settings_of_the_worktree(trap: Trap) -> None:
    trap.configure({"core.repositoryFormatVersion": "1", "extensions.worktreeConfig": "true"})
    trap.project.write(".git/config.worktree", f'[filter "evil"]\n\tclean = {trap.program}\n')
    trap.project.write(".gitattributes", "* filter=evil\n")


def objects_to_be_fetched(trap: Trap) -> None:
    trap.configure(
        {
            "extensions.partialClone": "origin",
            "remote.origin.url": f"ext::{trap.program}",
            "remote.origin.promisor": "true",
            "remote.origin.uploadpack": str(trap.program),
            "remote.origin.vcs": "evil",
            "protocol.allow": "always",
            "protocol.ext.allow": "always",
            "protocol.file.allow": "always",
        }
    )
    name = trap.project.git("rev-parse", "HEAD:README")
    (trap.project.root / ".git/objects" / name[:2] / name[2:]).unlink()


def a_submodule(trap: Trap) -> None:
    library = Project(trap.project.root.parent / "library").init()
    library.write("a", "1\n")
    library.commit()
    trap.project.git("-c", "protocol.file.allow=always", "submodule", "add", "-q", str(library.root), "lib")
    trap.project.commit()
    trap.configure(
        {"submodule.lib.update": f"!{trap.program}", "submodule.recurse": "true", "diff.submodule": "diff"}
    )
    trap.configure({**_filters(str(trap.program)), "core.fsmonitor": str(trap.program)}, at="lib")
    trap.project.write("lib/.gitattributes", "* filter=evil diff=evil\n")
    trap.project.write("lib/a", "2\n")


def a_nested_repository(trap: Trap) -> None:
    trap.project.init("nested").write("nested/a", "1\n")
    trap.project.commit("nested")
    trap.configure({**_filters(str(trap.program)), "core.fsmonitor": str(trap.program)}, at="nested")
    trap.project.write("nested/.gitattributes", "* filter=evil\n")
    trap.project.write("nested/a", "2\n")


def a_nested_repository_without_a_commit(trap: Trap) -> None:
    trap.project.init("nested").write("nested/a", "1\n")
    trap.configure({**_filters(str(trap.program)), "core.fsmonitor": str(trap.program)}, at="nested")
    trap.project.write("nested/.gitattributes", "* filter=evil\n")


def a_redirected_git_folder(trap: Trap) -> None:
    a_nested_repository(trap)
    outside = trap.project.root.parent / "outside.git"
    (trap.project.root / ".git").rename(outside)
    trap.project.write(".git", f"gitdir: {outside}\n")
    hooked = Project(outside)
    for name in HOOKS:
        hooked.write(f"hooks/{name}", trap.program.read_bytes()).chmod(0o755)


def a_redirected_working_tree(trap: Trap) -> None:
    filters_and_drivers(trap)
    trap.configure({"core.worktree": "/"})


def a_git_in_the_project(trap: Trap) -> None:
    impostor(trap.project.root / ".venv/bin", f"exec {trap.program}")
    os.environ["PATH"] = f"{trap.project.root / '.venv/bin'}:{os.environ['PATH']}"


def a_tampered_shadow(trap: Trap) -> None:
    trap.project.write(".gitattributes", "* filter=evil diff=evil\n")
    shadow = trap.project.state_dir / "shadow.git"
    evil = f'[core]\n\tfsmonitor = {trap.program}\n[filter "evil"]\n\tclean = {trap.program}\n'
    for place in (shadow, trap.project.root.parent / "common"):
        Project(place).write("config", evil)
    (shadow / "commondir").write_text(f"{trap.project.root.parent / 'common'}\n")
    (shadow / "info").mkdir(exist_ok=True)
    (shadow / "info/attributes").unlink(missing_ok=True)
    for name in HOOKS:
        Project(shadow).write(f"hooks/{name}", trap.program.read_bytes()).chmod(0o755)


Plant = Callable[[Trap], None]
PLANTS: tuple[Plant, ...] = (
    filters_and_drivers, attributes_of_the_clone, attributes_in_the_users_home, hooks, hooks_elsewhere,
    programs_in_settings, aliases, included_settings, settings_of_the_worktree, objects_to_be_fetched, a_submodule,
    a_nested_repository, a_nested_repository_without_a_commit, a_redirected_git_folder, a_redirected_working_tree,
    a_git_in_the_project, a_tampered_shadow,
)  # fmt: skip


async def attempt(workspace: Workspace, project: Project, number: int) -> AttemptMeasured:
    """All that the engine does with a workspace for one attempt."""
    before = await workspace.checkpoint("r", "t", number)
    project.write("src/app.py", f"one\n{number}\nthree\n")
    project.write("src/new.py", f"new {number}\n")
    measured = await workspace.measure(before, "r", "t", number)
    await open_diff(project.root, project.state_dir).between(before.tree, measured.tree, "src")
    restored = await workspace.restore(before, "r", "t", number)
    await workspace.restore(await workspace.checkpoint_at(restored.kept), "r", "t", number)
    assert project.read("src/app.py") == f"one\n{number}\nthree\n"
    return measured


@pytest.mark.parametrize("plant", PLANTS, ids=lambda plant: plant.__name__)
async def test_nothing_runs_in_a_repository_that_is_hostile_or_turns_so(
    trap: Trap, plant: Plant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", os.environ["PATH"])
    unsuspecting = await trap.project.open()
    before = await unsuspecting.checkpoint("r", "t", 1)
    plant(trap)
    trap.mark.unlink(missing_ok=True)
    turned = await unsuspecting.measure(before, "r", "t", 1)
    later = await attempt(unsuspecting, trap.project, 2)
    from_the_start = await attempt(await trap.project.open(), trap.project, 3)
    assert trap.sprung == ""
    assert turned.tree
    assert (later.progressed, from_the_start.progressed) == (True, True)


@pytest.mark.parametrize("plant", [filters_and_drivers, hooks, a_nested_repository], ids=lambda plant: plant.__name__)
def test_the_traps_are_sharp(trap: Trap, plant: Plant) -> None:
    plant(trap)
    trap.project.write("src/app.py", "changed\n")
    trap.project.git("add", "-A")
    trap.project.write("nested/a", "3\n")
    trap.project.git("add", "-A")
    assert str(trap.program) in trap.sprung or "hooks/" in trap.sprung


async def test_a_file_that_turns_into_a_hostile_repository_runs_nothing(trap: Trap) -> None:
    trap.project.write("nested", "a file\n")
    workspace = await trap.project.open()
    await workspace.checkpoint("r", "t", 1)
    (trap.project.root / "nested").unlink()
    a_nested_repository(trap)
    trap.mark.unlink(missing_ok=True)
    for number in range(2, 5):
        trap.project.write("nested/a", f"{number}\n")
        assert (await workspace.checkpoint("r", "t", number)).problem == ""
    assert trap.sprung == ""


async def test_a_link_to_a_hostile_repository_smuggled_into_the_private_index_runs_nothing(trap: Trap) -> None:
    workspace = await trap.project.open()
    await workspace.checkpoint("r", "t", 1)
    a_nested_repository(trap)
    [index] = trap.project.state_dir.glob("shadow.git/index-*")
    head = trap.project.git("rev-parse", "HEAD", at="nested")
    trap.project.git(
        "-c", "core.hooksPath=/dev/null", "update-index", "--add", "--cacheinfo", f"160000,{head},nested"
    )
    trap.mark.unlink(missing_ok=True)
    index.write_bytes((trap.project.root / ".git/index").read_bytes())
    before = await workspace.checkpoint("r", "t", 2)
    assert "160000" not in trap.project.git("ls-tree", "-r", before.tree)
    assert trap.sprung == ""


async def test_a_symbolic_ref_in_the_place_of_a_checkpoint_moves_no_branch(project: Project) -> None:
    head = project.git("rev-parse", "main")
    project.git("symbolic-ref", "refs/tmtui/r/t/1", "refs/heads/main")
    project.write("README", "changed\n")
    before = await (await project.open()).checkpoint("r", "t", 1)
    assert project.git("rev-parse", "main") == head
    assert project.git("rev-parse", "refs/tmtui/r/t/1") == before.commit


async def test_nothing_outside_the_root_changes(project: Project, tmp_path: Path) -> None:
    outside = Project(tmp_path / "outside")
    outside.write("file", "x\n")
    (project.root / "way-out").symlink_to(outside.root)
    was = outside.files()
    await attempt(await project.open(), project, 1)
    assert outside.files() == was


async def test_hostile_names_reach_no_screen(project: Project) -> None:
    workspace = await project.open()
    before = await workspace.checkpoint("r", "t", 1)
    for name in ("\x1b]52;c;x\x07", "two\nlines", "\u202eevil", "[red]x[/]", "\x9b2J"):
        project.write(name, "x\n")
    measured = await workspace.measure(before, "r", "t", 1)
    assert measured.files_total == 5
    assert all(change.path.isprintable() for change in measured.files)
