"""Names of things: runs, tasks, calls."""

import re
from datetime import UTC, datetime
from typing import Final

from tmtui.domain.clock import Rng


TASK_ID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
"""What a task id may look like. It names a log folder and a git ref, so it is kept plain."""

_RESERVED: Final = re.compile(r"(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?", re.IGNORECASE)
"""Names that some file systems keep for devices."""


def task_id_problem(text: str) -> str | None:
    """Say what is wrong with `text` as a task id, or None when it is a good one."""
    if not TASK_ID.fullmatch(text):
        return "an id has 1 to 64 letters, digits, '.', '_' or '-', and starts with a letter or digit"
    if text.endswith((".", ".lock")) or ".." in text:
        return "an id cannot end with '.' or '.lock' or hold '..': it names a folder and a git ref"
    if _RESERVED.fullmatch(text):
        return "this name is reserved by some file systems"
    return None


def new_run_id(now_ms: int, rng: Rng) -> str:
    """Name a run: when it was planned (UTC) and four random hex digits, as in `20261120-190512-7f3c`."""
    moment = datetime.fromtimestamp(now_ms / 1000, UTC)
    return f"{moment:%Y%m%d-%H%M%S}-{rng.randrange(0x10000):04x}"


def short_run_id(run: str) -> str:
    """The part of a run id that people say: `7f3c`."""
    return run.rsplit("-", 1)[-1]
