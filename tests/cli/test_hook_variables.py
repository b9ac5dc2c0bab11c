"""A variable in a hook's `env`: given to the hook, and kept out of everything that is recorded."""

from pathlib import Path

import pytest

from tests.cli.program import tmtui
from tmtui.cli.exit_codes import ExitCode


SECRET = "ghp_" + "0123456789abcdef"

SETTINGS = """
agent: scripted:agent.yml
hooks:
  push:
    command: test "${TOKEN%cdef}cdef" = "$TOKEN" && test ${#TOKEN} = 20 && test -z "$NOT_MINE"
    env: {TOKEN: "${RELEASE_TOKEN}"}
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / ".taskmaster.yml").write_text(SETTINGS)
    (tmp_path / "tasks.yml").write_text("tasks: [{id: a, title: x, progress: no, post_hooks: [push]}]\n")
    (tmp_path / "agent.yml").write_text("tasks:\n  a:\n    - text: Done.\n")
    return tmp_path


def test_it_reaches_the_hook_and_no_file(root: Path) -> None:
    given = {"RELEASE_TOKEN": SECRET, "NOT_MINE": "x"}
    done = tmtui("run", "tasks.yml", "--plain", cwd=root, env=given)
    assert done.returncode == ExitCode.OK, done.stdout + done.stderr
    stored = [path for path in (root / ".taskmaster").rglob("*") if path.is_file()]
    assert stored
    assert not [path for path in stored if SECRET.encode() in path.read_bytes()]


def test_without_it_nothing_starts(root: Path) -> None:
    done = tmtui("run", "tasks.yml", "--plain", cwd=root)
    assert done.returncode == ExitCode.USAGE
    assert "tasks.yml:1:" in done.stderr
    assert "RELEASE_TOKEN" in done.stderr
