"""A disk that fills up: it is said in time, nothing is started any more, and the run goes on when there is room."""

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.acceptance.project import Project


pytestmark = pytest.mark.slow  # it starts the program many times over


PLAN = """\
tasks:
  - {id: first, title: First, progress: false, post_hooks: [fill]}
  - {id: second, title: Second, progress: false, depends_on: [first]}
"""
SETTINGS = """\
agent: scripted:agent.yml
checkpoints: "off"
hooks:
  fill: {command: 'head -c 20M /dev/zero > "$BALLAST"; sleep 3', env: {BALLAST: $BALLAST}}
"""
SCRIPT = "version: 1\npace: 0\ntasks: {'*': [text: I look at it.]}\n"


TIDY = '(for n in $(seq 300); do test -e "$BALLAST" && break; sleep 0.1; done; sleep 6; rm -f "$BALLAST") & exec "$@"'
"""Runs a command, and some time after it has filled the disk makes room."""


def in_a_small_file_system(folder: Path, size: str, command: list[str]) -> list[str] | None:
    """A command that sees a small file system of its own at `folder`; None where that is not allowed."""
    if not shutil.which("unshare"):
        return None
    wrapped = ["unshare", "-Urm", "sh", "-c", f'mount -t tmpfs -o size={size} tmpfs "$0" && exec "$@"', str(folder)]
    allowed = subprocess.run([*wrapped, "true"], capture_output=True, check=False).returncode == 0
    return [*wrapped, *command] if allowed else None


def test_a_run_on_a_small_disk_says_so_waits_and_goes_on(tmp_path: Path) -> None:
    project = Project.of_files({"tasks.yml": PLAN, ".taskmaster.yml": SETTINGS, "agent.yml": SCRIPT}, tmp_path)
    disk = tmp_path / "disk"
    disk.mkdir()
    command = in_a_small_file_system(
        disk, "36m", ["sh", "-c", TIDY, "sh", *project.argv("run", "tasks.yml", "--plain")]
    )
    if command is None:
        pytest.skip("this user may not mount a file system of his own")
    env = {**project.env, "TASKMASTER_STATE_DIR": str(disk / "state"), "BALLAST": str(disk / "ballast")}
    ended = subprocess.run(
        command, cwd=project.root, env=env, capture_output=True, text=True, timeout=90, check=False
    )
    out = ended.stdout
    assert ended.returncode == 0, out + ended.stderr
    marks = ["⚠ degraded: disk: 3", "waiting: storage", "goes on", "the run succeeded", "⚠ degraded: disk: 3"]
    place = -1
    for mark in marks:
        place = out.find(mark, place + 1)
        assert place >= 0, f"{mark}\n{out}"
    assert "MB are left, and nothing is started below 20 MB" in out
