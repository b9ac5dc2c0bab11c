import asyncio
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import Done
from tests.cli.program import tmtui
from tmtui.cli.demo import find_samples, fresh_folder, lay_out, put_under_git, summary
from tmtui.cli.errors import CommandError


Run = Callable[..., Done]


def git(folder: Path, *arguments: str) -> str:
    return subprocess.run(["git", *arguments], cwd=folder, capture_output=True, text=True, check=True).stdout.strip()


def test_the_samples_are_found_and_named(command: Run) -> None:
    assert {"calculator", "monorepo"} <= set(find_samples())
    done = command("demo", "--list")
    assert done.code == 0
    for name, folder in find_samples().items():
        assert f"{name:<12}  {summary(folder)}\n" in done.out
        assert summary(folder)


def test_a_sample_that_is_not_there_is_told(command: Run) -> None:
    done = command("demo", "calculatro")
    assert done.code == 2
    assert "there is no sample 'calculatro'\n  There are: calculator, monorepo" in done.err


def test_a_copy_has_the_samples_files_and_nothing_that_a_run_left(tmp_path: Path) -> None:
    sample = tmp_path / "sample"
    for name in ("tasks.yml", "src/a.py", "src/__pycache__/a.pyc", ".taskmaster/state.db", ".git/config"):
        (sample / name).parent.mkdir(parents=True, exist_ok=True)
        (sample / name).write_text(name)
    copy = fresh_folder("sample", tmp_path / "copy")
    lay_out(sample, copy)
    shutil.rmtree(copy / ".git")
    assert sorted(str(path.relative_to(copy)) for path in copy.rglob("*") if path.is_file()) == [
        "src/a.py",
        "tasks.yml",
    ]


def test_each_copy_is_fresh(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    assert fresh_folder("monorepo", None) != fresh_folder("monorepo", None)


def test_a_folder_that_holds_something_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("mine")
    with pytest.raises(CommandError, match="is not empty"):
        fresh_folder("monorepo", tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]


def test_a_copy_becomes_a_repository_with_one_commit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hostile = tmp_path / "gitconfig"
    hostile.write_text("[commit]\n\tgpgsign = true\n[core]\n\thooksPath = /no\n[init]\n\tdefaultBranch = trunk\n")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(hostile))
    folder = fresh_folder("calculator", tmp_path / "copy")
    lay_out(find_samples()["calculator"], folder)
    monkeypatch.delenv("GIT_CONFIG_GLOBAL")
    assert git(folder, "log", "--format=%s, %an", "main") == "Sample project calculator, tmtui"
    assert git(folder, "status", "--porcelain") == ""


def test_without_git_the_reason_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    assert asyncio.run(put_under_git(tmp_path, "Sample")) == "git is not installed"


def test_the_demo_runs_to_its_end_and_says_where_to_look(tmp_path: Path) -> None:
    target = tmp_path / "demo"
    done = tmtui("demo", "monorepo", "--into", str(target), "--quiet", cwd=tmp_path, env={"TMTUI_SCRIPT_PACE": "0"})
    assert done.returncode == 0, done.stdout + done.stderr
    assert "✓ Run " in done.stdout
    assert f"The project is in {target.resolve()}\n" in done.stdout
    assert "Completed: " in tmtui("status", cwd=target).stdout
