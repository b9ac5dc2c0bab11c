"""Commands that draw no screen, from start to end, held against an interpreter that does nothing."""

import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Final

from tests.benchmarks.measure import Row, Steal, interleave, row, seconds, user_environment


ROUNDS: Final = 15
TASKS: Final = 200

SETTINGS: Final = """\
agent: scripted:none.agent.yml
checkpoints: "off"
hooks: {lint: {command: ruff check .}, test: {command: pytest -q}}
hook_defaults: {post_hooks: [lint, test]}
"""
SCRIPT: Final = "version: 1\npace: 0\ntasks: {'*': []}\n"
TASK: Final = """\
  - id: task-{number}
    title: The {number}th thing to do
    description: |
      What it is about, in a line or two,
      as people write it.
    depends_on: {needs}
    acceptance_criteria: [it works, it is tested]
"""
ENGINE: Final = "import tmtui.cli.faces, tmtui.cli.headless"


def run() -> list[Row]:
    """Measure the quickest command, the one that reads most, and what an engine takes until it can work."""
    with tempfile.TemporaryDirectory(prefix="tmtui-benchmark-") as folder:
        large, small = _project(Path(folder) / "large", TASKS), _project(Path(folder) / "small", 1)
        steal = Steal()
        tmtui = (sys.executable, "-m", "tmtui")
        figures = interleave(
            {
                "nothing": _timed(large, sys.executable, "-c", "pass"),
                "version": _timed(large, *tmtui, "--version"),
                "help": _timed(large, *tmtui, "config", "validate", "--help"),
                "validate": _timed(large, *tmtui, "config", "validate"),
                "engine": _timed(large, sys.executable, "-c", ENGINE),
                "run": _timed(small, *tmtui, "run", "tasks.yml", "--fresh", "--quiet"),
            },
            ROUNDS,
        )
        stolen = steal.percent()

        def held(name: str, key: str, target: str = "") -> Row:
            note = "yardstick: python -c pass"
            return row(name, figures[key], figures["nothing"], target=target, unit="ms", note=note, steal=stolen)

        return [
            held("tmtui --version", "version", "<= 3"),
            held("tmtui config validate --help", "help"),
            held(f"tmtui config validate, {TASKS} tasks", "validate", "<= 6"),
            held("load all that an engine works with", "engine"),
            held("a run of one task without hooks", "run"),
        ]


def _project(folder: Path, tasks: int) -> Path:
    folder.mkdir()
    (folder / ".taskmaster.yml").write_text(SETTINGS if tasks > 1 else SETTINGS.replace("[lint, test]", "[]"))
    (folder / "none.agent.yml").write_text(SCRIPT)
    written = (
        TASK.format(number=number, needs=[f"task-{number - 1}"][: number - 1]) for number in range(1, tasks + 1)
    )
    (folder / "tasks.yml").write_text("tasks:\n" + "".join(written))
    return folder


def _timed(folder: Path, *command: str) -> Callable[[], float]:
    def once() -> float:
        return 1e3 * seconds(lambda: _call(command, folder))

    return once


def _call(command: tuple[str, ...], folder: Path) -> None:
    env = user_environment()
    subprocess.run(command, cwd=folder, env=env, check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
