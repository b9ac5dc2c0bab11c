"""The end of processes whose warden was killed.

A warden ends what it keeps, even when its engine is killed. Only its own violent death leaves processes behind.
They still carry the label of their job, whose mark names the state folder: whoever holds that folder's lock may
look for them in the whole process table and kill them, with all that descends from them.
"""

import os
import signal
import sys
import time
from collections.abc import Collection
from typing import Final

from tmtui.system.processes import LABEL, family, label_of, look_at, process_table, send_signal


PATIENCE: Final = 3.0
"""Seconds after which what cannot be killed is let be."""
_ROUND: Final = 0.01


def sweep(mark: str, sessions: Collection[int] = ()) -> int:
    """Kill what carries `mark` or stands in one of `sessions`, and everything below it. Blocks.

    This process, its ancestors and its descendants are spared: a person may resume a run from inside one of its own
    leftovers.

    Args:
        mark: The part of a label before the colon.
        sessions: Sessions that the caller knows to be its own jobs'.

    Returns:
        How many processes were ended.
    """
    ended: set[tuple[int, int]] = set()
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        spared = _own_line()
        left = [process for process in family(_roots(mark, sessions)) if process.pid not in spared]
        if not left:
            break
        ended.update((process.pid, process.start) for process in left if send_signal(process, signal.SIGKILL))
        time.sleep(_ROUND)
    return len(ended)


def _roots(mark: str, sessions: Collection[int]) -> list[int]:
    if sys.platform != "linux":
        return _labelled(mark)
    prefix = f"{mark}:"
    return [
        process.pid
        for process in process_table().values()
        if process.session in sessions or label_of(process.pid).startswith(prefix)
    ]


def _labelled(mark: str) -> list[int]:
    import psutil  # noqa: PLC0415 - only where there is no /proc

    found = []
    for process in psutil.process_iter():
        try:
            if process.environ().get(LABEL, "").startswith(f"{mark}:"):
                found.append(process.pid)
        except psutil.Error:
            continue
    return found


def _own_line() -> set[int]:
    line = {process.pid for process in family([os.getpid()])}
    parent = os.getppid()
    while (process := look_at(parent)) and parent not in line:
        line.add(parent)
        parent = process.parent
    return line
