"""What the program's exit code says."""

from enum import IntEnum


class ExitCode(IntEnum):
    """The codes, as they stand in the README."""

    OK = 0
    """All done."""
    INCOMPLETE = 1
    """Some tasks failed or were skipped."""
    USAGE = 2
    """The command line, a plan or the settings are wrong."""
    HELD = 3
    """Another engine holds the directory."""
    RESUMABLE = 4
    """The run waits or was laid down; `tmtui resume` takes it up."""
    STORAGE = 5
    """The log or the output cannot be read or written."""
    AUTH = 6
    """A provider refused the credentials."""
    POLICY = 7
    """A policy forbade it."""
    INTERNAL = 70
    """A fault of tmtui's own."""
    INTERRUPTED = 130
    """Ended by Ctrl+C."""
    TERMINATED = 143
    """Ended by a TERM signal."""
