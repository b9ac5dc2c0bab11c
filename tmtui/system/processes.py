"""A look at the process table: who descends from whom, and a signal to exactly the process one has looked at.

A process group or a session is not enough to know what a command has started: `setsid` leaves both. The tree of
parents is, as long as orphans go to a subreaper instead of leaving the tree; the warden is one. Linux lists a
process's children in `/proc/<pid>/task/*/children`, which costs as much as there are children; where that is
missing, the whole table is read once.

A number can be used again for another process as soon as its owner is reaped, so a process is known by its number
and its start, and signals go through a pidfd that is opened before the start is looked at again.

The warden's process imports this module with nothing but the standard library at hand.
"""

# ruff: noqa: PTH110, PTH116, PTH123, PTH208 - pathlib would slow the warden's start and each look

import contextlib
import errno
import os
import signal
import stat
import sys
from collections.abc import Callable, Iterable
from typing import Final, NamedTuple


LABEL: Final = "TMTUI_JOB"
"""The variable by which a process says to which job it belongs: `<mark>:<job>`."""


class Process(NamedTuple):
    """A living process, as it was when it was looked at."""

    pid: int
    parent: int
    group: int
    session: int
    start: int
    """Clock ticks since the machine's start; 0 where that cannot be told."""


def parse_stat(text: bytes) -> Process | None:
    """Read a line of `/proc/<pid>/stat`; None when it is of a dead process that waits to be reaped."""
    head, _, tail = text.rpartition(b")")
    fields = tail.split()
    state, threads = fields[0], int(fields[17])
    if state in b"ZX" and threads <= 1:
        return None
    return Process(int(head.split(b" ", 1)[0]), int(fields[1]), int(fields[2]), int(fields[3]), int(fields[19]))


def parse_ps(text: str) -> dict[int, Process]:
    """Read what `ps -A -o pid=,ppid=,pgid=,stat=` prints. It shows no sessions: the group stands for them."""
    table = {}
    for line in text.splitlines():
        pid, parent, group, state = line.split(None, 3)
        if not state.startswith("Z"):
            table[int(pid)] = Process(int(pid), int(parent), int(group), int(group), 0)
    return table


def look_at(pid: int) -> Process | None:
    """The living process with this number."""
    if sys.platform != "linux":
        return process_table().get(pid)
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:
            return parse_stat(file.read())
    except (FileNotFoundError, ProcessLookupError):
        return None


def process_table() -> dict[int, Process]:
    """Every living process of this machine."""
    if sys.platform != "linux":
        import subprocess  # noqa: PLC0415 - where /proc is, nobody pays for it

        command = ["/bin/ps", "-A", "-o", "pid=,ppid=,pgid=,stat="]
        return parse_ps(subprocess.run(command, capture_output=True, text=True, check=False).stdout)
    numbers = (int(name) for name in os.listdir("/proc") if name.isdigit())
    return {process.pid: process for process in map(look_at, numbers) if process}


def listed_children(pid: int) -> list[int]:
    """The children of a process as Linux lists them, dead ones that are not yet reaped among them."""
    found: list[int] = []
    with contextlib.suppress(FileNotFoundError, ProcessLookupError):
        for thread in os.listdir(f"/proc/{pid}/task"):
            with open(f"/proc/{pid}/task/{thread}/children", "rb") as file:
                found.extend(map(int, file.read().split()))
    return found


LISTS_CHILDREN: Final = os.path.exists("/proc/thread-self/children")
"""Whether this kernel keeps lists of children."""


def own_children() -> list[int]:
    """The numbers of the children of this process, which has one thread."""
    if LISTS_CHILDREN:
        with open("/proc/thread-self/children", "rb") as file:
            return [int(number) for number in file.read().split()]
    return [process.pid for process in process_table().values() if process.parent == os.getpid()]


