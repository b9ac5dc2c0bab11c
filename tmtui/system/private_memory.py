"""Keeps what this process holds in memory from the user's other processes.

The engine's environment and memory hold keys, and a command that runs without a sandbox is the same user's: it could
read `/proc/PID/environ` or attach a debugger. A process that is not dumpable refuses both to everybody but root, and
leaves no core file. Programs that it starts are as they would be by themselves, but for the core file.
"""

import contextlib
import ctypes
import resource
import sys
from typing import Final


_SET_DUMPABLE: Final = 4


def keep_memory_private() -> None:
    """Refuse debuggers, and leave no core file. Where the system knows neither, nothing happens."""
    with contextlib.suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))
    if sys.platform == "linux":
        with contextlib.suppress(OSError, AttributeError):
            ctypes.CDLL(None).prctl(_SET_DUMPABLE, 0, 0, 0, 0)
