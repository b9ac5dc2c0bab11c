"""What is guarded is put back, with what was found there kept; what nobody changed costs no reading."""

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tmtui.workspace.guard import LARGEST, Guard, Trespass, git_places, personal_places, settings_places


Change = Callable[[Path], object]


@pytest.fixture(name="root")
def _root(tmp_path: Path) -> Path:
    root = tmp_path / "project"
    root.mkdir()
    subprocess.run(["git", "init", "--quiet", "--initial-branch", "main"], cwd=root, check=True)
    identity = ("-c", "user.name=Test", "-c", "user.email=test@example.org")
    subprocess.run(["git", *identity, "commit", "--quiet", "--allow-empty", "-m", "one"], cwd=root, check=True)
    (root / ".taskmaster.yml").write_text("hooks: {}\n")
    (root / ".taskmaster.yml").chmod(0o640)
    (root / "work.txt").write_text("one\n")
    return root


def guard_of(root: Path) -> Guard:
    home = root.parent / "home"
    places = (*git_places(root), *settings_places(root), *personal_places(home, [home / ".config"]))
    return Guard(places, root, home, root / ".taskmaster/kept")


def contents(root: Path) -> dict[str, tuple[int, bytes]]:
    """All that runs something, or says what is run; what git notes down for itself is not among it."""
    git = [path for path in (root / ".git").rglob("*") if not {"logs", "index"} & set(path.parts)]
    paths = [root / ".taskmaster.yml", *git]
    return {str(path): (path.stat().st_mode, path.read_bytes()) for path in paths if path.is_file()}


def run(command: str) -> Change:
    return lambda root: subprocess.run(["sh", "-c", command], cwd=root, check=True, capture_output=True)


@pytest.mark.parametrize(
    ("change", "places"),
    [
        (run("git config core.fsmonitor ./evil"), (".git/config",)),
        (run("echo evil > .git/hooks/pre-commit; chmod +x .git/hooks/pre-commit"), (".git/hooks/pre-commit",)),
        (run("chmod -x .git/hooks/pre-commit.sample"), (".git/hooks/pre-commit.sample",)),
        (run("rm .taskmaster.yml"), (".taskmaster.yml",)),
        (run("rm .taskmaster.yml; mkfifo .taskmaster.yml"), (".taskmaster.yml",)),
        (run("ln -sf /etc/passwd .taskmaster.yml"), (".taskmaster.yml",)),
        (run("echo 'hooks: evil' > .taskmaster.json"), (".taskmaster.json",)),
        (run("git checkout --quiet -b other"), (".git/HEAD", ".git/refs/heads/other")),
        (run("echo '* filter=evil' > .git/info/attributes"), (".git/info/attributes",)),
        (run("touch -d 2001-01-01 .taskmaster.yml; echo ooks: '{}' > .taskmaster.yml"), (".taskmaster.yml",)),
    ],
)
def test_what_is_changed_is_named_and_put_back(root: Path, change: Change, places: tuple[str, ...]) -> None:
    guard, before = guard_of(root), contents(root)
    look = guard.look()
    change(root)

    found = guard.settle(look)

    assert found is not None
    assert (found.places, found.undone) == (places, True)
    assert contents(root) == before
    assert guard.settle(look) is None


def test_hooks_that_became_a_link_to_elsewhere_are_folders_again(root: Path) -> None:
    guard, before = guard_of(root), contents(root)
    look = guard.look()
    (root / "mine").mkdir()
    shutil.rmtree(root / ".git/hooks")
    (root / ".git/hooks").symlink_to("../mine")

    found = guard.settle(look)

    assert found is not None
    assert found.undone
    assert not (root / ".git/hooks").is_symlink()
    assert contents(root) == before
    assert list((root / "mine").iterdir()) == []


@pytest.mark.parametrize("command", ["mv .git away; echo 'gitdir: away' > .git", "mv .git away; ln -s away .git"])
def test_a_repository_that_was_moved_comes_home(root: Path, command: str) -> None:
    guard, before = guard_of(root), contents(root)
    look = guard.look()
    run(command)(root)
    run("git config core.fsmonitor ./evil")(root)

    found = guard.settle(look)

    assert found is not None
    assert (found.places, found.undone) == ((".git/config",), True)
    assert contents(root) == before
    run("git fsck --strict")(root)


def test_what_is_gone_for_good_is_not_said_to_be_back(root: Path) -> None:
    guard = guard_of(root)
    look = guard.look()
    shutil.rmtree(root / ".git")

    found = guard.settle(look)

    assert found is not None
    assert not found.undone


def test_a_repository_that_leads_elsewhere_runs_nothing_from_there(root: Path) -> None:
    guard = guard_of(root)
    look = guard.look()
    run("git init --quiet elsewhere; git -C elsewhere config core.fsmonitor ./evil")(root)
    run("mv .git aside; echo 'gitdir: elsewhere/.git' > .git")(root)

    found = guard.settle(look)

    assert found is not None
    assert not found.undone
    assert "evil" not in (root / ".git/config").read_text()


def test_what_was_found_is_kept(root: Path) -> None:
    guard = guard_of(root)
    look = guard.look()
    (root / ".taskmaster.yml").write_text("somebody's own work\n")

    found = guard.settle(look)

    assert found is not None
    (kept,) = Path(found.kept).iterdir()
    assert kept.read_text() == "somebody's own work\n"


