"""What can go wrong with the log, in the taxonomy's words and with a next step.

Two sorts matter to the writer. A *passing* fault (no room, a failed write, a lock) may end by itself, so it is
tried again; any other means that going on would risk the evidence, so the writer stops.
"""

import sqlite3
from pathlib import Path
from typing import Final

from tmtui.domain.outcome import Kind
from tmtui.domain.text import clean_line


EVIDENCE_KEPT: Final = "the evidence is kept as it is; `tmtui doctor` says what is wrong with it"

FAULT_OF_OURS: Final = "this is a fault of tmtui itself; the details are in the error log"

PASSING: Final = frozenset({Kind.STORAGE_FULL, Kind.STORAGE_IO, Kind.STORAGE_BUSY})
"""Kinds after which trying again can help."""


class StorageError(Exception):
    """The log cannot be read or written. `kind` classifies it, `hint` is the next step for a person."""

    def __init__(self, kind: Kind, message: str, hint: str = "") -> None:
        super().__init__(clean_line(message))
        self.kind = kind
        self.message = clean_line(message)
        self.hint = clean_line(hint)

    @property
    def passing(self) -> bool:
        """Whether trying again can help."""
        return self.kind in PASSING


class FencedError(StorageError):
    """Another engine has taken the log over: whatever this one still wants to say, it may not."""

    def __init__(self, mine: int, current: int) -> None:
        super().__init__(
            Kind.LOCK_HELD,
            f"another engine took over the log: this one is number {mine}, the log belongs to number {current}",
            "`tmtui watch` shows the run of the engine that works now",
        )


class NoLogError(StorageError):
    """There is no log yet."""

    def __init__(self, path: Path) -> None:
        super().__init__(Kind.STORAGE_IO, f"there is no log at {path}", "`tmtui run PLAN` starts one")


class NewerLogError(StorageError):
    """A newer tmtui wrote the log, in a way that this one might misread."""

    def __init__(self, path: Path, found: int, known: int) -> None:
        super().__init__(
            Kind.CONFIG_INVALID,
            f"{path} was written by a newer tmtui: its schema is {found}, this version knows {known}",
            "update tmtui; nothing was changed",
        )


def damaged(path: Path, why: str) -> StorageError:
    """The error for a file whose content cannot be trusted."""
    return StorageError(Kind.STORAGE_CORRUPT, f"{path} is damaged: {why}", EVIDENCE_KEPT)


_KINDS: Final = {
    sqlite3.SQLITE_FULL: Kind.STORAGE_FULL,
    sqlite3.SQLITE_IOERR: Kind.STORAGE_IO,
    sqlite3.SQLITE_READONLY: Kind.STORAGE_IO,
    sqlite3.SQLITE_CANTOPEN: Kind.STORAGE_IO,
    sqlite3.SQLITE_PERM: Kind.STORAGE_IO,
    sqlite3.SQLITE_AUTH: Kind.STORAGE_IO,
    sqlite3.SQLITE_NOLFS: Kind.STORAGE_IO,
    sqlite3.SQLITE_BUSY: Kind.STORAGE_BUSY,
    sqlite3.SQLITE_LOCKED: Kind.STORAGE_BUSY,
    sqlite3.SQLITE_PROTOCOL: Kind.STORAGE_BUSY,
    sqlite3.SQLITE_CORRUPT: Kind.STORAGE_CORRUPT,
    sqlite3.SQLITE_NOTADB: Kind.STORAGE_CORRUPT,
}
"""SQLite's primary result codes as kinds; any other is our own fault."""

_WORDS: Final = {
    Kind.STORAGE_FULL: ("there is no room left for {path}", "make room on that disk; the run then goes on by itself"),
    Kind.STORAGE_IO: ("{path} cannot be read or written", "check the disk and the folder's permissions"),
    Kind.STORAGE_BUSY: (
        "another program holds {path} locked",
        "close whatever has it open, such as a database browser",
    ),
    Kind.STORAGE_CORRUPT: ("{path} is damaged", EVIDENCE_KEPT),
    Kind.INTERNAL: ("{path} was asked for something that it cannot do", FAULT_OF_OURS),
}


def classify(error: sqlite3.Error, path: Path) -> StorageError:
    """Put an error of SQLite's into the taxonomy."""
    code = getattr(error, "sqlite_errorcode", 0)
    kind = _KINDS.get(code & 0xFF, Kind.INTERNAL)
    name = getattr(error, "sqlite_errorname", type(error).__name__)
    what, hint = _WORDS[kind]
    return StorageError(kind, f"{what.format(path=path)}: {error} ({name})", hint)
