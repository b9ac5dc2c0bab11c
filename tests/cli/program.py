"""The real program, as a process of its own."""

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path


HERE = Path(__file__).parents[2]
"""The folder that holds the package."""

PATIENCE = 60.0
"""Seconds after which a command is not going to end."""


def environment(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """What the program is started with: the tests' environment, and where the package is."""
    return {**os.environ, "PYTHONPATH": str(HERE), **(extra or {})}


def tmtui(
    *arguments: str, cwd: Path, env: Mapping[str, str] | None = None, stdin: str = ""
) -> subprocess.CompletedProcess[str]:
    """Run `tmtui arguments…` without a terminal, and give its exit code and both its streams."""
    return subprocess.run(
        [sys.executable, "-m", "tmtui", *arguments],
        cwd=cwd,
        env=environment(env),
        input=stdin,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=PATIENCE,
        check=False,
    )
