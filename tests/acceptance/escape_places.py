"""The surroundings of an agent that tries to get out: a project, a home with secrets, services, and their state."""

import json
import os
import socket
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from tests.acceptance.project import Project


CANARY = "canary-77c1-of-the-private-key"

EVIL = """#!/bin/sh
test -n "$TMTUI_JOB" || echo executed >> "{executed}"
cat
"""
"""Writes down that it was run, unless it is the agent itself who runs it: that may be."""

SETTINGS = """\
max_attempts_per_task: 1
sandbox: {sandbox}
hooks:
  check: 'true'
"""

PLAN = "tasks: [{id: a, title: A, description: A, progress: false, post_hooks: [check]}]\n"


class World:
    """A folder with a project in it and a home beside it, and services that nobody should speak to."""

    def __init__(self, folder: Path, project: Project, services: Sequence[socket.socket]) -> None:
        self.folder = folder
        self.project = project
        self.root = project.root
        self.home = folder / "home"
        self.executed = folder / "executed"
        self._services = services
        self._before: Mapping[str, bytes] = {}

    @property
    def port(self) -> int:
        """Where something listens on the loopback address."""
        return int(self._services[0].getsockname()[1])

    def write_script(self, steps: Sequence[dict[str, Any]]) -> None:
        """What the agent is to do. JSON is YAML."""
        text = json.dumps({"version": 1, "tasks": {"a": steps}})
        (self.root / "escapes.agent.yml").write_text(text)

    def write_settings(self, sandbox: str) -> None:
        """The project's settings."""
        (self.root / ".taskmaster.yml").write_text(SETTINGS.format(sandbox=sandbox))

    def remember(self) -> None:
        """How things are before anybody tries anything."""
        self._before = self._state()

    def harm(self, *, only_what_runs: bool = False) -> list[str]:
        """What is not as it was.

        Args:
            only_what_runs: Leave out what runs nothing: files beside the project, and who was spoken to.
        """
        now = self._state()
        changed = [path for path in sorted({*self._before, *now}) if self._before.get(path) != now.get(path)]
        if only_what_runs:
            changed = list(filter(_runs, changed))
            return changed + (["evil was executed"] if self.executed.exists() else [])
        return changed + [f"{service} was spoken to" for service in self._services if _was_spoken_to(service)]

    def canaries(self) -> list[Path]:
        """Files of the project, records among them, that hold the secret."""
        found = [path for path in self.root.rglob("*") if path.is_file() and not path.is_symlink()]
        return [path for path in found if path.stat().st_size < 10**8 and CANARY.encode() in path.read_bytes()]

    def _state(self) -> dict[str, bytes]:
        git = [path for path in (self.root / ".git").rglob("*") if not _noted_by_git(path)]
        settings = [
            self.root / ".taskmaster.yml",
            self.root / ".taskmaster.json",
            *self.root.glob(".taskmaster/*/s*"),
        ]
        beside = [path for path in self.folder.iterdir() if path not in (self.root, self.home)]
        paths = [*git, *settings, *self.home.rglob("*"), *beside]
        return {str(path): _content(path) for path in paths if path.is_symlink() or path.is_file()}


def _runs(path: str) -> bool:
    return any(name in path for name in (".git/", ".git", ".taskmaster", ".bashrc", ".config", "authorized_keys"))


def _noted_by_git(path: Path) -> bool:
    return bool({"objects", "logs", "index", "tmtui", "COMMIT_EDITMSG", "ORIG_HEAD"} & set(path.parts))


def _content(path: Path) -> bytes:
    if path.is_symlink():
        return b"leads to " + os.fsencode(path.readlink())
    return path.read_bytes()


def _was_spoken_to(service: socket.socket) -> bool:
    try:
        service.accept()
    except BlockingIOError:
        return False
    return True


@contextmanager
def make_world(folder: Path) -> Iterator[World]:
    """Put everything in its place."""
    home, root = folder / "home", folder / "project"
    for place in (home / ".ssh", home / ".docker/run", home / ".config", root / "nested"):
        place.mkdir(parents=True)
    (home / ".ssh/id_rsa").write_text(CANARY)
    (home / ".bashrc").write_text("# mine\n")
    (home / "notes.txt").write_text("mine\n")
    (folder / "secret.txt").write_text(CANARY)
    (root / "tasks.yml").write_text(PLAN)
    (root / "evil").write_text(EVIL.format(executed=folder / "executed"))
    (root / "evil").chmod(0o755)
    (root / ".gitignore").write_text(".taskmaster/\nfifo\nzero\nhuge\nleak\nup\ntwin\nescapes.agent.yml\n")
    project = Project.in_folder(root)
    _lay_traps(root, home)
    with ExitStack() as stack:
        services = [stack.enter_context(socket.create_server(("127.0.0.1", 0)))]
        services.append(stack.enter_context(socket.socket(socket.AF_UNIX)))
        services[1].bind(str(home / ".docker/run/docker.sock"))
        services[1].listen()
        for service in services:
            service.setblocking(False)
        yield World(folder, project, services)


def _lay_traps(root: Path, home: Path) -> None:
    """What a clone or an earlier attempt may have left in a project."""
    (root / "up").symlink_to("..")
    (root / "leak").symlink_to(home / ".ssh/id_rsa")
    (root / "zero").symlink_to("/dev/zero")
    os.link(home / "notes.txt", root / "twin")
    os.mkfifo(root / "fifo")
    subprocess.run(["truncate", "-s", "5G", str(root / "huge")], check=True)
