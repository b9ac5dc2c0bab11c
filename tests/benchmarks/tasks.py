"""A thousand tasks through the whole engine, held against `make -j2`."""

import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Final

from tests.benchmarks.measure import Row, Steal, interleave, row, seconds, user_environment


TASKS: Final = 1_000
PARALLEL: Final = 32
ROUNDS: Final = 3

SETTINGS: Final = """\
agent: scripted:none.agent.yml
max_parallel: {parallel}
checkpoints: "off"
hooks: {{ok: {{command: "true"}}}}
"""
SCRIPT: Final = "version: 1\npace: 0\ntasks: {'*': []}\n"


def run() -> list[Row]:
    """Measure runs with one hook to a task, and with none."""
    with tempfile.TemporaryDirectory(prefix="tmtui-benchmark-") as folder:
        place = Path(folder)
        (place / "Makefile").write_text(_makefile())
        steal = Steal()
        figures = interleave(
            {
                "make": lambda: seconds(lambda: _call(["make", "-s", "-j2"], place)),
                "hook": _ours(place, "hook", ["ok"]),
                "none": _ours(place, "none", []),
            },
            ROUNDS,
        )
        stolen = steal.percent()
        note = f"{TASKS} tasks, {PARALLEL} at a time, every event in SQLite, no checkpoints; process start included"
        return [
            row(
                "tasks with one hook each",
                figures["hook"],
                figures["make"],
                target="<= 2.2",
                unit="s",
                note=note,
                steal=stolen,
            ),
            row(
                "tasks without hooks",
                figures["none"],
                figures["make"],
                target="<= 0.5",
                unit="s",
                note=note,
                steal=stolen,
            ),
        ]


def _makefile() -> str:
    names = " ".join(f"t{number}" for number in range(TASKS))
    return f".PHONY: all {names}\nall: {names}\n{names}:\n\t@sh -c true\n"


def _ours(place: Path, name: str, hooks: list[str]) -> Callable[[], float]:
    project = place / name
    project.mkdir()
    (project / ".taskmaster.yml").write_text(SETTINGS.format(parallel=PARALLEL))
    (project / "none.agent.yml").write_text(SCRIPT)
    lines = [f"  - {{id: t{number}, title: t{number}, post_hooks: {hooks}}}" for number in range(TASKS)]
    (project / "tasks.yml").write_text("tasks:\n" + "\n".join(lines) + "\n")
    command = [sys.executable, "-m", "tmtui", "run", "tasks.yml", "--fresh", "--quiet"]
    return lambda: seconds(lambda: _call(command, project))


def _call(command: list[str], folder: Path) -> None:
    env = user_environment()
    subprocess.run(command, cwd=folder, env=env, check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