def test_files_of_the_person_are_among_them(root: Path) -> None:
    guard, home = guard_of(root), root.parent / "home"
    (home / ".config/git").mkdir(parents=True)
    (home / ".bashrc").write_text("mine\n")
    look = guard.look()
    (home / ".bashrc").write_text("mine\nevil\n")
    (home / ".config/git/config").write_text("evil\n")

    found = guard.settle(look)

    assert found is not None
    assert found.places == ("~/.bashrc", "~/.config/git/config")
    assert (home / ".bashrc").read_text() == "mine\n"
    assert list((home / ".config/git").iterdir()) == []


@pytest.mark.parametrize(
    "change",
    [
        run("echo two >> work.txt; git add work.txt"),
        run("git update-ref refs/tmtui/run/a/1 HEAD"),
        run("git update-ref refs/remotes/origin/main HEAD"),
        run("touch .taskmaster.yml .git/config"),
        run("cp -p .git/config copy; mv copy .git/config"),
    ],
    ids=["work", "checkpoint", "fetch", "touch", "same content"],
)
def test_what_harms_nobody_is_let_be(root: Path, change: Change) -> None:
    guard = guard_of(root)
    look = guard.look()
    change(root)
    assert guard.settle(look) is None


@pytest.mark.parametrize(
    ("named", "found"),
    [
        ("git checkout -b other", False),
        ("cd . && git switch -c other", False),
        ("npm test", True),
        ("cat .gitignore", True),
        ("", True),
    ],
)
def test_what_was_allowed_by_name_is_let_be(root: Path, named: str, *, found: bool) -> None:
    guard = guard_of(root)
    look = guard.look()
    run("git checkout --quiet -b other")(root)
    assert (guard.settle(look, named) is not None) is found


@pytest.mark.parametrize("when", ["before", "during", "whole"])
def test_while_somebody_runs_who_may_change_it_it_is_told_and_left(root: Path, when: str) -> None:
    guard = guard_of(root)
    change = run("git config a.b c")
    if when == "during":
        look = guard.look()
        with guard.excused():
            change(root)
        found = guard.settle(look)
    else:
        with guard.excused():
            look = guard.look()
            if when == "whole":
                change(root)
                found = guard.settle(look)
        if when == "before":
            change(root)
            found = guard.settle(look)
    assert found == Trespass((".git/config",), undone=False, kept="")
    assert "[a]" in (root / ".git/config").read_text()


def test_what_a_hook_did_before_the_call_is_how_it_was(root: Path) -> None:
    guard = guard_of(root)
    guard.look()
    with guard.excused():
        run("git config a.b c")(root)
    look = guard.look()
    assert guard.settle(look) is None
    assert "[a]" in (root / ".git/config").read_text()


def test_a_file_too_large_to_copy_is_told_of_and_left(root: Path) -> None:
    (root / ".taskmaster.yml").write_bytes(b"#" * (LARGEST + 1))
    guard = guard_of(root)
    look = guard.look()
    (root / ".taskmaster.yml").write_bytes(b"x" * (LARGEST + 1))

    found = guard.settle(look)

    assert found == Trespass((".taskmaster.yml",), undone=False, kept="")
    assert (root / ".taskmaster.yml").read_bytes()[:1] == b"x"


def test_a_change_within_a_tick_of_the_clock_is_seen(root: Path) -> None:
    guard = guard_of(root)
    for number in range(20):
        (root / ".taskmaster.yml").write_text(f"{number:03}\n")
        look = guard.look()
        (root / ".taskmaster.yml").write_text("bad\n")
        assert guard.settle(look) is not None
        assert (root / ".taskmaster.yml").read_text() == f"{number:03}\n"


def test_a_worktree_and_a_submodule_are_followed_to_their_repository(root: Path, tmp_path: Path) -> None:
    subprocess.run(["git", "worktree", "add", "--quiet", "../tree"], cwd=root, check=True, capture_output=True)
    (root / ".git/modules/part/hooks").mkdir(parents=True)
    tree = tmp_path / "tree"
    guard = Guard(git_places(tree), tree, tmp_path / "home", tmp_path / "kept")
    look = guard.look()
    (tree / ".git").write_text("gitdir: /evil\n")
    (root / ".git/config").write_text("evil\n")
    (root / ".git/worktrees/tree/HEAD").write_text("evil\n")
    (root / ".git/modules/part/hooks/post-checkout").write_text("evil\n")

    found = guard.settle(look)

    assert found is not None
    assert found.undone
    assert len(found.places) == 4
    subprocess.run(["git", "status"], cwd=tree, capture_output=True, check=True)


def test_a_folder_in_no_repository_has_nothing_of_git(tmp_path: Path) -> None:
    if any((folder / ".git").exists() for folder in tmp_path.parents):
        pytest.skip("the tests' folder lies in a repository")
    assert list(git_places(tmp_path)) == []


def test_a_second_look_reads_nothing(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    guard = guard_of(root)
    monkeypatch.setattr("tmtui.workspace.guard._TICK", -1_000_000_000)
    guard.look()
    monkeypatch.setattr("tmtui.workspace.guard._read", lambda path: pytest.fail(f"read {path}"))
    guard.look()
