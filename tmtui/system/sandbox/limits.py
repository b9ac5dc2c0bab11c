"""What a command may use up of the machine: limits that the kernel keeps, process by process.

A shell sets them and then becomes the command: they hold before it has begun, and starting other commands costs
nothing for it. No command leaves a core file; the warden sees to that.
"""

import signal
from collections.abc import Iterator, Sequence
from typing import Final

import msgspec


LAST_SECONDS: Final = 5
"""CPU seconds from the polite signal (SIGXCPU) to the other one."""
SHELL: Final = "/bin/sh"

_MEGABYTE: Final = 1024 * 1024
_BLOCK: Final = 512
"""Bytes in which a POSIX shell counts the size of files."""


class ResourceLimits(msgspec.Struct, frozen=True, kw_only=True):
    """What each process of a command may use up; None is no limit."""

    cpu_time: float | None = None
    """Seconds of work, not of waiting."""
    memory_mb: int | None = None
    """Address space. Some programs, such as Node.js and Java, reserve far more than they use."""
    file_size_mb: int | None = None
    """How large a file it may write."""
    open_files: int | None = None
    processes: int | None = None
    """How many processes its user may have in all, whoever started them. It does not bind root."""


NO_LIMITS: Final = ResourceLimits()


def limited(argv: Sequence[str], limits: ResourceLimits) -> tuple[str, ...]:
    """The command line that runs `argv` with limits. One that cannot be set ends it with code 126."""
    steps = tuple(_steps(limits))
    return (SHELL, "-c", f'{" && ".join(steps)} || exit 126; exec "$@"', SHELL, *argv) if steps else tuple(argv)


def _steps(limits: ResourceLimits) -> Iterator[str]:
    if limits.cpu_time is not None:
        seconds = max(1, round(limits.cpu_time))
        yield f"ulimit -S -t {seconds} && ulimit -H -t {seconds + LAST_SECONDS}"
    if limits.memory_mb is not None:
        yield f"ulimit -v {limits.memory_mb * 1024}"
    if limits.file_size_mb is not None:
        yield f"ulimit -f {limits.file_size_mb * _MEGABYTE // _BLOCK}"
    if limits.open_files is not None:
        yield f"ulimit -n {limits.open_files}"
    if limits.processes is not None:
        yield f"{{ ulimit -u {limits.processes} 2>/dev/null || ulimit -p {limits.processes}; }}"


_SIGNALS: Final = {
    signal.SIGXCPU: "used more CPU time than it may",
    signal.SIGXFSZ: "wrote a larger file than it may",
}
_AS_EXIT_CODE: Final = 128
"""What a shell adds to the signal that ended a command, for its own exit code."""


def limit_reached(ended_by: int | None, exit_code: int | None) -> str:
    """Which limit a command ran into, by how it ended; empty when by none."""
    number = ended_by if ended_by is not None else (exit_code or 0) - _AS_EXIT_CODE
    return next((words for each, words in _SIGNALS.items() if each == number), "")
