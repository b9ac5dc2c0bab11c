"""A sample project in a fresh folder, and the program as its user calls it."""

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import psutil

from tmtui.system.state_dir import mark_of


SAMPLES = Path(__file__).parents[2] / "sample_projects"

IDENTITY = ("-c", "user.name=Test", "-c", "user.email=test@example.org", "-c", "commit.gpgsign=false")

SHIM = """#!/bin/sh
echo "$TMTUI_JOB" >> "{record}"
exec "{python}" "$@"
"""
"""Stands in for the interpreter of hooks and tools, and writes down for which job it was called."""


class Project:
    """A folder with a plan, in a git repository of its own."""

    def __init__(self, root: Path, record: Path) -> None:
        self.root = root
        self.state = root / ".taskmaster"
        self._record = record
        shim = record.with_name("python-that-is-counted")
        shim.write_text(SHIM.format(record=record, python=sys.executable))
        shim.chmod(0o755)
        self._shim = shim
        record.touch()
        self._user_settings = record.with_name("config")
        (self._user_settings / "tmtui").mkdir(parents=True, exist_ok=True)
        (self._user_settings / "tmtui/config.yml").write_text(f"sandbox_writable: [{record}]\n")

    def trust_agents(self) -> None:
        """Let agents do whatever the sandbox lets them: its user says so."""
        with (self._user_settings / "tmtui/config.yml").open("a") as file:
            file.write("permissions: {mode: bypassPermissions}\n")

    @classmethod
    def of_sample(cls, name: str, folder: Path) -> "Project":
        """A copy of a sample."""
        shutil.copytree(SAMPLES / name, folder / name)
        return cls.in_folder(folder / name)

    @classmethod
    def of_files(cls, files: Mapping[str, str | bytes], folder: Path) -> "Project":
        """A project made of `files`."""
        for name, content in files.items():
            place = folder / "project" / name
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(content if isinstance(content, bytes) else content.encode())
        return cls.in_folder(folder / "project")

    @classmethod
    def in_folder(cls, root: Path) -> "Project":
        """The project in an existing folder, committed as it is."""
        for command in (("init", "--quiet"), ("add", "--all"), ("commit", "--quiet", "--message", "start")):
            subprocess.run(["git", *IDENTITY, *command], cwd=root, check=True)
        return cls(root, root.parent / "jobs")

    @property
    def env(self) -> dict[str, str]:
        """The environment of the program's user."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("TMTUI_", "TASKMASTER_"))}
        return {
            **kept,
            "TMTUI_SCRIPT_PACE": "0",
            "PYTHONPATH": str(SAMPLES.parent),
            "TMTUI_PYTHON": str(self._shim),
            "XDG_CONFIG_HOME": str(self._user_settings),
        }

    def argv(self, *arguments: str) -> list[str]:
        """The program with `arguments`."""
        return [sys.executable, "-m", "tmtui", *arguments]

    def start(self, *arguments: str, **more: Any) -> "subprocess.Popen[bytes]":
        """Start the program without a terminal."""
        return subprocess.Popen(self.argv(*arguments), cwd=self.root, env=self.env, stdin=subprocess.DEVNULL, **more)

    def run(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        """Run the program without a terminal to its end."""
        return subprocess.run(
            self.argv(*arguments),
            cwd=self.root,
            env=self.env,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    def jobs(self) -> list[str]:
        """For which jobs the interpreter was started, by its own account."""
        lines = self._record.read_text().splitlines() if self._record.exists() else []
        return [line.partition(":")[2] for line in lines]

    def events(self) -> list[dict[str, Any]]:
        """The whole log."""
        with sqlite3.connect(f"file:{self.state / 'state.db'}?mode=ro", uri=True) as connection:
            rows = connection.execute("SELECT seq, task, attempt, kind, data FROM events ORDER BY seq").fetchall()
        connection.close()
        return [
            {"seq": seq, "task": task, "attempt": attempt, **json.loads(data), "kind": kind}
            for seq, task, attempt, kind, data in rows
        ]

    def integrity(self) -> str:
        """What SQLite says about the file."""
        with sqlite3.connect(f"file:{self.state / 'state.db'}?mode=ro", uri=True) as connection:
            said = str(connection.execute("PRAGMA integrity_check").fetchone()[0])
        connection.close()
        return said

    def files(self, pattern: str = "src/**/*.py") -> dict[str, str]:
        """The content of files, by name."""
        return {
            path.relative_to(self.root).as_posix(): path.read_text()
            for path in sorted(self.root.glob(pattern))
            if path.is_file()
        }

    def processes(self) -> list[int]:
        """The processes that carry this project's mark."""
        mark = mark_of(self.state)
        found = []
        for process in psutil.process_iter():
            try:
                label = process.environ().get("TMTUI_JOB", "")
            except psutil.Error:
                continue
            if label.startswith(mark) and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process.pid)
        return found


def outcome(events: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """How each task ended, by its last word in the log."""
    ends = {"task.succeeded", "task.failed", "task.skipped", "task.aborted"}
    return {event["task"]: event["kind"] for event in events if event["kind"] in ends}
