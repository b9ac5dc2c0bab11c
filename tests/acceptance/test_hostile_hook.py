"""A hook that does everything wrong: it does not end, it escapes, and it prints without end."""

import subprocess
import sys
from pathlib import Path

import psutil

from tests.acceptance.project import Project


HOOK = """\
trap '' TERM INT HUP
setsid sh -c 'trap "" TERM; setsid sleep 600 & sleep 600' &
nohup sleep 600 >/dev/null 2>&1 &
(env -i setsid sleep 600 &)
head -c {size} /dev/zero | tr '\\0' x
sleep 600
"""

GIGABYTE = 1_000_000_000
GROWTH = 50_000_000
"""Bytes by which the engine may grow."""


def files(size: int) -> dict[str, str]:
    hook = "".join(f"      {line}\n" for line in HOOK.format(size=size).splitlines())
    return {
        ".taskmaster.yml": f"max_attempts_per_task: 1\nhooks:\n  wild:\n    timeout: 6\n    command: |\n{hook}",
        "tasks.yml": "tasks: [{id: a, title: A, description: A, post_hooks: [wild]}]\n",
        "a.agent.yml": "version: 1\ntasks: {a: [text: done]}\n",
    }


def peak(pid: int) -> int:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM"):
            return int(line.split()[1]) * 1024
    raise AssertionError("no VmHWM")


def test_it_ends_at_its_timeout_leaves_nobody_and_costs_little_memory(tmp_path: Path) -> None:
    project = Project.of_files(files(GIGABYTE), tmp_path)
    process = project.start(
        "run", "tasks.yml", "--agent", "scripted:a.agent.yml", "--json", stdout=subprocess.PIPE, stderr=sys.stderr
    )
    assert process.stdout is not None
    before = after = 0
    sleepers: set[int] = set()
    for line in process.stdout:
        if b'"kind":"hook.started"' in line:
            before = peak(process.pid)
        if b'"kind":"hook.printed"' in line:
            after = peak(process.pid)
            tree = psutil.Process(process.pid).children(recursive=True)
            sleepers |= {child.pid for child in tree}
    process.stdout.close()
    assert process.wait() == 1
    assert 0 < before <= after < before + GROWTH, f"grew by {(after - before) / 1e6:.0f} MB"
    (ended,) = [event for event in project.events() if event["kind"] == "hook.finished"]
    assert ended["status"] == "timed_out"
    assert "timeout of 6 s" in ended["message"]
    assert ended["survivors"] >= 1
    assert project.processes() == []
    assert not [pid for pid in sleepers if psutil.pid_exists(pid) and psutil.Process(pid).status() != "zombie"]
    stored = sum(len(event["text"]) for event in project.events() if event["kind"] == "hook.printed")
    assert stored < 8_000_000