def family(roots: Iterable[int]) -> list[Process]:
    """The living among `roots` and everything that descends from them, each once."""
    if LISTS_CHILDREN:
        return descend(roots, look_at, listed_children)
    table = process_table()
    children: dict[int, list[int]] = {}
    for process in table.values():
        children.setdefault(process.parent, []).append(process.pid)
    return descend(roots, table.get, lambda pid: children.get(pid, []))


def descend(
    roots: Iterable[int], look: Callable[[int], Process | None], children: Callable[[int], Iterable[int]]
) -> list[Process]:
    """Walk down from `roots`. The tree may change under the walk: each number is visited once."""
    found: list[Process] = []
    waiting = list(roots)
    visited: set[int] = set()
    while waiting:
        pid = waiting.pop()
        if pid in visited:
            continue
        visited.add(pid)
        if process := look(pid):
            found.append(process)
            waiting.extend(children(pid))
    return found


def descends_from(pid: int, ancestor: int) -> bool:
    """Whether a process was started by another, directly or not. One that has gone meanwhile is taken for such."""
    seen: set[int] = set()
    while pid > 1 and pid not in seen:
        if pid == ancestor:
            return True
        seen.add(pid)
        found = look_at(pid)
        if found is None:
            return True
        pid = found.parent
    return False


def label_of(pid: int) -> str:
    """The label that a process was started with; empty when it has none or hides it (Linux)."""
    try:
        with open(f"/proc/{pid}/environ", "rb") as file:
            environ = file.read()
    except OSError:
        return ""
    wanted = f"{LABEL}=".encode()
    values = [entry[len(wanted) :] for entry in environ.split(b"\0") if entry.startswith(wanted)]
    return os.fsdecode(values[0]) if values else ""


def leads_namespace(pid: int) -> bool:
    """Whether a process is the first of a process namespace below this one: all in it ends with it (Linux)."""
    try:
        with open(f"/proc/{pid}/status", "rb") as file:
            numbers = next((line.split()[1:] for line in file if line.startswith(b"NSpid:")), [])
    except OSError:
        return False
    return len(numbers) > 1 and numbers[-1] == b"1"


def holds_pipe(pid: int, inode: int) -> bool:
    """Whether one of a process's three standard streams is the pipe with this inode (Linux)."""
    for number in range(3):
        with contextlib.suppress(OSError):
            status = os.stat(f"/proc/{pid}/fd/{number}")
            if stat.S_ISFIFO(status.st_mode) and status.st_ino == inode:
                return True
    return False


def send_signal(process: Process, number: signal.Signals) -> bool:
    """Signal this process and never another that got its number since.

    Returns:
        Whether it was delivered. False when the process is gone or belongs to somebody else.
    """
    try:
        handle = _handle_on(process.pid)
    except OSError:
        return False
    try:
        now = look_at(process.pid)
        if now is None or now.start != process.start:
            return False
        if sys.platform != "linux" or handle is None:
            os.kill(process.pid, number)
        else:
            signal.pidfd_send_signal(handle, number)
    except OSError:
        return False
    finally:
        if handle is not None:
            os.close(handle)
    return True


def _handle_on(pid: int) -> int | None:
    """A pidfd; None where there is no such thing.

    Raises:
        OSError: there is no such process.
    """
    if sys.platform != "linux":
        return None
    try:
        return os.pidfd_open(pid)
    except OSError as error:
        if error.errno in (errno.ENOSYS, errno.EPERM):
            return None
        raise


def kill_all(processes: Iterable[Process]) -> None:
    """Send KILL to each of them, and to their groups, which reaches even those that a fork bomb starts meanwhile.

    For processes below a warden only: there, a group holds nobody but the job's own.
    """
    groups = set()
    for process in processes:
        send_signal(process, signal.SIGKILL)
        groups.add(process.group)
    for group in groups - {0, 1, os.getpgrp()}:
        with contextlib.suppress(OSError):
            os.killpg(group, signal.SIGKILL)
